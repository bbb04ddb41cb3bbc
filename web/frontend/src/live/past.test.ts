import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type Alert, type LiveFrameTuple, type LiveVehicle, LiveVehicleFields } from '../generated';
import { droneFreshness } from './freshness';
import { alertsAt, HOUR_MS, Past } from './past';

const NOW = Date.UTC(2026, 10, 22, 8, 0, 0);
/** Nothing was recorded in this minute. */
const HOLE = NOW - 30 * 60_000;

function frameAt(sentMs: number): LiveFrameTuple {
  const values: Partial<LiveVehicle> = { vehicle: 'UAV-07', lat_deg: 51.5, lon_deg: (sentMs - NOW) / 1e9, heartbeat_age_ms: 100, position_age_ms: 50 };
  return ['gateway', 'everywhere', 1, new Date(sentMs), [LiveVehicleFields.map((field) => values[field] ?? null) as never]];
}

const asked: [number, number, number][] = [];

/** A frame each second on the second, but for the hole. */
function fetch(since: number, until: number, everyS: number): Promise<LiveFrameTuple[]> {
  asked.push([since, until, everyS]);
  const frames: LiveFrameTuple[] = [];
  const every = Math.max(1, everyS) * 1000;
  for (let sent = Math.ceil(since / every) * every; sent < until; sent += every) {
    if (sent < HOLE || sent >= HOLE + 60_000) frames.push(frameAt(sent));
  }
  return Promise.resolve(frames);
}

let past: Past;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  asked.length = 0;
  past = new Past(fetch, () => Promise.resolve([]), () => Date.now());
  past.start();
});
afterEach(() => vi.useRealTimers());

const loaded = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const lon = (): number | null | undefined => past.fleet.tracks.get('UAV-07')?.state.lon_deg;

test('a moment shows what was last told before it, and its age then', async () => {
  const at = NOW - 600_500;
  past.seek(at, 3);
  let ticks = 0;
  past.tick.subscribe(() => (ticks += 1));
  expect(past.shown.value).toBe('loading');
  await loaded();
  expect(past.shown.value).toBe('shown');
  expect(ticks).toBeGreaterThan(1);
  expect(lon()).toBeCloseTo((at - 500 - NOW) / 1e9, 12);
  expect(past.tick.value).toEqual({ mono: at, wall: at });
  expect(past.fleet.tracks.get('UAV-07')?.trail.points.length).toBeGreaterThan(0);
});

test('going back shows nothing of what came later', async () => {
  past.seek(NOW - 60_000, 3);
  await loaded();
  past.seek(NOW - 900_000, 3);
  await loaded();
  expect(lon()).toBeCloseTo(-900_000 / 1e9, 12);
});

test('a time that nobody recorded is said to be empty, not filled with what was before', async () => {
  past.seek(HOLE + 30_000, 3);
  await loaded();
  expect(past.shown.value).toBe('nothing');
});

test('a server that does not answer is no empty past', async () => {
  past = new Past(() => Promise.reject(new Error('away')), () => Promise.resolve([]), () => Date.now());
  past.seek(NOW - 60_000, 3);
  await loaded();
  expect(past.shown.value).toBe('failed');
});

test('it plays on, and is live again when it has caught up', async () => {
  past.seek(NOW - 20_000, 3);
  await loaded();
  past.play(16);
  await vi.advanceTimersByTimeAsync(1000);
  expect(past.at.value).toBeGreaterThan(NOW - 20_000 + 10_000);
  await vi.advanceTimersByTimeAsync(2000);
  expect(past.at.value).toBeNull();
  expect(past.speed.value).toBeNull();
});

test('it reaches back an hour and no further; the seam of now is live', () => {
  past.seek(NOW - 3 * HOUR_MS, 3);
  expect(past.at.value).toBe(NOW - HOUR_MS);
  past.seek(NOW - 500, 3);
  expect(past.at.value).toBeNull();
});

test('a minute is asked for once, of a large fleet more coarsely', async () => {
  past.seek(NOW - 600_000, 1000);
  await loaded();
  past.seek(NOW - 601_000, 1000);
  await loaded();
  const starts = asked.map(([since]) => since);
  expect(new Set(starts).size).toBe(starts.length);
  expect(new Set(asked.map(([, , everyS]) => everyS))).toEqual(new Set([5]));
});

test('of a large fleet nothing is called stale between two frames', async () => {
  past.seek(NOW - 600_000 + 4700, 1000);
  await loaded();
  const track = past.fleet.tracks.get('UAV-07');
  expect(past.shown.value).toBe('shown');
  expect(track && droneFreshness(track, past.tick.value)).toBe('fresh');
});

test('alerts stand as they stood then', () => {
  const alert = (id: string, raised: number, ended: number | null, known: number | null): Alert => ({
    alert_id: id,
    vehicle: 'UAV-07',
    rule: 'battery',
    severity: 'warning',
    text: '',
    raised_at: new Date(raised),
    ended_at: ended === null ? null : new Date(ended),
    acknowledged_at: known === null ? null : new Date(known),
    acknowledged_by: known === null ? null : 'Ines',
    lat_deg: null,
    lon_deg: null,
  });
  const all = [alert('later', 50, null, null), alert('over', 1, 5, 6), alert('open', 1, 50, 60), alert('waits', 1, 5, 60)];
  const then = alertsAt(all, 10);
  expect([...then.keys()]).toEqual(['open', 'waits']);
  expect([then.get('open')?.ended_at, then.get('waits')?.ended_at, then.get('waits')?.acknowledged_by]).toEqual([null, new Date(5), null]);
});
