import { signal } from '@preact/signals';
import { expect, test } from 'vitest';

import { ApiError } from '../api';
import type { Plan, Position } from '../generated';
import * as edit from './edit';
import { keepExpanded } from './expander';
import { historyOf, pushed, undone } from './history';
import { addPattern } from './patterns';

const A: Position = { lat_deg: 51.5, lon_deg: -0.16 };
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** As a server that gives every pattern one waypoint. */
const expand = async (plan: Plan): Promise<Plan> => ({
  ...plan,
  items: plan.patterns.map(({ pattern_id }) => ({ ...edit.newItem(16, A, 40), pattern: pattern_id })),
});

test('a new pattern gets its items in the same step', async () => {
  const history = signal(historyOf(edit.EMPTY_PLAN));
  keepExpanded(history, expand);
  history.value = pushed(history.value, addPattern(history.value.present, 'point', [A]).plan, null);
  await settled();
  expect(history.value.present.items).toHaveLength(1);
  expect(undone(history.value).present).toBe(edit.EMPTY_PLAN);
});

test('an edit made while the server thinks is kept, and expanded next', async () => {
  const history = signal(historyOf(edit.EMPTY_PLAN));
  const answers: (() => void)[] = [];
  keepExpanded(history, (plan) => new Promise((resolve) => answers.push(() => void expand(plan).then(resolve))));
  history.value = pushed(history.value, addPattern(history.value.present, 'point', [A]).plan, null);
  history.value = pushed(history.value, addPattern(history.value.present, 'point', [A]).plan, null);
  answers[0]?.();
  await settled();
  expect(history.value.present).toMatchObject({ patterns: { length: 2 }, items: [] });
  answers[1]?.();
  await settled();
  expect(history.value.present.items).toHaveLength(2);
  expect(answers).toHaveLength(2);
});

test('a pattern that cannot be flown says why, and the next change is tried again', async () => {
  const history = signal(historyOf(edit.EMPTY_PLAN));
  let refuse = true;
  const problem = keepExpanded(history, async (plan) => {
    if (refuse) throw new ApiError(400, 'area: too small');
    return expand(plan);
  });
  history.value = pushed(history.value, addPattern(history.value.present, 'point', [A]).plan, null);
  await settled();
  expect(problem.value).toBe('area: too small');
  refuse = false;
  history.value = pushed(history.value, edit.setHome(history.value.present, A), null);
  await settled();
  expect(problem.value).toBeNull();
});

test('a plan without patterns asks nobody', async () => {
  const history = signal(historyOf(edit.EMPTY_PLAN));
  keepExpanded(history, () => Promise.reject(new Error('asked')));
  history.value = pushed(history.value, edit.setHome(history.value.present, A), null);
  await settled();
  expect(history.value.present.home?.position).toEqual(A);
});
