/* The drawn path of a plan: where its legs lie and how long they are. The flown one is the server's matter. */
import type { Plan, Position } from '../generated';
import { Command, isOnPath } from './commands';
import { between, distance } from './geo';

export interface Leg {
  readonly from: Position;
  readonly to: Position;
  /** Item that the leg starts from; null for home. */
  readonly fromItem: number | null;
  /** Item that the leg flies to; a return to home bears the return item's index. */
  readonly toItem: number;
  readonly kind: 'leg' | 'return';
}

export function legs(plan: Plan): readonly Leg[] {
  const found: Leg[] = [];
  let at: Position | null = plan.home?.position ?? null;
  let fromItem: number | null = null;
  for (const [index, item] of plan.items.entries()) {
    const isReturn = item.command === Command.RETURN;
    const to: Position | null = isReturn
      ? (plan.home?.position ?? null)
      : isOnPath(item.command)
        ? item.position
        : null;
    if (!to) continue;
    if (at) found.push({ from: at, to, fromItem, toItem: index, kind: isReturn ? 'return' : 'leg' });
    at = to;
    fromItem = index;
  }
  return found;
}

export function pathLength(plan: Plan): number {
  return legs(plan).reduce((sum, leg) => sum + distance(leg.from, leg.to), 0);
}

/** The place at `fraction` (0 to 1) of the path's length; null without a path. */
export function alongPath(plan: Plan, fraction: number): Position | null {
  const all = legs(plan);
  let left = Math.max(0, Math.min(1, fraction)) * pathLength(plan);
  for (const leg of all) {
    const length = distance(leg.from, leg.to);
    if (left <= length) return length === 0 ? leg.from : between(leg.from, leg.to, left / length);
    left -= length;
  }
  return all.at(-1)?.to ?? null;
}

/** Every position the plan names, for bringing all of it into view. */
export function positions(plan: Plan): readonly Position[] {
  return [
    ...(plan.home ? [plan.home.position] : []),
    ...plan.items.flatMap((item) => (item.position ? [item.position] : [])),
    ...plan.rally.map((point) => point.position),
    ...plan.geofence.polygons.flatMap((polygon) => polygon.vertices),
    ...plan.geofence.circles.map((circle) => circle.centre),
  ];
}
