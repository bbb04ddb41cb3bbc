/* Asks the server to judge the plan after every edit. One question is on its way at a time; when its answer comes, the
   newest plan is asked about next, so a fast hand never builds a queue and an old answer never covers a new plan. */
import { ApiError } from '../api';
import type { CheckRequest, Plan, PlanReport } from '../generated';

const RETRY_MS = 2000;

/** `refused`: the server could not read the plan, with its words. */
export type CheckState =
  { readonly kind: 'checking' | 'current' | 'unreachable' } | { readonly kind: 'refused'; readonly text: string };

export interface Checker {
  check(plan: Plan): void;
  stop(): void;
}

export function createChecker(
  ask: (request: CheckRequest) => Promise<PlanReport>,
  onReport: (report: PlanReport, plan: Plan) => void,
  onState: (state: CheckState) => void,
): Checker {
  let revision = 0;
  let wanted: Plan | null = null;
  let busy = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  async function next(): Promise<void> {
    if (busy || !wanted) return;
    const plan = wanted;
    const asked = ++revision;
    wanted = null;
    busy = true;
    try {
      const report = await ask({ revision: asked, plan });
      if (report.revision === asked) onReport(report, plan);
      if (!wanted) onState({ kind: 'current' });
    } catch (error) {
      failed(error, plan);
    } finally {
      busy = false;
    }
    if (retry === undefined) void next();
  }

  function failed(error: unknown, plan: Plan): void {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) {
      if (!wanted) onState({ kind: 'refused', text: error.message });
      return;
    }
    wanted ??= plan;
    onState({ kind: 'unreachable' });
    retry = setTimeout(() => {
      retry = undefined;
      void next();
    }, RETRY_MS);
  }

  return {
    check(plan) {
      wanted = plan;
      if (retry === undefined) onState({ kind: 'checking' });
      else return;
      void next();
    },
    stop() {
      wanted = null;
      clearTimeout(retry);
      retry = undefined;
    },
  };
}
