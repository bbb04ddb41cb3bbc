/* The latest of every drone, as frames come in. Nothing here touches the page: drawing takes what it needs, when it draws. */
import { type Heard, type Moment, Transit } from '../bus/age';
import { type LiveFrameTuple, type LiveVehicle, LiveVehicleFields, type LiveVehicleTuple } from '../generated';
import { Trail } from './trail';

export interface Track {
  readonly state: LiveVehicle;
  readonly heard: Heard;
  readonly trail: Trail;
  /** How long until it is told again where that is not at once: that much age is no lateness. */
  readonly everyMs: number;
}

/** A row under the names of its fields, read where somebody asks: of forty thousand rows a second few are read whole. */
class Told {
  constructor(readonly row: LiveVehicleTuple) {}
}
for (const [at, field] of LiveVehicleFields.entries()) {
  Object.defineProperty(Told.prototype, field, {
    get(this: Told) {
      return this.row[at];
    },
  });
}

export class LiveFleet {
  readonly tracks = new Map<string, Track>();
  /** Counts up with every frame taken. */
  revision = 0;
  /** When the last frame of any gateway came. */
  lastHeard: Moment | null = null;
  /** By its gateway's clock, ms since 1970. */
  lastSentMs = 0;
  private readonly transits = new Map<string, Transit>();

  /** `everyMs` for frames that come seldom; `wanted` says which of its vehicles are taken, all by default. Gives how much
      longer than the quickest one the frame was on its way. */
  apply([gateway, , , sentAt, vehicles]: LiveFrameTuple, at: Moment, everyMs = 0, wanted?: (state: LiveVehicle) => boolean): number {
    let transit = this.transits.get(gateway);
    if (!transit) this.transits.set(gateway, (transit = new Transit()));
    this.lastSentMs = new Date(sentAt).getTime();
    const heard = transit.observe(this.lastSentMs, at);
    for (const row of vehicles) {
      const state = new Told(row) as unknown as LiveVehicle;
      if (wanted && !wanted(state)) continue;
      const trail = this.tracks.get(state.vehicle)?.trail ?? new Trail();
      if (state.lat_deg !== null && state.lon_deg !== null) trail.add(state.lon_deg, state.lat_deg, at.mono, state.height_home_m);
      this.tracks.set(state.vehicle, { state, heard, trail, everyMs });
    }
    this.lastHeard = at;
    this.revision += 1;
    return heard.transitMs;
  }

  /** Forgets what was learnt of the way here: a new line may be quicker, or this machine has slept. */
  newLine(): void {
    this.transits.clear();
  }
}
