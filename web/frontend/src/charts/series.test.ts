import { expect, test } from 'vitest';

import { indexAt, panned, rangeOf, spliced, withGaps, zoomed } from './series';

test.each([
  [9, -1],
  [10, 0],
  [10.5, 0],
  [12, 2],
  [99, 2],
])('at %s s the row is %s', (time, row) => {
  expect(indexAt([10, 11, 12], time)).toBe(row);
});

test('a silence is a gap, an ordinary step is none', () => {
  const [times, heights] = withGaps([0, 1, 2, 30, 31], [[5, 6, 7, 8, null]]);
  expect(times).toEqual([0, 1, 2, 16, 30, 31]);
  expect(heights).toEqual([5, 6, 7, null, 8, null]);
});

test('thinned columns have long steps and no gaps for them', () => {
  const times = Array.from({ length: 50 }, (_, row) => row * 8);
  expect(withGaps(times, [times])[0]).toHaveLength(50);
});

test('the range leaves out what is not known', () => {
  expect(rangeOf([null, 3, -1, null])).toEqual([-1, 3]);
  expect(rangeOf([null])).toBeNull();
});

test('zooming keeps what is under the finger, and stays inside', () => {
  const whole = { from: 0, to: 100 };
  expect(zoomed(whole, 25, 0.5, whole)).toEqual({ from: 12.5, to: 62.5 });
  expect(zoomed({ from: 10, to: 20 }, 15, 100, whole)).toEqual(whole);
  expect(zoomed({ from: 10, to: 12 }, 11, 0.01, whole)).toEqual({ from: 10.5, to: 11.5 });
  expect(panned({ from: 10, to: 20 }, -50, whole)).toEqual({ from: 0, to: 10 });
});

test('what is finer takes the place of the coarse line, and only there', () => {
  const coarse = [[0, 10, 20, 30], [1, 2, 3, 4]] as const;
  expect(spliced(coarse, [[10, 12, 19], [5, null, 7]])).toEqual([[0, 10, 12, 19, 20, 30], [1, 5, null, 7, 3, 4]]);
  expect(spliced(coarse, [[], []])).toEqual(coarse);
});
