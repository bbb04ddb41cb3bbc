/* Which orders fit what the drone does now. The autopilot decides; this only offers nothing that it would refuse. */
import type { LiveVehicle } from '../generated';

/** Modes in which ArduCopter refuses to arm; a drone that came home by itself is left in one of them. */
const NOT_ARMABLE: readonly (string | null)[] = ['RTL', 'SMART_RTL', 'LAND', 'BRAKE', 'AUTO'];
/** Modes in which ArduCopter takes MAV_CMD_DO_PAUSE_CONTINUE. */
const PAUSES: readonly (string | null)[] = ['AUTO', 'GUIDED'];
/** Faster than a gust moves a drone that holds its place, in metres per second. */
const UNDER_WAY_M_S = 1.5;

type State = Pick<LiveVehicle, 'armed' | 'landed' | 'mode' | 'ground_speed_m_s' | 'climb_m_s'>;

export function armsIn(mode: string | null): boolean {
  return !NOT_ARMABLE.includes(mode);
}

/** A paused drone does not say that it is: only one that moves in its mission certainly has nothing to continue. */
export function mayNow(live: State | undefined): Record<'disarm' | 'start' | 'pause' | 'continue', boolean> {
  const armed = live?.armed === true;
  const flying = armed && live.landed !== true;
  const moves = Math.hypot(live?.ground_speed_m_s ?? 0, live?.climb_m_s ?? 0) > UNDER_WAY_M_S;
  return {
    disarm: armed && live.landed !== false,
    start: armed && live.landed !== false,
    pause: flying && PAUSES.includes(live.mode),
    continue: flying && !(live.mode === 'AUTO' && moves),
  };
}
