/* The drone a sortie is flown with: what it reports, what is uploaded to it, what it is ordered and what it answers. */
import { computed, effect, signal } from '@preact/signals';

import { api, ApiError, getJson } from '../api';
import { ageMs, HEARTBEAT_LOST_MS, type Heard, moment, Transit } from '../bus/age';
import type { Bus } from '../bus/bus';
import {
  type Event,
  liveFrame,
  type LiveFrameTuple,
  type LiveVehicle,
  type Position,
  type Progress,
  type Reply,
  type UploadReceipt,
  type VehicleInfo,
} from '../generated';
import { distance } from '../map/geo';
import { answerWords, orderWords } from '../ui/orders';
import { toast } from '../ui/toast';
import type { Drone, Store } from './store';

const ASK_MS = 3000;
const TICK_MS = 1000;
const MOST_ANSWERS = 20;
/** These go out at once, whatever other order still waits for its answer. */
const EMERGENCY: ReadonlySet<string> = new Set(['hold', 'return', 'land']);
/** Puts the plan back that was aboard before an upload failed. */
export const RESTORE = 'restore';
const LONGEST_UPLOAD_MS = 180_000;
/** ArduCopter's home is where it is armed: so near to the plan's home, the plan is flown as it was checked. */
const AT_HOME_M = 20;

export interface Heartbeat {
  readonly live: LiveVehicle;
  readonly heard: Heard;
}

export interface Answer {
  readonly verb: string;
  readonly ok: boolean;
  readonly text: string;
  readonly said: readonly string[];
  readonly at: Date;
}

/** An order's arguments, by name. */
export type Given = Readonly<Record<string, unknown>>;

export interface Upload {
  readonly id: string;
  readonly vehicle: string;
  /** Latest progress of each stage and phase, e.g. `mission write`. */
  readonly progress: Readonly<Record<string, Progress>>;
  readonly startedAt: number;
}

export class Aboard {
  /** The drone chosen here, where the sortie names none. */
  readonly chosen = signal<string | null>(null);
  readonly heartbeat = signal<Heartbeat | null>(null);
  readonly info = signal<VehicleInfo | null>(null);
  readonly upload = signal<Upload | null>(null);
  /** The end of putting back the plan that was aboard before an upload failed. */
  readonly restored = signal<UploadReceipt | null>(null);
  /** The verb whose answer is waited for. */
  readonly waiting = signal<string | null>(null);
  readonly answers = signal<readonly Answer[]>([]);
  /** The order that the server wants a reason for. */
  readonly wantsReason = signal<{ readonly verb: string; readonly given: Given } | null>(null);
  /** The drone that this sortie is flown with, as far as anybody has said so. */
  readonly named = computed<string | null>(() => {
    const { vehicle } = this.store.form.value;
    return vehicle || (this.chosen.value ?? this.store.sortie.value.receipt?.vehicle ?? null);
  });
  /** What is shown and ordered: the drone named, or the unit's first until one is. */
  readonly vehicle = computed<string | null>(() => this.named.value ?? this.store.page.vehicles[0] ?? null);
  /** Whether this drone read back this plan as it is saved now, and not one that was changed since. */
  readonly holdsPlan = computed(() => {
    const { receipt, plan_sha256 } = this.store.sortie.value;
    return receipt?.verified === true && receipt.plan_sha256 === plan_sha256 && receipt.vehicle === this.vehicle.value;
  });
  readonly age = computed(() => {
    const last = this.heartbeat.value;
    return last ? ageMs(last.live.heartbeat_age_ms, last.heard, this.now.value) : null;
  });
  /** Whether what it said is no longer what it does. */
  readonly stale = computed(() => this.age.value === null || this.age.value > HEARTBEAT_LOST_MS);
  /** How far from the plan's home the drone stands, where that is too far to take off by this plan; else null. */
  readonly standsOff = computed<{ readonly position: Position; readonly distance_m: number } | null>(() => {
    const drone = this.store.drone.value;
    const home = this.store.plan.value.home;
    if (this.named.value === null || !drone || drone.stale || drone.flying || !home) return null;
    const distance_m = distance(home.position, drone.position);
    return distance_m > AT_HOME_M ? { position: drone.position, distance_m } : null;
  });
  readonly mayOrder: boolean;

  private readonly now = signal(moment());
  private readonly transits = new Map<string, Transit>();
  private reason: string | null = null;
  private ticketFor = '';

  constructor(
    private readonly store: Store,
    readonly bus: Bus,
  ) {
    this.mayOrder = store.page.me.can.includes('vehicle.order');
    this.ticketFor = this.heardOf();
    this.listen();
    setInterval(() => this.tick(), TICK_MS);
    setInterval(() => void this.ask(), ASK_MS);
    effect(() => this.show());
    effect(() => this.renewTicket());
    effect(() => {
      if (this.vehicle.value === null) return;
      this.heartbeat.value = null;
      this.info.value = null;
      void this.askInfo();
    });
  }

  async order(verb: string, given: Given = {}): Promise<void> {
    const name = this.vehicle.value;
    if (!name || (this.waiting.value && !EMERGENCY.has(verb))) return;
    this.waiting.value = verb;
    try {
      const reply = await api.order(name, verb, { arguments: given, reason: this.reason });
      this.noted(verb, reply);
      if (verb === RESTORE && reply.ok) this.follow(String(reply.data['upload_id']), name);
    } catch (error) {
      if (error instanceof ApiError && error.where === 'reason') this.wantsReason.value = { verb, given };
      else this.noted(verb, { ok: false, text: words(error), said: [], data: {} });
    } finally {
      if (this.waiting.value === verb) this.waiting.value = null;
    }
  }

