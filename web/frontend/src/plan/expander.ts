/* Keeps the items of patterns what their descriptions and the fence make them. The server expands; its answer joins the
   step of editing it answers, so that one undo takes both back. */
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';

import { api } from '../api';
import type { Plan } from '../generated';
import type { History } from './history';
import { groundOf, hasPatterns } from './patterns';

/** Why the patterns cannot be flown as described, in the server's words; null while they can. */
export function keepExpanded(
  history: Signal<History>,
  expand: (plan: Plan) => Promise<Plan> = (plan) => api.expandPatterns({ plan }),
): ReadonlySignal<string | null> {
  const problem = signal<string | null>(null);
  let expanded = groundOf(history.value.present);
  let busy = false;

  async function next(): Promise<void> {
    const asked = history.peek().present;
    const ground = groundOf(asked);
    if (busy || ground === expanded) return;
    if (!hasPatterns(asked)) {
      expanded = ground;
      problem.value = null;
      return;
    }
    busy = true;
    try {
      const answer = await expand(asked);
      // Edited meanwhile: that plan is asked about next, and this answer would undo the edit.
      if (history.peek().present === asked) history.value = { ...history.peek(), present: answer };
      if (groundOf(history.peek().present) === ground) expanded = groundOf(answer);
      problem.value = null;
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
      expanded = ground;
    } finally {
      busy = false;
    }
    void next();
  }

  effect(() => {
    groundOf(history.value.present);
    void next();
  });
  return problem;
}
