import { describe, expect, test } from 'vitest';

import type { Plan, Position } from '../generated';
import { Command } from '../map/commands';
import { distance } from '../map/geo';
import * as edit from './edit';

const at = (lat_deg: number, lon_deg: number): Position => ({ lat_deg, lon_deg });
const A = at(51.507, -0.166);
const B = at(51.508, -0.164);
const C = at(51.506, -0.162);
const commands = (plan: Plan): number[] => plan.items.map((item) => item.command);
const flown = [edit.addTakeoff, (plan: Plan) => edit.addWaypoint(plan, B, null), edit.addReturn].reduce<Plan>(
  (plan, step) => step(plan, A),
  edit.EMPTY_PLAN,
);

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

describe('mission items', () => {
  test('a take-off gives a plan without home its home', () => {
    const plan = edit.addTakeoff(edit.EMPTY_PLAN, A);
    expect(plan.home?.position).toEqual(A);
    expect(plan.items[0]).toMatchObject({
      command: Command.TAKEOFF,
      position: null,
      altitude_m: edit.DEFAULT_HEIGHT_M,
    });
  });

  test('a mission has one take-off, and it is first; a second press moves it, and home with it', () => {
    const plan = edit.addTakeoff(flown, C);
    expect(commands(plan)).toEqual([Command.TAKEOFF, Command.WAYPOINT, Command.RETURN]);
    expect(plan.home?.position).toEqual(C);
  });

  test('a waypoint goes before the return that ends the mission and keeps the height before it', () => {
    const plan = edit.addWaypoint(edit.setItem(flown, 1, { altitude_m: 55 }), C, null);
    expect(commands(plan)).toEqual([Command.TAKEOFF, Command.WAYPOINT, Command.WAYPOINT, Command.RETURN]);
    expect(plan.items[2]).toMatchObject({ position: C, altitude_m: 55 });
  });

  test('a waypoint goes after the selected item', () => {
    const plan = edit.addWaypoint(edit.addWaypoint(flown, C, null), A, 1);
    expect(plan.items[2]?.position).toEqual(A);
  });

  test('a landing takes the place of a return', () => {
    expect(commands(edit.addLanding(flown, C))).toEqual([Command.TAKEOFF, Command.WAYPOINT, Command.LAND]);
  });

  test('positions are kept as an autopilot stores them', () => {
    const plan = edit.moveItem(flown, 1, at(51.50712345678, -0.16612345678));
    expect(plan.items[1]?.position).toEqual(at(51.5071235, -0.1661235));
  });

  test('a command without a place loses it, and gets one no more by changing back', () => {
    const speed = edit.setCommand(flown, 1, Command.CHANGE_SPEED);
    expect(speed.items[1]).toMatchObject({ position: null, altitude_m: 0, frame: 2 });
    expect(edit.setCommand(speed, 1, Command.WAYPOINT).items[1]).toMatchObject({ altitude_m: 40, frame: 3 });
  });

  test('reordering moves one item and keeps the rest in order', () => {
    const plan = edit.addWaypoint(flown, C, null);
    expect(commands(edit.reorderItem(plan, 3, 1))).toEqual([22, 20, 16, 16]);
    expect(edit.reorderItem(plan, 1, 9)).toBe(plan);
  });

  test('an index that does not exist changes nothing', () => {
    expect(edit.setItem(flown, 9, { altitude_m: 1 })).toBe(flown);
    expect(edit.setParam(flown, 9, 0, 1)).toBe(flown);
    expect(edit.setRally(flown, 0, { altitude_home_m: 1 })).toBe(flown);
    expect(edit.moveVertex(flown, 0, 0, A)).toBe(flown);
  });
});

describe('patterns', () => {
  const spec = { kind: 'foreign', name: 'x', document: '{}' } as const;
  const marked = flown.items.map((item, index) => ({ ...item, pattern: index === 1 || index === 2 ? 'p1' : null }));
  const plan: Plan = { ...flown, items: marked, patterns: [{ pattern_id: 'p1', spec }] };

  test.each([
    ['moving', (p: Plan) => edit.moveItem(p, 1, C)],
    ['removing', (p: Plan) => edit.removeItem(p, 2)],
    ['inserting into', (p: Plan) => edit.addWaypoint(p, C, 1)],
    ['reordering', (p: Plan) => edit.reorderItem(p, 0, 1)],
  ])('%s its items by hand breaks a pattern up', (_, change) => {
    const after = change(plan);
    expect(after.patterns).toEqual([]);
    expect(after.items.every((item) => item.pattern === null)).toBe(true);
  });

  test('an edit elsewhere leaves it whole', () => {
    expect(edit.setItem(plan, 0, { altitude_m: 30 }).patterns).toHaveLength(1);
    expect(edit.setAllHeights(plan, 70).items.map((item) => item.altitude_m)).toEqual([70, 40, 0]);
  });
});

describe('geofence', () => {
  const fenced = edit.addPolygon(edit.EMPTY_PLAN, 'inclusion', [A, B, C]);

  test('a corner moves, appears and goes', () => {
    const moved = edit.moveVertex(fenced, 0, 1, at(51.509, -0.163));
    expect(moved.geofence.polygons[0]?.vertices[1]).toEqual(at(51.509, -0.163));
    const more = edit.insertVertex(fenced, 0, 2, at(51.5065, -0.164));
    expect(more.geofence.polygons[0]?.vertices).toHaveLength(4);
    expect(edit.removeVertex(more, 0, 3).geofence.polygons[0]?.vertices).toEqual([A, B, C]);
  });

  test('a triangle that loses a corner is gone', () => {
    expect(edit.removeVertex(fenced, 0, 0).geofence.polygons).toEqual([]);
  });

  test('a shifted polygon keeps its size', () => {
    const shifted = edit.shiftPolygon(fenced, 0, A, B).geofence.polygons[0];
    expect(shifted?.vertices[0]).toEqual(B);
    const side = distance(shifted?.vertices[0] as Position, shifted?.vertices[1] as Position);
    expect(side).toBeCloseTo(distance(A, B), 1);
  });

  test('a circle never gets smaller than can be seen', () => {
    const plan = edit.setCircle(edit.addCircle(edit.EMPTY_PLAN, 'exclusion', A, 40), 0, { radius_m: 0 });
    expect(plan.geofence.circles[0]).toEqual({ kind: 'exclusion', centre: A, radius_m: edit.LEAST_RADIUS_M });
  });
});

test('no edit touches the plan it starts from', () => {
  const plan = frozen(
    edit.addCircle(edit.addPolygon(edit.addRally(flown, C), 'exclusion', [A, B, C]), 'inclusion', A, 90),
  );
  const before = JSON.stringify(plan);
  edit.moveItem(plan, 1, C);
  edit.setParam(plan, 1, 0, 5);
  edit.removeItem(plan, 0);
  edit.reorderItem(plan, 0, 2);
  edit.setRally(plan, 0, { altitude_home_m: 12 });
  edit.removeRally(plan, 0);
  edit.insertVertex(plan, 0, 0, C);
  edit.shiftPolygon(plan, 0, A, B);
  edit.setCircle(plan, 0, { radius_m: 50 });
  edit.removeCircle(plan, 0);
  edit.setHome(plan, B);
  expect(JSON.stringify(plan)).toBe(before);
});
