import { expect, test } from 'vitest';

import { Pace } from './pace';

test('ages count until the picture is on the screen', () => {
  const pace = new Pace();
  pace.handed([300, 100, 200], 1000, 2);
  pace.rendered(1050);
  expect(pace.figures()).toEqual({ drawn: 1, ageP50Ms: 250, ageP99Ms: 350, workMs: 2 });
});

test('a picture handed over while another waits is counted with the older one', () => {
  const pace = new Pace();
  pace.handed([0], 1000, 1);
  pace.handed([0], 1100, 1);
  pace.rendered(1200);
  pace.rendered(1210);
  expect(pace.figures()).toMatchObject({ drawn: 1, ageP50Ms: 200 });
});
