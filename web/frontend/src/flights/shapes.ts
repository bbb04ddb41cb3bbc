/* What the map over the list of flights shows, as GeoJSON and layers. */
import type { FeatureCollection } from 'geojson';
import type { LayerSpecification } from 'maplibre-gl';

import type { ListedTrack, Position } from '../generated';
import { circleRing, lonLat } from '../map/geo';
import { LABEL_FONT } from '../map/ground';
import { token } from '../ui/theme';

export const TRACKS = 'flights-tracks';
export const AREA = 'flights-area';
export const CORNERS = 'flights-corners';

export function trackShapes(tracks: readonly ListedTrack[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: tracks.map(({ flight_id, vehicle, path }) => ({
      type: 'Feature',
      properties: { flight: flight_id, vehicle },
      geometry: { type: 'LineString', coordinates: path.map(([lon, lat]) => [lon, lat]) },
    })),
  };
}

/** The ring that was drawn, or the circle about the place that was named. */
export function areaShape(area: readonly Position[], within_m: number): FeatureCollection {
  const [first] = area;
  if (!first) return { type: 'FeatureCollection', features: [] };
  const ring = area.length > 2 ? [...area.map(lonLat), lonLat(first)] : circleRing(first, Math.max(within_m, 5));
  return {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }],
  };
}

/** What is drawn so far: its corners, and the line through them to the pointer. */
export function drawingShape(corners: readonly Position[], pointer: Position | null): FeatureCollection {
  const line = [...corners, ...(pointer ? [pointer] : [])].map(lonLat);
  return {
    type: 'FeatureCollection',
    features: [
      ...corners.map((corner) => ({
        type: 'Feature' as const,
        properties: {},
        geometry: { type: 'Point' as const, coordinates: lonLat(corner) },
      })),
      ...(line.length > 1
        ? [{ type: 'Feature' as const, properties: {}, geometry: { type: 'LineString' as const, coordinates: line } }]
        : []),
    ],
  };
}

export function areaLayers(): LayerSpecification[] {
  return [
    {
      id: 'flights-area-fill',
      type: 'fill',
      source: AREA,
      paint: { 'fill-color': token('accent'), 'fill-opacity': 0.14, 'fill-antialias': false },
    },
    {
      id: 'flights-area-line',
      type: 'line',
      source: AREA,
      paint: { 'line-color': token('accent'), 'line-width': 2 },
    },
  ];
}

export function trackLayers(): LayerSpecification[] {
  return [
    {
      id: TRACKS,
      type: 'line',
      source: TRACKS,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': token('plan-path'), 'line-width': 3, 'line-opacity': 0.8 },
    },
    {
      id: 'flights-names',
      type: 'symbol',
      source: TRACKS,
      layout: {
        'symbol-placement': 'line-center',
        'text-field': ['get', 'vehicle'],
        'text-font': LABEL_FONT,
        'text-size': 12,
      },
      paint: { 'text-color': token('text'), 'text-halo-color': token('map-halo'), 'text-halo-width': 2 },
    },
  ];
}

export function drawingLayers(): LayerSpecification[] {
  return [
    {
      id: 'flights-drawing-line',
      type: 'line',
      source: CORNERS,
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': token('accent'), 'line-width': 2.5, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'flights-drawing-corner',
      type: 'circle',
      source: CORNERS,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 6,
        'circle-color': token('map-halo'),
        'circle-stroke-color': token('accent'),
        'circle-stroke-width': 2.5,
      },
    },
  ];
}
