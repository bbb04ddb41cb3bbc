/* Flight modes in words: what a controller reads, not what the autopilot calls it. */
import { UNKNOWN } from './format';

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
