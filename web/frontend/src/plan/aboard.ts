/* The drone a sortie is flown with: what it reports, what is uploaded to it, what it is ordered and what it answers. */
import { computed, effect, signal } from '@preact/signals';

import { api, ApiError, getJson } from '../api';
import { ageMs, type Heard, moment, Transit } from '../bus/age';
import type { Bus } from '../bus/bus';
import {
  type Event,
  liveFrame,
  type LiveFrameTuple,
  type LiveVehicle,
  type Progress,
  type Reply,
  type UploadReceipt,
  type VehicleInfo,
} from '../generated';
import { toast } from '../ui/toast';
import type { Store } from './store';

const ASK_INFO_MS = 3000;
const TICK_MS = 500;
/** Older than this, what a drone said is no longer what it does. */
export const STALE_MS = 3000;
const LONGEST_UPLOAD_MS = 180_000;

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

export interface Upload {
  readonly id: string;
  readonly vehicle: string;
  /** Latest progress of each stage and phase, e.g. `mission write`. */
  readonly progress: Readonly<Record<string, Progress>>;
  readonly startedAt: number;
}

export type Aboard = ReturnType<typeof createAboard>;

export function createAboard(store: Store, bus: Bus) {
  const chosen = signal<string | null>(null);
  const vehicle = computed<string | null>(
    () =>
      store.sortie.value.vehicle ??
      chosen.value ??
      store.sortie.value.receipt?.vehicle ??
      store.page.vehicles[0] ??
      null,
  );
  const heartbeat = signal<Heartbeat | null>(null);
  const info = signal<VehicleInfo | null>(null);
  const upload = signal<Upload | null>(null);
  const waiting = signal<string | null>(null);
  const answers = signal<readonly Answer[]>([]);
  const now = signal(moment());
  const wantsReason = signal<string | null>(null);
  const reason = signal<string | null>(null);
  const age = computed(() =>
    heartbeat.value ? ageMs(heartbeat.value.live.heartbeat_age_ms, heartbeat.value.heard, now.value) : null,
  );
  const stale = computed(() => age.value === null || age.value > STALE_MS);
  const mayOrder = store.page.me.can.includes('vehicle.order');
  const transits = new Map<string, Transit>();
  let ticketFor = `${store.sortie.value.version} ${store.sortie.value.vehicle ?? ''} `;

  bus.subscribe<LiveFrameTuple>('live.>', (message, at) => {
    const frame = liveFrame(message);
    const live = frame.vehicles.find((candidate) => candidate.vehicle === vehicle.peek());
    if (!live) return;
    const transit = transits.get(frame.gateway) ?? new Transit();
    transits.set(frame.gateway, transit);
    heartbeat.value = { live, heard: transit.observe(new Date(frame.sent_at).getTime(), at) };
  });
  bus.subscribe<Progress>('progress.>', (message) => {
    const current = upload.peek();
    if (!current || message.job !== current.id) return;
    upload.value = { ...current, progress: { ...current.progress, [`${message.stage} ${message.phase}`]: message } };
  });
  bus.subscribe<Event>('event.*.upload', (event) => {
    const receipt = event.data as unknown as UploadReceipt;
    if (receipt.upload_id === upload.peek()?.id) void ended(receipt.upload_id);
  });

  async function refreshSortie(): Promise<UploadReceipt | null> {
    const view = await api.sortie(store.sortie.peek().sortie_id);
    store.take(view, store.changed.peek());
    return view.sortie.receipt;
  }

  /** The receipt is believed from the sortie, where the server has kept it; the event only says that it is time to look. */
  async function ended(id: string): Promise<void> {
    const receipt = await refreshSortie().catch(() => null);
    if (receipt?.upload_id !== id || upload.peek()?.id !== id) return;
    upload.value = null;
    if (receipt.verified) toast(`${receipt.vehicle} holds the plan: all of it read back equal.`, 'ok');
    else toast(receipt.problem ?? 'The upload failed: what was read back is not what was sent.', 'crit');
  }

  const ticking = setInterval(() => {
    now.value = moment();
    const current = upload.peek();
    if (!current) return;
    if (performance.now() - current.startedAt > LONGEST_UPLOAD_MS) {
      upload.value = null;
      toast('Nothing was heard of the end of the upload. Do not fly before it has been repeated.', 'crit');
    } else void ended(current.id);
  }, TICK_MS * 2);

  async function askInfo(): Promise<void> {
    const name = vehicle.peek();
    const all = await getJson<readonly VehicleInfo[]>('/api/vehicles').catch(() => null);
    if (all) info.value = all.find((candidate) => candidate.vehicle === name) ?? null;
  }
  const asking = setInterval(() => void askInfo(), ASK_INFO_MS);
  const stopWatching = effect(() => {
    if (vehicle.value === null) return;
    heartbeat.value = null;
    info.value = null;
    void askInfo();
  });

  const stopShowing = effect(() => {
    const live = heartbeat.value?.live;
    const known = live && live.lat_deg !== null && live.lon_deg !== null;
    store.drone.value = known
      ? {
          callsign: live.vehicle,
          position: { lat_deg: live.lat_deg as number, lon_deg: live.lon_deg as number },
          heading_deg: live.heading_deg ?? 0,
          flying: live.armed === true && live.landed !== true,
          stale: stale.value,
        }
      : null;
  });
  // What the ticket allows follows the sortie's plan and drone.
  const stopRenewing = effect(() => {
    const heard = `${store.sortie.value.version} ${store.sortie.value.vehicle ?? ''} ${upload.value?.id ?? ''}`;
    if (heard !== ticketFor) bus.renew();
    ticketFor = heard;
  });

  function noted(verb: string, reply: Reply): void {
    answers.value = [
      { verb, ok: reply.ok, text: reply.text, said: reply.said, at: new Date() },
      ...answers.value,
    ].slice(0, 20);
    if (!reply.ok) toast(`${verb}: ${reply.text}`, 'crit');
  }

  return {
    bus,
    vehicle,
    chosen,
    heartbeat,
    info,
    upload,
    waiting,
    answers,
    age,
    stale,
    mayOrder,
    wantsReason,
    reason,

    async order(verb: string): Promise<void> {
      const name = vehicle.value;
      if (!name || waiting.value) return;
      waiting.value = verb;
      try {
        noted(verb, await api.order(name, verb, reason.value ? { reason: reason.value } : {}));
      } catch (error) {
        if (error instanceof ApiError && error.where === 'reason') wantsReason.value = verb;
        else
          noted(verb, { ok: false, text: error instanceof Error ? error.message : String(error), said: [], data: {} });
      } finally {
        waiting.value = null;
      }
    },

    async startUpload(overrideReason: string | null): Promise<void> {
      const name = vehicle.value;
      if (!name) return;
      try {
        const started = await api.uploadSortie(store.sortie.value.sortie_id, {
          vehicle: name,
          override_reason: overrideReason,
        });
        upload.value = { id: started.upload_id, vehicle: name, progress: {}, startedAt: performance.now() };
      } catch (error) {
        toast(error instanceof Error ? error.message : String(error), 'crit');
      }
    },

    stop(): void {
      clearInterval(ticking);
      clearInterval(asking);
      stopWatching();
      stopShowing();
      stopRenewing();
      bus.close();
    },
  };
}
