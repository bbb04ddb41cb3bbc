import { describe, expect, test } from 'vitest';

import type { Moment } from '../bus/age';
import { type LiveFrameTuple, LiveVehicleFields, type LiveVehicleTuple, type LiveVehicle } from '../generated';
import { LiveFleet } from './fleet';
import { ageWords, droneFreshness, freshness, partAgeMs } from './freshness';
import { filtered, rowsOf, sorted, summary } from './rows';

const at = (ms: number): Moment => ({ mono: ms, wall: 1_000_000 + ms });

function vehicle(values: Partial<LiveVehicle>): LiveVehicleTuple {
  return LiveVehicleFields.map((field) => values[field] ?? null) as unknown as LiveVehicleTuple;
}

function frame(sequence: number, sentMs: number, ...vehicles: LiveVehicleTuple[]): LiveFrameTuple {
  return ['gateway', '2046-1362', sequence, new Date(sentMs), vehicles];
}

const fresh = { armed: true, landed: false, lat_deg: 51.5, lon_deg: -0.16, heartbeat_age_ms: 100, position_age_ms: 50 };

describe('the fleet', () => {
  test('reads a frame by the generated order of fields', () => {
    const fleet = new LiveFleet();
    fleet.apply(frame(1, 0, vehicle({ ...fresh, vehicle: 'UAV-07', mode: 'AUTO', battery_pct: 61, mission_age_ms: 900 })), at(20));
    const state = fleet.tracks.get('UAV-07')?.state;
    expect(state).toMatchObject({ vehicle: 'UAV-07', mode: 'AUTO', battery_pct: 61, mission_age_ms: 900, roll_deg: null });
  });

  test('a drone the gateway no longer mentions grows old, its neighbour does not', () => {
    const fleet = new LiveFleet();
    fleet.apply(frame(1, 0, vehicle({ ...fresh, vehicle: 'UAV-07' }), vehicle({ ...fresh, vehicle: 'UAV-08' })), at(0));
    fleet.apply(frame(2, 5000, vehicle({ ...fresh, vehicle: 'UAV-08' })), at(5000));
    const rows = rowsOf(fleet, [], new Map(), at(5000));
    expect(rows.map((row) => [row.vehicle, row.freshness])).toEqual([
      ['UAV-07', 'stale'],
      ['UAV-08', 'fresh'],
    ]);
  });

  test('a place that is not known makes no trail, and no place at 0, 0', () => {
    const fleet = new LiveFleet();
    fleet.apply(frame(1, 0, vehicle({ vehicle: 'UAV-07', heartbeat_age_ms: 0 })), at(0));
    const track = fleet.tracks.get('UAV-07');
    expect(track?.state.lat_deg).toBeNull();
    expect(track?.trail.points).toEqual([]);
  });
});

describe('freshness', () => {
  test.each([
    ['heartbeat', 999, 'fresh'],
    ['heartbeat', 2000, 'late'],
    ['heartbeat', 3000, 'stale'],
    ['battery', 3000, 'late'],
    ['mission', 9999, 'late'],
    ['mission', null, 'unknown'],
  ] as const)('of a %s %s ms old is %s', (part, age, answer) => {
    expect(freshness(part, age)).toBe(answer);
  });

  test('a drone with a live link and an old position is stale', () => {
    const fleet = new LiveFleet();
    fleet.apply(frame(1, 0, vehicle({ ...fresh, vehicle: 'UAV-07', position_age_ms: 4000 })), at(0));
    const track = fleet.tracks.get('UAV-07');
    expect(track && droneFreshness(track, at(0))).toBe('stale');
    expect(track && partAgeMs('position', track.state, track.heard, at(500))).toBe(4500);
  });

  test('a drone that never gave a heartbeat is not fresh', () => {
    const fleet = new LiveFleet();
    fleet.apply(frame(1, 0, vehicle({ vehicle: 'UAV-07', position_age_ms: 10 })), at(0));
    const track = fleet.tracks.get('UAV-07');
    expect(track && droneFreshness(track, at(0))).toBe('stale');
  });

  test.each([
    [null, '–'],
    [120, '0.1 s'],
    [9949, '9.9 s'],
    [14_400, '14 s'],
    [125_000, '2:05 min'],
    [2 * 3600_000 + 60_000, '2:01 h'],
  ] as const)('%s ms reads %s', (age, words) => {
    expect(ageWords(age)).toBe(words);
  });
});

