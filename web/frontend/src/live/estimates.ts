/* What can be reckoned from a drone's state and its plan: how long it lasts, how long home, how long to the mission's end. */
import type { LiveVehicle, Plan, Position } from '../generated';
import { distance } from '../map/geo';
import { legs } from '../map/path';

/** As the monitor's rule for the way home reckons it (`telemetry.rules.condition`). */
const HOME_SPEED_M_S = 8;
const HOME_SINK_M_S = 1;
const LEAST_A = 1;
const LEAST_GONE = 0.05;
/** Slower than this it hovers or turns: its speed says nothing of when it will be there. */
const LEAST_SPEED_M_S = 1.5;

export function placeOf(state: LiveVehicle): Position | null {
  return state.lat_deg === null || state.lon_deg === null ? null : { lat_deg: state.lat_deg, lon_deg: state.lon_deg };
}

export function homeOf(state: LiveVehicle): Position | null {
  return state.home_lat_deg === null || state.home_lon_deg === null ? null : { lat_deg: state.home_lat_deg, lon_deg: state.home_lon_deg };
}

/** Seconds at the present current, by what was used for the share that is gone; null while that is too little to tell. */
export function batteryLeftS({ battery_pct, battery_used_mah, battery_a }: LiveVehicle): number | null {
  if (battery_pct === null || battery_used_mah === null || battery_a === null || battery_a < LEAST_A) return null;
  const gone = 1 - battery_pct / 100;
  if (gone < LEAST_GONE || battery_used_mah <= 0) return null;
  return (battery_used_mah / gone) * (battery_pct / 100) * (3.6 / battery_a);
}

/** Seconds straight home and down. */
export function homeS(state: LiveVehicle): number | null {
  const [here, home] = [placeOf(state), homeOf(state)];
  if (!here || !home) return null;
  return distance(here, home) / HOME_SPEED_M_S + Math.max(0, state.height_home_m ?? 0) / HOME_SINK_M_S;
}

export interface Progress {
  /** Of the path's length, 0 to 1. */
  readonly share: number;
  readonly left_m: number;
  /** At the speed flown now, or at the plan's while it hovers or turns; waiting times not counted. */
  readonly left_s: number | null;
}

/** How far it is along the plan that it holds; null where it flies no mission. */
export function progressOf(state: LiveVehicle, plan: Plan | null): Progress | null {
  const here = placeOf(state);
  if (!plan || !here || state.mode !== 'AUTO' || !state.mission_item) return null;
  const all = legs(plan);
  // MAVLink's item 0 is home, so the plan's first item is 1. What is no place is done on the way to the next one.
  const now = all.findIndex((leg) => leg.toItem >= (state.mission_item ?? 0) - 1);
  const current = all[now];
  if (!current) return null;
  const lengths = all.map((leg) => distance(leg.from, leg.to));
  const left_m = distance(here, current.to) + sum(lengths.slice(now + 1));
  const whole = sum(lengths);
  const speed = Math.max(state.ground_speed_m_s ?? 0, 0);
  const reckoned = speed >= LEAST_SPEED_M_S ? speed : plan.cruise_speed_m_s;
  return { share: whole === 0 ? 1 : Math.max(0, Math.min(1, 1 - left_m / whole)), left_m, left_s: reckoned ? left_m / reckoned : null };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
