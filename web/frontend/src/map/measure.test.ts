import { expect, test } from 'vitest';

import { measureShape } from './measure';

const at = (lat_deg: number, lon_deg: number) => ({ lat_deg, lon_deg });

test('each leg bears its length and bearing, and the way so far', () => {
  const { features } = measureShape([at(51.5, -0.16), at(51.509, -0.16), at(51.509, -0.1455)]);
  const labels = features.flatMap(({ properties }) => (properties?.['label'] as string | undefined) ?? []);
  expect(labels[0]).toBe('');
  expect(labels[1]).toBe('1.00 km · 000°');
  expect(labels[2]).toMatch(/^1\.01 km · 090°\n2\.01 km in all$/);
});

test('one place alone is only a place', () => {
  expect(measureShape([at(51.5, -0.16)]).features).toHaveLength(1);
});
