import { expect, test } from 'vitest';

import { footprint } from './camera-view';

const rounded = (corners: [number, number][]) => corners.map(([east, north]) => [Math.round(east), Math.round(north)]);

test('straight down from 100 m, 60° across are 115 m', () => {
  // 2 · 100 · tan 30° = 115.5; 2 · 100 · tan 20° = 72.8
  expect(rounded(footprint(100, -90, 0, [60, 40]))).toEqual([[-58, -36], [58, -36], [58, 36], [-58, 36]]);
});

test('turned to the east, across lies north and south', () => {
  expect(rounded(footprint(100, -90, 90, [60, 40]))).toEqual([[-36, 58], [-36, -58], [36, -58], [36, 58]]);
});

test('45° down to the north: the near edge at 25°, the far one at 65° from below', () => {
  // 100 · tan 25° = 46.6; 100 · tan 65° = 214.5
  const corners = footprint(100, -45, 0, [60, 40]);
  expect(corners[0]?.[1]).toBeCloseTo(46.6, 1);
  expect(corners[2]?.[1]).toBeCloseTo(214.5, 1);
});

test('a view over the horizon ends somewhere', () => {
  const [, , far] = footprint(100, -10, 0, [60, 40]);
  expect(Math.hypot(...(far ?? [0, 0]))).toBeCloseTo(1500, 0);
});
