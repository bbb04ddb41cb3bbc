/* The last hour as the gateways told it, a minute at a time: asked for when it is needed, kept while it may be again. */
import type { LiveFrameTuple } from '../generated';

export const MINUTE_MS = 60_000;
/** Minutes kept; the hour, and a little at its ends. */
const KEPT = 64;
/** The newest minute is still being written: it is asked for again when it is wanted further than it was told. */
const SETTLE_MS = 1500;
/** A server that did not answer is left alone for so long. */
const AGAIN_MS = 3000;

/** Frames from `since` until before `until` (ms since 1970), those of one gateway at least `everyS` apart. */
export type Fetch = (since: number, until: number, everyS: number) => Promise<readonly LiveFrameTuple[]>;

export interface Shot {
  readonly sentMs: number;
  readonly frame: LiveFrameTuple;
}

interface Minute {
  shots: readonly Shot[];
  /** How far it has been told, ms since 1970. */
  toldUntil: number;
  loading: boolean;
  /** ms since 1970; null when the last asking was answered. */
  failedAt: number | null;
}

export class Reel {
  private readonly minutes = new Map<number, Minute>();

  /** `everyS`: how fine it is to be; `arrived` is called when something new is there. */
  constructor(
    private readonly fetch: Fetch,
    private readonly everyS: () => number,
    private readonly arrived: () => void,
  ) {}

  /** What was sent after `since` and up to `until`, oldest first, as far as it is here; asks for what is not. */
  shots(since: number, until: number, now: number): Shot[] {
    const found: Shot[] = [];
    for (let start = floor(since); start <= until; start += MINUTE_MS) {
      const minute = this.minute(start, Math.min(until, start + MINUTE_MS), now);
      for (const shot of minute.shots) if (shot.sentMs > since && shot.sentMs <= until) found.push(shot);
    }
    return found;
  }

  /** Whether the moment `at` has been asked for and not yet been told of. */
  loading(at: number): boolean {
    const minute = this.minutes.get(floor(at));
    return minute !== undefined && minute.loading && minute.toldUntil <= at;
  }

  failed(at: number): boolean {
    return (this.minutes.get(floor(at))?.failedAt ?? null) !== null;
  }

  private minute(start: number, wanted: number, now: number): Minute {
    let minute = this.minutes.get(start);
    if (!minute) {
      minute = { shots: [], toldUntil: start, loading: false, failedAt: null };
      this.minutes.set(start, minute);
      for (const oldest of [...this.minutes.keys()].slice(0, Math.max(0, this.minutes.size - KEPT))) this.minutes.delete(oldest);
    }
    const whole = Math.min(start + MINUTE_MS, now - SETTLE_MS);
    const resting = minute.failedAt !== null && now - minute.failedAt < AGAIN_MS;
    if (!minute.loading && !resting && minute.toldUntil < Math.min(wanted + 1, whole)) void this.load(minute, whole, now);
    return minute;
  }

  private async load(minute: Minute, until: number, now: number): Promise<void> {
    minute.loading = true;
    try {
      const frames = await this.fetch(minute.toldUntil, until, this.everyS());
      const shots = frames.map((frame) => ({ sentMs: new Date(frame[3]).getTime(), frame }));
      minute.shots = [...minute.shots, ...shots].sort((a, b) => a.sentMs - b.sentMs);
      minute.toldUntil = until;
      minute.failedAt = null;
    } catch {
      // Shown as such; asked for again when the moment is wanted again.
      minute.failedAt = now;
    }
    minute.loading = false;
    this.arrived();
  }
}

function floor(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}
