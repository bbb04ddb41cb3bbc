/* How old a value is. What nobody renews grows old by itself: a silent gateway, a lost bus, a sleeping machine.

   age = what the gateway said + what the way here took + what has passed here since.

   Wall clocks of two machines are never compared: of `sent_at` only the change against the smallest difference seen
   counts, so a skewed clock is no age, while a queue that grows on the way is. */

/** One instant on this machine's two clocks: `mono` never steps but may stand still in sleep, `wall` the reverse. */
export interface Moment {
  readonly mono: number;
  readonly wall: number;
}

/** When a frame came, and how much longer than the quickest one it had been on its way. */
export interface Heard extends Moment {
  readonly transitMs: number;
}

/** A heartbeat comes at 1 Hz: from so old on one is missing, and the link is lost. */
export const HEARTBEAT_LATE_MS = 1800;
export const HEARTBEAT_LOST_MS = 3000;

export function moment(): Moment {
  return { mono: performance.now(), wall: Date.now() };
}

/** The greater of the two clocks' answers: a stepped clock may make data look old, never fresh. */
export function elapsedMs(from: Moment, to: Moment): number {
  return Math.max(to.mono - from.mono, to.wall - from.wall, 0);
}

/** Age now of a value that was `reportedMs` old when its frame was sent; null for a value never reported. */
export function ageMs(reportedMs: number | null, heard: Heard, at: Moment): number | null {
  return reportedMs === null ? null : reportedMs + heard.transitMs + elapsedMs(heard, at);
}

/** Two clocks drift apart by less than this share, so the quickest difference may grow by it unnoticed. */
const DRIFT = 1e-4;
/** A sender's clock that goes back by more than this was set. */
const STEPPED_MS = 1000;

/** The way's delay beyond the quickest, for one sender. */
export class Transit {
  private least: number | null = null;
  private leastAt = 0;
  private lastSent = -Infinity;

  observe(sentAtMs: number, at: Moment): Heard {
    const difference = at.mono - sentAtMs;
    const stepped = sentAtMs < this.lastSent - STEPPED_MS;
    this.lastSent = sentAtMs;
    const floor = this.least === null || stepped ? difference : this.least + (at.mono - this.leastAt) * DRIFT;
    this.least = Math.min(floor, difference);
    this.leastAt = at.mono;
    return { ...at, transitMs: difference - this.least };
  }
}

/** Tells a sleep or a set clock by the two clocks parting between two calls. */
export class ClockWatch {
  private parting: number;

  constructor(start: Moment) {
    this.parting = start.wall - start.mono;
  }

  jumped(at: Moment): boolean {
    const parting = at.wall - at.mono;
    const jumped = Math.abs(parting - this.parting) > STEPPED_MS;
    this.parting = parting;
    return jumped;
  }
}
