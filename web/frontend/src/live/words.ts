/* A drone's state, and the time, in words. Unknown is a dash, never a zero. */
import type { LiveVehicle } from '../generated';
import { UNKNOWN } from '../ui/format';

/** GPS_FIX_TYPE. */
const FIXES = ['No GPS', 'No fix', '2D fix', '3D fix', 'DGPS', 'RTK float', 'RTK fixed', 'Static', 'PPP'] as const;

export function fixWords(fix: number | null): string {
  return fix === null ? UNKNOWN : (FIXES[fix] ?? `Fix ${fix}`);
}

export type Phase = 'flying' | 'armed' | 'ground' | 'unknown';

export function phaseOf(state: LiveVehicle): Phase {
  if (state.armed === null) return 'unknown';
  if (!state.armed) return 'ground';
  return state.landed === true ? 'armed' : 'flying';
}

export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  flying: 'Flying',
  armed: 'Armed, on ground',
  ground: 'Disarmed',
  unknown: 'Not known',
};

const VERY_LOW_PCT = 20;
const LOW_PCT = 30;

export type BatteryTone = 'unknown' | 'critical' | 'warning' | 'ok';

/** One that stands disarmed has its battery changed: however empty, it alarms nobody. */
export function batteryTone(state: LiveVehicle | null): BatteryTone {
  if (state === null || state.battery_pct === null) return 'unknown';
  if (phaseOf(state) === 'ground') return 'ok';
  return state.battery_pct < VERY_LOW_PCT ? 'critical' : state.battery_pct < LOW_PCT ? 'warning' : 'ok';
}

/** Item n of m; MAVLink's item 0 is home and no item of the mission. */
export function missionWords(state: LiveVehicle): string {
  const { mission_item: item, mission_items: items } = state;
  if (items === null || items === 0) return items === 0 ? 'None' : UNKNOWN;
  return `${item ?? UNKNOWN}/${items}`;
}

/** `07:41:05` in UTC. */
export function clock(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 19);
}
