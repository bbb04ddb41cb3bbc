/* The map of the plan page: a projection of the store, and the pointer that edits it. */
import { computed, effect } from '@preact/signals';
import type { LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { useEffect, useRef } from 'preact/hooks';

import { boundsOf, lonLat } from '../map/geo';
import { addDroneImages } from '../live/drone-images';
import { LABEL_FONT } from '../map/ground';
import { createMap, fit, LONDON, setData } from '../map/map';
import { addPlanImages, FENCE, fenceLayers, PATH, pathLayers, pointLayers, POINTS } from '../map/plan-layers';
import { token } from '../ui/theme';
import { positions } from './path';
import { attachPointer } from './pointer';
import * as shapes from './projection';
import type { Store } from './store';

const HANDLES = 'plan-handles';
const DRAWING = 'plan-drawing';
const FINDINGS = 'plan-findings';
const HOVER = 'plan-hover';
const DRONE = 'plan-drone';
const PATTERN = 'plan-pattern';

/** What the tools, hints and buttons over the map leave free. */
const ROOM = { top: 76, right: 72, bottom: 56, left: 164 } as const;

function editingLayers(): LayerSpecification[] {
  const byFence = [
    'match',
    ['get', 'fence'],
    'inclusion',
    token('fence-in'),
    'exclusion',
    token('fence-out'),
    token('plan-path'),
  ] as never;
  const byKind = [
    'match',
    ['get', 'kind'],
    'inclusion',
    token('fence-in'),
    'exclusion',
    token('fence-out'),
    token('plan-path'),
  ] as never;
  const bySeverity = [
    'match',
    ['get', 'severity'],
    'error',
    token('crit'),
    'warning',
    token('warn'),
    token('accent'),
  ] as never;
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
    {
      id: 'plan-handles-corner',
      type: 'circle',
      source: HANDLES,
      filter: ['==', ['get', 'kind'], 'corner'],
      paint: {
        'circle-radius': ['case', ['boolean', ['get', 'selected'], false], 8, 5.5],
        'circle-color': ['case', ['boolean', ['get', 'selected'], false], byFence, token('map-halo')],
        'circle-stroke-color': byFence,
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
    {
      id: 'plan-drawing-fill',
      type: 'fill',
      source: DRAWING,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': byKind, 'fill-opacity': 0.12 },
    },
    {
      id: 'plan-drawing-line',
      type: 'line',
      source: DRAWING,
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': byKind, 'line-width': 2.5, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'plan-drawing-point',
      type: 'circle',
      source: DRAWING,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['case', ['boolean', ['get', 'first'], false], 8, 5.5],
        'circle-color': token('map-halo'),
        'circle-stroke-color': byKind,
        'circle-stroke-width': 2.5,
      },
    },
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

/** Sets each source when what it shows changes; a source is drawn at most once a frame. */
function project(map: MapLibreMap, store: Store): () => void {
  // The same object while only the mission changes, so that a dragged waypoint does not send the fence again.
  const geofence = computed(() => store.plan.value.geofence);
  const sources: Record<string, () => GeoJSON.FeatureCollection> = {
    [FENCE]: () => shapes.fenceShapes({ geofence: geofence.value }, store.selection.value),
    [PATTERN]: () => shapes.patternShapes(store.plan.value, store.selection.value),
    [PATH]: () => shapes.pathShapes(store.plan.value, store.findings.value),
    [POINTS]: () => shapes.pointShapes(store.plan.value, store.selection.value),
    [HANDLES]: () => shapes.handleShapes(store.plan.value, store.selection.value, store.rights.value.edit),
    [DRAWING]: () => shapes.drawingShapes(store.drawing.value),
    [FINDINGS]: () => shapes.findingShapes(store.plan.value, store.findings.value, store.highlighted.value),
    [DRONE]: () => shapes.droneShape(store.drone.value),
    [HOVER]: () => shapes.hoverShape(store.hoverPlace.value),
  };
  const stops = Object.entries(sources).map(([source, shape]) => effect(() => setData(map, source, shape())));
  return () => stops.forEach((stop) => stop());
}

export function showPlan(map: MapLibreMap, store: Store): void {
  const bounds = boundsOf(positions(store.plan.value));
  if (bounds) fit(map, bounds, ROOM);
}

export function PlanMap({ store, onMap }: { store: Store; onMap: (map: MapLibreMap) => void }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!element.current) return;
    const bounds = boundsOf(positions(store.plan.value));
    const ground = createMap(element.current, store.page.map, LONDON);
    const { map } = ground;
    if (bounds) map.fitBounds(bounds, { padding: ROOM, maxZoom: 17, duration: 0 });
    ground.onStyle(() => {
      addPlanImages(map);
      addDroneImages(map);
      const stop = project(map, store);
      for (const layer of [
        ...fenceLayers(),
        ...pathLayers(),
        ...editingLayers().slice(0, 6),
        ...pointLayers(),
        ...editingLayers().slice(6),
      ]) {
        map.addLayer(layer);
      }
      return stop;
    });
    attachPointer(map, store);
    const stopFlying = effect(() => {
      const place = store.focus.value;
      if (place) map.easeTo({ center: lonLat(place), zoom: Math.max(map.getZoom(), 16), duration: 450 });
    });
    onMap(map);
    return () => {
      stopFlying();
      ground.remove();
    };
  }, [store]);
  return <div class="plan-map" ref={element} />;
}
