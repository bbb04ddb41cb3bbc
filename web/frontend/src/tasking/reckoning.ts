/* Which drones could be at an incident first, asked again as they fly, as the wind is told and as the incident moves. */
import { type ReadonlySignal, signal } from '@preact/signals';

import { type api, ApiError } from '../api';
import type { Candidate, Candidates } from '../generated';

/** What the control room knows and the server does not. Wind counts when both its parts are known. */
export interface Terms {
  readonly wind_m_s: number | null;
  readonly wind_from_deg: number | null;
  readonly stay_min: number;
  /** Above home. */
  readonly height_m: number;
}

export const USUAL: Terms = { wind_m_s: null, wind_from_deg: null, stay_min: 10, height_m: 60 };

/** `answer` stays while a newer one is asked for, and when it cannot be had; `at`: ms since 1970 by this machine. */
export interface Reckoned {
  readonly asking: boolean;
  readonly answer: Candidates | null;
  readonly at: number | null;
  readonly problem: string | null;
}

const NOTHING: Reckoned = { asking: false, answer: null, at: null, problem: null };
const TYPING_MS = 300;
const AGAIN_MS = 5000;
/** A reckoning over many drones is not asked for again at once. */
const REST = 10;

export class Reckoning {
  private readonly _state = signal<Reckoned>(NOTHING);
  private incidentId: string | null = null;
  private terms = USUAL;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | null = null;

  /** `still`: whether the order on the page must not change now, as somebody is about to press something in it. */
  constructor(
    private readonly ask: typeof api.candidates,
    private readonly still: () => boolean,
  ) {}

  get state(): ReadonlySignal<Reckoned> {
    return this._state;
  }

  /** For this incident from now on; null for none. Calling it again asks anew. */
  follow(incidentId: string | null, terms: Terms): void {
    const typing = incidentId === this.incidentId && terms !== this.terms;
    this.stop();
    if (incidentId !== this.incidentId || incidentId === null) this._state.value = NOTHING;
    this.incidentId = incidentId;
    this.terms = terms;
    if (incidentId !== null) this.later(typing ? TYPING_MS : 0);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.asked = null;
  }

  private later(ms: number): void {
    this.timer = setTimeout(() => {
      if (this._state.peek().at !== null && ms >= AGAIN_MS && this.still()) this.later(AGAIN_MS);
      else void this.reckon();
    }, ms);
  }

  private async reckon(): Promise<void> {
    const { incidentId } = this;
    if (incidentId === null) return;
    const asked = (this.asked = new AbortController());
    this._state.value = { ...this._state.peek(), asking: true };
    const begun = performance.now();
    let next: Partial<Reckoned>;
    try {
      next = { answer: await this.ask(incidentId, queryOf(this.terms), asked.signal), at: Date.now(), problem: null };
    } catch (error) {
      next = { problem: error instanceof ApiError ? error.message : 'The drones cannot be reckoned just now.' };
    }
    if (asked.signal.aborted) return;
    this._state.value = { ...this._state.peek(), ...next, asking: false };
    this.later(Math.max(AGAIN_MS, REST * (performance.now() - begun)));
  }
}

/** As both endpoints take it, so that what is offered is what was shown. */
export function queryOf({ wind_m_s, wind_from_deg, stay_min, height_m }: Terms): string {
  const wind = wind_m_s === null || wind_from_deg === null ? {} : { wind_m_s: String(wind_m_s), wind_from_deg: String(wind_from_deg) };
  return new URLSearchParams({ ...wind, stay_s: String(Math.round(stay_min * 60)), height_m: String(height_m) }).toString();
}

/** Those that can go before those that cannot, each in the server's order. */
export function parted(candidates: readonly Candidate[]): readonly [able: readonly Candidate[], unable: readonly Candidate[]] {
  return [candidates.filter(({ possible }) => possible), candidates.filter(({ possible }) => !possible)];
}
