/* The state of the plan page: one plan with its history, one sortie, one selection. The map and the panels show it. */
import { computed, effect, signal } from '@preact/signals';

import { api } from '../api';
import type { Finding, Plan, PlanPage, PlanReport, Position, SortieView } from '../generated';
import { type Checker, type CheckState, createChecker } from './checker';
import type { Selection } from './handles';
import { keepExpanded } from './expander';
import { historyOf, pushed, redone, undone } from './history';
import { alongPath } from './path';
import { type Drawing, placeOf } from './projection';

export type Tool =
  | 'select'
  | 'waypoint'
  | 'takeoff'
  | 'land'
  | 'inclusion-polygon'
  | 'exclusion-polygon'
  | 'inclusion-circle'
  | 'exclusion-circle'
  | 'pattern-area'
  | 'pattern-line'
  | 'pattern-point'
  | 'home'
  | 'rally';

export type Tab = 'mission' | 'fence' | 'sortie' | 'fly';

export interface Form {
  readonly title: string;
  readonly purpose: string;
  readonly incident: string;
  readonly observer: string;
  readonly vehicle: string;
}

export function formOf({ sortie }: SortieView): Form {
  return {
    title: sortie.title,
    purpose: sortie.purpose,
    incident: sortie.incident ?? '',
    observer: sortie.observer ?? '',
    vehicle: sortie.vehicle ?? '',
  };
}

/** The sortie's drone as the map shows it. */
export interface Drone {
  readonly callsign: string;
  readonly position: Position;
  readonly heading_deg: number;
  readonly flying: boolean;
  readonly stale: boolean;
}

export type Store = ReturnType<typeof createStore>;

export function createStore(page: PlanPage) {
  const view = signal<SortieView>({ sortie: page.sortie, rights: page.rights });
  const history = signal(historyOf(page.sortie.plan));
  const dragged = signal<Plan | null>(null);
  const plan = computed(() => dragged.value ?? history.value.present);
  const form = signal<Form>(formOf(view.value));
  const report = signal<PlanReport | null>(null);
  const checkState = signal<CheckState>({ kind: 'checking' });
  const tool = signal<Tool>('select');
  const selection = signal<Selection | null>(null);
  const drawing = signal<Drawing | null>(null);
  const highlighted = signal<Finding | null>(null);
  const drone = signal<Drone | null>(null);
  /** Where the map was last asked to go. */
  const focus = signal<Position | null>(null);
  /** Where along the path the pointer is, 0 to 1; the map and the profile share it. */
  const hover = signal<number | null>(null);
  const tab = signal<Tab>(page.sortie.state === 'approved' || page.sortie.state === 'uploaded' ? 'fly' : 'mission');

  const sortie = computed(() => view.value.sortie);
  const rights = computed(() => view.value.rights);
  const findings = computed(() => report.value?.findings ?? []);
  const errors = computed(() => findings.value.filter(({ severity }) => severity === 'error'));
  const changed = computed(
    () =>
      JSON.stringify(history.value.present) !== JSON.stringify(sortie.value.plan) ||
      JSON.stringify(form.value) !== JSON.stringify(formOf(view.value)),
  );
  const hoverPlace = computed<Position | null>(() =>
    hover.value === null ? null : alongPath(plan.value, hover.value),
  );

  const checker: Checker = createChecker(
    (request) => api.checkPlan(request),
    (answer) => {
      report.value = answer;
      const shown = highlighted.value;
      highlighted.value =
        shown &&
        (answer.findings.find((finding) => finding.check === shown.check && finding.text === shown.text) ?? null);
    },
    (state) => (checkState.value = state),
  );
  effect(() => checker.check(plan.value));
  const patternProblem = keepExpanded(history);

  return {
    page,
    view,
    sortie,
    rights,
    plan,
    history,
    form,
    report,
    findings,
    errors,
    checkState,
    tool,
    selection,
    drawing,
    highlighted,
    focus,
    drone,
    hover,
    hoverPlace,
    tab,
    changed,
    patternProblem,

    /** One step of editing. Steps with the same `subject` in a row are undone together. */
    edit(change: (plan: Plan) => Plan, subject: string | null = null): void {
      if (!rights.value.edit) return;
      history.value = pushed(history.value, change(history.value.present), subject);
    },
    /** While a finger drags, the plan follows it, and is one step when it is let go. */
    drag(change: (plan: Plan) => Plan): void {
      if (rights.value.edit) dragged.value = change(history.value.present);
    },
    drop(): void {
      const next = dragged.value;
      dragged.value = null;
      if (next) history.value = pushed(history.value, next, null);
    },
    undo(): void {
      history.value = undone(history.value);
      selection.value = null;
    },
    redo(): void {
      history.value = redone(history.value);
      selection.value = null;
    },
    choose(next: Tool): void {
      tool.value = next;
      drawing.value = null;
      if (next !== 'select' && next !== 'waypoint') selection.value = null;
    },
    select(next: Selection | null): void {
      selection.value = next;
      if (next?.kind === 'item' || next?.kind === 'pattern') tab.value = 'mission';
      else if (next) tab.value = 'fence';
    },
    /** Takes what the server has now: after a save, a submit, a decision, an upload. */
    take(next: SortieView, keepEdits = false): void {
      view.value = next;
      if (keepEdits) return;
      form.value = formOf(next);
      if (JSON.stringify(history.value.present) !== JSON.stringify(next.sortie.plan)) {
        history.value = pushed(history.value, next.sortie.plan, null);
      }
    },
    /** Brings a finding's place into view and marks it; once more lets it go. */
    show(finding: Finding): void {
      const place = placeOf(plan.value, finding);
      highlighted.value = highlighted.value === finding ? null : finding;
      if (highlighted.value && place) focus.value = { ...place };
    },
    stop: () => checker.stop(),
  };
}
