/* Where a drone has been: points thin enough to draw for a thousand of them, old ones forgotten. */

import { east, south } from './lens';

export interface TrailPoint {
  readonly lon: number;
  readonly lat: number;
  /** The same as shares of the world (`Lens`). */
  readonly x: number;
  readonly y: number;
  readonly monoMs: number;
  /** Above home. */
  readonly height_m: number | null;
}

/** Metres above home from which each colour of the trails holds; the last is above what is allowed. */
export const HEIGHT_BANDS = [0, 30, 60, 90, 120] as const;

/** Which of `HEIGHT_BANDS`; -1 where the height is not known. */
export function bandOf(height_m: number | null): number {
  return height_m === null ? -1 : HEIGHT_BANDS.findLastIndex((from) => height_m >= from || from === 0);
}

const SPACING_MS = 900;
const KEPT_MS = 120_000;
const METRES_PER_DEGREE = 111_320;
const LEAST_MOVE_M = 1;

export class Trail {
  private kept: TrailPoint[] = [];

  /** Takes a position; one that is hardly later or hardly elsewhere is not kept. Returns whether it was. */
  add(lon: number, lat: number, monoMs: number, height_m: number | null = null): boolean {
    const last = this.kept.at(-1);
    if (last && (monoMs - last.monoMs < SPACING_MS || moved(last, lon, lat) < LEAST_MOVE_M)) return false;
    this.kept.push({ lon, lat, x: east(lon), y: south(lat), monoMs, height_m });
    const oldest = this.kept[0];
    if (oldest && monoMs - oldest.monoMs > KEPT_MS) this.kept.shift();
    return true;
  }

  /** Oldest first. */
  get points(): readonly TrailPoint[] {
    return this.kept;
  }
}

/** Metres, good for the step between two points of a trail. */
function moved(from: TrailPoint, lon: number, lat: number): number {
  const north = (lat - from.lat) * METRES_PER_DEGREE;
  const east = (lon - from.lon) * METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
