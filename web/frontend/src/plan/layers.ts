/* Layers that only planning has: patterns, handles, what is being drawn, findings, the sortie's drone, the pointer. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';

import { LABEL_FONT } from '../map/ground';
import { token } from '../ui/theme';

export const HANDLES = 'plan-handles';
export const DRAWING = 'plan-drawing';
export const FINDINGS = 'plan-findings';
export const HOVER = 'plan-hover';
export const DRONE = 'plan-drone';
export const PATTERN = 'plan-pattern';
export const FLOWN = 'plan-flown';

const selected: ExpressionSpecification = ['boolean', ['get', 'selected'], false];

function byFence(property: string): ExpressionSpecification {
  const [inside, outside, pattern] = [token('fence-in'), token('fence-out'), token('plan-path')];
  return ['match', ['get', property], 'inclusion', inside, 'exclusion', outside, pattern];
}

export function patternLayers(): LayerSpecification[] {
  return [
    {
      id: 'plan-pattern-outline',
      type: 'line',
      source: PATTERN,
      paint: {
        'line-color': token('plan-path'),
        'line-width': ['case', ['get', 'selected'], 2.5, 1.25],
        'line-dasharray': [1, 2],
      },
    },
  ];
}

/** Thin, over the legs as drawn: they part only where a corner is cut or a spline bends. */
export function flownLayers(): LayerSpecification[] {
  return [
    {
      id: 'plan-flown-line',
      type: 'line',
      source: FLOWN,
      minzoom: 14,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': token('text'), 'line-width': 1.25, 'line-opacity': 0.85 },
    },
  ];
}

export function handleLayers(): LayerSpecification[] {
  return [
    {
      id: 'plan-handles-corner',
      type: 'circle',
      source: HANDLES,
      filter: ['==', ['get', 'kind'], 'corner'],
      paint: {
        'circle-radius': ['case', selected, 8, 5.5],
        'circle-color': ['case', selected, byFence('fence'), token('map-halo')],
        'circle-stroke-color': byFence('fence'),
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'plan-handles-add',
      type: 'circle',
      source: HANDLES,
      filter: ['==', ['get', 'kind'], 'add'],
      paint: {
        'circle-radius': 5,
        'circle-color': token('map-halo'),
        'circle-opacity': 0.8,
        'circle-stroke-color': token('map-label'),
        'circle-stroke-width': 1.5,
      },
    },
  ];
}

export function drawingLayers(): LayerSpecification[] {
  return [
    {
      id: 'plan-drawing-fill',
      type: 'fill',
      source: DRAWING,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': byFence('kind'), 'fill-opacity': 0.12 },
    },
    {
      id: 'plan-drawing-line',
      type: 'line',
      source: DRAWING,
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': byFence('kind'), 'line-width': 2.5, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'plan-drawing-point',
      type: 'circle',
      source: DRAWING,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['case', ['boolean', ['get', 'first'], false], 8, 5.5],
        'circle-color': token('map-halo'),
        'circle-stroke-color': byFence('kind'),
        'circle-stroke-width': 2.5,
      },
    },
  ];
}

export function findingLayers(): LayerSpecification[] {
  const [error, warning, info] = [token('crit'), token('warn'), token('accent')];
  const bySeverity: ExpressionSpecification = ['match', ['get', 'severity'], 'error', error, 'warning', warning, info];
  return [
    {
      id: 'plan-findings-spot',
      type: 'circle',
      source: FINDINGS,
      paint: {
        'circle-radius': ['case', ['get', 'highlighted'], 20, 9],
        'circle-color': bySeverity,
        'circle-opacity': ['case', ['get', 'highlighted'], 0.25, 0.12],
        'circle-stroke-color': bySeverity,
        'circle-stroke-width': ['case', ['get', 'highlighted'], 4, 2],
      },
    },
  ];
}

/** The sortie's drone, and the dot that the profile's pointer moves along the path. */
export function droneLayers(): LayerSpecification[] {
  return [
    {
      id: 'plan-drone',
      type: 'symbol',
      source: DRONE,
      layout: {
        'icon-image': ['get', 'image'],
        'icon-rotate': ['get', 'heading'],
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'text-field': ['get', 'label'],
        'text-font': LABEL_FONT,
        'text-size': 13,
        'text-anchor': 'left',
        'text-offset': [1.5, 0],
        'text-allow-overlap': true,
        'icon-ignore-placement': true, // the items' numbers stay where the drone flies past them
        'text-ignore-placement': true,
      },
      paint: { 'text-color': token('text'), 'text-halo-color': token('map-halo'), 'text-halo-width': 2 },
    },
    {
      id: 'plan-hover-dot',
      type: 'circle',
      source: HOVER,
      paint: {
        'circle-radius': 6,
        'circle-color': token('accent'),
        'circle-stroke-color': token('map-halo'),
        'circle-stroke-width': 2,
      },
    },
  ];
}
