/* What a live page knows: the fleet as frames come, slow facts and alerts as the server told them and events amend them. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';

import { api, ApiError } from '../api';
import { elapsedMs, type Moment, moment } from '../bus/age';
import type { Bus } from '../bus/bus';
import type { Event, Fleet, Incident, LiveFrameTuple, LiveVehicle, Onboard, TrafficFrame, VehicleInfo } from '../generated';
import { areaOf } from '../map/area';
import { alertOf, type Alerts } from './alerts';
import { LiveFleet } from './fleet';
import { OpenAlerts } from './open-alerts';
import type { Pulses, Silence } from './pulses';
import { Traffic } from './traffic';

export type Loading = 'loading' | 'ready' | 'failed';

const TICK_MS = 500;
const RELOAD_MS = 60_000;
const SETTLE_MS = 700;
const EVENTS_KEPT = 30;
/** The gateways tell the whole fleet once a second; a little late is not late. */
const FLEET_EVERY_MS = 1100;
/** Of a vehicle in an area that is listened to, something comes at least this often. */
const CLOSELY_MS = 1500;
/** Frames that come this much later than the quickest one: this page, or its line, is slower than all it listens to. */
const LATE_MS = 1500;
/** After so long without a frame it is asked whether this page may still hear any. */
const SILENT_MS = 3000;
/** So long it then hears the whole fleet's frames alone. */
const RELIEF_MS = 15_000;
/** Events after which the slow facts are no longer what they were. */
const CHANGES = new Set(['upload', 'reboot', 'link_back', 'authority']);

export class Watch {
  readonly fleet = new LiveFleet();
  readonly traffic = new Traffic();
  readonly open: OpenAlerts;
  private readonly _incidents = signal<ReadonlyMap<string, Incident>>(new Map());
  private readonly _infos = signal<ReadonlyMap<string, VehicleInfo>>(new Map());
  private readonly _onboard = signal<ReadonlyMap<string, Onboard>>(new Map());
  private readonly _events = signal<ReadonlyMap<string, readonly Event[]>>(new Map());
  private readonly _whole = signal(false);
  private readonly _loading = signal<Loading>('loading');
  private readonly _ended = signal(false);
  private wasSilent = false;
  private readonly _heard = signal(0);
  private readonly _tick = signal<Moment>(moment());
  private readonly listening = new Map<string, () => void>();
  private wanted: ReadonlySet<string> | null = new Set();
  private readonly _relieved = signal(false);
  private reloadTimer: number | undefined;
  /** Since the first gateway told of its drones: by its end the others have, too. */
  private wholeTimer: number | undefined;
  /** As they are by now; what is shown follows in the next turn. */
  private readonly told = new Map<string, readonly Event[]>();
  /** Told by the bus while the list is being fetched: newer than the list. */
  private incidentsMeanwhile: Incident[] = [];

  /** `all`: this page may hear of the whole fleet, and listens closely only to where it looks (`look`). */
  constructor(
    readonly bus: Bus,
    private readonly all: boolean,
    private readonly pulses: Pulses,
  ) {
    this._whole.value = !all;
    this.open = new OpenAlerts(bus.turns);
    // Mostly of vehicles that are heard of more closely: no picture waits for it.
    if (all) bus.subscribeNewest<LiveFrameTuple>('fleet.>', (frame, at) => this.hearFleet(frame, at), true);
    else {
      this.listenTo('live.>');
      bus.subscribeNewest<LiveFrameTuple>('guest.*', (frame, at) => this.apply(() => this.fleet.apply(frame, at, FLEET_EVERY_MS)));
    }
    bus.subscribe<TrafficFrame>('traffic.>', (frame, at) => this.traffic.apply(frame, at));
    bus.subscribe<Incident>('$KV.incidents.*', (incident) => this.changed(incident));
    bus.subscribe<Event>('event.>', (event) => this.happened(event));
    bus.connections.subscribe(() => {
      this.fleet.newLine();
      this.reloadSoon();
    });
    const tick = (): void => {
      this._tick.value = moment();
      this.wonder();
    };
    setInterval(() => bus.turns.join(tick), TICK_MS);
    setInterval(() => this.reloadSoon(), RELOAD_MS);
  }

