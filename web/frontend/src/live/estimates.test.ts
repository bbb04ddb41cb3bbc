import { expect, test } from 'vitest';

import type { LiveVehicle, Plan } from '../generated';
import { batteryLeftS, homeS, progressOf } from './estimates';

const state = (values: Partial<LiveVehicle>): LiveVehicle => ({ battery_pct: null, battery_used_mah: null, battery_a: null, lat_deg: null, lon_deg: null, ...values }) as LiveVehicle;

test('time left by what was used: half of the charge went in 2,600 mAh, 15.6 A now', () => {
  expect(batteryLeftS(state({ battery_pct: 50, battery_used_mah: 2600, battery_a: 15.6 }))).toBeCloseTo(600, 9);
});

test.each([
  [{ battery_pct: 98, battery_used_mah: 100, battery_a: 15 }],
  [{ battery_pct: 50, battery_used_mah: null, battery_a: 15 }],
  [{ battery_pct: 50, battery_used_mah: 2600, battery_a: 0.3 }],
])('%j is too little to tell', (values) => {
  expect(batteryLeftS(state(values))).toBeNull();
});

test('home is as far as the monitor reckons it', () => {
  const at = { lat_deg: 51.5, lon_deg: -0.16, home_lat_deg: 51.5, home_lon_deg: -0.16 + 800 / 69_460, height_home_m: 60 };
  expect(homeS(state(at))).toBeCloseTo(160, 0);
  expect(homeS(state({ ...at, home_lat_deg: null }))).toBeNull();
});

const place = (lon_deg: number) => ({ lat_deg: 51.5, lon_deg });
const item = (lon_deg: number) => ({ command: 16, position: place(lon_deg), params: [], frame: 3, altitude_m: 40, pattern: null });
const plan = {
  home: { position: place(0), altitude_amsl_m: 0 },
  items: [item(0.01), item(0.02), item(0.03)],
  cruise_speed_m_s: 10,
} as unknown as Plan;
/** Of 0.01° of longitude there, m. */
const LEG_M = 694.6;

test('what is left of a mission is the way to its item and the legs after it', () => {
  const flying = state({ ...place(0.015), mode: 'AUTO', mission_item: 2, ground_speed_m_s: 5 });
  const progress = progressOf(flying, plan);
  expect(progress?.left_m).toBeCloseTo(1.5 * LEG_M, -1);
  expect(progress?.share).toBeCloseTo(0.5, 3);
  expect(progress?.left_s).toBeCloseTo((1.5 * LEG_M) / 5, 0);
});

test('one that turns arrives when the plan says; one that is not on a mission, never', () => {
  const turning = state({ ...place(0.02), mode: 'AUTO', mission_item: 3, ground_speed_m_s: 0.2 });
  expect(progressOf(turning, plan)?.left_s).toBeCloseTo(LEG_M / 10, 0);
  expect(progressOf({ ...turning, mode: 'LOITER' }, plan)).toBeNull();
  expect(progressOf(turning, null)).toBeNull();
});
