/* Other aircraft, as they say of themselves. Nobody vouches for them, so each carries its age and goes when it is silent. */
import type { Feature, FeatureCollection } from 'geojson';

import { ageMs, type Heard, type Moment, Transit } from '../bus/age';
import type { Aircraft, LiveVehicle, TrafficFrame } from '../generated';
import { fixed } from '../ui/format';
import { ageWords } from './freshness';

const FORGOTTEN_MS = 30_000;
/** Older than this its age is said; older than the second it is drawn as not to be believed. */
const AGE_SAID_MS = 2500;
const STALE_MS = 10_000;
const FOOT_M = 0.3048;

interface Other {
  readonly aircraft: Aircraft;
  readonly heard: Heard;
}

export class Traffic {
  private readonly others = new Map<string, Other>();
  private readonly transits = new Map<string, Transit>();

  apply({ gateway, sent_at, aircraft }: TrafficFrame, at: Moment): void {
    let transit = this.transits.get(gateway);
    if (!transit) this.transits.set(gateway, (transit = new Transit()));
    const heard = transit.observe(new Date(sent_at).getTime(), at);
    for (const one of aircraft) this.others.set(one.aircraft, { aircraft: one, heard });
  }

  /** Of those heard within half a minute; heights are told against `own`, the chosen drone. */
  shape(at: Moment, own: LiveVehicle | null): FeatureCollection {
    const features: Feature[] = [];
    for (const [id, { aircraft, heard }] of this.others) {
      const age = ageMs(aircraft.age_ms, heard, at) ?? 0;
      if (age > FORGOTTEN_MS) this.others.delete(id);
      else features.push(feature(aircraft, age, own));
    }
    return { type: 'FeatureCollection', features };
  }
}

function feature(aircraft: Aircraft, age: number, own: LiveVehicle | null): Feature {
  const stale = age > STALE_MS;
  const lines = [aircraft.callsign ?? aircraft.aircraft, heightWords(aircraft, own), age > AGE_SAID_MS ? `${ageWords(age)} old` : null];
  const drone = aircraft.source === 'remote_id';
  return {
    type: 'Feature',
    properties: {
      label: lines.filter((line) => line !== null).join('\n'),
      image: `traffic-${drone ? 'drone' : 'aircraft'}${stale ? '-stale' : ''}`,
      track: aircraft.track_deg ?? 0,
      stale,
    },
    geometry: { type: 'Point', coordinates: [aircraft.lon_deg, aircraft.lat_deg] },
  };
}

/**
 * Above or below the chosen drone where both say a height of the same kind; `≈` where only pressure is known, which
 * is off by what the air pressure is. Else its own height, with what it is above.
 */
export function heightWords(aircraft: Aircraft, own: LiveVehicle | null): string | null {
  if (aircraft.on_ground) return 'on the ground';
  if (aircraft.height_ground_m !== null) {
    const ours = own?.height_ground_m ?? null;
    return ours === null ? `${Math.round(aircraft.height_ground_m)} m above ground` : signed(aircraft.height_ground_m - ours);
  }
  if (aircraft.altitude_m === null) return null;
  const pressure = aircraft.altitude_datum === 'pressure';
  if (pressure && own?.altitude_amsl_m != null) return `≈ ${signed(aircraft.altitude_m - own.altitude_amsl_m)}`;
  return pressure ? `${Math.round(aircraft.altitude_m / FOOT_M / 100) * 100} ft STD` : `${Math.round(aircraft.altitude_m)} m ellipsoid`;
}

function signed(difference: number): string {
  return `${difference >= 0 ? '+' : ''}${fixed(difference, 0)} m`;
}
