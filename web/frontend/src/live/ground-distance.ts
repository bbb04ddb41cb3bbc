/* Distance and bearing between two places, for display. The server's geodesy decides; this draws. */

const EARTH_RADIUS_M = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance in metres (haversine). */
export function distanceM(fromLat: number, fromLon: number, toLat: number, toLon: number): number {
  const halfLat = radians(toLat - fromLat) / 2;
  const halfLon = radians(toLon - fromLon) / 2;
  const h = Math.sin(halfLat) ** 2 + Math.cos(radians(fromLat)) * Math.cos(radians(toLat)) * Math.sin(halfLon) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h));
}

/** Initial great-circle bearing, 0…360° from true north. */
export function bearingDeg(fromLat: number, fromLon: number, toLat: number, toLon: number): number {
  const deltaLon = radians(toLon - fromLon);
  const y = Math.sin(deltaLon) * Math.cos(radians(toLat));
  const x =
    Math.cos(radians(fromLat)) * Math.sin(radians(toLat)) -
    Math.sin(radians(fromLat)) * Math.cos(radians(toLat)) * Math.cos(deltaLon);
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}