  /** Listens ten times a second to these areas (null: to all) and once a second to the rest; alerts come from everywhere. */
  look(areas: ReadonlySet<string> | null): void {
    if (!this.all) return;
    this.wanted = areas;
    const close = this._relieved.peek() ? new Set<string>() : areas;
    const wanted = new Set(close === null ? ['live.>'] : [...close].map((area) => `live.${area}`));
    for (const [subject, stop] of this.listening) {
      if (wanted.has(subject)) continue;
      stop();
      this.listening.delete(subject);
    }
    for (const subject of wanted) if (!this.listening.has(subject)) this.listenTo(subject);
  }

  private hearFleet(frame: LiveFrameTuple, at: Moment): void {
    this.apply(() => this.fleet.apply(frame, at, FLEET_EVERY_MS, (state) => this.unseen(state, at)));
    this.wholeTimer ??= window.setTimeout(() => (this._whole.value = true), FLEET_EVERY_MS);
  }

  private listenTo(subject: string): void {
    this.listening.set(subject, this.bus.subscribeNewest<LiveFrameTuple>(subject, (frame, at) => this.apply(() => this.hearClosely(frame, at))));
  }

  private hearClosely(frame: LiveFrameTuple, at: Moment): void {
    const lateMs = this.fleet.apply(frame, at);
    if (lateMs > LATE_MS && this.all && !this._relieved.peek()) this.relieve();
  }

  /** What is asked for less often comes in time again. */
  private relieve(): void {
    this._relieved.value = true;
    this.look(this.wanted);
    setTimeout(() => {
      this._relieved.value = false;
      this.look(this.wanted);
    }, RELIEF_MS);
  }

  /** Whether the whole fleet is heard of once a second only, because this page cannot keep up with more. */
  get relieved(): ReadonlySignal<boolean> {
    return this._relieved;
  }

  /** Whether a vehicle of the fleet's frame is not heard of more closely just now. */
  private unseen(state: LiveVehicle, at: Moment): boolean {
    const known = this.fleet.tracks.get(state.vehicle);
    if (!known || elapsedMs(known.heard, at) > CLOSELY_MS) return true;
    return !this.listening.has('live.>') && !this.listening.has(`live.${areaOf(state.lat_deg, state.lon_deg)}`);
  }

  /** Once in each silence. */
  private wonder(): void {
    const { lastHeard } = this.fleet;
    const silent = lastHeard !== null && elapsedMs(lastHeard, this._tick.peek()) > SILENT_MS;
    if (silent && !this.wasSilent) this.reloadSoon();
    this.wasSilent = silent;
  }

  /** A vehicle heard for the first time has slow facts that are not known here yet. */
  private apply(apply: () => void): void {
    const before = this.fleet.tracks.size;
    apply();
    this._heard.value += 1;
    if (this.fleet.tracks.size !== before) this.reloadSoon();
  }

  /** Whether all drones have been heard of that this page may hear of, and not only those in view. */
  get whole(): ReadonlySignal<boolean> {
    return this._whole;
  }

  /** Counts up with each frame of positions. */
  get heard(): ReadonlySignal<number> {
    return this._heard;
  }

  /** Twice a second, together with a picture: the pace at which the words on the page follow the data. */
  get tick(): ReadonlySignal<Moment> {
    return this._tick;
  }

  /** Services of which nothing is heard that should be. */
  readonly silent: ReadonlySignal<Silence[]> = computed(() => this.pulses.silent(this._tick.value));

  /** Whether somebody judges the drones: without the monitor no alert is no good sign. */
  readonly judged: ReadonlySignal<boolean> = computed(() => !this.silent.value.some(({ service }) => service === 'monitor'));

