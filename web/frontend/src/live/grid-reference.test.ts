import { expect, test } from 'vitest';

import { gridReference, nationalGrid } from './grid-reference';

test('Caister water tower, the Ordnance Survey guide’s own example, to 5 m', () => {
  // ETRS89 52°39′28.8282″N 1°42′57.8663″E is TG 51409 13177 (OS guide, C.1–C.2, through OSTN).
  const [east, north] = nationalGrid({ lat_deg: 52 + 39 / 60 + 28.8282 / 3600, lon_deg: 1 + 42 / 60 + 57.8663 / 3600 });
  expect(Math.abs(east - 651_409.8)).toBeLessThan(5);
  expect(Math.abs(north - 313_177.3)).toBeLessThan(5);
});

test('squares have their letters', () => {
  expect(gridReference({ lat_deg: 51.50735, lon_deg: -0.1637 })).toMatch(/^TQ 27\d{3} 80\d{3}$/);
  expect(gridReference({ lat_deg: 56.79685, lon_deg: -5.00368 })).toMatch(/^NN 16\d{3} 71\d{3}$/);
  expect(gridReference({ lat_deg: 52.65757, lon_deg: 1.71791 })).toMatch(/^TG 51\d{3} 13\d{3}$/);
});

test('outside Great Britain there is none', () => {
  expect(gridReference({ lat_deg: 40.4, lon_deg: -3.7 })).toBeNull();
});
