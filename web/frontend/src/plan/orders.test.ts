import { expect, test } from 'vitest';

import { mayNow } from './orders';

const flies = { armed: true, landed: false, mode: 'AUTO', ground_speed_m_s: 8, climb_m_s: 0 };

function offered(state: Parameters<typeof mayNow>[0]): string[] {
  return Object.entries(mayNow(state)).flatMap(([verb, may]) => (may ? [verb] : []));
}

test('on the ground it is started or disarmed', () => {
  expect(offered({ ...flies, landed: true, mode: 'GUIDED', ground_speed_m_s: 0 })).toEqual(['disarm', 'start']);
  expect(offered({ ...flies, landed: true, armed: false })).toEqual([]);
  expect(offered(undefined)).toEqual([]);
});

test('a mission that runs is paused, and one that may be paused is continued', () => {
  expect(offered(flies)).toEqual(['pause']);
  expect(offered({ ...flies, ground_speed_m_s: 0, climb_m_s: 2.5 })).toEqual(['pause']);
  expect(offered({ ...flies, ground_speed_m_s: 0.4 })).toEqual(['pause', 'continue']);
});

test('from another mode it goes back to its mission, however fast it is', () => {
  expect(offered({ ...flies, mode: 'GUIDED' })).toEqual(['pause', 'continue']);
  expect(offered({ ...flies, mode: 'RTL' })).toEqual(['continue']);
});

test('where it does not say whether it has landed, nothing is withheld', () => {
  expect(offered({ ...flies, landed: null, ground_speed_m_s: null, climb_m_s: null })).toEqual(['disarm', 'start', 'pause', 'continue']);
});
