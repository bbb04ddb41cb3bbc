/* Small distances on the WGS 84 ellipsoid, good to a millimetre per hundred metres within a sortie's few kilometres.
   The server judges with pyproj; these serve drawing and dragging. */
import type { Position } from '../generated';

const RADIANS = Math.PI / 180;

/** Metres per degree of latitude and of longitude at a latitude (series of the meridian and the parallel radius). */
export function metresPerDegree(lat_deg: number): readonly [lat: number, lon: number] {
  const phi = lat_deg * RADIANS;
  return [
    111132.954 - 559.822 * Math.cos(2 * phi) + 1.175 * Math.cos(4 * phi),
    111412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi) + 0.118 * Math.cos(5 * phi),
  ];
}

/** `to` as metres east and north of `from`. */
export function offset(from: Position, to: Position): readonly [east: number, north: number] {
  const [lat, lon] = metresPerDegree((from.lat_deg + to.lat_deg) / 2);
  return [(to.lon_deg - from.lon_deg) * lon, (to.lat_deg - from.lat_deg) * lat];
}

export function distance(a: Position, b: Position): number {
  return Math.hypot(...offset(a, b));
}

/** Degrees clockwise from true north, 0 to 360. */
export function bearing(from: Position, to: Position): number {
  const [east, north] = offset(from, to);
  return (Math.atan2(east, north) / RADIANS + 360) % 360;
}

export function moved(from: Position, east_m: number, north_m: number): Position {
  const [lat, lon] = metresPerDegree(from.lat_deg);
  return { lat_deg: from.lat_deg + north_m / lat, lon_deg: from.lon_deg + east_m / lon };
}

export function between(a: Position, b: Position, fraction = 0.5): Position {
  return {
    lat_deg: a.lat_deg + (b.lat_deg - a.lat_deg) * fraction,
    lon_deg: a.lon_deg + (b.lon_deg - a.lon_deg) * fraction,
  };
}

/** A closed ring of [lon, lat] for drawing a circle. */
export function circleRing(centre: Position, radius_m: number, corners = 72): [number, number][] {
  return Array.from({ length: corners + 1 }, (_, index) => {
    const angle = ((index % corners) / corners) * 2 * Math.PI;
    return lonLat(moved(centre, Math.sin(angle) * radius_m, Math.cos(angle) * radius_m));
  });
}

export function lonLat(position: Position): [number, number] {
  return [position.lon_deg, position.lat_deg];
}

/** West, south, east, north of all `positions`; null for none. */
export function boundsOf(positions: readonly Position[]): [number, number, number, number] | null {
  if (positions.length === 0) return null;
  const lons = positions.map((position) => position.lon_deg);
  const lats = positions.map((position) => position.lat_deg);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Degrees as an autopilot stores them (1e-7), so that what is drawn is what is sent. */
export function rounded(position: Position): Position {
  const round = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;
  return { lat_deg: round(position.lat_deg), lon_deg: round(position.lon_deg) };
}
