/* Every drone in one source and one symbol layer; rings and trails below it. */
import type { Feature, FeatureCollection, Point } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, Map as MapLibreMap, SymbolLayerSpecification } from 'maplibre-gl';

import type { Moment } from '../bus/age';
import { LABEL_FONT, NOTHING } from '../map/ground';
import { token } from '../ui/theme';
import type { Severity } from './alerts';
import { addDroneImages, type DroneImage } from './drone-images';
import type { LiveFleet, Track } from './fleet';
import { ageWords, droneFreshness, partAgeMs } from './freshness';
import { screenScale } from '../map/screen';
import type { TrailPoint } from './trail';
import type { Trails } from './view';
import { phaseOf } from './words';

export const DRONE_LAYERS = ['drones', 'drones-marked'] as const;
const DRONES = 'drones';
const TRAILS = 'trails';

/** Metres above home from which each colour of the trails holds; the last is above what is allowed. */
export const HEIGHT_BANDS = [0, 30, 60, 90, 120] as const;

/** With more drones than this their labels say the callsign alone. */
const FULL_LABELS = 40;

export interface Look {
  readonly worst: ReadonlyMap<string, Severity>;
  readonly selected: string | null;
  readonly allLabels: boolean;
}

/** Smaller from afar, so that a thousand are still a thousand. */
const BY_ZOOM: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 9, 0.4, 13, 0.75, 15, 1];

/** Call it when the style is ready. */
export function addDroneLayers(map: MapLibreMap): void {
  addDroneImages(map);
  const scale = screenScale();
  map.addSource(TRAILS, { type: 'geojson', data: NOTHING });
  map.addSource(DRONES, { type: 'geojson', data: NOTHING, buffer: 64, tolerance: 0 });
  map.addLayer({
    id: TRAILS,
    type: 'line',
    source: TRAILS,
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': ['match', ['get', 'band'], ...HEIGHT_BANDS.flatMap((_, band) => [band, token(`height-${band + 1}`)]), token('accent')] as unknown as ExpressionSpecification,
      'line-opacity': ['get', 'opacity'],
      'line-width': ['case', ['get', 'selected'], 3.5 * scale, 2 * scale],
    },
  });
  map.addLayer(symbols(DRONE_LAYERS[0], false, scale));
  map.addLayer({
    id: 'drone-selected',
    type: 'circle',
    source: DRONES,
    filter: ['get', 'selected'],
    paint: {
      'circle-radius': 24 * scale,
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': token('select'),
      'circle-stroke-width': 2.5 * scale,
    },
  });
  map.addLayer({
    id: 'drone-ring',
    type: 'symbol',
    source: DRONES,
    filter: ['has', 'ring'],
    layout: { 'icon-image': ['get', 'ring'], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
  });
  map.addLayer(symbols(DRONE_LAYERS[1], true, scale));
}

/** Drones that want looking at lie above the others, and their labels come first. */
function symbols(id: string, marked: boolean, scale: number): SymbolLayerSpecification {
  return {
    id,
    type: 'symbol',
    source: DRONES,
    filter: ['==', ['get', 'marked'], marked],
    layout: {
      'icon-image': ['get', 'image'],
      'icon-size': marked ? 1 : BY_ZOOM,
      'icon-rotate': ['get', 'heading'],
      'icon-rotation-alignment': 'map',
      'icon-allow-overlap': true,
      'symbol-sort-key': ['get', 'rank'],
      'text-field': ['get', 'label'],
      'text-font': LABEL_FONT,
      'text-size': (marked ? 15 : 14) * scale,
      'text-variable-anchor': ['left', 'right', 'bottom', 'top'],
      'text-radial-offset': ['case', ['any', ['has', 'ring'], ['get', 'selected']], 2.1, 1.3],
      'text-justify': 'auto',
      'text-line-height': 1.2,
      'text-max-width': 20,
      'text-optional': true,
    },
    paint: {
      'text-color': ['case', ['get', 'stale'], token('stale'), token('text')],
      'text-halo-color': token('map-halo'),
      'text-halo-width': 2 * scale,
    },
  };
}

/** Where every drone is, or was when it was last heard. */
export function drawDrones(map: MapLibreMap, fleet: LiveFleet, look: Look, at: Moment): void {
  const full = fleet.tracks.size <= FULL_LABELS;
  const features: Feature<Point>[] = [];
  for (const track of fleet.tracks.values()) {
    const { lat_deg, lon_deg } = track.state;
    if (lat_deg !== null && lon_deg !== null) features.push(drone(track, lon_deg, lat_deg, look, full, at));
  }
  update(map, DRONES, { type: 'FeatureCollection', features });
}

