import { expect, test } from 'vitest';

import { graticule, label, stepSeconds } from './graticule';

test.each([
  [1, 108000],
  [4, 18000],
  [8, 1800],
  [15, 10],
  [20, 1],
])('at zoom %s the step is %s″', (zoom, step) => {
  expect(stepSeconds(zoom)).toBe(step);
});

test.each([
  [51 * 3600, 3600, 'lat', '51°N'],
  [51 * 3600 + 30 * 60, 60, 'lat', '51°30′N'],
  [-(9 * 60 + 50), 10, 'lon', '0°09′50″W'],
  [-30, 30, 'lat', '0°00′30″S'],
] as const)('%s″ reads as said on the radio', (seconds, step, axis, words) => {
  expect(label(seconds, step, axis)).toBe(words);
});

test('a view has a screenful of lines and no more', () => {
  const lines = graticule({ west: -0.18, east: -0.15, south: 51.5, north: 51.515, zoom: 15 }).features;
  expect(lines.length).toBeGreaterThan(6);
  expect(lines.length).toBeLessThan(80);
});
