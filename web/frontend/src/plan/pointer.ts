/* Mouse and touch on the map: what a press, a drag and a click mean to the chosen tool. */
import type { Map as MapLibreMap, MapMouseEvent, MapTouchEvent } from 'maplibre-gl';

import type { Plan, Position } from '../generated';
import { lonLat } from '../map/geo';
import * as edit from './edit';
import { fenceAt, type Handle, handleAt, handles, type Pixel, selectionOf } from './handles';
import { addPattern, patternOf, removePattern, setPattern, withPoint } from './patterns';
import { type Drawing, drawingRadius } from './projection';
import type { Store, Tool } from './store';

const MOUSE_REACH = 14;
const TOUCH_REACH = 30;
const LINE_REACH = 7;
/** A press that moves less than this is a click. */
const CLICK_SLACK = 4;

interface Grip {
  readonly handle: Handle;
  readonly from: Position;
  readonly start: Pixel;
  moved: boolean;
}

/** The plan with what `handle` holds put at `to`. */
export function withHandleAt(plan: Plan, handle: Handle, from: Position, to: Position): Plan {
  switch (handle.kind) {
    case 'home':
      return edit.setHome(plan, to);
    case 'item':
      return edit.moveItem(plan, handle.index, to);
    case 'rally':
      return edit.setRally(plan, handle.index, { position: to });
    case 'vertex':
      return edit.moveVertex(plan, handle.index, handle.vertex, to);
    case 'edge':
      return edit.insertVertex(plan, handle.index, handle.vertex, to);
    case 'polygon':
      return edit.shiftPolygon(plan, handle.index, from, to);
    case 'centre':
      return edit.setCircle(plan, handle.index, { centre: to });
    case 'rim': {
      const circle = plan.geofence.circles[handle.index];
      const radius = circle
        ? drawingRadius({ shape: 'circle', kind: circle.kind, points: [circle.centre], at: to })
        : 0;
      return edit.setCircle(plan, handle.index, { radius_m: radius });
    }
    case 'leg':
      return edit.addWaypoint(plan, to, handle.index - 1);
    case 'spec': {
      const pattern = patternOf(plan, handle.id);
      return pattern ? setPattern(plan, handle.id, withPoint(pattern.spec, handle.vertex, to)) : plan;
    }
    case 'pattern':
      return plan;
  }
}

function shapeOf(tool: Tool): Pick<Drawing, 'shape' | 'kind'> | null {
  switch (tool) {
    case 'inclusion-polygon':
      return { shape: 'polygon', kind: 'inclusion' };
    case 'exclusion-polygon':
      return { shape: 'polygon', kind: 'exclusion' };
    case 'inclusion-circle':
      return { shape: 'circle', kind: 'inclusion' };
    case 'exclusion-circle':
      return { shape: 'circle', kind: 'exclusion' };
    case 'pattern-area':
      return { shape: 'polygon', kind: 'pattern' };
    case 'pattern-line':
      return { shape: 'line', kind: 'pattern' };
    default:
      return null;
  }
}

/** A shape that has all it needs. */
export function canFinish(drawing: Drawing | null): boolean {
  if (drawing?.shape === 'circle') return drawingRadius(drawing) >= edit.LEAST_RADIUS_M;
  return drawing !== null && drawing.points.length >= (drawing.shape === 'line' ? 2 : 3);
}

/** Ends the shape that is being drawn; nothing comes of one that lacks corners. */
export function finishDrawing(store: Store): void {
  const drawing = store.drawing.value;
  if (!drawing || !canFinish(drawing)) return;
  const { kind, shape, points } = drawing;
  const [first] = points;
  store.choose('select');
  if (kind === 'pattern') return putPattern(store, shape === 'line' ? 'line' : 'area', points);
  if (shape === 'polygon') {
    store.edit((plan) => edit.addPolygon(plan, kind, points));
    store.select({ kind: 'polygon', index: store.plan.value.geofence.polygons.length - 1 });
  } else if (first) {
    store.edit((plan) => edit.addCircle(plan, kind, first, drawingRadius(drawing)));
    store.select({ kind: 'circle', index: store.plan.value.geofence.circles.length - 1 });
  }
}

