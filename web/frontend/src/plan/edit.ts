/* Every edit a person can make, as a pure function from one plan to the next. A plan is never changed in place. */
import {
  Frame,
  type FenceCircle,
  type FenceKind,
  type FencePolygon,
  type MissionItem,
  type Plan,
  type Position,
  type RallyPoint,
} from '../generated';
import { Command, commandInfo } from '../map/commands';
import { between, offset, moved, rounded } from '../map/geo';

export const EMPTY_PLAN: Plan = {
  home: null,
  items: [],
  geofence: { polygons: [], circles: [] },
  rally: [],
  cruise_speed_m_s: null,
  hover_speed_m_s: null,
  patterns: [],
};

export const DEFAULT_HEIGHT_M = 40;
export const DEFAULT_RALLY_HEIGHT_M = 30;
export const LEAST_RADIUS_M = 5;

function replaced<T>(list: readonly T[], index: number, value: T): readonly T[] {
  return list.map((old, at) => (at === index ? value : old));
}

function without<T>(list: readonly T[], index: number): readonly T[] {
  return list.filter((_, at) => at !== index);
}

function inserted<T>(list: readonly T[], index: number, value: T): readonly T[] {
  return [...list.slice(0, index), value, ...list.slice(index)];
}

// Mission items

export function newItem(command: number, position: Position | null, altitude_m: number): MissionItem {
  const info = commandInfo(command);
  return {
    command,
    frame: info.placed || info.hasAltitude ? Frame.GLOBAL_RELATIVE_ALT : Frame.MISSION,
    position: position && rounded(position),
    altitude_m: info.hasAltitude ? altitude_m : 0,
    params: [0, 0, 0, info.placed ? null : 0],
    autocontinue: true,
    raw_xy: [0, 0],
    pattern: null,
  };
}

function isLast(item: MissionItem): boolean {
  return item.command === Command.RETURN || item.command === Command.LAND;
}

/** Where the next item goes: after the selected one, else before a return or landing that ends the mission. */
export function nextIndex(plan: Plan, selected: number | null): number {
  if (selected !== null && selected < plan.items.length) {
    const item = plan.items[selected];
    return item && isLast(item) ? selected : selected + 1;
  }
  const last = plan.items.at(-1);
  return last && isLast(last) ? plan.items.length - 1 : plan.items.length;
}

/** The height a new item takes: that of the item before it which has one. */
export function heightBefore(plan: Plan, index: number): number {
  const before = plan.items.slice(0, index).findLast((item) => commandInfo(item.command).hasAltitude);
  return before?.altitude_m ?? DEFAULT_HEIGHT_M;
}

/** A pattern's items are what its description says; one that is edited by hand is a pattern no longer. */
export function breakUpPattern(plan: Plan, id: string | null | undefined): Plan {
  if (id === null || id === undefined) return plan;
  return {
    ...plan,
    items: plan.items.map((item) => (item.pattern === id ? { ...item, pattern: null } : item)),
    patterns: plan.patterns.filter((pattern) => pattern.pattern_id !== id),
  };
}

export function insertItem(plan: Plan, index: number, item: MissionItem): Plan {
  const before = plan.items[index - 1]?.pattern ?? null;
  const inside = before !== null && before === plan.items[index]?.pattern;
  const loose = inside ? breakUpPattern(plan, before) : plan;
  return { ...loose, items: inserted(loose.items, index, item) };
}

export function addWaypoint(plan: Plan, position: Position, selected: number | null): Plan {
  const index = nextIndex(plan, selected);
  return insertItem(plan, index, newItem(Command.WAYPOINT, position, heightBefore(plan, index)));
}

/** The vehicle takes off where it stands, which is home. */
export function addTakeoff(plan: Plan, position: Position): Plan {
  const withHome = setHome(plan, position);
  const takeoff = newItem(Command.TAKEOFF, null, heightBefore(plan, 0));
  return withHome.items[0]?.command === Command.TAKEOFF ? withHome : insertItem(withHome, 0, takeoff);
}

export function addLanding(plan: Plan, position: Position): Plan {
  return insertItem(withoutEnding(plan), withoutEnding(plan).items.length, newItem(Command.LAND, position, 0));
}

export function addReturn(plan: Plan): Plan {
  const open = withoutEnding(plan);
  return insertItem(open, open.items.length, newItem(Command.RETURN, null, 0));
}

function withoutEnding(plan: Plan): Plan {
  const last = plan.items.at(-1);
  return last && isLast(last) ? { ...plan, items: plan.items.slice(0, -1) } : plan;
}

export function setItem(plan: Plan, index: number, change: Partial<MissionItem>): Plan {
  const loose = breakUpPattern(plan, plan.items[index]?.pattern);
  const item = loose.items[index];
  return item ? { ...loose, items: replaced(loose.items, index, { ...item, ...change }) } : plan;
}

export function setCommand(plan: Plan, index: number, command: number): Plan {
  const item = plan.items[index];
  if (!item || item.command === command) return plan;
  const made = newItem(command, item.position, item.altitude_m || heightBefore(plan, index));
  const frame = item.frame === Frame.MISSION || made.frame === Frame.MISSION ? made.frame : item.frame;
  return setItem(plan, index, { ...made, frame, position: commandInfo(command).placed ? made.position : null });
}

export function setParam(plan: Plan, index: number, param: 0 | 1 | 2 | 3, value: number | null): Plan {
  const item = plan.items[index];
  if (!item) return plan;
  const params = replaced(item.params, param, value) as unknown as MissionItem['params'];
  return setItem(plan, index, { params });
}

