/* Plans on a map that only shows them: one in full, as the plan page draws it, others faintly. */
import type { FeatureCollection } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';

import type { Plan } from '../generated';
import { token } from '../ui/theme';
import { NOTHING } from './ground';
import { setData } from './map';
import { addPlanImages, FENCE, fenceLayers, PATH, pathLayers, POINTS, pointLayers } from './plan-layers';
import { fenceShapes, pathShapes, pointShapes } from './plan-shapes';

const OTHERS = 'other-plans';

/** Call it when the style is ready, before layers that belong above plans. */
export function addPlanLayers(map: MapLibreMap): void {
  addPlanImages(map);
  for (const source of [OTHERS, FENCE, PATH, POINTS]) setData(map, source, NOTHING);
  map.addLayer({
    id: OTHERS,
    type: 'line',
    source: OTHERS,
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': ['match', ['get', 'kind'], 'inclusion', token('fence-in'), 'exclusion', token('fence-out'), token('plan-path')],
      'line-width': 1.25,
      'line-opacity': 0.5,
    },
  });
  for (const layer of [...fenceLayers(), ...pathLayers(), ...pointLayers()]) map.addLayer(layer);
}

export interface Parts {
  readonly plans: boolean;
  readonly fences: boolean;
}

const ALL: Parts = { plans: true, fences: true };

/** `chosen` in full (null for none); of `others` the fences and paths. `parts` leaves out paths, or fences. */
export function showPlans(map: MapLibreMap, chosen: Plan | null, others: readonly Plan[] = [], parts = ALL): void {
  // While another theme's style is being loaded there is nothing to draw on; `onStyle` comes again.
  if (!map.getSource(OTHERS)) return;
  setData(map, FENCE, chosen && parts.fences ? fenceShapes(chosen, null) : NOTHING);
  setData(map, PATH, chosen && parts.plans ? pathShapes(chosen, []) : NOTHING);
  setData(map, POINTS, chosen && parts.plans ? pointShapes(chosen, null) : NOTHING);
  const features = others.flatMap((plan) => [
    ...(parts.fences ? fenceShapes(plan, null).features : []),
    ...(parts.plans ? pathShapes(plan, []).features : []),
  ]);
  setData(map, OTHERS, { type: 'FeatureCollection', features } satisfies FeatureCollection);
}
