/* On the map: the incident that is worked with, the place that is being typed, and the ways of the drones that could go. */
import type { Feature, FeatureCollection } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';

import type { Candidate, Position } from '../generated';
import { lonLat } from '../map/geo';
import { LABEL_FONT, NOTHING } from '../map/ground';
import { setData } from '../map/map';
import { screenScale } from '../map/screen';
import { token } from '../ui/theme';
import type { Desk } from './desk';
import { parted } from './reckoning';
import { minutes } from './words';

const WAYS = 'tasking-ways';
const PLACES = 'tasking-places';
/** So many ways are drawn at once; the one that is pointed at besides. */
const DRAWN = 3;

export interface Drawing {
  readonly chosen: Position | null;
  readonly typed: Position | null;
  readonly ways: readonly { readonly candidate: Candidate; readonly shown: boolean }[];
}

export const EMPTY: Drawing = { chosen: null, typed: null, ways: [] };

/** The way of the one pointed at stands out, else that of the first; those after it are faint. */
export function drawingOf(desk: Desk): Drawing {
  if (!desk.open.value) return EMPTY;
  const typed = desk.draft.value?.at ?? null;
  const chosen = desk.incident.value;
  if (desk.editing.value !== null || chosen === null) return { ...EMPTY, typed };
  const { answer } = desk.reckoning.state.value;
  const candidates = answer?.incident_id === chosen.incident_id ? answer.candidates : [];
  const [first] = parted(candidates)[0];
  const shown = desk.offering.value?.vehicle ?? desk.pointed.value ?? first?.vehicle;
  const drawn = candidates.filter((one) => one.route.length > 1 && (one.vehicle === shown || parted(candidates)[0].slice(0, DRAWN).includes(one)));
  return { chosen, typed: null, ways: drawn.map((candidate) => ({ candidate, shown: candidate.vehicle === shown })) };
}

/** Call it when the style is ready, above plans and below drones. */
export function addTaskingLayers(map: MapLibreMap): void {
  const scale = screenScale();
  for (const source of [WAYS, PLACES]) setData(map, source, NOTHING);
  const line = { 'line-join': 'round', 'line-cap': 'round' } as const;
  map.addLayer({ id: 'ways-faint', type: 'line', source: WAYS, filter: ['!', ['get', 'shown']], layout: line, paint: { 'line-color': token('accent'), 'line-width': 2 * scale, 'line-opacity': 0.45, 'line-dasharray': [1, 2] } });
  map.addLayer({ id: 'way-casing', type: 'line', source: WAYS, filter: ['get', 'shown'], layout: line, paint: { 'line-color': token('map-halo'), 'line-width': 8 * scale } });
  map.addLayer({ id: 'way', type: 'line', source: WAYS, filter: ['get', 'shown'], layout: line, paint: { 'line-color': token('accent'), 'line-width': 4 * scale } });
  map.addLayer({
    id: 'way-label',
    type: 'symbol',
    source: WAYS,
    filter: ['get', 'shown'],
    layout: { 'symbol-placement': 'line-center', 'text-field': ['get', 'label'], 'text-font': LABEL_FONT, 'text-size': 15 * scale, 'text-offset': [0, -1.1], 'text-allow-overlap': true },
    paint: { 'text-color': token('text'), 'text-halo-color': token('map-halo'), 'text-halo-width': 2.5 * scale },
  });
  map.addLayer({
    id: PLACES,
    type: 'circle',
    source: PLACES,
    paint: {
      'circle-radius': ['case', ['get', 'typed'], 9 * scale, 20 * scale],
      'circle-color': ['case', ['get', 'typed'], token('accent'), 'rgba(0, 0, 0, 0)'],
      'circle-stroke-color': ['case', ['get', 'typed'], token('map-halo'), token('accent')],
      'circle-stroke-width': 3 * scale,
    },
  });
}

export function drawTasking(map: MapLibreMap, { chosen, typed, ways }: Drawing): void {
  if (!map.getSource(WAYS)) return;
  setData(map, WAYS, collection(ways.map(({ candidate, shown }) => ({
    type: 'Feature',
    properties: { shown, label: `${candidate.vehicle} · ${minutes(candidate.eta_s)}` },
    geometry: { type: 'LineString', coordinates: candidate.route.map(lonLat) },
  }))));
  const places = [chosen && ([chosen, false] as const), typed && ([typed, true] as const)].filter((place) => place !== null);
  setData(map, PLACES, collection(places.map(([at, isTyped]) => ({
    type: 'Feature',
    properties: { typed: isTyped },
    geometry: { type: 'Point', coordinates: lonLat(at) },
  }))));
}

function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}
