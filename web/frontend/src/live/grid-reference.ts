/* The Ordnance Survey grid reference of a place, for display: the way police and ambulance say where.

   WGS 84 → OSGB36 by the seven-parameter Helmert transformation, then the transverse Mercator projection, both of
   "A guide to coordinate systems in Great Britain" (Ordnance Survey, v3.6, annexes B and C). Good to about 5 m. */
import type { Position } from '../generated';

const RADIANS = Math.PI / 180;
const WGS84 = { a: 6_378_137, b: 6_356_752.3142 } as const;
const AIRY = { a: 6_377_563.396, b: 6_356_256.909 } as const;
const HELMERT = { tx: -446.448, ty: 125.157, tz: -542.06, s: 20.4894e-6, rx: -0.1502, ry: -0.247, rz: -0.8421 } as const;
const GRID = { f0: 0.9996012717, lat0: 49 * RADIANS, lon0: -2 * RADIANS, e0: 400_000, n0: -100_000 } as const;

function toAiry({ lat_deg, lon_deg }: Position): { lat: number; lon: number } {
  const phi = lat_deg * RADIANS;
  const lambda = lon_deg * RADIANS;
  const e2 = 1 - (WGS84.b / WGS84.a) ** 2;
  const nu = WGS84.a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  const x = nu * Math.cos(phi) * Math.cos(lambda);
  const y = nu * Math.cos(phi) * Math.sin(lambda);
  const z = nu * (1 - e2) * Math.sin(phi);
  const [rx, ry, rz] = [HELMERT.rx, HELMERT.ry, HELMERT.rz].map((seconds) => (seconds / 3600) * RADIANS) as [number, number, number];
  const scale = 1 + HELMERT.s;
  const x2 = HELMERT.tx + scale * x - rz * y + ry * z;
  const y2 = HELMERT.ty + rz * x + scale * y - rx * z;
  const z2 = HELMERT.tz - ry * x + rx * y + scale * z;
  const p = Math.hypot(x2, y2);
  const e2Airy = 1 - (AIRY.b / AIRY.a) ** 2;
  let lat = Math.atan2(z2, p * (1 - e2Airy));
  for (let round = 0; round < 5; round += 1) {
    const nuAiry = AIRY.a / Math.sqrt(1 - e2Airy * Math.sin(lat) ** 2);
    lat = Math.atan2(z2 + e2Airy * nuAiry * Math.sin(lat), p);
  }
  return { lat, lon: Math.atan2(y2, x2) };
}

/** Metres east and north on the National Grid. */
export function nationalGrid(position: Position): readonly [east: number, north: number] {
  const { lat, lon } = toAiry(position);
  const { a, b } = AIRY;
  const { f0, lat0, lon0, e0, n0 } = GRID;
  const e2 = 1 - (b / a) ** 2;
  const n = (a - b) / (a + b);
  const sin = Math.sin(lat);
  const cos = Math.cos(lat);
  const tan2 = Math.tan(lat) ** 2;
  const nu = (a * f0) / Math.sqrt(1 - e2 * sin * sin);
  const rho = (a * f0 * (1 - e2)) / (1 - e2 * sin * sin) ** 1.5;
  const eta2 = nu / rho - 1;
  const [d, s] = [lat - lat0, lat + lat0];
  const m =
    b *
    f0 *
    ((1 + n + 1.25 * n ** 2 + 1.25 * n ** 3) * d -
      (3 * n + 3 * n ** 2 + 2.625 * n ** 3) * Math.sin(d) * Math.cos(s) +
      (1.875 * n ** 2 + 1.875 * n ** 3) * Math.sin(2 * d) * Math.cos(2 * s) -
      (35 / 24) * n ** 3 * Math.sin(3 * d) * Math.cos(3 * s));
  const l = lon - lon0;
  const north =
    m +
    n0 +
    (nu / 2) * sin * cos * l ** 2 +
    (nu / 24) * sin * cos ** 3 * (5 - tan2 + 9 * eta2) * l ** 4 +
    (nu / 720) * sin * cos ** 5 * (61 - 58 * tan2 + tan2 ** 2) * l ** 6;
  const east =
    e0 +
    nu * cos * l +
    (nu / 6) * cos ** 3 * (nu / rho - tan2) * l ** 3 +
    (nu / 120) * cos ** 5 * (5 - 18 * tan2 + tan2 ** 2 + 14 * eta2 - 58 * tan2 * eta2) * l ** 5;
  return [east, north];
}

/** `TQ 28123 80456` (a metre's square, of which the last digit is beyond this transformation); null off the grid. */
export function gridReference(position: Position): string | null {
  const [east, north] = nationalGrid(position);
  if (!(east >= 0 && east < 700_000 && north >= 0 && north < 1_300_000)) return null;
  const letter = (index: number): string => String.fromCharCode(65 + (index > 7 ? index + 1 : index));
  const e100 = Math.floor(east / 100_000);
  const n100 = Math.floor(north / 100_000);
  const first = letter(19 - n100 - ((19 - n100) % 5) + Math.floor((e100 + 10) / 5));
  const second = letter((((19 - n100) * 5) % 25) + (e100 % 5));
  const five = (metres: number): string => String(Math.floor(metres % 100_000)).padStart(5, '0');
  return `${first}${second} ${five(east)} ${five(north)}`;
}
