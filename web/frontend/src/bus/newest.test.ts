import { encode } from '@msgpack/msgpack';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Newest, senderOf } from './newest';
import { Turns } from './turns';

const taken: unknown[] = [];
let newest: Newest;
let skipped: number;
const at = { mono: 0, wall: 0 };

beforeEach(() => {
  vi.useFakeTimers();
  taken.length = 0;
  skipped = 0;
  const turns = new Turns();
  newest = new Newest((work) => turns.take(work), (data) => taken.push(data[0]), () => (skipped += 1));
});
afterEach(() => vi.useRealTimers());

const from = (sender: string, mark: number): Uint8Array => new Uint8Array([mark, ...encode([sender]).slice(1)]);

test('a page that is slow gets the newest of each sender, not all of them', () => {
  for (const mark of [1, 2, 3]) newest.put('live.1-1', from('north', mark), at);
  newest.put('live.1-1', from('south', 9), at);
  newest.put('live.2-1', from('north', 7), at);
  expect(taken).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(taken).toEqual([3, 9, 7]);
  expect(skipped).toBe(2);
});

test('a page that keeps up gets all', () => {
  for (const mark of [1, 2, 3]) {
    newest.put('live.1-1', from('north', mark), at);
    vi.advanceTimersByTime(200);
  }
  expect(taken).toEqual([1, 2, 3]);
  expect(skipped).toBe(0);
});

test.each(['gateway', 'a name that is longer than thirty-one letters'])('the sender %s is read without decoding the frame', (name) => {
  expect(senderOf(encode([name, 'everywhere', 1, new Date(), []]))).toBe(name);
});
