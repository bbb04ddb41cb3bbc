/* A plan as shapes for any map: its fences, its path, its points. Pure; planning adds what only an editor has. */
import type { Feature, FeatureCollection, Geometry } from 'geojson';

import { type Finding, Frame, type Plan, type Position } from '../generated';
import { commandInfo, isOnPath } from './commands';
import { circleRing, lonLat } from './geo';
import { legs } from './path';

/** What is selected: a part of the plan. */
export type Selection =
  | { readonly kind: 'home' }
  | { readonly kind: 'item' | 'rally' | 'polygon' | 'circle'; readonly index: number }
  | { readonly kind: 'vertex'; readonly index: number; readonly vertex: number }
  | { readonly kind: 'pattern'; readonly id: string };

type Properties = Record<string, string | number | boolean>;

export function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}

export function feature(geometry: Geometry, properties: Properties): Feature {
  return { type: 'Feature', geometry, properties };
}

export function point(position: Position, properties: Properties): Feature {
  return feature({ type: 'Point', coordinates: lonLat(position) }, properties);
}

export function closed(ring: readonly Position[]): [number, number][] {
  const corners = ring.map(lonLat);
  return corners[0] ? [...corners, corners[0]] : corners;
}

export function fenceShapes({ geofence }: Pick<Plan, 'geofence'>, selection: Selection | null): FeatureCollection {
  const chosen = (kind: string, index: number): boolean =>
    selection !== null &&
    'index' in selection &&
    selection.index === index &&
    (selection.kind === kind || (kind === 'polygon' && selection.kind === 'vertex'));
  return collection([
    ...geofence.polygons.map((polygon, index) =>
      feature(
        { type: 'Polygon', coordinates: [closed(polygon.vertices)] },
        { kind: polygon.kind, selected: chosen('polygon', index) },
      ),
    ),
    ...geofence.circles.map((circle, index) =>
      feature(
        { type: 'Polygon', coordinates: [circleRing(circle.centre, circle.radius_m)] },
        { kind: circle.kind, selected: chosen('circle', index) },
      ),
    ),
  ]);
}

/** Legs; `bad` ones are named by an error finding. */
export function pathShapes(plan: Plan, findings: readonly Finding[]): FeatureCollection {
  const bad = new Set(
    findings
      .filter(({ severity, place }) => severity === 'error' && place.kind === 'leg')
      .map(({ place }) => place.index),
  );
  return collection(
    legs(plan).map((leg) =>
      feature(
        { type: 'LineString', coordinates: [lonLat(leg.from), lonLat(leg.to)] },
        { kind: leg.kind, bad: bad.has(leg.toItem - 1) || (leg.fromItem !== null && bad.has(leg.fromItem)) },
      ),
    ),
  );
}

const HEIGHT_SUFFIX: Partial<Record<Frame, string>> = { [Frame.GLOBAL]: ' AMSL', [Frame.GLOBAL_TERRAIN_ALT]: ' AGL' };

export function pointShapes(plan: Plan, selection: Selection | null): FeatureCollection {
  const chosen = (kind: string, index: number): boolean =>
    selection !== null && selection.kind === kind && 'index' in selection && selection.index === index;
  const items = plan.items.flatMap((item, index) => {
    if (!item.position) return [];
    const info = commandInfo(item.command);
    const height = info.hasAltitude ? `${Math.round(item.altitude_m)} m${HEIGHT_SUFFIX[item.frame] ?? ''}` : info.short;
    return [
      point(item.position, {
        kind: isOnPath(item.command) ? 'item' : 'look',
        text: String(index + 1),
        height,
        selected: chosen('item', index),
        pattern: item.pattern !== null,
      }),
    ];
  });
  return collection([
    ...plan.rally.map((rally, index) =>
      point(rally.position, {
        kind: 'rally',
        text: 'R',
        height: `${Math.round(rally.altitude_home_m)} m`,
        selected: chosen('rally', index),
      }),
    ),
    ...(plan.home
      ? [point(plan.home.position, { kind: 'home', text: 'H', height: '', selected: selection?.kind === 'home' })]
      : []),
    ...items,
  ]);
}
