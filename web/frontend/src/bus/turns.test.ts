import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Turns } from './turns';

let turns: Turns;
let done: string[];
const does = (what: string) => (): void => void done.push(what);

beforeEach(() => {
  vi.useFakeTimers();
  turns = new Turns();
  done = [];
});
afterEach(() => vi.useRealTimers());

test('what is new is taken in before anything is drawn, and each is done once', () => {
  const [take, draw] = [does('take'), does('draw')];
  turns.draw(draw);
  turns.take(take);
  turns.take(take);
  vi.advanceTimersByTime(300);
  expect(done).toEqual(['take', 'draw']);
});

test('a picture waits for all that comes together, but not for ever', () => {
  const come = (times: number, everyMs: number): void => {
    for (let message = 0; message < times; message += 1) {
      turns.take(does('take'));
      turns.draw(does('draw'));
      vi.advanceTimersByTime(everyMs);
    }
  };
  come(5, 8);
  expect(done).toEqual([]);
  vi.advanceTimersByTime(40);
  expect(done.join(' ')).toBe('take take take take take draw draw draw draw draw');
  vi.advanceTimersByTime(100);
  done.length = 0;
  come(12, 8);
  expect(done).toContain('draw');
});

test('what is taken in may ask to be drawn in the same turn', () => {
  turns.take(() => turns.draw(does('draw')));
  vi.advanceTimersByTime(40);
  expect(done).toEqual(['draw']);
});

test('no turn comes while a picture is on its way, and then one with all that came', async () => {
  let arrive = (): void => undefined;
  turns.draw(() => turns.hold(new Promise((resolve) => (arrive = resolve))));
  await vi.advanceTimersByTimeAsync(40);
  const [take, draw] = [does('take'), does('draw')];
  for (let frame = 0; frame < 3; frame += 1) {
    turns.take(take);
    turns.draw(draw);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(done).toEqual([]);
  arrive();
  await vi.advanceTimersByTimeAsync(40);
  expect(done).toEqual(['take', 'draw']);
});

test('words do not wait for a picture that is long on its way', async () => {
  turns.draw(() => turns.hold(new Promise(() => undefined)));
  await vi.advanceTimersByTimeAsync(40);
  turns.take(does('take'));
  turns.draw(does('draw'));
  await vi.advanceTimersByTimeAsync(500);
  expect(done).toEqual(['take']);
});

test('never more pictures than frames come', async () => {
  const again = (): void => {
    done.push('draw');
    turns.draw(again);
  };
  turns.draw(again);
  await vi.advanceTimersByTimeAsync(1000);
  expect(done.length).toBeGreaterThanOrEqual(10);
  expect(done.length).toBeLessThanOrEqual(15);
});

test('what does not mind goes with the next turn, or in its own where none comes', () => {
  turns.join(does('words'));
  vi.advanceTimersByTime(100);
  expect(done).toEqual([]);
  turns.draw(does('draw'));
  vi.advanceTimersByTime(40);
  expect(done).toEqual(['words', 'draw']);
  turns.join(does('words'));
  vi.advanceTimersByTime(400);
  expect(done).toEqual(['words', 'draw', 'words']);
});

test('without anything to do nothing is asked of the machine', () => {
  vi.advanceTimersByTime(1000);
  expect(vi.getTimerCount()).toBe(0);
});