  get alerts(): ReadonlySignal<Alerts> {
    return this.open.shown;
  }

  /** The open ones. */
  get incidents(): ReadonlySignal<ReadonlyMap<string, Incident>> {
    return this._incidents;
  }

  get infos(): ReadonlySignal<ReadonlyMap<string, VehicleInfo>> {
    return this._infos;
  }

  get onboard(): ReadonlySignal<ReadonlyMap<string, Onboard>> {
    return this._onboard;
  }

  /** The latest events of each vehicle, newest first. */
  get events(): ReadonlySignal<ReadonlyMap<string, readonly Event[]>> {
    return this._events;
  }

  /** Whether the server no longer knows who looks: logged out meanwhile, or a guest's link has ended. */
  get ended(): ReadonlySignal<boolean> {
    return this._ended;
  }

  get loading(): ReadonlySignal<Loading> {
    return this._loading;
  }

  /** Of two messages about one incident the greater version is true. */
  changed(incident: Incident): void {
    this.incidentsMeanwhile.push(incident);
    const known = this._incidents.value.get(incident.incident_id);
    if (known && known.version > incident.version) return;
    const incidents = new Map(this._incidents.value);
    if (incident.closed_at === null) incidents.set(incident.incident_id, incident);
    else incidents.delete(incident.incident_id);
    this._incidents.value = incidents;
  }

  private happened(event: Event): void {
    const alert = alertOf(event);
    if (alert) this.open.take(alert);
    const former = this.told.get(event.vehicle) ?? [];
    if (former.some((known) => known.event_id === event.event_id)) return;
    this.told.set(event.vehicle, [event, ...former].slice(0, EVENTS_KEPT));
    this.bus.turns.take(this.tell);
    if (CHANGES.has(event.kind)) this.reloadSoon();
  }

  private readonly tell = (): void => {
    this._events.value = new Map(this.told);
  };

  /** A page that is opened after a gateway died has never heard of it; that its drones are missed tells of it. */
  private expectGateways({ vehicles, alerts }: Fleet): void {
    const missed = new Set(alerts.filter(({ rule, ended_at }) => rule === 'link_lost' && ended_at === null).map(({ vehicle }) => vehicle));
    this.pulses.expect(new Set(vehicles.filter(({ vehicle }) => missed.has(vehicle)).map(({ gateway }) => gateway)), moment());
  }

  /** The autopilots' words told by events are now among the slow facts. */
  private forgetWords(): void {
    for (const [vehicle, events] of this.told) this.told.set(vehicle, events.filter(({ kind }) => kind !== 'statustext'));
    this.tell();
  }

  /** The slow facts are no longer what they were. */
  reloadSoon(): void {
    this.reloadTimer ??= window.setTimeout(() => void this.reload(), SETTLE_MS);
  }

  private async reload(): Promise<void> {
    this.open.ask();
    this.incidentsMeanwhile = [];
    try {
      const told = await api.fleet();
      this._infos.value = new Map(told.vehicles.map((info) => [info.vehicle, info]));
      this._onboard.value = new Map(told.onboard.map((held) => [held.vehicle, held]));
      this._incidents.value = new Map(told.incidents.map((incident) => [incident.incident_id, incident]));
      for (const incident of [...this.incidentsMeanwhile]) this.changed(incident);
      this.expectGateways(told);
      this.forgetWords();
      this.open.listed(told.alerts);
      this._loading.value = 'ready';
      this._ended.value = false;
    } catch (error) {
      this._ended.value = error instanceof ApiError && error.status === 401;
      // The bus goes on by itself; the page says that the rest is missing, and asks again.
      if (this._loading.value === 'loading') this._loading.value = 'failed';
    }
    this.reloadTimer = undefined;
    if (this._loading.value === 'failed') this.reloadSoon();
  }
}