function putPattern(store: Store, shape: 'area' | 'line' | 'point', points: readonly Position[]): void {
  const { plan, id } = addPattern(store.plan.value, shape, points);
  store.edit(() => plan);
  store.select({ kind: 'pattern', id });
}

/** Takes back the latest corner, or gives the drawing up. */
export function stepBack(store: Store): void {
  const drawing = store.drawing.value;
  if (!drawing) return;
  const points = drawing.points.slice(0, -1);
  store.drawing.value = points.length ? { ...drawing, points } : null;
}

export function removeSelected(store: Store): void {
  const chosen = store.selection.value;
  if (!chosen) return;
  store.selection.value = null;
  store.edit((plan) => {
    switch (chosen.kind) {
      case 'home':
        return { ...plan, home: null };
      case 'item':
        return edit.removeItem(plan, chosen.index);
      case 'rally':
        return edit.removeRally(plan, chosen.index);
      case 'polygon':
        return edit.removePolygon(plan, chosen.index);
      case 'circle':
        return edit.removeCircle(plan, chosen.index);
      case 'vertex':
        return edit.removeVertex(plan, chosen.index, chosen.vertex);
      case 'pattern':
        return removePattern(plan, chosen.id);
    }
  });
}

export function attachPointer(map: MapLibreMap, store: Store): void {
  let grip: Grip | null = null;
  let centring = false;

  const project = (position: Position): Pixel => map.project(lonLat(position));
  const placeOf = (event: MapMouseEvent | MapTouchEvent): Position => ({
    lat_deg: event.lngLat.lat,
    lon_deg: event.lngLat.lng,
  });
  const reachOf = (event: MapMouseEvent | MapTouchEvent): number =>
    event.type.startsWith('touch') ? TOUCH_REACH : MOUSE_REACH;

  /** What lies there and may be taken with the tool now chosen. */
  function grab(event: MapMouseEvent | MapTouchEvent): Handle | null {
    const { tool, plan, selection } = store;
    if (tool.value !== 'select' && tool.value !== 'waypoint') return null;
    const all = handles(plan.value, selection.value);
    const takeable =
      tool.value === 'waypoint' ? all.filter(({ handle }) => handle.kind === 'item' || handle.kind === 'leg') : all;
    const found = handleAt(takeable, project, event.point, reachOf(event));
    if (found || tool.value === 'waypoint') return found?.handle ?? null;
    return fenceAt(plan.value, project, event.point, Math.max(LINE_REACH, reachOf(event) / 2));
  }

  function press(event: MapMouseEvent | MapTouchEvent): void {
    if (event.type === 'touchstart' && (event as MapTouchEvent).points.length > 1) {
      grip = null;
      return;
    }
    const shape = shapeOf(store.tool.value);
    if (shape?.shape === 'circle' && store.rights.value.edit && !store.drawing.value) {
      event.preventDefault();
      centring = true;
      store.drawing.value = { ...shape, points: [placeOf(event)], at: null };
      return;
    }
    const handle = grab(event);
    if (!handle) return;
    // A whole fence must have been selected before a drag on its line moves it: a stray finger must not.
    const fixed =
      handle.kind === 'pattern' ||
      (handle.kind === 'polygon' &&
        !(store.selection.value?.kind === 'polygon' && store.selection.value.index === handle.index));
    if (store.rights.value.edit && !fixed) event.preventDefault();
    grip = { handle, from: placeOf(event), start: event.point, moved: false };
    const chosen = selectionOf(handle);
    if (chosen) store.select(chosen);
  }

  function move(event: MapMouseEvent | MapTouchEvent): void {
    const at = placeOf(event);
    const drawing = store.drawing.value;
    if (drawing) store.drawing.value = { ...drawing, at };
    if (!grip) return;
    const { handle, from, start } = grip;
    if (!grip.moved && Math.hypot(event.point.x - start.x, event.point.y - start.y) < CLICK_SLACK) return;
    grip.moved = true;
    store.drag((plan) => withHandleAt(plan, handle, from, at));
  }

  function release(event: MapMouseEvent | MapTouchEvent): void {
    if (centring) {
      centring = false;
      const drawing = store.drawing.value;
      if (drawing && drawingRadius(drawing) >= edit.LEAST_RADIUS_M) finishDrawing(store);
      return;
    }
    if (!grip) return;
    const { handle, moved } = grip;
    grip = null;
    if (!moved) return;
    store.drop();
    if (handle.kind === 'leg') store.select({ kind: 'item', index: handle.index });
    if (handle.kind === 'edge') store.select({ kind: 'vertex', index: handle.index, vertex: handle.vertex + 1 });
    event.preventDefault();
  }

  function click(event: MapMouseEvent): void {
    const at = placeOf(event);
    const shape = shapeOf(store.tool.value);
    if (!store.rights.value.edit) return;
    if (shape?.shape === 'circle') {
      const drawing = store.drawing.value;
      if (drawing && drawing.at && drawingRadius(drawing) >= edit.LEAST_RADIUS_M) finishDrawing(store);
      return;
    }
    if (shape) return addCorner(event, at, shape);
    usePointTool(store, at, grab(event) !== null);
  }

  function addCorner(event: MapMouseEvent, at: Position, shape: Pick<Drawing, 'shape' | 'kind'>): void {
    const points = store.drawing.value?.points ?? [];
    const [first] = points;
    const last = points.at(-1);
    const near = (position: Position | undefined, reach: number): boolean => {
      if (!position) return false;
      const pixel = project(position);
      return Math.hypot(pixel.x - event.point.x, pixel.y - event.point.y) <= reach;
    };
    const closes = shape.shape === 'polygon' && points.length >= 3 && near(first, MOUSE_REACH);
    if (closes || (shape.shape === 'line' && points.length >= 2 && near(last, MOUSE_REACH)))
      return finishDrawing(store);
    if (near(last, CLICK_SLACK)) return;
    store.drawing.value = { ...shape, points: [...points, at], at };
  }

  map.on('mousedown', press);
  map.on('touchstart', press);
  map.on('mousemove', (event) => {
    move(event);
    if (!grip) map.getCanvas().style.cursor = cursorOf(store, grab(event));
  });
  map.on('touchmove', move);
  map.on('mouseup', release);
  map.on('touchend', release);
  map.on('touchcancel', release);
  map.on('click', click);
  map.on('dblclick', (event) => {
    if (!store.drawing.value && store.tool.value === 'select') return;
    event.preventDefault();
    finishDrawing(store);
  });
}

