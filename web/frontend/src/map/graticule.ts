/* Lines of latitude and longitude whose step follows the zoom, labelled as a pilot reads them over the radio. */
import type { Feature, FeatureCollection } from 'geojson';

/** Steps in arc seconds; every one divides the next but two, so that lines stay put while zooming. */
const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18000, 36000, 108000] as const;
const LEAST_PIXELS = 110;
const MAX_MERCATOR_LAT = 85;

export interface View {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
  readonly zoom: number;
}

/** The smallest step whose lines stand at least `LEAST_PIXELS` apart at `zoom` (512-pixel tiles). */
export function stepSeconds(zoom: number): number {
  const pixelsPerSecond = (512 * 2 ** zoom) / (360 * 3600);
  return STEPS_S.find((step) => step * pixelsPerSecond >= LEAST_PIXELS) ?? 108000;
}

/** `51°30′30″N`, without the parts that the step makes zero. */
export function label(seconds: number, step: number, axis: 'lat' | 'lon'): string {
  const hemisphere = axis === 'lat' ? (seconds < 0 ? 'S' : 'N') : seconds < 0 ? 'W' : 'E';
  const whole = Math.abs(seconds);
  const degrees = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (step % 3600 === 0) return `${degrees}°${hemisphere}`;
  if (step % 60 === 0) return `${degrees}°${two(minutes)}′${hemisphere}`;
  return `${degrees}°${two(minutes)}′${two(whole % 60)}″${hemisphere}`;
}

/** The lines over the view and half a view around it. Every fifth (or whole minute, degree) is `major`. */
export function graticule(view: View): FeatureCollection {
  const step = stepSeconds(view.zoom);
  const width = view.east - view.west;
  const height = view.north - view.south;
  const west = Math.max(-540, view.west - width / 2);
  const east = Math.min(540, view.east + width / 2);
  const south = Math.max(-MAX_MERCATOR_LAT, view.south - height / 2);
  const north = Math.min(MAX_MERCATOR_LAT, view.north + height / 2);
  const line = (seconds: number, axis: 'lat' | 'lon'): Feature => {
    const at = seconds / 3600;
    return {
      type: 'Feature',
      properties: { label: label(seconds, step, axis), major: seconds % (step * 5) === 0 },
      geometry: {
        type: 'LineString',
        coordinates:
          axis === 'lat'
            ? [
                [west, at],
                [east, at],
              ]
            : [
                [at, south],
                [at, north],
              ],
      },
    };
  };
  const along = (from: number, to: number, axis: 'lat' | 'lon'): Feature[] => {
    const first = Math.ceil((from * 3600) / step);
    const last = Math.floor((to * 3600) / step);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => line((first + index) * step, axis));
  };
  return { type: 'FeatureCollection', features: [...along(south, north, 'lat'), ...along(west, east, 'lon')] };
}
