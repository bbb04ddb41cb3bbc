/* Undo and redo over immutable plans. Edits of one field in a row are one step. */
import type { Plan } from '../generated';

const MOST_STEPS = 200;

export interface History {
  readonly past: readonly Plan[];
  readonly present: Plan;
  readonly future: readonly Plan[];
  /** What the latest step changed, e.g. `item 3 altitude`; an equal one joins it. */
  readonly subject: string | null;
}

export function historyOf(plan: Plan): History {
  return { past: [], present: plan, future: [], subject: null };
}

/** `subject` null never joins. */
export function pushed(history: History, plan: Plan, subject: string | null): History {
  if (plan === history.present) return history;
  const joins = subject !== null && subject === history.subject && history.past.length > 0;
  const past = joins ? history.past : [...history.past, history.present].slice(-MOST_STEPS);
  return { past, present: plan, future: [], subject };
}

export function undone(history: History): History {
  const present = history.past.at(-1);
  if (!present) return history;
  return { past: history.past.slice(0, -1), present, future: [history.present, ...history.future], subject: null };
}

export function redone(history: History): History {
  const [present, ...future] = history.future;
  if (!present) return history;
  return { past: [...history.past, history.present], present, future, subject: null };
}
