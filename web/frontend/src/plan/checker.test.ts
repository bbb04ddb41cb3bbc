import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../api';
import type { CheckRequest, Plan, PlanReport } from '../generated';
import { createChecker, type CheckState } from './checker';
import { EMPTY_PLAN } from './edit';

interface Question {
  readonly request: CheckRequest;
  readonly answer: (report: PlanReport) => void;
  readonly fail: (error: Error) => void;
}

let questions: Question[];
let reports: Plan[];
let states: CheckState[];

const plan = (speed: number): Plan => ({ ...EMPTY_PLAN, cruise_speed_m_s: speed });
/** Only the revision matters here. */
const report = (revision: number) => ({ revision }) as PlanReport;

function checker() {
  return createChecker(
    (request) => new Promise((answer, fail) => questions.push({ request, answer, fail })),
    (_, judged) => reports.push(judged),
    (state) => states.push(state),
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  [questions, reports, states] = [[], [], []];
});
afterEach(() => vi.useRealTimers());

test('the first edit is asked about at once', () => {
  checker().check(plan(1));
  expect(questions).toHaveLength(1);
  expect(states).toEqual([{ kind: 'checking' }]);
});

test('while an answer is on its way only the newest plan waits', async () => {
  const subject = checker();
  for (const speed of [1, 2, 3, 4]) subject.check(plan(speed));
  expect(questions).toHaveLength(1);
  questions[0]?.answer(report(1));
  await vi.advanceTimersByTimeAsync(0);
  expect(questions.map(({ request }) => request.plan.cruise_speed_m_s)).toEqual([1, 4]);
  expect(states.at(-1)).toEqual({ kind: 'checking' });
  questions[1]?.answer(report(2));
  await vi.advanceTimersByTimeAsync(0);
  expect(reports.map((judged) => judged.cruise_speed_m_s)).toEqual([1, 4]);
  expect(states.at(-1)).toEqual({ kind: 'current' });
});

test('a server that is away is asked again with the newest plan', async () => {
  const subject = checker();
  subject.check(plan(1));
  questions[0]?.fail(new ApiError(0, 'away'));
  await vi.advanceTimersByTimeAsync(0);
  expect(states.at(-1)).toEqual({ kind: 'unreachable' });
  subject.check(plan(2));
  expect(questions).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(questions[1]?.request.plan.cruise_speed_m_s).toBe(2);
  questions[1]?.answer(report(2));
  await vi.advanceTimersByTimeAsync(0);
  expect(states.at(-1)).toEqual({ kind: 'current' });
});

test('a plan the server cannot read is refused in its words, and not asked about again', async () => {
  checker().check(plan(1));
  questions[0]?.fail(new ApiError(400, 'home.position: latitude is no number'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(states.at(-1)).toEqual({ kind: 'refused', text: 'home.position: latitude is no number' });
  expect(questions).toHaveLength(1);
});