describe('the list', () => {
  const fleet = new LiveFleet();
  fleet.apply(
    frame(
      1,
      0,
      vehicle({ ...fresh, vehicle: 'UAV-10', battery_pct: 40, height_home_m: 10 }),
      vehicle({ ...fresh, vehicle: 'UAV-2', battery_pct: 12, heartbeat_age_ms: 2500, position_age_ms: 900 }),
      vehicle({ ...fresh, vehicle: 'UAV-3', armed: false, landed: true }),
    ),
    at(0),
  );
  const rows = rowsOf(fleet, ['UAV-2', 'UAV-99'], new Map([['UAV-3', 'warning']]), at(0));
  const names = (list: typeof rows): string[] => list.map((row) => row.vehicle);

  test('by name those come first that fell silent in the air, not those that were switched off', () => {
    const silent = new LiveFleet();
    const unheard = { ...fresh, heartbeat_age_ms: 9000, position_age_ms: 9000 };
    silent.apply(frame(1, 0, vehicle({ ...fresh, vehicle: 'UAV-1' }), vehicle({ ...unheard, vehicle: 'UAV-2', armed: false, landed: true }), vehicle({ ...unheard, vehicle: 'UAV-900' })), at(0));
    const all = rowsOf(silent, ['UAV-7', 'UAV-8'], new Map([['UAV-8', 'critical']]), at(0));
    expect(names(sorted(all, { key: 'vehicle', descending: false }))).toEqual(['UAV-8', 'UAV-900', 'UAV-1', 'UAV-2', 'UAV-7']);
    expect(names(sorted(all, { key: 'vehicle', descending: true }))).toEqual(['UAV-900', 'UAV-8', 'UAV-7', 'UAV-2', 'UAV-1']);
  });

  test('counts callsigns as people do', () => {
    expect(names(sorted(rows, { key: 'vehicle', descending: false }))).toEqual(['UAV-2', 'UAV-3', 'UAV-10', 'UAV-99']);
  });

  test('puts what is not known last, whichever way it is sorted', () => {
    expect(names(sorted(rows, { key: 'battery', descending: false }))).toEqual(['UAV-2', 'UAV-10', 'UAV-3', 'UAV-99']);
    expect(names(sorted(rows, { key: 'battery', descending: true }))).toEqual(['UAV-10', 'UAV-2', 'UAV-3', 'UAV-99']);
  });

  test('filters by state and callsign', () => {
    expect(names(filtered(rows, 'flying', ''))).toEqual(['UAV-10', 'UAV-2']);
    expect(names(filtered(rows, 'alerts', ''))).toEqual(['UAV-3']);
    expect(names(filtered(rows, 'all', ' uav-1'))).toEqual(['UAV-10']);
  });

  test('says at once which battery is lowest and which link oldest', () => {
    const { heard, known, flying, stale, lowestBattery, oldestLink } = summary(rows);
    expect([heard, known, flying, stale]).toEqual([3, 4, 2, 0]);
    expect([lowestBattery?.vehicle, oldestLink?.vehicle]).toEqual(['UAV-2', 'UAV-2']);
  });

  test('a drone switched off on the ground hides none that flies', () => {
    const off = vehicle({ ...fresh, vehicle: 'UAV-4', armed: false, landed: true, battery_pct: 3, heartbeat_age_ms: 90_000, position_age_ms: 90_000 });
    const grounded = new LiveFleet();
    grounded.apply(frame(1, 0, off), at(0));
    const row = rowsOf(grounded, [], new Map(), at(0));
    expect([summary([...rows, ...row])].map(({ lowestBattery, oldestLink }) => [lowestBattery?.vehicle, oldestLink?.vehicle])).toEqual([['UAV-2', 'UAV-2']]);
    expect(summary(row).lowestBattery?.vehicle).toBe('UAV-4');
  });

  test('of two batteries as low names the one that the list begins with, whichever came first', () => {
    const alike = rows.map((row) => (row.track ? { ...row, track: { ...row.track, state: { ...row.track.state, battery_pct: 3 } } } : row));
    const [first] = sorted(alike, { key: 'battery', descending: false });
    expect([summary(alike), summary([...alike].reverse())].map((one) => one.lowestBattery?.vehicle)).toEqual([first?.vehicle, first?.vehicle]);
  });
});
