import { describe, expect, test } from 'vitest';

import type { Finding, Plan, Position } from '../generated';
import { distance } from '../map/geo';
import { alongPath, legs, pathLength } from '../map/path';
import { fenceShapes, pathShapes } from '../map/plan-shapes';
import * as edit from './edit';
import { withHandleAt } from './pointer';
import * as shapes from './projection';

const at = (lat_deg: number, lon_deg: number): Position => ({ lat_deg, lon_deg });
const [A, B, C] = [at(51.507, -0.166), at(51.508, -0.164), at(51.506, -0.162)];
const steps: ((plan: Plan) => Plan)[] = [
  (plan) => edit.addTakeoff(plan, A),
  (plan) => edit.addWaypoint(plan, B, null),
  (plan) => edit.addWaypoint(plan, C, null),
  edit.addReturn,
  (plan) => edit.addPolygon(plan, 'inclusion', [A, B, C]),
  (plan) => edit.addCircle(plan, 'exclusion', B, 40),
];
const plan = steps.reduce((made, step) => step(made), edit.EMPTY_PLAN);

const finding = (kind: string, index: number | null, position: Position | null = null): Finding => ({
  check: 'fence',
  severity: 'error',
  text: '',
  remedy: '',
  place: { kind, index, position },
});

describe('path', () => {
  test('it starts at home, skips what has no place, and ends at home by a return', () => {
    expect(legs(plan).map(({ from, to, toItem, kind }) => [from, to, toItem, kind])).toEqual([
      [A, B, 1, 'leg'],
      [B, C, 2, 'leg'],
      [C, A, 3, 'return'],
    ]);
  });

  test('a share of its length is a place on it', () => {
    const first = distance(A, B) / pathLength(plan);
    expect(distance(alongPath(plan, first) as Position, B)).toBeLessThan(0.01);
    expect(alongPath(plan, 0)).toEqual(A);
    expect(distance(alongPath(plan, 1) as Position, A)).toBeLessThan(0.01);
    expect(alongPath(edit.EMPTY_PLAN, 0.5)).toBeNull();
  });
});

describe('shapes', () => {
  test('rings are closed, as GeoJSON wants them', () => {
    const [polygon, circle] = fenceShapes(plan, null).features;
    for (const shape of [polygon, circle]) {
      const [ring] = (shape?.geometry as GeoJSON.Polygon).coordinates;
      expect(ring?.at(0)).toEqual(ring?.at(-1));
    }
  });

  test('the legs that a finding names are marked', () => {
    const bad = pathShapes(plan, [finding('leg', 1)]).features.map(({ properties }) => properties?.['bad']);
    expect(bad).toEqual([false, true, false]);
  });

  test('a selected corner selects its polygon', () => {
    const { features } = fenceShapes(plan, { kind: 'vertex', index: 0, vertex: 2 });
    expect(features.map(({ properties }) => properties?.['selected'])).toEqual([true, false]);
  });

  test('who may not edit sees no handles', () => {
    expect(shapes.handleShapes(plan, null, false).features).toEqual([]);
    expect(shapes.handleShapes(plan, null, true).features).toHaveLength(5);
  });

  test.each([
    ['its own spot', finding('leg', 0, C), C],
    ['home', finding('home', null), A],
    ['an item', finding('item', 2), C],
    ['a circle', finding('circle', 0), B],
    ['the plan as a whole', finding('plan', null), null],
    ['something that is gone', finding('item', 99), null],
  ])('a finding about %s has its place', (_, about, place) => {
    expect(shapes.placeOf(plan, about)).toEqual(place);
  });

  test('a polygon is drawn as a line until it has three corners', () => {
    const drawing = { shape: 'polygon', kind: 'inclusion', points: [A], at: B } as const;
    const lines = shapes.drawingShapes(drawing).features.filter(({ geometry }) => geometry.type === 'LineString');
    expect((lines[0]?.geometry as GeoJSON.LineString).coordinates).toHaveLength(2);
  });
});

describe('dragging', () => {
  test.each([
    ['home', { kind: 'home' } as const, (p: Plan) => p.home?.position],
    ['an item', { kind: 'item', index: 1 } as const, (p: Plan) => p.items[1]?.position],
    ['a corner', { kind: 'vertex', index: 0, vertex: 1 } as const, (p: Plan) => p.geofence.polygons[0]?.vertices[1]],
    ['a new corner', { kind: 'edge', index: 0, vertex: 1 } as const, (p: Plan) => p.geofence.polygons[0]?.vertices[2]],
    ['a circle', { kind: 'centre', index: 0 } as const, (p: Plan) => p.geofence.circles[0]?.centre],
    ['a new waypoint on a leg', { kind: 'leg', index: 2 } as const, (p: Plan) => p.items[2]?.position],
  ])('%s goes where the finger goes', (_, handle, read) => {
    const to = at(51.5065, -0.1655);
    expect(read(withHandleAt(plan, handle, A, to))).toEqual(to);
  });

  test('the rim sets the radius', () => {
    const radius = withHandleAt(plan, { kind: 'rim', index: 0 }, A, C).geofence.circles[0]?.radius_m;
    expect(radius).toBeCloseTo(distance(B, C), 0);
  });

  test('a fence pulled by its line moves whole', () => {
    const vertices = withHandleAt(plan, { kind: 'polygon', index: 0 }, A, B).geofence.polygons[0]?.vertices ?? [];
    expect(vertices[0]).toEqual(B);
    expect(vertices).toHaveLength(3);
  });
});

test('the flown line is drawn in its order, and not at all before there is one', () => {
  expect(shapes.flownShape([]).features).toEqual([]);
  const [line] = shapes.flownShape([
    [51.5, -0.16, 40, 1],
    [51.51, -0.17, 40, 2],
  ]).features;
  expect(line?.geometry).toMatchObject({
    coordinates: [
      [-0.16, 51.5],
      [-0.17, 51.51],
    ],
  });
});
