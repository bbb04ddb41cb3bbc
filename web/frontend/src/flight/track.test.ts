import { expect, test } from 'vitest';

import type { Event, FlightSeries } from '../generated';
import { happenings } from './events';
import { momentAt, sampled, trackShape } from './track';

function series(values: Partial<FlightSeries>): FlightSeries {
  const rows = values.time_s?.length ?? 0;
  const empty = Array<number | null>(rows).fill(null);
  return {
    rows_recorded: rows,
    time_s: [],
    lat_deg: Array<number>(rows).fill(51.5),
    lon_deg: Array.from({ length: rows }, (_, row) => row / 1000),
    height_home_m: empty,
    altitude_amsl_m: empty,
    ground_speed_m_s: empty,
    climb_m_s: empty,
    heading_deg: empty,
    battery_pct: empty,
    battery_v: empty,
    link_loss_pct: empty,
    modes: [],
    ...values,
  };
}

test('the track is coloured from its least value to its greatest, and grey where that is unknown', () => {
  const shape = trackShape(series({ time_s: [0, 1, 2, 3] }), [10, 20, null, 30]);
  expect(shape.features.map(({ properties }) => properties?.['share'])).toEqual([0.5, -1, 1]);
});

test('a flat flight has one colour', () => {
  const shape = trackShape(series({ time_s: [0, 1, 2] }), [50, 50, 50]);
  expect(shape.features.map(({ properties }) => properties?.['share'])).toEqual([0, 0]);
});

test('no line is drawn over a hole in the recording or a place that is not known', () => {
  const flown = series({ time_s: [0, 1, 2, 60, 61], lat_deg: [51.5, null, 51.5, 51.5, 51.5] });
  expect(trackShape(flown, flown.ground_speed_m_s).features).toHaveLength(1);
});

test('a moment says what was known then', () => {
  const flown = series({
    time_s: [100, 101, 102],
    height_home_m: [0, 5, 9],
    modes: [
      { time_s: 90, mode: 'STABILIZE' },
      { time_s: 101.5, mode: 'AUTO' },
    ],
  });
  expect(momentAt(flown, 101.4)).toMatchObject({ row: 1, height_home_m: 5, mode: 'STABILIZE', position: [0.001, 51.5] });
  expect(momentAt(flown, 102.1)?.mode).toBe('AUTO');
  expect(momentAt(flown, 99)).toBeNull();
});

test('events come in order, a breach louder than a waypoint', () => {
  const event = (kind: string, second: number, data: Record<string, unknown> = {}): Event => ({
    event_id: kind,
    at: `2026-11-22T07:00:0${second}Z`,
    vehicle: 'UAV-07',
    kind,
    text: kind,
    actor: null,
    data,
  });
  const told = happenings([
    event('alert_raised', 5, { severity: 'critical' }),
    event('breach', 4),
    event('alert_ended', 6, { severity: 'critical' }),
    event('mission_reached', 1),
  ]);
  expect(told.map(({ id, tone }) => [id, tone])).toEqual([
    ['mission_reached', 'info'],
    ['breach', 'crit'],
    ['alert_raised', 'crit'],
    ['alert_ended', 'ok'],
  ]);
});

test('the autopilot’s own words are in quotation marks, and as loud as it meant them', () => {
  const said = (severity: number): Event => ({
    event_id: String(severity),
    at: '2026-11-22T07:00:00Z',
    vehicle: 'UAV-07',
    kind: 'statustext',
    text: 'PreArm: Need Position Estimate',
    actor: null,
    data: { severity },
  });
  expect(happenings([said(2), said(6)]).map(({ tone, text }) => [tone, text])).toEqual([
    ['warn', '“PreArm: Need Position Estimate”'],
    ['info', '“PreArm: Need Position Estimate”'],
  ]);
});

test('a charted value is known on the track as it was last told', () => {
  expect(sampled([[1, 3], [10, 30]], [0, 1, 2, 3, 9])).toEqual([null, 10, 10, 30, 30]);
});
