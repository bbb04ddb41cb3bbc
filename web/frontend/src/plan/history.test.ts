import { expect, test } from 'vitest';

import type { Plan } from '../generated';
import { EMPTY_PLAN } from './edit';
import { historyOf, pushed, redone, undone } from './history';

const plan = (speed: number): Plan => ({ ...EMPTY_PLAN, cruise_speed_m_s: speed });
const [zero, one, two, three] = [plan(0), plan(1), plan(2), plan(3)];

test('undo and redo walk the same way back and forth', () => {
  const history = pushed(pushed(historyOf(zero), one, null), two, null);
  expect(undone(history).present).toBe(one);
  expect(undone(undone(history)).present).toBe(zero);
  expect(redone(undone(history))).toMatchObject({ present: two, future: [] });
});

test('at either end nothing happens', () => {
  const history = historyOf(zero);
  expect(undone(history)).toBe(history);
  expect(redone(history)).toBe(history);
});

test('an edit after undo forgets what was undone', () => {
  const history = pushed(undone(pushed(historyOf(zero), one, null)), two, null);
  expect(redone(history).present).toBe(two);
});

test('typing in one field is one step, another field the next', () => {
  let history = pushed(historyOf(zero), one, 'item 1 altitude');
  history = pushed(history, two, 'item 1 altitude');
  expect(undone(history).present).toBe(zero);
  expect(undone(pushed(history, three, 'item 2 altitude')).present).toBe(two);
});

test('after undo the same field starts a new step', () => {
  const history = pushed(undone(pushed(pushed(historyOf(zero), one, null), two, 'x')), three, 'x');
  expect(undone(history).present).toBe(one);
});
