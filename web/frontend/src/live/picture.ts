/* What the page shows: the fleet as it is, or as it was while somebody looks back. Panels read this and need not care. */
import { computed, type ReadonlySignal } from '@preact/signals';

import { elapsedMs, type Moment, moment } from '../bus/age';
import type { Alert, Event, Incident, Onboard, VehicleInfo } from '../generated';
import { type Alerts, type Severity, worstByVehicle } from './alerts';
import type { LiveFleet } from './fleet';
import type { Fetch } from './reel';
import { Past } from './past';
import type { Watch } from './watch';

export interface PastSource {
  readonly frames: Fetch;
  readonly alerts: () => Promise<readonly Alert[]>;
}

export class Picture {
  readonly past: Past;
  readonly isLive: ReadonlySignal<boolean>;
  /** The pace at which words follow: twice a second, or the moment that is looked back at. */
  readonly tick: ReadonlySignal<Moment>;
  readonly alerts: ReadonlySignal<Alerts>;
  /** The worst that goes on or is not acknowledged, of each vehicle that has one; */
  readonly worst: ReadonlySignal<ReadonlyMap<string, Severity>>;
  /** and of those that nobody has acknowledged. */
  readonly waiting: ReadonlySignal<ReadonlyMap<string, Severity>>;
  /** Whether all alerts there are, or were then, are among them: an empty list is good news only so. */
  readonly alertsKnown: ReadonlySignal<boolean>;
  readonly incidents: ReadonlySignal<readonly Incident[]>;
  readonly infos: ReadonlySignal<ReadonlyMap<string, VehicleInfo>>;
  /** The plans on board now; of the past only those that were there already. */
  readonly onboard: ReadonlySignal<ReadonlyMap<string, Onboard>>;

  constructor(
    readonly watch: Watch,
    source: PastSource,
  ) {
    const past = (this.past = new Past(source.frames, source.alerts, () => this.now()));
    past.start();
    this.isLive = computed(() => past.at.value === null);
    this.tick = computed(() => (past.at.value === null ? watch.tick.value : past.tick.value));
    this.alerts = computed(() => (past.at.value === null ? watch.alerts.value : past.alerts.value));
    this.alertsKnown = computed(() => (past.at.value === null ? watch.judged.value && watch.loading.value === 'ready' : past.hour.value !== null && past.shown.value !== 'nothing'));
    this.worst = computed(() => worstByVehicle(this.alerts.value.values()));
    this.waiting = computed(() => worstByVehicle([...this.alerts.value.values()].filter(({ acknowledged_at }) => acknowledged_at === null)));
    this.incidents = computed(() => openAt([...watch.incidents.value.values()], past.at.value));
    this.infos = watch.infos;
    this.onboard = computed(() => onboardAt(watch.onboard.value, past.at.value));
  }

  get fleet(): LiveFleet {
    return this.past.at.value === null ? this.watch.fleet : this.past.fleet;
  }

  /** The moment the picture is of. */
  moment(): Moment {
    return this.past.at.peek() === null ? moment() : this.past.tick.peek();
  }

  /** The gateways' time, ms since 1970, whatever this machine's clock says. */
  now(): number {
    const { lastHeard, lastSentMs } = this.watch.fleet;
    return lastHeard === null ? Date.now() : lastSentMs + elapsedMs(lastHeard, moment());
  }

  /** What was told of a vehicle up to the moment, newest first. */
  eventsOf(vehicle: string): readonly Event[] {
    const told = this.watch.events.value.get(vehicle) ?? [];
    const at = this.past.at.value;
    return at === null ? told : told.filter((event) => new Date(event.at).getTime() <= at);
  }

  /** Looks at the past, `byMs` from the moment that is looked at now. */
  step(byMs: number): void {
    this.seek((this.past.at.value ?? this.now()) + byMs);
  }

  seek(at: number): void {
    this.past.seek(at, this.watch.fleet.tracks.size);
  }
}

/** Those still open that were open then. */
function openAt(incidents: readonly Incident[], at: number | null): readonly Incident[] {
  return at === null ? incidents : incidents.filter(({ opened_at }) => new Date(opened_at).getTime() <= at);
}

function onboardAt(onboard: ReadonlyMap<string, Onboard>, at: number | null): ReadonlyMap<string, Onboard> {
  if (at === null) return onboard;
  return new Map([...onboard].filter(([, held]) => new Date(held.receipt.finished_at).getTime() <= at));
}