function usePointTool(store: Store, at: Position, onHandle: boolean): void {
  switch (store.tool.value) {
    case 'waypoint': {
      if (onHandle) return;
      const chosen = store.selection.value?.kind === 'item' ? store.selection.value.index : null;
      const index = edit.nextIndex(store.plan.value, chosen);
      store.edit((plan) => edit.addWaypoint(plan, at, chosen));
      store.select({ kind: 'item', index });
      return;
    }
    case 'takeoff':
      store.edit((plan) => edit.addTakeoff(plan, at));
      return store.choose('waypoint');
    case 'land':
      store.edit((plan) => edit.addLanding(plan, at));
      return store.choose('select');
    case 'home':
      store.edit((plan) => edit.setHome(plan, at));
      return store.choose('select');
    case 'pattern-point':
      store.choose('select');
      return putPattern(store, 'point', [at]);
    case 'rally':
      store.edit((plan) => edit.addRally(plan, at));
      return store.choose('select');
    case 'select':
      if (!onHandle) store.selection.value = null;
      return;
    default:
  }
}

function cursorOf(store: Store, handle: Handle | null): string {
  if (store.drawing.value || (store.tool.value !== 'select' && store.tool.value !== 'waypoint')) return 'crosshair';
  if (handle) return store.rights.value.edit ? 'move' : 'pointer';
  return store.tool.value === 'waypoint' ? 'crosshair' : '';
}
