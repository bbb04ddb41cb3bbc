import { expect, test } from 'vitest';

import type { Aircraft, LiveVehicle, TrafficFrame } from '../generated';
import { heightWords, Traffic } from './traffic';

const plane: Aircraft = {
  aircraft: 'icao-400a01',
  source: 'adsb',
  heard_by: 'UAV-07',
  lat_deg: 51.5,
  lon_deg: -0.1,
  age_ms: 400,
  altitude_m: 365.76,
  altitude_datum: 'pressure',
  height_ground_m: null,
  ground_speed_m_s: 60,
  track_deg: 270,
  climb_m_s: 0,
  callsign: 'GPOLA',
  kind: 'rotorcraft',
  squawk: null,
  on_ground: false,
};
const own = { altitude_amsl_m: 65.76, height_ground_m: 40 } as LiveVehicle;
const frame = (...aircraft: Aircraft[]): TrafficFrame => ({ gateway: 'gateway', sent_at: new Date(1_000_000), aircraft });
const at = (ms: number) => ({ mono: ms, wall: 1_000_000 + ms });

test('heights are told against the chosen drone where they can be', () => {
  expect(heightWords(plane, own)).toBe('≈ +300 m');
  expect(heightWords(plane, null)).toBe('1200 ft STD');
  expect(heightWords({ ...plane, height_ground_m: 15 }, own)).toBe('−25 m');
  expect(heightWords({ ...plane, altitude_datum: 'ellipsoid' }, own)).toBe('366 m ellipsoid');
  expect(heightWords({ ...plane, altitude_m: null }, own)).toBeNull();
  expect(heightWords({ ...plane, on_ground: true }, own)).toBe('on the ground');
});

test('one that is silent grows old in sight, and is forgotten', () => {
  const traffic = new Traffic();
  traffic.apply(frame(plane), at(0));
  const labels = (ms: number) => traffic.shape(at(ms), null).features.map(({ properties }) => [properties?.['label'], properties?.['stale']]);
  expect(labels(100)).toEqual([['GPOLA\n1200 ft STD', false]]);
  expect(labels(12_000)).toEqual([['GPOLA\n1200 ft STD\n12 s old', true]]);
  expect(labels(31_000)).toEqual([]);
});
