/* Plans on a live or a flight map: looked at, not edited. The chosen one in full, others faint. */
import type { FeatureCollection } from 'geojson';
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

import { LABEL_FONT } from '../map/ground';
import { setData } from '../map/map';
import { token } from '../ui/theme';
import { screenScale } from './screen';

const SOURCE = 'plans';

const is = (...kinds: string[]): FilterSpecification => ['in', ['get', 'kind'], ['literal', kinds]];
const chosenOnly = (...kinds: string[]): FilterSpecification => ['all', is(...kinds), ['boolean', ['get', 'chosen'], false]];
const chosenOr = (chosen: number, other: number): ExpressionSpecification => [
  'case',
  ['boolean', ['get', 'chosen'], false],
  chosen,
  other,
];

function layers(): LayerSpecification[] {
  const scale = screenScale();
  const fenceColour: ExpressionSpecification = [
    'match',
    ['get', 'kind'],
    'inclusion',
    token('fence-in'),
    token('fence-out'),
  ];
  return [
    {
      id: 'plans-exclusion',
      type: 'fill',
      source: SOURCE,
      filter: is('exclusion'),
      paint: { 'fill-color': token('fence-out'), 'fill-opacity': chosenOr(0.16, 0.06) },
    },
    {
      id: 'plans-fence',
      type: 'line',
      source: SOURCE,
      filter: is('inclusion', 'exclusion'),
      paint: { 'line-color': fenceColour, 'line-width': chosenOr(2 * scale, 1.25 * scale), 'line-opacity': chosenOr(1, 0.45) },
    },
    {
      id: 'plans-return',
      type: 'line',
      source: SOURCE,
      filter: chosenOnly('return'),
      paint: { 'line-color': token('plan-path'), 'line-width': 1.5 * scale, 'line-dasharray': [2, 3], 'line-opacity': 0.8 },
    },
    {
      id: 'plans-path',
      type: 'line',
      source: SOURCE,
      filter: is('path'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': token('plan-path'), 'line-width': chosenOr(1.75 * scale, 1.25 * scale), 'line-opacity': chosenOr(0.9, 0.35) },
    },
    {
      id: 'plans-item',
      type: 'circle',
      source: SOURCE,
      filter: chosenOnly('item'),
      minzoom: 12,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 12, 2 * scale, 15, 4 * scale],
        'circle-color': token('map-halo'),
        'circle-stroke-color': token('plan-path'),
        'circle-stroke-width': 1.75 * scale,
      },
    },
    point('plans-rally', 'rally', 'R', token('rally')),
    point('plans-home', 'home', 'H', token('home')),
    {
      id: 'plans-item-number',
      type: 'symbol',
      source: SOURCE,
      filter: chosenOnly('item'),
      minzoom: 14.5,
      layout: {
        'text-field': ['to-string', ['get', 'item']],
        'text-font': LABEL_FONT,
        'text-size': 11 * scale,
        'text-offset': [0, 1.1],
        'text-optional': true,
      },
      paint: { 'text-color': token('plan-path'), 'text-halo-color': token('map-halo'), 'text-halo-width': 1.5 },
    },
  ];

  function point(id: string, kind: string, letter: string, colour: string): LayerSpecification {
    return {
      id,
      type: 'symbol',
      source: SOURCE,
      filter: chosenOnly(kind),
      layout: { 'text-field': letter, 'text-font': LABEL_FONT, 'text-size': 14 * scale, 'text-allow-overlap': true },
      paint: { 'text-color': colour, 'text-halo-color': token('map-halo'), 'text-halo-width': 2.5 * scale },
    };
  }
}

/** Call it when the style is ready, before layers that belong above plans are added. */
export function addPlanLayers(map: MapLibreMap, data: FeatureCollection): void {
  setData(map, SOURCE, data);
  for (const layer of layers()) map.addLayer(layer);
}

/** Features of `planShape`, `chosen` among their properties for the plan drawn in full. */
export function drawPlans(map: MapLibreMap, data: FeatureCollection): void {
  if (map.getSource(SOURCE)) setData(map, SOURCE, data);
}
