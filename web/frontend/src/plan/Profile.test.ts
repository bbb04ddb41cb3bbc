import { expect, test } from 'vitest';

import { heightAt, pointsOf, scaleOf, ticks, x, y } from './Profile';

const points = pointsOf([
  [0, 0, 0, null],
  [0, 40, 0, 0],
  [200, 60, 10, 1],
  [400, 60, null, 2],
]);

test('the scale holds the path, the ground and the 120 m line above it', () => {
  const scale = scaleOf(points, 800, 160);
  expect(scale.high).toBeGreaterThan(130);
  expect(y(scale, 0)).toBeLessThan(160);
  expect(y(scale, 130)).toBeGreaterThan(0);
  expect(x(scale, 400)).toBeLessThan(800);
});

test('the height between two points lies between theirs', () => {
  expect(heightAt(points, 100)).toEqual({ height: 50, ground: 5 });
  expect(heightAt(points, 300)).toEqual({ height: 60, ground: null });
  expect(heightAt(points, 500)).toBeNull();
  expect(heightAt([], 0)).toBeNull();
});

test('marks are round and few', () => {
  expect(ticks(0, 137, 5)).toEqual([0, 50, 100]);
  expect(ticks(-3, 9, 6)).toEqual([-2, 0, 2, 4, 6, 8]);
});
