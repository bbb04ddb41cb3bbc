/* When a value is too old to be believed. Each part of the state has its own rate, so each has its own limits. */
import { ageMs, HEARTBEAT_LATE_MS, HEARTBEAT_LOST_MS, type Heard, type Moment } from '../bus/age';
import type { LiveVehicle } from '../generated';

export type Freshness = 'fresh' | 'late' | 'stale' | 'unknown';

/** The parts of a vehicle's state that are reported, and grow old, together. */
export type Part = 'heartbeat' | 'position' | 'attitude' | 'battery' | 'gps' | 'mission';

/** Milliseconds: [late from, stale from]. */
const LIMITS: Readonly<Record<Part, readonly [number, number]>> = {
  heartbeat: [HEARTBEAT_LATE_MS, HEARTBEAT_LOST_MS],
  position: [1000, 3000],
  attitude: [1000, 3000],
  battery: [3000, 10_000],
  gps: [3000, 10_000],
  mission: [3000, 10_000],
};

const AGE_OF = {
  heartbeat: 'heartbeat_age_ms',
  position: 'position_age_ms',
  attitude: 'attitude_age_ms',
  battery: 'battery_age_ms',
  gps: 'gps_age_ms',
  mission: 'mission_age_ms',
} as const satisfies Record<Part, keyof LiveVehicle>;

const AGES = Object.values(AGE_OF);

export function partAgeMs(part: Part, state: LiveVehicle, heard: Heard, at: Moment): number | null {
  return ageMs(state[AGE_OF[part]], heard, at);
}

/** A vehicle's state as it was told. */
export interface Told {
  readonly state: LiveVehicle;
  readonly heard: Heard;
  readonly everyMs: number;
}

/** Since anything at all was heard of it. */
export function linkAgeMs(state: LiveVehicle, heard: Heard, at: Moment): number | null {
  let least: number | null = null;
  for (const field of AGES) {
    const told = state[field];
    if (told !== null && (least === null || told < least)) least = told;
  }
  return ageMs(least, heard, at);
}

/** `everyMs`: how seldom it is told, where that is seldom. */
export function freshness(part: Part, age: number | null, everyMs = 0): Freshness {
  if (age === null) return 'unknown';
  const [late, stale] = LIMITS[part];
  return age >= stale + everyMs ? 'stale' : age >= late + everyMs ? 'late' : 'fresh';
}

/** A drone is stale when its link is, or its position: either way it is not where it is drawn. */
export function droneFreshness({ state, heard, everyMs }: Told, at: Moment): Freshness {
  const link = freshness('heartbeat', partAgeMs('heartbeat', state, heard, at), everyMs);
  const position = freshness('position', partAgeMs('position', state, heard, at), everyMs);
  if (link === 'stale' || position === 'stale' || link === 'unknown') return 'stale';
  return link === 'late' || position === 'late' ? 'late' : 'fresh';
}

/** `0.3 s`, `14 s`, `2:05 min`, `1:12 h`; a dash for what was never reported. */
export function ageWords(age: number | null): string {
  if (age === null) return '–';
  const seconds = age / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (minutes < 100) return `${minutes}:${two(Math.floor(seconds % 60))} min`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)} h`;
}
