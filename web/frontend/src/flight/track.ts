/* The flown track as coloured pieces, and what a moment of it says. */
import type { Feature, FeatureCollection, LineString, MultiLineString } from 'geojson';

import { indexAt, type Line, longestStep, rangeOf } from '../charts/series';
import type { FlightSeries, Position } from '../generated';

/** A column to colour the track by: the series' own, or a charted value sampled on its clock. */
export interface Colouring {
  readonly key: string;
  readonly words: string;
  readonly unit: string;
  readonly digits: number;
  readonly column: readonly (number | null)[];
}

export function colouringsOf(series: FlightSeries): readonly [Colouring, ...Colouring[]] {
  return [
    { key: 'height', words: 'Height', unit: 'm', digits: 0, column: series.height_home_m },
    { key: 'speed', words: 'Speed', unit: 'm/s', digits: 1, column: series.ground_speed_m_s },
    { key: 'climb', words: 'Climb', unit: 'm/s', digits: 1, column: series.climb_m_s },
    { key: 'battery', words: 'Battery', unit: '%', digits: 0, column: series.battery_pct },
    { key: 'voltage', words: 'Voltage', unit: 'V', digits: 1, column: series.battery_v },
    { key: 'loss', words: 'Link loss', unit: '%', digits: 0, column: series.link_loss_pct },
  ];
}

/** The value last known at each of `clock`. */
export function sampled([times, values]: Line, clock: readonly number[]): (number | null)[] {
  return clock.map((time) => values[indexAt(times, time)] ?? null);
}

/** From low to high; every step differs in lightness too, for those who do not see the hues. */
export const SCALE = ['#5b6bd6', '#2aa6c9', '#4cc38a', '#c5d64b', '#ffb347'] as const;

/** Pieces between neighbouring positions. `share` is 0 at the least value and 1 at the greatest; −1 where unknown. */
export function trackShape(series: FlightSeries, values: Colouring['column']): FeatureCollection<LineString> {
  const [least, greatest] = rangeOf(values) ?? [0, 1];
  const features: Feature<LineString>[] = [];
  const longest = longestStep(series.time_s);
  for (let row = 1; row < series.time_s.length; row += 1) {
    const from = positionAt(series, row - 1);
    const to = positionAt(series, row);
    const value = values[row] ?? null;
    if (!from || !to || (series.time_s[row] as number) - (series.time_s[row - 1] as number) > longest) continue;
    const share = value === null ? -1 : greatest > least ? (value - least) / (greatest - least) : 0;
    features.push({ type: 'Feature', properties: { share: Math.round(share * 100) / 100 }, geometry: { type: 'LineString', coordinates: [from, to] } });
  }
  return { type: 'FeatureCollection', features };
}

/** The track in one colour: a line for each stretch without a silence. */
export function pathShape(series: FlightSeries): FeatureCollection<MultiLineString> {
  const longest = longestStep(series.time_s);
  const lines: [number, number][][] = [[]];
  for (const [row, time] of series.time_s.entries()) {
    const place = positionAt(series, row);
    if (row > 0 && time - (series.time_s[row - 1] as number) > longest) lines.push([]);
    if (place) lines.at(-1)?.push(place);
  }
  const drawn = lines.filter((line) => line.length > 1);
  return { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: drawn } }] };
}

export function positionAt(series: FlightSeries, row: number): [number, number] | null {
  const lat = series.lat_deg[row] ?? null;
  const lon = series.lon_deg[row] ?? null;
  return lat === null || lon === null ? null : [lon, lat];
}

/** The time at which the drone was nearest to a place. */
export function nearestTime(series: FlightSeries, { lat_deg, lon_deg }: Position): number {
  const shrink = Math.cos((lat_deg * Math.PI) / 180);
  let best = Infinity;
  let time = series.time_s[0] ?? 0;
  for (const [row, at] of series.time_s.entries()) {
    const place = positionAt(series, row);
    const away = place ? Math.hypot((place[0] - lon_deg) * shrink, place[1] - lat_deg) : Infinity;
    if (away < best) [best, time] = [away, at];
  }
  return time;
}

export interface Moment {
  readonly row: number;
  readonly time_s: number;
  readonly position: [number, number] | null;
  readonly heading_deg: number | null;
  readonly height_home_m: number | null;
  readonly ground_speed_m_s: number | null;
  readonly climb_m_s: number | null;
  readonly battery_pct: number | null;
  readonly link_loss_pct: number | null;
  readonly mode: string | null;
}

/** What was known at `time_s`; null before the first row. */
export function momentAt(series: FlightSeries, time_s: number): Moment | null {
  const row = indexAt(series.time_s, time_s);
  if (row < 0) return null;
  const mode = series.modes[indexAt(series.modes.map((mode) => mode.time_s), time_s)];
  return {
    row,
    time_s,
    position: positionAt(series, row),
    heading_deg: series.heading_deg[row] ?? null,
    height_home_m: series.height_home_m[row] ?? null,
    ground_speed_m_s: series.ground_speed_m_s[row] ?? null,
    climb_m_s: series.climb_m_s[row] ?? null,
    battery_pct: series.battery_pct[row] ?? null,
    link_loss_pct: series.link_loss_pct[row] ?? null,
    mode: mode?.mode ?? null,
  };
}
