/* Values in words: what a controller reads, not what the autopilot calls it. Unknown is a dash, never a zero. */
import type { LiveVehicle } from '../generated';
import { UNKNOWN } from '../ui/format';

/** ArduCopter's modes (ArduPilot documentation, "Flight Modes"). */
const MODES: Readonly<Record<string, string>> = {
  STABILIZE: 'Manual',
  ACRO: 'Acro',
  ALT_HOLD: 'Height hold',
  AUTO: 'Mission',
  GUIDED: 'Guided',
  LOITER: 'Loiter',
  RTL: 'Returning',
  CIRCLE: 'Circling',
  LAND: 'Landing',
  DRIFT: 'Drift',
  SPORT: 'Sport',
  FLIP: 'Flip',
  AUTOTUNE: 'Autotune',
  POSHOLD: 'Position hold',
  BRAKE: 'Braking',
  THROW: 'Throw',
  AVOID_ADSB: 'Avoiding',
  GUIDED_NOGPS: 'Guided, no GPS',
  SMART_RTL: 'Retracing',
  FLOWHOLD: 'Flow hold',
  FOLLOW: 'Following',
  ZIGZAG: 'Zigzag',
  SYSTEMID: 'System id',
  AUTOROTATE: 'Autorotation',
  AUTO_RTL: 'Mission return',
  TURTLE: 'Turtle',
};

export function modeWords(mode: string | null): string {
  return mode === null ? UNKNOWN : (MODES[mode] ?? mode);
}

/** GPS_FIX_TYPE. */
const FIXES = ['No GPS', 'No fix', '2D fix', '3D fix', 'DGPS', 'RTK float', 'RTK fixed', 'Static', 'PPP'] as const;

export function fixWords(fix: number | null): string {
  return fix === null ? UNKNOWN : (FIXES[fix] ?? `Fix ${fix}`);
}

/** A battery below this is alarming. */
export const VERY_LOW_PCT = 20;

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

export function metres(value: number | null, digits = 0): string {
  return value === null ? UNKNOWN : `${fixed(value, digits)} m`;
}

export function speed(value: number | null, digits = 1): string {
  return value === null ? UNKNOWN : `${fixed(value, digits)} m/s`;
}

export function degrees(value: number | null, digits = 0): string {
  return value === null ? UNKNOWN : `${fixed(value, digits)}°`;
}

/** 0…359 as three digits, the way a bearing is said. */
export function bearing(value: number | null): string {
  return value === null ? UNKNOWN : `${String(((Math.round(value) % 360) + 360) % 360).padStart(3, '0')}°`;
}

export function quantity(value: number | null, digits: number, unit: string): string {
  return value === null ? UNKNOWN : `${fixed(value, digits)} ${unit}`;
}

/** Item n of m; MAVLink's item 0 is home and no item of the mission. */
export function missionWords(state: LiveVehicle): string {
  const { mission_item: item, mission_items: items } = state;
  if (items === null || items === 0) return items === 0 ? 'None' : UNKNOWN;
  return `${item ?? UNKNOWN}/${items}`;
}

/** A sign that is a minus and not a hyphen; no "−0". */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}
