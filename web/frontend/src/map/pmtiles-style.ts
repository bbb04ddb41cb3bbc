/* A ground from one PMTiles file of vector tiles in the Protomaps basemap schema, in the theme's colours. */
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';

import { token } from '../ui/theme';
import { LABEL_FONT } from './ground';
import { screenScale } from './screen';

const SOURCE = 'tiles';

function fill(id: string, layer: string, colour: string): LayerSpecification {
  return {
    id: `tiles-${id}`,
    type: 'fill',
    source: SOURCE,
    'source-layer': layer,
    paint: { 'fill-color': token(colour) },
  };
}

function tileLayers(): LayerSpecification[] {
  const label = (layer: string, placement: 'point' | 'line'): LayerSpecification => ({
    id: `tiles-label-${layer}`,
    type: 'symbol',
    source: SOURCE,
    'source-layer': layer,
    filter: ['has', 'name'],
    layout: {
      'text-field': ['get', 'name'],
      'text-font': LABEL_FONT,
      'text-size': 11.5 * screenScale(),
      'symbol-placement': placement,
    },
    paint: { 'text-color': token('map-label'), 'text-halo-color': token('map-halo'), 'text-halo-width': 1.5 },
  });
  return [
    fill('earth', 'earth', 'map-ground'),
    {
      id: 'tiles-green',
      type: 'fill',
      source: SOURCE,
      'source-layer': 'landuse',
      filter: [
        'in',
        ['get', 'kind'],
        ['literal', ['park', 'forest', 'wood', 'grass', 'nature_reserve', 'cemetery', 'golf_course']],
      ],
      paint: { 'fill-color': token('map-park') },
    },
    fill('water', 'water', 'map-water'),
    fill('buildings', 'buildings', 'map-building'),
    {
      id: 'tiles-roads',
      type: 'line',
      source: SOURCE,
      'source-layer': 'roads',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': token('map-road'),
        'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 8, 0.4, 14, 2, 18, 12],
      },
    },
    label('roads', 'line'),
    label('places', 'point'),
  ];
}

/** `own` with its land replaced by the tiles; the graticule and the unit's layers stay above them. */
export function pmtilesGround(url: string, own: StyleSpecification): StyleSpecification {
  const [ground, ...rest] = own.layers;
  const above = rest.filter((layer) => layer.id !== 'land');
  return {
    ...own,
    sources: { ...own.sources, [SOURCE]: { type: 'vector', url: `pmtiles://${new URL(url, location.href).href}` } },
    layers: [...(ground ? [ground] : []), ...tileLayers(), ...above],
  };
}
