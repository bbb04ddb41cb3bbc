/* The ground without a map server: coast, unit's own layers and a graticule, in the colours of the theme.

   Land is Natural Earth 1:50m, which is good for finding a continent and wrong by kilometres at a beach, so it
   fades out before anyone could plan by it. No glyph server is named: MapLibre then draws text from the page's font. */
import landUrl from 'world-atlas/land-50m.json?url';
import type { FeatureCollection } from 'geojson';
import type { ExpressionFilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';

import { token } from '../ui/theme';
import { screenScale } from './screen';

export const LABEL_FONT = ['Inter Variable'];

/** Layers of things (fences, paths, vehicles) go above this one; the ground stays below. */
export const GROUND_TOP = 'ground-top';

const COAST_FADES_FROM = 8;
export const COAST_GONE_AT = 10;

/** A tile this large (about 3 km) names a park once, not at every street corner, and is still exact to a metre. */
const UNIT_MAX_ZOOM = 13;

export const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };

export async function loadLand(): Promise<FeatureCollection> {
  const topology = (await (await fetch(landUrl)).json()) as Topology<{ land: GeometryCollection }>;
  return feature(topology, topology.objects.land) as FeatureCollection;
}

function unitLayers(id: string): LayerSpecification[] {
  const kind = (...kinds: string[]): ['in', ['get', string], ['literal', string[]]] => [
    'in',
    ['get', 'kind'],
    ['literal', kinds],
  ];
  const source = `unit-${id}`;
  return [
    {
      id: `${source}-park`,
      type: 'fill',
      source,
      filter: kind('park', 'wood', 'grass'),
      paint: { 'fill-color': token('map-park') },
    },
    { id: `${source}-water`, type: 'fill', source, filter: kind('water'), paint: { 'fill-color': token('map-water') } },
    {
      id: `${source}-building`,
      type: 'fill',
      source,
      filter: kind('building'),
      paint: { 'fill-color': token('map-building') },
    },
    {
      id: `${source}-path`,
      type: 'line',
      source,
      filter: kind('path'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': token('map-line-major'), 'line-width': 1.25, 'line-dasharray': [2, 2] },
    },
    {
      id: `${source}-road`,
      type: 'line',
      source,
      filter: kind('road', 'rail'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': token('map-road'),
        'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 11, 1, 15, 5, 18, 16],
      },
    },
    {
      id: `${source}-label`,
      type: 'symbol',
      source,
      filter: ['has', 'name'],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': LABEL_FONT,
        'text-size': 12 * screenScale(),
        'text-max-width': 9,
        'symbol-placement': 'point',
      },
      paint: { 'text-color': token('map-label'), 'text-halo-color': token('map-halo'), 'text-halo-width': 1.5 },
    },
  ];
}

/** Style of our own ground; `unitLayerUrls` are GeoJSON whose features say `name` and `kind`. */
export function ownGround(unitLayerUrls: readonly string[]): StyleSpecification {
  const units = unitLayerUrls.map(
    (url, index) => [`unit-${index}`, { type: 'geojson' as const, data: url, maxzoom: UNIT_MAX_ZOOM }] as const,
  );
  return {
    version: 8,
    sources: {
      land: { type: 'geojson', data: NOTHING, maxzoom: 8 },
      graticule: { type: 'geojson', data: NOTHING },
      ...Object.fromEntries(units),
    },
    layers: [
      {
        id: 'ground',
        type: 'background',
        paint: {
          'background-color': [
            'interpolate',
            ['linear'],
            ['zoom'],
            COAST_FADES_FROM,
            token('map-sea'),
            COAST_GONE_AT,
            token('map-ground'),
          ],
        },
      },
      {
        id: 'land',
        type: 'fill',
        source: 'land',
        maxzoom: COAST_GONE_AT,
        paint: { 'fill-color': token('map-ground') },
      },
      ...unitLayerUrls.flatMap((_, index) => unitLayers(String(index))),
      ...graticuleLayers(),
      { id: GROUND_TOP, type: 'background', layout: { visibility: 'none' }, paint: {} },
    ],
  };
}

function graticuleLayers(): LayerSpecification[] {
  const major: ExpressionFilterSpecification = ['boolean', ['get', 'major']];
  // A width and a colour for all lines of a layer are the same program of the graphics card as any other line's.
  const lines = (id: string, filter: ExpressionFilterSpecification, colour: string, width: number): LayerSpecification => ({
    id,
    type: 'line',
    source: 'graticule',
    filter,
    paint: { 'line-color': token(colour), 'line-width': width },
  });
  return [
    lines('graticule', ['!', major], 'map-line', 0.75),
    lines('graticule-major', major, 'map-line-major', 1),
    {
      id: 'graticule-label',
      type: 'symbol',
      source: 'graticule',
      filter: ['has', 'label'],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 520,
        'text-field': ['get', 'label'],
        'text-font': LABEL_FONT,
        'text-size': 10.5 * screenScale(),
        'text-rotation-alignment': 'map',
        'text-keep-upright': true,
        'text-max-angle': 90,
      },
      paint: {
        'text-color': token('map-label'),
        'text-halo-color': token('map-halo'),
        'text-halo-width': 1.5,
        'text-opacity': 0.8,
      },
    },
  ];
}
