/* The map of the plan page: a projection of the store, and the pointer that edits it. */
import { computed, effect } from '@preact/signals';
import type { Map as MapLibreMap } from 'maplibre-gl';
import { useEffect, useRef } from 'preact/hooks';

import { addDroneImages } from '../map/drone-images';
import { boundsOf, lonLat } from '../map/geo';
import { createMap, fit, LONDON, setData } from '../map/map';
import { positions } from '../map/path';
import { addPlanImages, FENCE, fenceLayers, PATH, pathLayers, pointLayers, POINTS } from '../map/plan-layers';
import { fenceShapes, pathShapes, pointShapes } from '../map/plan-shapes';
import * as layers from './layers';
import { Pointer } from './pointer';
import * as shapes from './projection';
import type { Store } from './store';

/** What the tools, hints and buttons over the map leave free. */
export const ROOM = { top: 76, right: 72, bottom: 56, left: 164 } as const;

/** Sets each source when what it shows changes; a source is drawn at most once a frame. */
function project(map: MapLibreMap, store: Store): () => void {
  // The same object while only the mission changes, so that a dragged waypoint does not send the fence again.
  const geofence = computed(() => store.plan.value.geofence);
  const sources: Record<string, () => GeoJSON.FeatureCollection> = {
    [FENCE]: () => fenceShapes({ geofence: geofence.value }, store.selection.value),
    [layers.PATTERN]: () => shapes.patternShapes(store.plan.value, store.selection.value),
    [PATH]: () => pathShapes(store.plan.value, store.findings.value),
    [layers.FLOWN]: () => shapes.flownShape(store.flown.value),
    [POINTS]: () => pointShapes(store.plan.value, store.selection.value),
    [layers.HANDLES]: () => shapes.handleShapes(store.plan.value, store.selection.value, store.rights.value.edit),
    [layers.DRAWING]: () => shapes.drawingShapes(store.drawing.value),
    [layers.FINDINGS]: () => shapes.findingShapes(store.plan.value, store.findings.value, store.highlighted.value),
    [layers.DRONE]: () => shapes.droneShape(store.drone.value),
    [layers.HOVER]: () => shapes.hoverShape(store.hoverPlace.value),
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
      const below = [...fenceLayers(), ...layers.patternLayers(), ...pathLayers(), ...layers.flownLayers(), ...layers.handleLayers()];
      const above = [...layers.drawingLayers(), ...pointLayers(), ...layers.findingLayers(), ...layers.droneLayers()];
      for (const layer of [...below, ...above]) {
        map.addLayer(layer);
      }
      return stop;
    });
    new Pointer(map, store);
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
