/* Which services are at work, as they say themselves on the bus: what nobody does must not look like nothing to do. */
import { elapsedMs, type Moment, moment } from '../bus/age';
import type { Bus } from '../bus/bus';
import type { Pulse } from '../generated';

/** Needed whichever page is open: their silence counts from the moment the page is on the bus. */
const NEEDED = ['monitor', 'recorder', 'web'] as const;
const AT_FIRST_MS = 8000;

export interface Silence {
  readonly service: string;
  readonly ms: number;
}

interface Heard {
  readonly at: Moment;
  readonly withinMs: number;
}

export class Pulses {
  private readonly heard = new Map<string, Heard>();

  /** `bus` is null for who may not hear of them. Pilots hear of those needed; that a gateway is silent their drones show. */
  constructor(bus: Pick<Bus, 'subscribe' | 'connections'> | null) {
    bus?.subscribe<Pulse>('pulse.>', (pulse) => this.hear(pulse, moment()));
    bus?.connections.subscribe((connections) => {
      if (connections > 0) this.begin(moment());
    });
  }

  hear(pulse: Pulse, at: Moment): void {
    this.heard.set(pulse.service, { at, withinMs: pulse.within_s * 1000 });
  }

  /** Of these something is to be heard soon, also if nothing was yet. */
  expect(services: Iterable<string>, at: Moment): void {
    for (const service of services) if (!this.heard.has(service)) this.heard.set(service, { at, withinMs: AT_FIRST_MS });
  }

  /** On the bus from now on: what was not heard while it was away is nobody's silence. */
  begin(at: Moment): void {
    const known = [...NEEDED, ...this.heard.keys()];
    this.heard.clear();
    this.expect(known, at);
  }

  /** Those that should have been heard of by now, and for how long they have not been. */
  silent(at: Moment): Silence[] {
    return [...this.heard]
      .map(([service, heard]) => ({ service, ms: elapsedMs(heard.at, at), withinMs: heard.withinMs }))
      .filter(({ ms, withinMs }) => ms > withinMs)
      .map(({ service, ms }) => ({ service, ms }));
  }
}
