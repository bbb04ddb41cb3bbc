/* How a plan looks on every map: fences, path, points. Planning adds its handles; live and review draw the same plan. */
import type { ExpressionSpecification, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

import { token } from '../ui/theme';
import { LABEL_FONT } from './ground';
import { screenScale } from './screen';

/** Sources that the layers read; set them with `setData`. */
export const FENCE = 'plan-fence';
export const PATH = 'plan-path';
export const POINTS = 'plan-points';

const HATCH = 'hatch-exclusion';
const ARROW = 'arrow-path';

const is = (property: string, value: string): ExpressionSpecification => ['==', ['get', property], value];
const selected: ExpressionSpecification = ['boolean', ['get', 'selected'], false];
const byFence = (inside: string, outside: string): ExpressionSpecification => [
  'case',
  is('kind', 'inclusion'),
  inside,
  outside,
];

/** Diagonal lines, so that an exclusion is told from an inclusion without colour. */
function hatch(colour: string): ImageData {
  const size = 16;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.strokeStyle = colour;
  context.globalAlpha = 0.5;
  context.lineWidth = 1.5;
  for (const shift of [-size, 0, size]) {
    context.beginPath();
    context.moveTo(shift, size);
    context.lineTo(shift + size, 0);
    context.stroke();
  }
  return context.getImageData(0, 0, size, size);
}

function arrow(colour: string, casing: string): ImageData {
  const size = 28;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.beginPath();
  context.moveTo(23, 14);
  context.lineTo(8, 22);
  context.lineTo(11.5, 14);
  context.lineTo(8, 6);
  context.closePath();
  context.lineWidth = 3;
  context.strokeStyle = casing;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
  return context.getImageData(0, 0, size, size);
}

export function fenceLayers(): LayerSpecification[] {
  return [
    {
      id: 'plan-fence-in',
      type: 'fill',
      source: FENCE,
      filter: is('kind', 'inclusion'),
      paint: { 'fill-color': token('fence-in'), 'fill-opacity': 0.07 },
    },
    {
      id: 'plan-fence-out',
      type: 'fill',
      source: FENCE,
      filter: is('kind', 'exclusion'),
      paint: { 'fill-color': token('fence-out'), 'fill-opacity': 0.16 },
    },
    {
      id: 'plan-fence-hatch',
      type: 'fill',
      source: FENCE,
      filter: is('kind', 'exclusion'),
      paint: { 'fill-pattern': HATCH },
    },
    {
      id: 'plan-fence-line',
      type: 'line',
      source: FENCE,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': byFence(token('fence-in'), token('fence-out')),
        'line-width': ['case', selected, 3.5, 2],
      },
    },
  ];
}

export function pathLayers(): LayerSpecification[] {
  const scale = screenScale();
  return [
    {
      id: 'plan-path-bad',
      type: 'line',
      source: PATH,
      filter: ['boolean', ['get', 'bad'], false],
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': token('crit'), 'line-width': 11 * scale, 'line-opacity': 0.45 },
    },
    {
      id: 'plan-path-casing',
      type: 'line',
      source: PATH,
      filter: is('kind', 'leg'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': token('plan-casing'), 'line-width': 5 * scale, 'line-opacity': 0.85 },
    },
    {
      id: 'plan-path-line',
      type: 'line',
      source: PATH,
      filter: is('kind', 'leg'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': token('plan-path'), 'line-width': 2.5 * scale },
    },
    {
      id: 'plan-path-return',
      type: 'line',
      source: PATH,
      filter: is('kind', 'return'),
      paint: { 'line-color': token('plan-path'), 'line-width': 2 * scale, 'line-dasharray': [2, 2.5] },
    },
    {
      id: 'plan-path-arrow',
      type: 'symbol',
      source: PATH,
      filter: is('kind', 'leg'),
      layout: {
        'symbol-placement': 'line-center',
        'icon-image': ARROW,
        'icon-size': 0.55,
        'icon-rotation-alignment': 'map',
      },
    },
  ];
}

/** The items of a pattern are many and one: dots, numbered only from close by. */
const inPattern: ExpressionSpecification = ['boolean', ['get', 'pattern'], false];
const LABELLED: ExpressionSpecification = ['any', ['!', inPattern], ['>=', ['zoom'], 16.25]];

function discLayer(): LayerSpecification {
  const kindColour: ExpressionSpecification = [
    'match',
    ['get', 'kind'],
    'home',
    token('home'),
    'rally',
    token('rally'),
    token('plan-path'),
  ];
  const scale = screenScale();
  const radius: ExpressionSpecification = [
    'interpolate',
    ['linear'],
    ['zoom'],
    12.5,
    ['case', selected, 6 * scale, inPattern, 1.5 * scale, 3 * scale],
    15,
    ['case', selected, 14 * scale, inPattern, 4 * scale, 11 * scale],
    16.5,
    ['case', selected, 14 * scale, inPattern, 10 * scale, 11 * scale],
  ];
  return {
    id: 'plan-points-disc',
    type: 'circle',
    source: POINTS,
    paint: {
      'circle-radius': radius,
      'circle-color': ['case', selected, kindColour, token('plan-point')],
      'circle-stroke-color': ['case', selected, token('plan-point'), kindColour],
      'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 12.5, 1.5 * scale, 15, ['case', inPattern, 1.75 * scale, 2.5 * scale]],
    },
  };
}

export function pointLayers(): LayerSpecification[] {
  const scale = screenScale();
  return [
    discLayer(),
    {
      id: 'plan-points-number',
      type: 'symbol',
      source: POINTS,
      minzoom: 13.75,
      filter: LABELLED,
      layout: {
        'text-field': ['get', 'text'],
        'text-font': LABEL_FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13.75, 9 * scale, 15, 12 * scale],
        'text-padding': 0,
        'symbol-sort-key': ['case', selected, 0, 1],
      },
      paint: { 'text-color': ['case', selected, token('plan-casing'), token('plan-on-point')] },
    },
    {
      id: 'plan-points-height',
      type: 'symbol',
      source: POINTS,
      minzoom: 15.5,
      filter: LABELLED,
      layout: {
        'text-field': ['get', 'height'],
        'text-font': LABEL_FONT,
        'text-size': 11 * scale,
        'text-anchor': 'top',
        'text-offset': [0, 1.3],
      },
      paint: { 'text-color': token('text'), 'text-halo-color': token('map-halo'), 'text-halo-width': 1.75 },
    },
  ];
}

/** Call when the style is ready, before the layers are added. */
export function addPlanImages(map: MapLibreMap): void {
  if (!map.hasImage(HATCH)) map.addImage(HATCH, hatch(token('fence-out')));
  if (!map.hasImage(ARROW)) map.addImage(ARROW, arrow(token('plan-path'), token('plan-casing')));
}
