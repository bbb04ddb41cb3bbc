import { describe, expect, test } from 'vitest';

import css from './tokens.css?raw';

function tokens(theme: 'dark' | 'light'): Map<string, string> {
  const block = css.split(`[data-theme='${theme}'] {`)[1]?.split('}')[0] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name ?? '', value ?? '']),
  );
}

/** WCAG 2.2 relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const TEXT: readonly (readonly [string, readonly string[]])[] = [
  ['text', ['ground', 'surface', 'surface-2', 'surface-3', 'accent-soft', 'ok-soft', 'warn-soft', 'crit-soft']],
  ['text-2', ['ground', 'surface', 'surface-2', 'surface-3']],
  ['text-3', ['ground', 'surface', 'surface-2', 'surface-3']],
  ['accent', ['ground', 'surface', 'surface-2', 'accent-soft']],
  ['ok', ['surface', 'surface-2', 'ok-soft']],
  ['warn', ['surface', 'surface-2', 'warn-soft']],
  ['crit', ['surface', 'surface-2', 'crit-soft']],
  ['on-accent', ['accent-fill', 'accent-fill-hover']],
  ['on-crit', ['crit-fill', 'crit-fill-hover']],
  ['past', ['past-soft']],
  ['text-2', ['past-soft']],
  ['warn', ['past-soft']],
  ['on-past', ['past-fill']],
  ['map-label', ['map-ground', 'map-park', 'map-water', 'map-halo']],
  ['plan-on-point', ['plan-point']],
];

/** Lines and shapes that carry meaning: 3:1 (WCAG 1.4.11). */
const SHAPES: readonly (readonly [string, readonly string[]])[] = [
  ['plan-path', ['map-ground', 'map-park', 'map-water']],
  ['fence-in', ['map-ground', 'map-park', 'map-water']],
  ['fence-out', ['map-ground', 'map-park', 'map-water']],
  ['rally', ['map-ground', 'map-park', 'map-water']],
  ['home', ['map-ground', 'map-park', 'map-water']],
  ['traffic', ['map-ground', 'map-park', 'map-water']],
  ...[1, 2, 3, 4, 5].map((band) => [`height-${band}`, ['map-ground', 'map-park', 'map-water']] as const),
  ['line-strong', ['surface', 'surface-2']],
  ['focus', ['surface', 'ground']],
];

describe.each(['dark', 'light'] as const)('%s theme', (theme) => {
  const colours = tokens(theme);
  const colour = (name: string): string => {
    const value = colours.get(name);
    if (value === undefined) throw new Error(`no token --${name} in ${theme}`);
    return value;
  };

  test.each(TEXT)('text --%s is legible', (text, grounds) => {
    for (const ground of grounds) {
      expect(contrast(colour(text), colour(ground)), `--${text} on --${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(SHAPES)('shape --%s is visible', (shape, grounds) => {
    for (const ground of grounds) {
      expect(contrast(colour(shape), colour(ground)), `--${shape} on --${ground}`).toBeGreaterThanOrEqual(3);
    }
  });
});
