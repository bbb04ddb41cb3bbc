/* The list: one row a drone, sorted and filtered. Also what the top bar says of the whole fleet. */
import type { Moment } from '../bus/age';
import type { Severity } from './alerts';
import { droneFreshness, type Freshness, freshness, linkAgeMs } from './freshness';
import type { LiveFleet, Track } from './fleet';
import { placesOf } from './names';
import { phaseOf } from './words';

export interface Row {
  readonly vehicle: string;
  /** None for a drone of the unit that has not been heard since this page was opened. */
  readonly track: Track | null;
  readonly freshness: Freshness;
  readonly linkAgeMs: number | null;
  readonly alert: Severity | null;
}

/** What `linkFreshness` calls fresh, also of drones that are told once a second. */
export const FRESH_LINK = '< 3 s';

/** Of its link alone. */
export function linkFreshness({ linkAgeMs, track }: Row): Freshness {
  return freshness('heartbeat', linkAgeMs, track?.everyMs);
}

export type SortKey = 'vehicle' | 'mode' | 'height' | 'speed' | 'battery' | 'link' | 'mission';

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export type Filter = 'all' | 'flying' | 'stale' | 'alerts';

export function rowsOf(
  fleet: LiveFleet,
  known: Iterable<string>,
  worst: ReadonlyMap<string, Severity>,
  at: Moment,
): Row[] {
  const rows: Row[] = [];
  for (const track of fleet.tracks.values()) {
    const { state, heard } = track;
    rows.push({
      vehicle: state.vehicle,
      track,
      freshness: droneFreshness(track, at),
      linkAgeMs: linkAgeMs(state, heard, at),
      alert: worst.get(state.vehicle) ?? null,
    });
  }
  for (const vehicle of known) {
    if (!fleet.tracks.has(vehicle)) {
      rows.push({ vehicle, track: null, freshness: 'unknown', linkAgeMs: null, alert: worst.get(vehicle) ?? null });
    }
  }
  return rows;
}

const VALUE: Readonly<Record<Exclude<SortKey, 'vehicle'>, (row: Row) => number | string | null>> = {
  mode: (row) => row.track?.state.mode ?? null,
  height: (row) => row.track?.state.height_home_m ?? null,
  speed: (row) => row.track?.state.ground_speed_m_s ?? null,
  battery: (row) => row.track?.state.battery_pct ?? null,
  link: (row) => row.linkAgeMs,
  mission: (row) => {
    const state = row.track?.state;
    return state?.mission_items && state.mission_item !== null ? state.mission_item / state.mission_items : null;
  },
};

/** Silent, and not known to stand disarmed; also one that was lost before this page was opened. */
function isMissed({ freshness, track, alert }: Row): boolean {
  return track === null ? alert !== null : freshness === 'stale' && phaseOf(track.state) !== 'ground';
}

/** By `key`, then by callsign as people count (UAV-2 before UAV-10); unknown values last in either direction. By name
    those that are missed come first: nobody is to scroll for them. */
export function sorted(rows: readonly Row[], { key, descending }: Sort): Row[] {
  const sign = descending ? -1 : 1;
  const known = placesOf(rows.map(({ vehicle }) => vehicle));
  const names = (a: Row, b: Row): number => (known.get(a.vehicle) ?? 0) - (known.get(b.vehicle) ?? 0);
  if (key === 'vehicle') {
    const [missed, others] = [rows.filter(isMissed), rows.filter((row) => !isMissed(row))];
    return [missed, others].flatMap((some) => some.sort((a, b) => sign * names(a, b)));
  }
  const value = VALUE[key];
  const keyed = rows.map((row) => ({ row, value: value(row) }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || names(a.row, b.row);
    if (a.value === b.value) return names(a.row, b.row);
    return sign * (a.value < b.value ? -1 : 1);
  });
  return keyed.map(({ row }) => row);
}

export function filtered(rows: readonly Row[], filter: Filter, text: string): Row[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter((row) => {
    if (wanted && !row.vehicle.toLowerCase().includes(wanted)) return false;
    if (filter === 'flying') return row.track !== null && phaseOf(row.track.state) === 'flying';
    if (filter === 'stale') return row.freshness === 'stale';
    if (filter === 'alerts') return row.alert !== null;
    return true;
  });
}

export interface Summary {
  readonly heard: number;
  readonly known: number;
  readonly flying: number;
  readonly stale: number;
  readonly lowestBattery: Row | null;
  readonly oldestLink: Row | null;
}

/** Those flying, or while none flies all heard of: one switched off on the ground must not hide one in the air. */
export function toWatch(rows: readonly Row[]): readonly Row[] {
  const flying = filtered(rows, 'flying', '');
  return flying.length > 0 ? flying : rows.filter(({ track }) => track !== null);
}

/** A stale battery counts too: it was the last that was known. */
export function summary(rows: readonly Row[]): Summary {
  let flying = 0;
  let stale = 0;
  let heard = 0;
  for (const row of rows) {
    if (!row.track) continue;
    heard += 1;
    if (row.freshness === 'stale') stale += 1;
    if (phaseOf(row.track.state) === 'flying') flying += 1;
  }
  const known = placesOf(rows.map(({ vehicle }) => vehicle));
  const place = ({ vehicle }: Row): number => known.get(vehicle) ?? 0;
  let lowestBattery: Row | null = null;
  let oldestLink: Row | null = null;
  for (const row of toWatch(rows)) {
    if (isLower(row, lowestBattery, place)) lowestBattery = row;
    if (row.linkAgeMs !== null && row.linkAgeMs > (oldestLink?.linkAgeMs ?? -1)) oldestLink = row;
  }
  return { heard, known: rows.length, flying, stale, lowestBattery, oldestLink };
}

/** Of two as low, the one whose callsign is first: the list begins with it, too. */
function isLower(row: Row, than: Row | null, place: (row: Row) => number): boolean {
  const [battery, other] = [VALUE.battery(row), than === null ? null : VALUE.battery(than)];
  if (battery === null || than === null || other === null) return battery !== null;
  return battery < other || (battery === other && place(row) < place(than));
}
