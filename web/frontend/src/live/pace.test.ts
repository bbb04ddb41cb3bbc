import { expect, test } from 'vitest';

import { Pace } from './pace';

test('ages count until the picture is on the screen', () => {
  const pace = new Pace();
  pace.shown([300, 100, 200], 2, 50);
  expect(pace.figures()).toEqual({ drawn: 1, ageP50Ms: 250, ageP99Ms: 350, workMs: 2 });
});

test('one picture among hundreds that was late counts among the oldest', () => {
  const pace = new Pace();
  for (let picture = 0; picture < 400; picture += 1) pace.shown([50], 1, picture < 5 ? 900 : 20);
  expect(pace.figures()).toMatchObject({ drawn: 400, ageP50Ms: 70, ageP99Ms: 950 });
});
