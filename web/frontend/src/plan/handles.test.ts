import { expect, test } from 'vitest';

import type { Position } from '../generated';
import * as edit from './edit';
import { fenceAt, handleAt, handles, insertions, type Pixel, segmentDistance } from './handles';

/** One pixel a millionth of a degree, so that positions read as pixels. */
const project = (position: Position): Pixel => ({ x: position.lon_deg * 1e6, y: position.lat_deg * 1e6 });
const at = (x: number, y: number): Position => ({ lat_deg: y / 1e6, lon_deg: x / 1e6 });

const square = edit.addPolygon(edit.EMPTY_PLAN, 'inclusion', [at(0, 0), at(1000, 0), at(1000, 1000), at(0, 1000)]);
const plan = edit.addWaypoint(
  edit.addWaypoint(edit.setHome(square, at(500, 500)), at(600, 500), null),
  at(900, 500),
  null,
);

test('the nearest handle within reach is taken', () => {
  const placed = handles(plan, null);
  expect(handleAt(placed, project, { x: 605, y: 503 }, 12)?.handle).toEqual({ kind: 'item', index: 0 });
  expect(handleAt(placed, project, { x: 5, y: -5 }, 12)?.handle).toEqual({ kind: 'vertex', index: 0, vertex: 0 });
  expect(handleAt(placed, project, { x: 700, y: 700 }, 12)).toBeNull();
});

test('an item that lies on home wins over it', () => {
  const over = edit.moveItem(plan, 0, at(500, 500));
  expect(handleAt(handles(over, null), project, { x: 500, y: 500 }, 12)?.handle.kind).toBe('item');
});

test('a line of a fence is found beside its corners', () => {
  expect(fenceAt(plan, project, { x: 300, y: 4 }, 8)).toEqual({ kind: 'polygon', index: 0 });
  expect(fenceAt(plan, project, { x: 300, y: 40 }, 8)).toBeNull();
});

test('what is selected offers places to insert', () => {
  expect(insertions(plan, { kind: 'polygon', index: 0 })).toHaveLength(4);
  expect(insertions(plan, { kind: 'item', index: 0 }).map(({ handle }) => handle)).toEqual([
    { kind: 'leg', index: 0 },
    { kind: 'leg', index: 1 },
  ]);
  expect(insertions(plan, null)).toEqual([]);
});

test('the distance to a segment ends at its ends', () => {
  expect(segmentDistance({ x: -3, y: 4 }, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(5);
  expect(segmentDistance({ x: 5, y: 2 }, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(2);
  expect(segmentDistance({ x: 3, y: 4 }, { x: 0, y: 0 }, { x: 0, y: 0 })).toBe(5);
});
