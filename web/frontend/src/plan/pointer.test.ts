import { signal } from '@preact/signals';
import type { Map as MapLibreMap } from 'maplibre-gl';
import { expect, test } from 'vitest';

import type { Plan, Position } from '../generated';
import { Command } from '../map/commands';
import type { Selection } from '../map/plan-shapes';
import { EMPTY_PLAN } from './edit';
import { Pointer } from './pointer';
import type { Drawing } from './projection';
import type { Store, Tool } from './store';

/** A map of which only the middle and the keyboard matter, and a store of which only the plan does. */
function desk(tool: Tool) {
  const canvas = document.createElement('canvas');
  let middle: Position = { lat_deg: 51.5, lon_deg: -0.16 };
  const map = {
    on: () => undefined,
    getCanvas: () => canvas,
    getCenter: () => ({ lat: middle.lat_deg, lng: middle.lon_deg }),
    project: ([lon, lat]: [number, number]) => ({ x: lon * 1e5, y: lat * 1e5 }),
  };
  const plan = signal<Plan>(EMPTY_PLAN);
  const selection = signal<Selection | null>(null);
  const store = {
    plan,
    selection,
    tool: signal(tool),
    drawing: signal<Drawing | null>(null),
    rights: signal({ edit: true }),
    edit: (change: (before: Plan) => Plan) => (plan.value = change(plan.value)),
    select: (next: Selection | null) => (selection.value = next),
    choose: (next: Tool) => {
      store.tool.value = next;
      store.drawing.value = null;
    },
  };
  new Pointer(map as unknown as MapLibreMap, store as unknown as Store);
  const spaceAt = (lat_deg: number, lon_deg: number): void => {
    middle = { lat_deg, lon_deg };
    canvas.dispatchEvent(new KeyboardEvent('keydown', { key: ' ' }));
  };
  return { store, spaceAt };
}

test('Space sets the take-off, waypoints after it, and moves the item that is chosen', () => {
  const { store, spaceAt } = desk('takeoff');
  spaceAt(51.5, -0.16);
  spaceAt(51.501, -0.16);
  expect(store.plan.value.home?.position).toEqual({ lat_deg: 51.5, lon_deg: -0.16 });
  expect(store.plan.value.items.map(({ command }) => command)).toEqual([Command.TAKEOFF, Command.WAYPOINT]);
  store.choose('select');
  spaceAt(51.502, -0.161);
  expect(store.plan.value.items[1]?.position).toEqual({ lat_deg: 51.502, lon_deg: -0.161 });
});

test('Space twice makes a circle, three times and once more on the first corner a polygon', () => {
  const { store, spaceAt } = desk('exclusion-circle');
  spaceAt(51.5, -0.16);
  spaceAt(51.501, -0.16);
  expect(store.plan.value.geofence.circles[0]?.radius_m).toBeCloseTo(111.3, 0);
  store.choose('inclusion-polygon');
  for (const [lat, lon] of [[51.5, -0.16], [51.51, -0.16], [51.51, -0.15], [51.5, -0.16]] as const) spaceAt(lat, lon);
  expect(store.plan.value.geofence.polygons[0]?.vertices).toHaveLength(3);
});
