import { expect, test, vi } from 'vitest';

import { Pace } from './pace';

test('ages count until the picture is on the screen', () => {
  const pace = new Pace();
  pace.shown(Float64Array.of(300, 100, 200), 2, 50);
  expect(pace.figures()).toMatchObject({ drawn: 1, ageP50Ms: 255, ageP99Ms: 355, pictureP99Ms: 355, workMs: 2 });
});

test('the ages of all drones in all pictures, and the oldest of each picture', () => {
  const pace = new Pace();
  const fleet = (late: number): Float64Array => new Float64Array(100).fill(20, 0, 98).fill(late, 98);
  for (let picture = 0; picture < 400; picture += 1) pace.shown(fleet(600), 1, picture < 5 ? 900 : 0);
  expect(pace.figures()).toMatchObject({ drawn: 400, ageP50Ms: 25, ageP99Ms: 925, pictureP99Ms: 1505 });
});

test('only what was asked for counts, and begins anew', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const pace = new Pace();
  expect(pace.counts).toBe(false);
  pace.shown(Float64Array.of(9000), 80, 0);
  pace.ask({ afterMs: 1000, forMs: 500 });
  expect(pace.figures()).toMatchObject({ drawn: 0, workMs: 0 });
  const counted = [900, 100, 400, 100].map((laterMs) => {
    vi.advanceTimersByTime(laterMs);
    return pace.counts;
  });
  expect(counted).toEqual([false, true, true, false]);
  pace.shown(Float64Array.of(40), 2, 1);
  expect(pace.figures()).toMatchObject({ drawn: 1, ageP99Ms: 45, workMs: 2, gapMs: 500 });
  vi.advanceTimersByTime(300);
  pace.shown(Float64Array.of(40), 2, 1);
  expect(pace.figures().gapMs).toBe(500);
  vi.useRealTimers();
});
