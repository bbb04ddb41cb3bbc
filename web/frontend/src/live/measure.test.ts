import { expect, test } from 'vitest';

import { measureShape } from './measure';
import { showsOf } from './view';

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

test('a window of its own shows the panel it was opened for, and nothing invented', () => {
  expect(showsOf('?show=alerts')).toEqual({ only: 'alerts', vehicle: null });
  expect(showsOf('?show=details&vehicle=UAV-07')).toEqual({ only: 'details', vehicle: 'UAV-07' });
  expect(showsOf('?wall')).toEqual({ only: 'wall', vehicle: null });
  expect(showsOf('?show=toString')).toEqual({ only: null, vehicle: null });
  expect(showsOf('')).toEqual({ only: null, vehicle: null });
});