  /** The order that wanted a reason, given one; the reason holds for the orders after it, too. */
  async orderBecause(reason: string): Promise<void> {
    this.reason = reason;
    const wanted = this.wantsReason.value;
    if (wanted) await this.order(wanted.verb, wanted.given);
  }

  async startUpload(overrideReason: string | null): Promise<void> {
    const name = this.vehicle.value;
    if (!name) return;
    const { sortie_id } = this.store.sortie.value;
    try {
      const started = await api.uploadSortie(sortie_id, { vehicle: name, override_reason: overrideReason });
      this.follow(started.upload_id, name);
    } catch (error) {
      toast(words(error), 'crit');
    }
  }

  private follow(id: string, vehicle: string): void {
    this.restored.value = null;
    this.upload.value = { id, vehicle, progress: {}, startedAt: performance.now() };
  }

  private listen(): void {
    this.bus.subscribe<LiveFrameTuple>('live.>', (message, at) => {
      const frame = liveFrame(message);
      const live = frame.vehicles.find((candidate) => candidate.vehicle === this.vehicle.peek());
      if (!live) return;
      const transit = this.transits.get(frame.gateway) ?? new Transit();
      this.transits.set(frame.gateway, transit);
      this.heartbeat.value = { live, heard: transit.observe(new Date(frame.sent_at).getTime(), at) };
    });
    this.bus.subscribe<Progress>('progress.>', (message) => {
      const upload = this.upload.peek();
      if (!upload || message.job !== upload.id) return;
      const progress = { ...upload.progress, [`${message.stage} ${message.phase}`]: message };
      this.upload.value = { ...upload, progress };
    });
    this.bus.subscribe<Event>('event.*.upload', ({ data }) => {
      this.hearRestored(data as unknown as UploadReceipt);
      void this.askSortie();
    });
  }

  private tick(): void {
    this.now.value = moment();
    const upload = this.upload.peek();
    if (!upload) return;
    if (performance.now() - upload.startedAt > LONGEST_UPLOAD_MS) {
      this.upload.value = null;
      toast('Nothing was heard of the end of the upload. Do not fly before it has been repeated.', 'crit');
    } else void this.askSortie();
  }

  private async ask(): Promise<void> {
    if (document.hidden) return;
    await Promise.all([this.askInfo(), this.askSortie()]);
  }

  /** The receipt is believed from the sortie, where the server keeps it; an event only says that it is time to look. */
  private async askSortie(): Promise<void> {
    const view = await api.sortie(this.store.sortie.peek().sortie_id).catch(() => null);
    if (!view) return;
    this.store.hear(view);
    const { receipt } = view.sortie;
    if (!receipt || receipt.upload_id !== this.upload.peek()?.id) return;
    this.upload.value = null;
    if (receipt.verified) toast(`${receipt.vehicle} holds the plan: all of it read back equal.`, 'ok');
    else toast(receipt.problem ?? 'The upload failed: what was read back is not what was sent.', 'crit');
  }

  /** A plan restored is kept with the sortie it was made for, which is mostly another one. */
  private hearRestored(receipt: UploadReceipt): void {
    if (receipt.upload_id !== this.upload.peek()?.id || receipt.sortie === this.store.sortie.peek().sortie_id) return;
    this.upload.value = null;
    this.restored.value = receipt;
  }

  private async askInfo(): Promise<void> {
    const name = this.vehicle.peek();
    const all = await getJson<readonly VehicleInfo[]>('/api/vehicles').catch(() => null);
    if (all) this.info.value = all.find(({ vehicle }) => vehicle === name) ?? null;
  }

  /** Puts the drone on the plan's map: only a move that can be seen is worth drawing the map again. */
  private show(): void {
    const live = this.heartbeat.value?.live;
    const stale = this.stale.value;
    const next = live ? droneOf(live, stale) : null;
    const shown = this.store.drone.peek();
    if (JSON.stringify(next) !== JSON.stringify(shown)) this.store.drone.value = next;
  }

  /** What the bus ticket allows follows the sortie's plan, approval, drone and upload. */
  private renewTicket(): void {
    const heard = this.heardOf();
    if (heard !== this.ticketFor) this.bus.renew();
    this.ticketFor = heard;
  }

  private heardOf(): string {
    const { version, state, vehicle } = this.store.sortie.value;
    return `${version} ${state} ${vehicle ?? ''} ${this.upload.value?.id ?? ''}`;
  }

  private noted(verb: string, reply: Reply): void {
    const { ok, said } = reply;
    const text = answerWords(verb, reply.text);
    const answer = { verb, ok, text, said: [...new Set(said)], at: new Date() };
    this.answers.value = [answer, ...this.answers.value].slice(0, MOST_ANSWERS);
    if (!ok) toast(`${orderWords(verb)}: ${text}`, 'crit');
  }
}

/** Position to half a metre, heading to two degrees. Null where the position is unknown. */
function droneOf(live: LiveVehicle, stale: boolean): Drone | null {
  if (live.lat_deg === null || live.lon_deg === null) return null;
  const round = (value: number, step: number): number => Math.round(value / step) * step;
  return {
    callsign: live.vehicle,
    position: { lat_deg: round(live.lat_deg, 5e-6), lon_deg: round(live.lon_deg, 5e-6) },
    heading_deg: round(live.heading_deg ?? 0, 2),
    flying: live.armed === true && live.landed !== true,
    stale,
  };
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
