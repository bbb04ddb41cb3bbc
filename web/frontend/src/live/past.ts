/* Looking back: the fleet and its alerts as they were at one moment of the last hour. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';

import type { Moment } from '../bus/age';
import type { Alert } from '../generated';
import type { Alerts } from './alerts';
import { LiveFleet } from './fleet';
import { type Fetch, Reel } from './reel';

export const HOUR_MS = 3_600_000;
export const SPEEDS = [1, 4, 16] as const;
export type Speed = (typeof SPEEDS)[number];

/** What came before the moment and belongs to its picture: the trails. */
const LEAD_MS = 90_000;
const STEP_MS = 100;
/** Frames come once a second, or a little later. */
const SEAM_MS = 1100;
/** Nearer to now than this there is nothing to look back at. */
const NOW_MS = 3000;

/** How fine the past is asked for: seconds between frames of a fleet of so many. */
export function fineness(drones: number): number {
  return drones <= 200 ? 0 : drones <= 500 ? 2 : 5;
}

/** Whether there is a picture of the moment that is looked at. */
export type Shown = 'shown' | 'loading' | 'nothing' | 'failed';

export class Past {
  private readonly _at = signal<number | null>(null);
  private readonly _speed = signal<Speed | null>(null);
  private readonly _shown = signal<Shown>('loading');
  private readonly _alerts = signal<readonly Alert[] | null>(null);
  private readonly _pictures = signal(0);
  private readonly reel: Reel;
  private built = { fleet: new LiveFleet(), until: 0 };
  private drones = 0;

  /** `now` is the gateways' time, ms since 1970: the past is told in it. */
  constructor(
    fetch: Fetch,
    private readonly fetchAlerts: () => Promise<readonly Alert[]>,
    private readonly now: () => number,
  ) {
    this.reel = new Reel(fetch, () => fineness(this.drones), () => this.build());
  }

  /** The moment that is looked at, ms since 1970; null while the page is live. */
  get at(): ReadonlySignal<number | null> {
    return this._at;
  }

  /** How many times as fast as it was; null while it stands. */
  get speed(): ReadonlySignal<Speed | null> {
    return this._speed;
  }

  get shown(): ReadonlySignal<Shown> {
    return this._shown;
  }

  get fleet(): LiveFleet {
    return this.built.fleet;
  }

  /** Every alert of the hour; null while they are not known. */
  get hour(): ReadonlySignal<readonly Alert[] | null> {
    return this._alerts;
  }

  readonly alerts = computed<Alerts>(() => alertsAt(this._alerts.value ?? [], this._at.value ?? 0));
  /** New with each picture, also of the same moment when more of it has come. */
  readonly tick = computed<Moment>(() => {
    void this._pictures.value;
    return { mono: this._at.value ?? 0, wall: this._at.value ?? 0 };
  });

  /** Looks at `at`, or at the oldest there is; at now, the page is live again. `drones` is how many there are now. */
  seek(at: number, drones: number): void {
    const now = this.now();
    if (at >= now - NOW_MS) return this.leave();
    this.drones = drones;
    if (this._at.value === null) void this.learnAlerts();
    this._at.value = Math.max(at, now - HOUR_MS);
    this.build();
  }

  play(speed: Speed | null): void {
    this._speed.value = this._at.value === null ? null : speed;
  }

  leave(): void {
    this._at.value = null;
    this._speed.value = null;
    this.built = { fleet: new LiveFleet(), until: 0 };
  }

  /** Lets the time go on by `STEP_MS` of the clock on the wall. */
  start(): void {
    setInterval(() => {
      const { value: at } = this._at;
      if (at !== null && this._speed.value !== null && this._shown.value !== 'loading') {
        this.seek(at + STEP_MS * this._speed.value, this.drones);
      }
    }, STEP_MS);
  }

  /** The fleet at that moment: by what has come since the last picture, or from the beginning after a leap. */
  private build(): void {
    const at = this._at.value;
    if (at === null) return;
    const onwards = at >= this.built.until && at - this.built.until < LEAD_MS && this._shown.value === 'shown';
    if (!onwards) this.built = { fleet: new LiveFleet(), until: at - LEAD_MS };
    const shots = this.reel.shots(this.built.until, at, this.now());
    for (const { sentMs, frame } of shots) this.built.fleet.apply(frame, { mono: sentMs, wall: sentMs }, fineness(this.drones) * 1000 + SEAM_MS);
    this._shown.value = this.judged(at);
    this._pictures.value += 1;
    if (this._shown.value === 'shown') this.built.until = at;
    if (this._speed.value !== null) this.reel.shots(at, at + LEAD_MS, this.now());
  }

  private judged(at: number): Shown {
    if (this.reel.loading(at)) return 'loading';
    const last = this.built.fleet.lastHeard?.wall ?? -Infinity;
    if (at - last <= fineness(this.drones) * 1000 + NOW_MS) return 'shown';
    return this.reel.failed(at) ? 'failed' : 'nothing';
  }

  private async learnAlerts(): Promise<void> {
    try {
      this._alerts.value = await this.fetchAlerts();
    } catch {
      // The fleet can be looked back at without them; the list says that they are not known.
      this._alerts.value = null;
    }
  }
}

/** Those that were open or not acknowledged at `at`, as they stood then. */
export function alertsAt(all: readonly Alert[], at: number): Alerts {
  const before = (instant: Alert['ended_at']): boolean => instant !== null && new Date(instant).getTime() <= at;
  const then = new Map<string, Alert>();
  for (const alert of all) {
    const [ended, known] = [before(alert.ended_at), before(alert.acknowledged_at)];
    if (!before(alert.raised_at) || (ended && known)) continue;
    then.set(alert.alert_id, {
      ...alert,
      ended_at: ended ? alert.ended_at : null,
      acknowledged_at: known ? alert.acknowledged_at : null,
      acknowledged_by: known ? alert.acknowledged_by : null,
    });
  }
  return then;
}
