import { expect, test } from 'vitest';

import { Lens } from './lens';

const lens = new Lens([-0.1655, 51.5068], 14, 800, 600, 2);

test('the centre of the map is the middle of the picture', () => {
  expect(lens.at(-0.1655, 51.5068)).toEqual([400, 300]);
});

test('a hundred metres are as long as Web Mercator makes them there', () => {
  const metresPerPixel = (40_075_016.686 * Math.cos((51.5068 * Math.PI) / 180)) / (512 * 2 ** 14) / 2;
  const [, y] = lens.at(-0.1655, 51.5068 + 100 / 111_319.49);
  expect(300 - y).toBeCloseTo(100 / metresPerPixel, 0);
});

test('across the date line a drone is near, not a world away', () => {
  const [x] = new Lens([179.99, 0], 10, 800, 600, 1).at(-179.99, 0);
  expect(x).toBeCloseTo(400 + (0.02 / 360) * 512 * 2 ** 10, 3);
});

test('two lenses are equal that see the same', () => {
  expect(lens.equals(new Lens([-0.1655, 51.5068], 14, 800, 600, 2))).toBe(true);
  expect(lens.equals(new Lens([-0.1655, 51.5068], 14.1, 800, 600, 2))).toBe(false);
  expect(lens.equals(new Lens([-0.1655, 51.5069], 14, 800, 600, 2))).toBe(false);
});
