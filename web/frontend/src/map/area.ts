/* The areas of the bus: Web Mercator tiles at zoom 12, as `telemetry.wire.area_of` names them. */

const TILES = 1 << 12;
/** With more areas than this in view all of them are listened to. */
const MOST = 150;

export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

function column(lon_deg: number): number {
  return Math.floor(((lon_deg + 180) / 360) * TILES);
}

function row(lat_deg: number): number {
  const phi = (Math.max(-85.05, Math.min(85.05, lat_deg)) * Math.PI) / 180;
  return Math.max(0, Math.min(TILES - 1, Math.floor(((1 - Math.asinh(Math.tan(phi)) / Math.PI) / 2) * TILES)));
}

const name = (x: number, y: number): string => `${((x % TILES) + TILES) % TILES}-${y}`;

export function areaOf(lat_deg: number | null, lon_deg: number | null): string {
  return lat_deg === null || lon_deg === null ? 'nowhere' : name(column(lon_deg), row(lat_deg));
}

/** Those that `box` shows a part of; null for so many that it is simpler to say all. */
export function areasIn({ west, south, east, north }: Box): ReadonlySet<string> | null {
  const [left, right, top, bottom] = [column(west), column(east), row(north), row(south)];
  if ((right - left + 1) * (bottom - top + 1) > MOST) return null;
  const found = new Set<string>();
  for (let x = left; x <= right; x += 1) for (let y = top; y <= bottom; y += 1) found.add(name(x, y));
  return found;
}
