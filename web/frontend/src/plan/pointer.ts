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

export function putPattern(store: Store, shape: 'area' | 'line' | 'point', points: readonly Position[]): void {
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

type PointerEvent = MapMouseEvent | MapTouchEvent;

const placeOf = ({ lngLat }: PointerEvent): Position => ({ lat_deg: lngLat.lat, lon_deg: lngLat.lng });
const reachOf = ({ type }: PointerEvent): number => (type.startsWith('touch') ? TOUCH_REACH : MOUSE_REACH);
const apart = (a: Pixel, b: Pixel): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Listens to one map for one store, as long as the map lives. */
export class Pointer {
  private grip: Grip | null = null;
  /** A circle's centre is pressed and its rim not yet let go. */
  private centring = false;

  constructor(
    private readonly map: MapLibreMap,
    private readonly store: Store,
  ) {
    map.on('mousedown', (event) => this.press(event));
    map.on('touchstart', (event) => this.press(event));
    map.on('mousemove', (event) => {
      this.move(event);
      if (!this.grip) map.getCanvas().style.cursor = cursorOf(store, this.under(event));
    });
    map.on('touchmove', (event) => this.move(event));
    for (const end of ['mouseup', 'touchend', 'touchcancel'] as const) map.on(end, (event) => this.release(event));
    map.on('click', (event) => this.click(event));
    map.getCanvas().addEventListener('keydown', (event) => {
      if (event.key !== ' ') return;
      event.preventDefault();
      this.pressMiddle();
    });
    map.on('dblclick', (event) => {
      if (!store.drawing.value && store.tool.value === 'select') return;
      event.preventDefault();
      finishDrawing(store);
    });
  }

  private readonly project = (position: Position): Pixel => this.map.project(lonLat(position));

  /** What lies there and may be taken with the tool now chosen. */
  private under(event: PointerEvent): Handle | null {
    const { tool, plan, selection } = this.store;
    if (tool.value !== 'select' && tool.value !== 'waypoint') return null;
    const adding = tool.value === 'waypoint';
    const all = handles(plan.value, selection.value);
    const takeable = adding ? all.filter(({ handle }) => handle.kind === 'item' || handle.kind === 'leg') : all;
    const found = handleAt(takeable, this.project, event.point, reachOf(event));
    if (found || adding) return found?.handle ?? null;
    return fenceAt(plan.value, this.project, event.point, Math.max(LINE_REACH, reachOf(event) / 2));
  }

  private press(event: PointerEvent): void {
    const { store } = this;
    this.grip = null;
    if (event.type === 'touchstart' && (event as MapTouchEvent).points.length > 1) return;
    const shape = shapeOf(store.tool.value);
    if (shape?.shape === 'circle' && store.rights.value.edit && !store.drawing.value) {
      event.preventDefault();
      this.centring = true;
      store.drawing.value = { ...shape, points: [placeOf(event)], at: null };
      return;
    }
    const handle = this.under(event);
    if (!handle) return;
    if (store.rights.value.edit && this.mayDrag(handle)) {
      event.preventDefault();
      this.grip = { handle, from: placeOf(event), start: event.point, moved: false };
    }
    const chosen = selectionOf(handle);
    if (chosen) store.select(chosen);
  }

  /** A whole fence must have been selected before a drag on its line moves it: a stray finger must not. */
  private mayDrag(handle: Handle): boolean {
    const chosen = this.store.selection.value;
    if (handle.kind === 'polygon') return chosen?.kind === 'polygon' && chosen.index === handle.index;
    return handle.kind !== 'pattern';
  }

  private move(event: PointerEvent): void {
    const { store, grip } = this;
    const at = placeOf(event);
    const drawing = store.drawing.value;
    if (drawing) store.drawing.value = { ...drawing, at };
    if (!grip || (!grip.moved && apart(event.point, grip.start) < CLICK_SLACK)) return;
    grip.moved = true;
    store.drag((plan) => withHandleAt(plan, grip.handle, grip.from, at));
  }

  private release(event: PointerEvent): void {
    const { store, grip } = this;
    this.grip = null;
    if (this.centring) {
      this.centring = false;
      finishDrawing(store);
      return;
    }
    if (!grip?.moved) return;
    const { handle } = grip;
    store.drop();
    if (handle.kind === 'leg') store.select({ kind: 'item', index: handle.index });
    if (handle.kind === 'edge') store.select({ kind: 'vertex', index: handle.index, vertex: handle.vertex + 1 });
    event.preventDefault();
  }

  private click(event: MapMouseEvent): void {
    const { store } = this;
    if (!store.rights.value.edit) return;
    const shape = shapeOf(store.tool.value);
    if (shape?.shape === 'circle') finishDrawing(store);
    else if (shape) this.addCorner(placeOf(event), shape);
    else usePointTool(store, placeOf(event), this.under(event) !== null);
  }

  /** What a click does, in the middle of the map: for a keyboard, whose arrows move the map below it. */
  private pressMiddle(): void {
    const { store } = this;
    const { lat, lng } = this.map.getCenter();
    const at = { lat_deg: lat, lon_deg: lng };
    const shape = shapeOf(store.tool.value);
    const chosen = store.selection.value;
    if (!store.rights.value.edit) return;
    if (shape?.shape === 'circle') this.turnCircle(shape, at);
    else if (shape) this.addCorner(at, shape);
    else if (store.tool.value === 'select' && chosen?.kind === 'item') {
      store.edit((plan) => edit.moveItem(plan, chosen.index, at));
    } else usePointTool(store, at, false);
  }

  private turnCircle(shape: Pick<Drawing, 'shape' | 'kind'>, at: Position): void {
    const drawing = this.store.drawing.value;
    this.store.drawing.value = drawing ? { ...drawing, at } : { ...shape, points: [at], at: null };
    if (drawing) finishDrawing(this.store);
  }

  private addCorner(at: Position, shape: Pick<Drawing, 'shape' | 'kind'>): void {
    const points = this.store.drawing.value?.points ?? [];
    const near = (position: Position | undefined, reach: number): boolean =>
      position !== undefined && apart(this.project(position), this.project(at)) <= reach;
    const closes = shape.shape === 'polygon' && points.length >= 3 && near(points[0], MOUSE_REACH);
    const ends = shape.shape === 'line' && points.length >= 2 && near(points.at(-1), MOUSE_REACH);
    if (closes || ends) return finishDrawing(this.store);
    if (near(points.at(-1), CLICK_SLACK)) return;
    this.store.drawing.value = { ...shape, points: [...points, at], at };
  }
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