export function moveItem(plan: Plan, index: number, position: Position): Plan {
  return setItem(plan, index, { position: rounded(position) });
}

export function removeItem(plan: Plan, index: number): Plan {
  const loose = breakUpPattern(plan, plan.items[index]?.pattern);
  return { ...loose, items: without(loose.items, index) };
}

/** Takes the item at `from` out and puts it back so that it is at `to`. */
export function reorderItem(plan: Plan, from: number, to: number): Plan {
  if (from === to || !plan.items[from] || !plan.items[to]) return plan;
  const loose = breakUpPattern(breakUpPattern(plan, plan.items[from].pattern), plan.items[to].pattern);
  const item = loose.items[from] as MissionItem;
  return { ...loose, items: inserted(without(loose.items, from), to, item) };
}

/** Every item that has a height gets this one; patterns keep the height of their description. */
export function setAllHeights(plan: Plan, altitude_m: number): Plan {
  const wanted = (item: MissionItem): boolean => commandInfo(item.command).hasAltitude && item.pattern === null;
  return { ...plan, items: plan.items.map((item) => (wanted(item) ? { ...item, altitude_m } : item)) };
}

// Home and rally points

export function setHome(plan: Plan, position: Position): Plan {
  return { ...plan, home: { position: rounded(position), altitude_amsl_m: plan.home?.altitude_amsl_m ?? null } };
}

export function addRally(plan: Plan, position: Position): Plan {
  return { ...plan, rally: [...plan.rally, { position: rounded(position), altitude_home_m: DEFAULT_RALLY_HEIGHT_M }] };
}

export function setRally(plan: Plan, index: number, change: Partial<RallyPoint>): Plan {
  const point = plan.rally[index];
  return point ? { ...plan, rally: replaced(plan.rally, index, { ...point, ...change }) } : plan;
}

export function removeRally(plan: Plan, index: number): Plan {
  return { ...plan, rally: without(plan.rally, index) };
}

// Geofence

function withPolygons(plan: Plan, polygons: readonly FencePolygon[]): Plan {
  return { ...plan, geofence: { ...plan.geofence, polygons } };
}

function withCircles(plan: Plan, circles: readonly FenceCircle[]): Plan {
  return { ...plan, geofence: { ...plan.geofence, circles } };
}

export function addPolygon(plan: Plan, kind: FenceKind, vertices: readonly Position[]): Plan {
  return withPolygons(plan, [...plan.geofence.polygons, { kind, vertices: vertices.map(rounded) }]);
}

export function setPolygon(plan: Plan, index: number, change: Partial<FencePolygon>): Plan {
  const polygon = plan.geofence.polygons[index];
  return polygon ? withPolygons(plan, replaced(plan.geofence.polygons, index, { ...polygon, ...change })) : plan;
}

export function removePolygon(plan: Plan, index: number): Plan {
  return withPolygons(plan, without(plan.geofence.polygons, index));
}

export function moveVertex(plan: Plan, index: number, vertex: number, position: Position): Plan {
  const polygon = plan.geofence.polygons[index];
  return polygon ? setPolygon(plan, index, { vertices: replaced(polygon.vertices, vertex, rounded(position)) }) : plan;
}

/** A new corner on the edge that starts at `vertex`. */
export function insertVertex(plan: Plan, index: number, vertex: number, position: Position): Plan {
  const polygon = plan.geofence.polygons[index];
  return polygon
    ? setPolygon(plan, index, { vertices: inserted(polygon.vertices, vertex + 1, rounded(position)) })
    : plan;
}

/** A polygon keeps three corners; taking one of the last three takes the polygon. */
export function removeVertex(plan: Plan, index: number, vertex: number): Plan {
  const polygon = plan.geofence.polygons[index];
  if (!polygon) return plan;
  if (polygon.vertices.length <= 3) return removePolygon(plan, index);
  return setPolygon(plan, index, { vertices: without(polygon.vertices, vertex) });
}

/** The whole polygon, moved as `from` moves to `to`. */
export function shiftPolygon(plan: Plan, index: number, from: Position, to: Position): Plan {
  const polygon = plan.geofence.polygons[index];
  if (!polygon) return plan;
  const [east, north] = offset(from, to);
  return setPolygon(plan, index, { vertices: polygon.vertices.map((vertex) => rounded(moved(vertex, east, north))) });
}

export function addCircle(plan: Plan, kind: FenceKind, centre: Position, radius_m: number): Plan {
  const circle = { kind, centre: rounded(centre), radius_m: roundRadius(radius_m) };
  return withCircles(plan, [...plan.geofence.circles, circle]);
}

export function setCircle(plan: Plan, index: number, change: Partial<FenceCircle>): Plan {
  const circle = plan.geofence.circles[index];
  if (!circle) return plan;
  const next = { ...circle, ...change };
  return withCircles(
    plan,
    replaced(plan.geofence.circles, index, {
      ...next,
      centre: rounded(next.centre),
      radius_m: roundRadius(next.radius_m),
    }),
  );
}

export function removeCircle(plan: Plan, index: number): Plan {
  return withCircles(plan, without(plan.geofence.circles, index));
}

function roundRadius(radius_m: number): number {
  return Math.max(LEAST_RADIUS_M, Math.round(radius_m * 10) / 10);
}

/** The corner that would stand in the middle of the edge that starts at `vertex`. */
export function edgeMiddle(polygon: FencePolygon, vertex: number): Position | null {
  const from = polygon.vertices[vertex];
  const to = polygon.vertices[(vertex + 1) % polygon.vertices.length];
  return from && to ? between(from, to) : null;
}