function drone(track: Track, lon: number, lat: number, look: Look, full: boolean, at: Moment): Feature<Point> {
  const { state } = track;
  const stale = droneFreshness(track, at) === 'stale';
  const alert = look.worst.get(state.vehicle);
  const selected = state.vehicle === look.selected;
  const marked = selected || stale || alert !== undefined;
  return {
    type: 'Feature',
    properties: {
      vehicle: state.vehicle,
      image: imageOf(track, stale, alert),
      ...(alert ? { ring: `ring-${alert}` } : {}),
      heading: state.heading_deg ?? 0,
      label: marked || look.allLabels ? labelOf(track, stale, full || selected, at) : '',
      stale,
      selected,
      marked,
      rank: selected ? 0 : alert === 'critical' ? 1 : alert ? 2 : stale ? 3 : 4,
    },
    geometry: { type: 'Point', coordinates: [lon, lat] },
  };
}

function imageOf({ state }: Track, stale: boolean, alert: Severity | undefined): DroneImage {
  const flying = phaseOf(state) === 'flying';
  if (stale) return flying ? 'drone-stale' : 'drone-ground-stale';
  if (!flying) return 'drone-ground';
  return alert ? `drone-${alert}` : 'drone-flying';
}

function labelOf({ state, heard }: Track, stale: boolean, full: boolean, at: Moment): string {
  if (stale) {
    const ages = (['heartbeat', 'position'] as const).map((part) => partAgeMs(part, state, heard, at) ?? 0);
    return `${state.vehicle}\n${ageWords(Math.max(...ages))} old`;
  }
  if (!full || state.height_home_m === null || phaseOf(state) !== 'flying') return state.vehicle;
  return `${state.vehicle}\n${Math.round(state.height_home_m)} m`;
}

/** The way of the last `withinMs` of every drone, ending where it is drawn, in the colours of its age or its height. */
export function drawTrails(map: MapLibreMap, fleet: LiveFleet, look: Look, at: Moment, withinMs: number, by: Trails): void {
  const features: Feature[] = [];
  for (const [vehicle, { state, trail }] of fleet.tracks) {
    const points = trail.points(at.mono, withinMs);
    if (points.length < 2 || state.lon_deg === null || state.lat_deg === null) continue;
    const way = [...points, { lon: state.lon_deg, lat: state.lat_deg, height_m: state.height_home_m }];
    const selected = vehicle === look.selected;
    features.push(...(by === 'height' ? byHeight(way, selected) : byAge(way, selected)));
  }
  update(map, TRAILS, { type: 'FeatureCollection', features });
}

type Point3 = Omit<TrailPoint, 'monoMs'>;

/** The older half fainter. */
function byAge(way: readonly Point3[], selected: boolean): Feature[] {
  const half = Math.floor(way.length / 2);
  return [trailPart(way.slice(0, half + 1), selected, selected ? 0.5 : 0.25), trailPart(way.slice(half), selected, selected ? 1 : 0.6)];
}

/** One part for each stretch within a band of heights. */
function byHeight(way: readonly Point3[], selected: boolean): Feature[] {
  const parts: Feature[] = [];
  let from = 0;
  for (let to = 1; to < way.length; to += 1) {
    const [first, here] = [bandOf(way[from]?.height_m ?? null), bandOf(way[to]?.height_m ?? null)];
    if (here === first && to < way.length - 1) continue;
    parts.push(trailPart(way.slice(from, to + 1), selected, 0.9, first));
    from = to;
  }
  return parts;
}

function trailPart(way: readonly Point3[], selected: boolean, opacity: number, band = -1): Feature {
  const coordinates = way.map(({ lon, lat }) => [lon, lat]);
  return { type: 'Feature', properties: { selected, opacity, band }, geometry: { type: 'LineString', coordinates } };
}

/** Which of `HEIGHT_BANDS`; -1 where the height is not known. */
export function bandOf(height_m: number | null): number {
  return height_m === null ? -1 : HEIGHT_BANDS.findLastIndex((from) => height_m >= from || from === 0);
}

function update(map: MapLibreMap, source: string, data: FeatureCollection): void {
  map.getSource<GeoJSONSource>(source)?.setData(data);
}
