/* What of a plan can be taken hold of, and which of it lies under a finger. */
import type { Plan, Position } from '../generated';
import { between, moved } from '../map/geo';
import { legs } from '../map/path';
import type { Selection } from '../map/plan-shapes';
import { edgeMiddle } from './edit';
import { patternOf, pointsOf } from './patterns';

/** `vertex` of a polygon is one corner of it. `centre` and `rim` are a circle's two handles. `spec` is a corner, or the
    only point, of what a pattern was drawn on; `pattern` any of the items it flies. */
export type Handle =
  | { readonly kind: 'home' }
  | { readonly kind: 'item' | 'rally' | 'polygon' | 'centre' | 'rim'; readonly index: number }
  | { readonly kind: 'vertex' | 'edge'; readonly index: number; readonly vertex: number }
  | { readonly kind: 'leg'; readonly index: number }
  | { readonly kind: 'pattern'; readonly id: string }
  | { readonly kind: 'spec'; readonly id: string; readonly vertex: number };

export interface Placed {
  readonly handle: Handle;
  readonly position: Position;
}

export interface Pixel {
  readonly x: number;
  readonly y: number;
}

export type Project = (position: Position) => Pixel;

export function rim(centre: Position, radius_m: number): Position {
  return moved(centre, radius_m, 0);
}

/** Handles in order of preference where they overlap: what is selected, then points, then the shapes' own. */
export function handles(plan: Plan, selection: Selection | null): readonly Placed[] {
  const found: Placed[] = [];
  const put = (handle: Handle, position: Position): void => void found.push({ handle, position });
  if (selection?.kind === 'pattern') {
    const { id } = selection;
    const pattern = patternOf(plan, id);
    for (const [vertex, position] of (pattern ? pointsOf(pattern.spec) : []).entries())
      put({ kind: 'spec', id, vertex }, position);
  }
  for (const [index, item] of plan.items.entries()) {
    if (!item.position) continue;
    const pattern = item.pattern === null ? null : patternOf(plan, item.pattern);
    put(pattern ? { kind: 'pattern', id: pattern.id } : { kind: 'item', index }, item.position);
  }
  for (const [index, point] of plan.rally.entries()) put({ kind: 'rally', index }, point.position);
  if (plan.home) put({ kind: 'home' }, plan.home.position);
  for (const [index, polygon] of plan.geofence.polygons.entries()) {
    for (const [vertex, position] of polygon.vertices.entries()) put({ kind: 'vertex', index, vertex }, position);
  }
  for (const [index, circle] of plan.geofence.circles.entries()) {
    put({ kind: 'centre', index }, circle.centre);
    put({ kind: 'rim', index }, rim(circle.centre, circle.radius_m));
  }
  return [...found, ...insertions(plan, selection)];
}

/** The "+" handles: on the edges of the selected polygon, and on the legs beside the selected item. */
export function insertions(plan: Plan, selection: Selection | null): readonly Placed[] {
  if (selection?.kind === 'polygon' || selection?.kind === 'vertex') {
    const { index } = selection;
    const polygon = plan.geofence.polygons[index];
    return (polygon?.vertices ?? []).flatMap((_, vertex) => {
      const position = polygon ? edgeMiddle(polygon, vertex) : null;
      return position ? [{ handle: { kind: 'edge' as const, index, vertex }, position }] : [];
    });
  }
  if (selection?.kind !== 'item') return [];
  return legs(plan)
    .filter((leg) => leg.kind === 'leg' && (leg.fromItem === selection.index || leg.toItem === selection.index))
    .map((leg) => ({ handle: { kind: 'leg' as const, index: leg.toItem }, position: between(leg.from, leg.to) }));
}

/** The nearest handle within `reach` pixels of `at`; earlier ones win a tie within two pixels. */
export function handleAt(placed: readonly Placed[], project: Project, at: Pixel, reach: number): Placed | null {
  let best: Placed | null = null;
  let bestDistance = reach;
  for (const candidate of placed) {
    const pixel = project(candidate.position);
    const away = Math.hypot(pixel.x - at.x, pixel.y - at.y);
    if (away < bestDistance - (best ? 2 : 0)) {
      best = candidate;
      bestDistance = away;
    }
  }
  return best;
}

/** The fence whose line runs within `reach` pixels of `at`. */
export function fenceAt(plan: Plan, project: Project, at: Pixel, reach: number): Handle | null {
  for (const [index, polygon] of plan.geofence.polygons.entries()) {
    const pixels = polygon.vertices.map(project);
    const near = pixels.some(
      (from, vertex) => segmentDistance(at, from, pixels[(vertex + 1) % pixels.length] as Pixel) <= reach,
    );
    if (near) return { kind: 'polygon', index };
  }
  for (const [index, circle] of plan.geofence.circles.entries()) {
    const centre = project(circle.centre);
    const edge = project(rim(circle.centre, circle.radius_m));
    const radius = Math.hypot(edge.x - centre.x, edge.y - centre.y);
    if (Math.abs(Math.hypot(at.x - centre.x, at.y - centre.y) - radius) <= reach) return { kind: 'centre', index };
  }
  return null;
}

export function segmentDistance(at: Pixel, from: Pixel, to: Pixel): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((at.x - from.x) * dx + (at.y - from.y) * dy) / length));
  return Math.hypot(at.x - from.x - t * dx, at.y - from.y - t * dy);
}

/** What taking hold of `handle` selects. */
export function selectionOf(handle: Handle): Selection | null {
  switch (handle.kind) {
    case 'home':
      return { kind: 'home' };
    case 'item':
    case 'rally':
    case 'polygon':
      return { kind: handle.kind, index: handle.index };
    case 'centre':
    case 'rim':
      return { kind: 'circle', index: handle.index };
    case 'pattern':
    case 'spec':
      return { kind: 'pattern', id: handle.id };
    case 'vertex':
      return { kind: 'vertex', index: handle.index, vertex: handle.vertex };
    case 'edge':
    case 'leg':
      return null;
  }
}
