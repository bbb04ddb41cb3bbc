import { expect, test } from 'vitest';

import type { Plan, Position } from '../generated';
import * as edit from './edit';
import * as patterns from './patterns';

const at = (lat_deg: number, lon_deg: number): Position => ({ lat_deg, lon_deg });
const area = [at(51.507, -0.166), at(51.508, -0.164), at(51.506, -0.162)];
const drawn = patterns.addPattern(edit.EMPTY_PLAN, 'area', area);

/** As the server would answer: two items of the pattern between a take-off and a return. */
const item = edit.newItem(16, area[0] as Position, 40);
const expanded: Plan = {
  ...drawn.plan,
  items: [
    edit.newItem(22, null, 40),
    { ...item, pattern: drawn.id },
    { ...item, pattern: drawn.id },
    edit.newItem(20, null, 0),
  ],
};

test.each(Object.keys(patterns.KINDS) as patterns.Kind[])(
  '%s keeps its ground through every kind of its shape',
  (kind) => {
    const spec = patterns.specOf(kind, area, 35);
    const points = patterns.KINDS[kind].shape === 'point' ? [area[0]] : area;
    expect(patterns.pointsOf(spec)).toEqual(points);
    for (const other of patterns.kindsOf(patterns.KINDS[kind].shape)) {
      const converted = patterns.asKind(spec, other);
      expect(converted.kind).toBe(other);
      expect(patterns.pointsOf(converted)).toEqual(points);
      expect('heights_m' in converted ? converted.heights_m[0] : converted.altitude_m).toBe(35);
    }
    for (const field of patterns.KINDS[kind].fields) expect(spec).toHaveProperty(field.key);
  },
);

test('two patterns have two names', () => {
  const second = patterns.addPattern(drawn.plan, 'point', [area[1] as Position]);
  expect(second.id).not.toBe(drawn.id);
  expect(second.plan.patterns.map(({ spec }) => spec.kind)).toEqual(['survey', 'expanding_square']);
});

test('a corner that is moved moves the pattern only', () => {
  const { spec } = patterns.patternOf(expanded, drawn.id) as { spec: patterns.Spec };
  const moved = patterns.setPattern(expanded, drawn.id, patterns.withPoint(spec, 1, at(51.51, -0.16)));
  expect(patterns.pointsOf(patterns.patternOf(moved, drawn.id)?.spec as patterns.Spec)[1]).toEqual(at(51.51, -0.16));
  expect(moved.items).toBe(expanded.items);
  expect(patterns.groundOf(moved)).not.toBe(patterns.groundOf(expanded));
});

test('a pattern is one row among the items', () => {
  expect(patterns.blocks(expanded).map(({ first, items, pattern }) => [first, items.length, pattern])).toEqual([
    [0, 1, null],
    [1, 2, drawn.id],
    [3, 1, null],
  ]);
});

test('a removed pattern takes its items with it, a broken-up one leaves them', () => {
  expect(patterns.removePattern(expanded, drawn.id)).toMatchObject({ patterns: [], items: { length: 2 } });
  expect(edit.breakUpPattern(expanded, drawn.id)).toMatchObject({ patterns: [], items: { length: 4 } });
});
