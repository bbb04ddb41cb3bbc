import { expect, test } from 'vitest';

import { areaOf, areasIn } from './area';

// What telemetry.wire.area_of answers for the same places.
test.each([
  [51.50735, -0.1637, '2046-1362'],
  [-33.86, 151.21, '3768-2457'],
  [89.9, 179.999, '4095-0'],
  [null, 0, 'nowhere'],
] as const)('%s, %s lies in %s', (lat, lon, area) => {
  expect(areaOf(lat, lon)).toBe(area);
});

test('a view shows the areas it touches', () => {
  const areas = areasIn({ west: -0.2, south: 51.48, east: -0.1, north: 51.52 });
  expect([...(areas ?? [])].sort()).toEqual(['2045-1361', '2045-1362', '2046-1361', '2046-1362']);
});

test('a view over the date line has areas of both its ends', () => {
  expect([...(areasIn({ west: 179.99, south: 0.01, east: 180.01, north: 0.02 }) ?? [])].sort()).toEqual(['0-2047', '4095-2047']);
});

test('a view of the whole country is all', () => {
  expect(areasIn({ west: -6, south: 50, east: 2, north: 59 })).toBeNull();
});
