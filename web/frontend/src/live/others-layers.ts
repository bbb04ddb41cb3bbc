/* What is not ours on the map: airspace below the drones, other aircraft and incidents above the ground. */
import type { FeatureCollection } from 'geojson';
import type { ExpressionSpecification, Map as MapLibreMap } from 'maplibre-gl';

import type { Incident } from '../generated';
import { LABEL_FONT, NOTHING } from '../map/ground';
import { setData } from '../map/map';
import { screenScale } from '../map/screen';
import { token } from '../ui/theme';

export const AIRSPACE = 'airspace';
export const TRAFFIC = 'traffic';
export const INCIDENTS = 'incidents';

/** Zones that forbid or restrict, as against those that tell who is in charge. */
const HARD: ExpressionSpecification = ['in', ['get', 'kind'], ['literal', ['P', 'R', 'D', 'FRZ', 'RPZ', 'TRA', 'TDA']]];

/** Call it when the style is ready, before plans. */
export function addAirspaceLayers(map: MapLibreMap): void {
  const scale = screenScale();
  const colour: ExpressionSpecification = ['case', HARD, token('fence-out'), token('accent')];
  setData(map, AIRSPACE, NOTHING);
  map.addLayer({ id: 'airspace-fill', type: 'fill', source: AIRSPACE, paint: { 'fill-color': colour, 'fill-opacity': ['case', HARD, 0.08, 0.03] } });
  map.addLayer({
    id: 'airspace-line',
    type: 'line',
    source: AIRSPACE,
    paint: { 'line-color': colour, 'line-width': 1.5 * scale, 'line-dasharray': [4, 2], 'line-opacity': 0.8 },
  });
  map.addLayer({
    id: 'airspace-label',
    type: 'symbol',
    source: AIRSPACE,
    minzoom: 8,
    layout: {
      'symbol-placement': 'line',
      'text-field': ['concat', ['get', 'name'], '  ', ['get', 'limits']],
      'text-font': LABEL_FONT,
      'text-size': 12 * scale,
      'text-offset': [0, 0.9],
      'symbol-spacing': 500,
    },
    paint: { 'text-color': colour, 'text-halo-color': token('map-halo'), 'text-halo-width': 1.5 * scale },
  });
}

/** Call it when the style is ready, before drones. */
export function addTrafficLayers(map: MapLibreMap): void {
  const scale = screenScale();
  addTrafficImages(map, scale);
  setData(map, TRAFFIC, NOTHING);
  setData(map, INCIDENTS, NOTHING);
  const text = { 'text-font': LABEL_FONT, 'text-size': 13 * scale, 'text-justify': 'auto', 'text-optional': true } as const;
  map.addLayer({
    id: INCIDENTS,
    type: 'symbol',
    source: INCIDENTS,
    layout: { 'icon-image': 'incident', 'icon-allow-overlap': true, 'text-field': ['get', 'label'], ...text, 'text-anchor': 'top', 'text-offset': [0, 1] },
    paint: { 'text-color': token('text'), 'text-halo-color': token('map-halo'), 'text-halo-width': 2 * scale },
  });
  map.addLayer({
    id: TRAFFIC,
    type: 'symbol',
    source: TRAFFIC,
    layout: {
      'icon-image': ['get', 'image'],
      'icon-rotate': ['get', 'track'],
      'icon-rotation-alignment': 'map',
      'icon-allow-overlap': true,
      'text-field': ['get', 'label'],
      ...text,
      'text-variable-anchor': ['left', 'right', 'top', 'bottom'],
      'text-radial-offset': 1.3,
    },
    paint: {
      'text-color': ['case', ['get', 'stale'], token('stale'), token('traffic')],
      'text-halo-color': token('map-halo'),
      'text-halo-width': 2 * scale,
    },
  });
}

export function drawIncidents(map: MapLibreMap, incidents: readonly Incident[]): void {
  const shape: FeatureCollection = {
    type: 'FeatureCollection',
    features: incidents.map(({ incident_id, number, grade, lat_deg, lon_deg }) => ({
      type: 'Feature',
      properties: { incident: incident_id, label: `${number}\n${grade}` },
      geometry: { type: 'Point', coordinates: [lon_deg, lat_deg] },
    })),
  };
  if (map.getSource(INCIDENTS)) setData(map, INCIDENTS, shape);
}

const SIDE = 40;
const PIXEL_RATIO = 2;

/** Aircraft have wings, drones by remote identification four corners, incidents a square: none looks like ours. */
const OUTLINES: Readonly<Record<'traffic-aircraft' | 'traffic-drone' | 'incident', string>> = {
  'traffic-aircraft': 'M0-12 2-3 13 3V6L2 3V9L5 12V14L0 12-5 14V12L-2 9V3L-13 6V3L-2-3z',
  'traffic-drone': 'M0-10 10 0 0 10-10 0z',
  incident: 'M-9-9H9V9H-9z',
};

function addTrafficImages(map: MapLibreMap, scale: number): void {
  for (const [name, outline] of Object.entries(OUTLINES)) {
    const filled = token(name === 'incident' ? 'warn' : 'traffic');
    map.addImage(name, image(outline, scale, filled, null), { pixelRatio: PIXEL_RATIO });
    if (name !== 'incident') map.addImage(`${name}-stale`, image(outline, scale, null, token('stale')), { pixelRatio: PIXEL_RATIO });
  }
}

function image(outline: string, scale: number, fill: string | null, stroke: string | null): ImageData {
  const side = Math.round(SIDE * scale * PIXEL_RATIO);
  const pen = new OffscreenCanvas(side, side).getContext('2d') as unknown as CanvasRenderingContext2D;
  pen.translate(side / 2, side / 2);
  pen.scale(scale * PIXEL_RATIO, scale * PIXEL_RATIO);
  const path = new Path2D(outline);
  pen.strokeStyle = token('map-halo');
  pen.lineWidth = 3;
  pen.stroke(path);
  if (fill !== null) {
    pen.fillStyle = fill;
    pen.fill(path);
  } else if (stroke !== null) {
    pen.strokeStyle = stroke;
    pen.lineWidth = 1.75;
    pen.stroke(path);
  }
  return pen.getImageData(0, 0, side, side);
}
