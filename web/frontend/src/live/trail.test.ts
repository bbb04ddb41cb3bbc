import { expect, test } from 'vitest';

import { Trail } from './trail';

test('keeps about a point a second of a drone that moves', () => {
  const trail = new Trail();
  for (let tick = 0; tick < 100; tick += 1) trail.add(-0.16 + tick * 1e-5, 51.5, tick * 100);
  expect(trail.points).toHaveLength(12);
});

test('a drone that hovers draws no knot', () => {
  const trail = new Trail();
  for (let tick = 0; tick < 100; tick += 1) trail.add(-0.16, 51.5, tick * 1000);
  expect(trail.points).toHaveLength(1);
});

test('forgets what is two minutes old', () => {
  const trail = new Trail();
  for (let second = 0; second < 600; second += 1) trail.add(-0.16 + second * 1e-4, 51.5, second * 1000);
  const { points } = trail;
  expect(points[0]?.monoMs).toBeGreaterThanOrEqual(479_000);
  expect(points.at(-1)?.monoMs).toBe(599_000);
});
