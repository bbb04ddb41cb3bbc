/* What planning draws over the plan, as shapes for the map. Pure: the map keeps nothing of its own. */
import type { FeatureCollection } from 'geojson';

import type { Finding, FlownPointTuple, Plan, Position } from '../generated';
import { between, circleRing, distance, lonLat } from '../map/geo';
import { type Leg, legs } from '../map/path';
import { closed, collection, feature, point, type Selection } from '../map/plan-shapes';
import { insertions, rim } from './handles';
import { patternOf, pointsOf } from './patterns';
import type { Drone } from './store';

export interface Drawing {
  readonly shape: 'polygon' | 'circle' | 'line';
  readonly kind: 'inclusion' | 'exclusion' | 'pattern';
  /** Corners so far, or the circle's centre. */
  readonly points: readonly Position[];
  /** Where the pointer is. */
  readonly at: Position | null;
}

/** The line as the autopilot flies it: corners rounded, splines as curves. */
export function flownShape(flown: readonly FlownPointTuple[]): FeatureCollection {
  if (flown.length < 2) return collection([]);
  return collection([feature({ type: 'LineString', coordinates: flown.map(([lat, lon]) => [lon, lat]) }, {})]);
}

/** What patterns were drawn on: an area, a line; a point has its handle. */
export function patternShapes(plan: Plan, selection: Selection | null): FeatureCollection {
  return collection(
    plan.patterns.flatMap(({ pattern_id }) => {
      const pattern = patternOf(plan, pattern_id);
      if (!pattern || !('area' in pattern.spec || 'line' in pattern.spec)) return [];
      const points = pointsOf(pattern.spec);
      const coordinates = 'area' in pattern.spec ? closed(points) : points.map(lonLat);
      return [
        feature(
          { type: 'LineString', coordinates },
          { selected: selection?.kind === 'pattern' && selection.id === pattern_id },
        ),
      ];
    }),
  );
}

/** Corners, rims and "+" handles of what may be edited. */
export function handleShapes(plan: Plan, selection: Selection | null, editable: boolean): FeatureCollection {
  if (!editable) return collection([]);
  const corners = plan.geofence.polygons.flatMap((polygon, index) =>
    polygon.vertices.map((vertex, at) =>
      point(vertex, {
        kind: 'corner',
        fence: polygon.kind,
        selected: selection?.kind === 'vertex' && selection.index === index && selection.vertex === at,
      }),
    ),
  );
  const circles = plan.geofence.circles.flatMap((circle) => [
    point(circle.centre, { kind: 'corner', fence: circle.kind, selected: false }),
    point(rim(circle.centre, circle.radius_m), { kind: 'corner', fence: circle.kind, selected: false }),
  ]);
  const additions = insertions(plan, selection).map(({ position }) =>
    point(position, { kind: 'add', fence: '', selected: false }),
  );
  const pattern = selection?.kind === 'pattern' ? patternOf(plan, selection.id) : null;
  const spec = (pattern ? pointsOf(pattern.spec) : []).map((position) =>
    point(position, { kind: 'corner', fence: 'pattern', selected: false }),
  );
  return collection([...corners, ...circles, ...additions, ...spec]);
}

export function drawingShapes(drawing: Drawing | null): FeatureCollection {
  if (!drawing) return collection([]);
  const { kind, points, at } = drawing;
  const corners = points.map((position, index) => point(position, { kind, first: index === 0 }));
  if (drawing.shape === 'circle') {
    const [centre] = points;
    if (!centre || !at) return collection(corners);
    const radius = drawingRadius(drawing);
    return collection([
      feature({ type: 'Polygon', coordinates: [circleRing(centre, radius)] }, { kind, first: false }),
      ...corners,
    ]);
  }
  const ring = at ? [...points, at] : points;
  const line = feature(
    {
      type: 'LineString',
      coordinates: ring.length > 2 && drawing.shape === 'polygon' ? closed(ring) : ring.map(lonLat),
    },
    { kind, first: false },
  );
  return collection([...(ring.length > 1 ? [line] : []), ...corners]);
}

export function drawingRadius(drawing: Drawing): number {
  const [centre] = drawing.points;
  if (!centre || !drawing.at) return 0;
  return distance(centre, drawing.at);
}

/** The spots that findings name; the highlighted one is drawn larger. */
export function findingShapes(
  plan: Plan,
  findings: readonly Finding[],
  highlighted: Finding | null,
): FeatureCollection {
  return collection(
    findings.flatMap((finding) => {
      if (finding.severity === 'info' && finding !== highlighted) return [];
      const position = placeOf(plan, finding);
      return position ? [point(position, { severity: finding.severity, highlighted: finding === highlighted })] : [];
    }),
  );
}

/** Where on the map a finding is: its own spot, else the middle of what it names. */
export function placeOf(plan: Plan, { place }: Finding): Position | null {
  if (place.position) return place.position;
  if (place.kind === 'home') return plan.home?.position ?? null;
  if (place.index === null) return null;
  switch (place.kind) {
    case 'item':
      return plan.items[place.index]?.position ?? null;
    case 'leg': {
      const leg: Leg | undefined = legs(plan).find(
        ({ fromItem, toItem }) => fromItem === place.index || toItem === (place.index ?? 0) + 1,
      );
      return leg ? between(leg.from, leg.to) : null;
    }
    case 'polygon':
      return plan.geofence.polygons[place.index]?.vertices[0] ?? null;
    case 'circle':
      return plan.geofence.circles[place.index]?.centre ?? null;
    case 'rally':
      return plan.rally[place.index]?.position ?? null;
    default:
      return null;
  }
}

export function hoverShape(position: Position | null): FeatureCollection {
  return collection(position ? [point(position, {})] : []);
}

export function droneShape(drone: Drone | null): FeatureCollection {
  if (!drone) return collection([]);
  const image = `drone-${drone.flying ? (drone.stale ? 'stale' : 'flying') : drone.stale ? 'ground-stale' : 'ground'}`;
  return collection([point(drone.position, { image, heading: drone.heading_deg, label: drone.callsign })]);
}
