/* A plan as shapes for a map. */
import type { Feature, FeatureCollection, Position as Coordinates } from 'geojson';

import type { FenceKind, Plan, Position } from '../generated';

/** MAV_CMD: navigation commands are below NAV_LAST; others with a place (a region of interest) are not on the path. */
const NAV_LAST = 95;
const RETURN_TO_LAUNCH = 20;
const CIRCLE_CORNERS = 72;
const METRES_PER_DEGREE = 111_320;

const at = ({ lon_deg, lat_deg }: Position): Coordinates => [lon_deg, lat_deg];

/** Places of the path in order, from home on where the plan has one. `item` counts as the autopilot does. */
export function pathOf(plan: Plan): { readonly position: Position; readonly item: number }[] {
  const places = plan.items.flatMap((item, index) =>
    item.position && item.command < NAV_LAST ? [{ position: item.position, item: index + 1 }] : [],
  );
  return plan.home ? [{ position: plan.home.position, item: 0 }, ...places] : places;
}

/** `kind` of each feature: path, return, item, home, rally, inclusion, exclusion. `properties` go to every one. */
export function planShape(plan: Plan, properties: Readonly<Record<string, string | boolean>> = {}): FeatureCollection {
  const features: Feature[] = [];
  const add = (kind: string, geometry: Feature['geometry'], more: Record<string, number> = {}): void => {
    features.push({ type: 'Feature', properties: { ...properties, ...more, kind }, geometry });
  };
  const fence = (kind: FenceKind, ring: Coordinates[]): void => add(kind, { type: 'Polygon', coordinates: [ring] });
  for (const { kind, vertices } of plan.geofence.polygons) {
    const ring = vertices.map(at);
    fence(kind, ring[0] ? [...ring, ring[0]] : ring);
  }
  for (const { kind, centre, radius_m } of plan.geofence.circles) fence(kind, circle(centre, radius_m));

  const path = pathOf(plan);
  if (path.length > 1) add('path', { type: 'LineString', coordinates: path.map(({ position }) => at(position)) });
  const last = path.at(-1);
  if (plan.home && last && plan.items.some((item) => item.command === RETURN_TO_LAUNCH)) {
    add('return', { type: 'LineString', coordinates: [at(last.position), at(plan.home.position)] });
  }
  for (const { position, item } of path) {
    if (item > 0) add('item', { type: 'Point', coordinates: at(position) }, { item });
  }
  for (const { position } of plan.rally) add('rally', { type: 'Point', coordinates: at(position) });
  if (plan.home) add('home', { type: 'Point', coordinates: at(plan.home.position) });
  return { type: 'FeatureCollection', features };
}

function circle(centre: Position, radius_m: number): Coordinates[] {
  const latDegrees = radius_m / METRES_PER_DEGREE;
  const lonDegrees = latDegrees / Math.cos((centre.lat_deg * Math.PI) / 180);
  return Array.from({ length: CIRCLE_CORNERS + 1 }, (_, corner) => {
    const angle = (corner / CIRCLE_CORNERS) * 2 * Math.PI;
    return [centre.lon_deg + lonDegrees * Math.sin(angle), centre.lat_deg + latDegrees * Math.cos(angle)];
  });
}
