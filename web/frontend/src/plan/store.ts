/* The state of the plan page: one plan with its history, one sortie, one selection. The map and the panels show it. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';

import { api } from '../api';
import type { Finding, FlownPointTuple, Plan, PlanPage, PlanReport, Position, SortieView } from '../generated';
import { alongPath } from '../map/path';
import type { Selection } from '../map/plan-shapes';
import { type CheckState, createChecker } from './checker';
import { addReturn } from './edit';
import { keepExpanded } from './expander';
import { type History, historyOf, pushed, redone, undone } from './history';
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

const NOT_FLOWN: readonly FlownPointTuple[] = [];

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

export class Store {
  readonly view: Signal<SortieView>;
  readonly history: Signal<History>;
  readonly form: Signal<Form>;
  readonly tab: Signal<Tab>;
  readonly report = signal<PlanReport | null>(null);
  readonly checkState = signal<CheckState>({ kind: 'checking' });
  readonly tool = signal<Tool>('select');
  readonly selection = signal<Selection | null>(null);
  readonly drawing = signal<Drawing | null>(null);
  readonly highlighted = signal<Finding | null>(null);
  readonly drone = signal<Drone | null>(null);
  /** Where the map was last asked to go. */
  readonly focus = signal<Position | null>(null);
  /** Where along the path the pointer is, 0 to 1; the map and the profile share it. */
  readonly hover = signal<number | null>(null);

  readonly plan = computed<Plan>(() => this.dragged.value ?? this.history.value.present);
  readonly sortie = computed(() => this.view.value.sortie);
  readonly rights = computed(() => this.view.value.rights);
  readonly findings = computed(() => this.report.value?.findings ?? []);
  /** Of the plan as it is now; none while it is being checked. */
  readonly flown = computed(() =>
    this.checkState.value.kind === 'current' ? (this.report.value?.flown ?? NOT_FLOWN) : NOT_FLOWN,
  );
  readonly errors = computed(() => this.findings.value.filter(({ severity }) => severity === 'error'));
  readonly changed = computed(
    () =>
      JSON.stringify(this.history.value.present) !== JSON.stringify(this.sortie.value.plan) ||
      JSON.stringify(this.form.value) !== JSON.stringify(formOf(this.view.value)),
  );
  readonly hoverPlace = computed<Position | null>(() =>
    this.hover.value === null ? null : alongPath(this.plan.value, this.hover.value),
  );
  /** Why the patterns cannot be flown as described; null while they can. */
  readonly patternProblem: ReadonlySignal<string | null>;

  private readonly dragged = signal<Plan | null>(null);

  constructor(readonly page: PlanPage) {
    const { state, plan } = page.sortie;
    this.view = signal<SortieView>({ sortie: page.sortie, rights: page.rights });
    this.history = signal(historyOf(plan));
    this.form = signal(formOf(this.view.value));
    this.tab = signal<Tab>(state === 'approved' || state === 'uploaded' ? 'fly' : 'mission');
    this.patternProblem = keepExpanded(this.history);
    const checker = createChecker(
      (request) => api.checkPlan({ ...request, sortie_id: page.sortie.sortie_id }),
      (report) => this.judged(report),
      (now) => (this.checkState.value = now),
    );
    effect(() => checker.check(this.plan.value));
  }

  /** One step of editing. Steps with the same `subject` in a row are undone together. */
  edit(change: (plan: Plan) => Plan, subject: string | null = null): void {
    if (!this.rights.value.edit) return;
    this.history.value = pushed(this.history.value, change(this.history.value.present), subject);
  }

  /** The mission ends with a return to home: nothing more is drawn by the next press on the map. */
  end(): void {
    this.edit(addReturn);
    this.choose('select');
    this.select({ kind: 'item', index: this.plan.value.items.length - 1 });
  }

  /** While a finger drags, the plan follows it, and is one step when it is let go. */
  drag(change: (plan: Plan) => Plan): void {
    if (this.rights.value.edit) this.dragged.value = change(this.history.value.present);
  }

  drop(): void {
    const next = this.dragged.value;
    this.dragged.value = null;
    if (next) this.history.value = pushed(this.history.value, next, null);
  }

  undo(): void {
    this.history.value = undone(this.history.value);
    this.selection.value = null;
  }

  redo(): void {
    this.history.value = redone(this.history.value);
    this.selection.value = null;
  }

  choose(next: Tool): void {
    this.tool.value = next;
    this.drawing.value = null;
    if (next !== 'select' && next !== 'waypoint') this.selection.value = null;
  }

  select(next: Selection | null): void {
    this.selection.value = next;
    if (next?.kind === 'item' || next?.kind === 'pattern') this.tab.value = 'mission';
    else if (next) this.tab.value = 'fence';
  }

  /** Takes what the server has now: after a save, a submit, a decision, an upload. */
  take(next: SortieView): void {
    this.view.value = next;
    this.form.value = formOf(next);
    if (JSON.stringify(this.history.value.present) !== JSON.stringify(next.sortie.plan)) {
      this.history.value = pushed(this.history.value, next.sortie.plan, null);
    }
  }

  /** Takes what others did meanwhile: an approval, a receipt, the end of a flight. Own edits stay as they are, and a
      newer plan waits until they are saved, which the server will then refuse. */
  hear(next: SortieView): void {
    if (JSON.stringify(next) === JSON.stringify(this.view.value)) return;
    if (!this.changed.value) this.take(next);
    else if (next.sortie.version === this.sortie.value.version) this.view.value = next;
  }

  /** Brings a finding's place into view and marks it; once more lets it go. */
  show(finding: Finding): void {
    const place = placeOf(this.plan.value, finding);
    this.highlighted.value = this.highlighted.value === finding ? null : finding;
    if (this.highlighted.value && place) this.focus.value = { ...place };
  }

  private judged(report: PlanReport): void {
    const shown = this.highlighted.value;
    const same = ({ check, text }: Finding): boolean => check === shown?.check && text === shown.text;
    this.report.value = report;
    this.highlighted.value = report.findings.find(same) ?? null;
  }
}
