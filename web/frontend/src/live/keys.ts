/* What the keyboard does: one table for the keys and for the sheet that tells them. */
import { switchTheme } from '../ui/theme';
import { toast } from '../ui/toast';
import { ALERT_LIST } from './alert-column';
import { isOfDrone } from './alerts';
import type { Model } from './model';
import { SPEEDS } from './past';
import { openWindow } from './pop-out';
import type { Filter, SortKey } from './rows';

const STEP_MS = 10_000;
const MINUTE_MS = 60_000;

interface Key {
  /** As `KeyboardEvent.key` has it; several that do the same. */
  readonly keys: readonly string[];
  /** How it is written on the sheet. */
  readonly cap: string;
  readonly words: string;
  readonly does: (model: Model, key: string) => unknown;
}

type Group = 'Drones' | 'Map' | 'Incidents' | 'Alerts' | 'Looking back' | 'Page';

const KEYS: Readonly<Record<Group, readonly Key[]>> = {
  Drones: [
    { keys: ['j', 'k'], cap: 'J  K', words: 'Next and previous drone', does: (model, key) => step(model, key === 'j' ? 1 : -1) },
    { keys: ['/'], cap: '/', words: 'Find by callsign', does: () => focus('drone-search') },
    { keys: ['1', '2', '3', '4'], cap: '1 … 4', words: 'All, flying, with alerts, stale ones', does: filter },
    { keys: ['b', 'o', 'n'], cap: 'B  O  N', words: 'Lowest battery first, oldest link first, by name', does: sort },
    { keys: ['d'], cap: 'D', words: 'Its details in a window of their own', does: (model) => openDetails(model) },
    { keys: ['Escape'], cap: 'Esc', words: 'Close, go back, or end measuring', does: escape },
  ],
  Map: [
    { keys: ['f'], cap: 'F', words: 'Follow the chosen drone', does: follow },
    { keys: ['a'], cap: 'A', words: 'All drones into view', does: (model) => model.map.value?.fitAll() },
    { keys: ['+', '=', '-'], cap: '+  −', words: 'Zoom', does: (model, key) => model.map.value?.zoom(key === '-' ? -1 : 1) },
    { keys: ['r'], cap: 'R', words: 'Measure', does: (model) => model.map.value?.measure(model.map.value.measured.value === null) },
    { keys: ['y'], cap: 'Y', words: 'Layers', does: layers },
    { keys: ['g'], cap: 'G', words: 'Find a place', does: () => document.querySelector<HTMLElement>('.live-places [data-testid="place-words"]')?.focus() },
  ],
  Incidents: [
    { keys: ['i'], cap: 'I', words: 'Incidents, or the drones again', does: ({ desk, board }) => board(desk.open.value ? 'drones' : 'incidents') },
    { keys: ['c'], cap: 'C', words: 'New incident: number, place, Enter', does: ({ desk }) => desk.may.edit && desk.begin() },
  ],
  Alerts: [
    { keys: ['w'], cap: 'W', words: 'Next alert that waits, and its drone', does: nextWaiting },
    { keys: ['e'], cap: 'E', words: 'Acknowledge the alert or alerts that W came to', does: acknowledge },
    { keys: ['m'], cap: 'M', words: 'Quieten the alarm for ten minutes', does: ({ alarm }) => alarm.toggle() },
    { keys: ['v'], cap: 'V', words: 'Speak critical alerts, all, none', does: ({ voice }) => voice.next() },
  ],
  'Looking back': [
    { keys: [',', '.'], cap: ',  .', words: 'Ten seconds back, ten seconds on', does: ({ picture }, key) => picture.step(key === ',' ? -STEP_MS : STEP_MS) },
    { keys: ['<', '>'], cap: '<  >', words: 'A minute back, a minute on', does: ({ picture }, key) => picture.step(key === '<' ? -MINUTE_MS : MINUTE_MS) },
    { keys: [' '], cap: 'Space', words: 'Play or stop', does: playOrStop },
    { keys: ['[', ']'], cap: '[  ]', words: 'Slower, faster', does: changeSpeed },
    { keys: ['l'], cap: 'L', words: 'Back to live', does: ({ picture }) => picture.past.leave() },
  ],
  Page: [
    { keys: ['t'], cap: 'T', words: 'Light or dark', does: () => switchTheme() },
    { keys: ['?'], cap: '?', words: 'This sheet', does: ({ help }) => (help.value = true) },
  ],
};

/** Guests are shown neither. */
const NOT_FOR_GUESTS: ReadonlySet<string> = new Set<Group>(['Alerts', 'Looking back']);

/** Those that do something for whoever looks. */
export function keysFor({ page, desk }: Pick<Model, 'page' | 'desk'>): [string, readonly Key[]][] {
  return Object.entries(KEYS).filter(([group]) => (group === 'Incidents' ? desk.may.read : page.guest_until === null || !NOT_FOR_GUESTS.has(group)));
}

export function listenToKeys(model: Model): void {
  const actions = new Map(keysFor(model).flatMap(([, group]) => group.flatMap((key) => key.keys.map((one) => [one, key] as const))));
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest('input:not([type="checkbox"], [type="range"]), textarea, select, dialog')) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    // A button that has the focus takes the space bar for itself.
    if (event.key === ' ' && target.closest('button, a, label')) return;
    const action = actions.get(event.key);
    if (!action) return;
    event.preventDefault();
    action.does(model, event.key);
  });
}

function focus(id: string): void {
  document.getElementById(id)?.focus({ preventScroll: true });
}

function step({ rows, selected, select }: Model, by: number): void {
  const all = rows.value;
  const at = all.findIndex((row) => row.vehicle === selected.value);
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  if (next) select(next.vehicle);
}

function filter({ choice }: Model, key: string): void {
  const filters: readonly Filter[] = ['all', 'flying', 'alerts', 'stale'];
  choice.value = { ...choice.value, filter: filters[Number(key) - 1] ?? 'all' };
}

function sort({ choice }: Model, key: string): void {
  const by: SortKey = key === 'b' ? 'battery' : key === 'o' ? 'link' : 'vehicle';
  choice.value = { ...choice.value, sort: { key: by, descending: by === 'link' } };
}

function openDetails({ selected }: Model): void {
  if (selected.value !== null) openWindow('details', selected.value);
}

function escape({ map, select, layersOpen, desk }: Model): void {
  if (layersOpen.value) layers({ layersOpen });
  else if (map.value?.measured.value) map.value.measure(false);
  else if (!desk.back()) select(null);
}

/** From its button Tab leads into the list. */
function layers({ layersOpen }: Pick<Model, 'layersOpen'>): void {
  layersOpen.value = !layersOpen.value;
  document.querySelector<HTMLElement>('.layers > button')?.focus();
}

function follow({ map, selected }: Model): void {
  if (selected.value !== null) map.value?.follow(!map.value.following.value);
}

/** One after the other, in the order of the column, and from its end to its top again. What has the focus is chosen. */
function nextWaiting({ alertDesk, panel, select }: Model): void {
  const next = alertDesk.nextWaiting(chosenEntry(`#${ALERT_LIST} > [data-entry]`));
  if (!next) return;
  if (next.alerts.length === 1 && isOfDrone(next.alerts[0])) select(next.alerts[0].vehicle);
  panel.value = 'alerts';
  // On a tablet the column is shown only now.
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-entry="${CSS.escape(next.key)}"] .alert-what`)?.focus());
}

function acknowledge({ alertDesk }: Model): void {
  const key = chosenEntry('[data-entry]');
  if (key === undefined) return toast('No alert is chosen. W goes to the next that waits.');
  void alertDesk.acknowledge(alertDesk.at(key));
  focus(ALERT_LIST);
}

function chosenEntry(selector: string): string | undefined {
  return document.activeElement?.closest<HTMLElement>(selector)?.dataset['entry'];
}

function playOrStop({ picture: { past } }: Model): void {
  past.play(past.speed.value === null ? 1 : null);
}

function changeSpeed({ picture: { past } }: Model, key: string): void {
  const at = past.speed.value === null ? -1 : SPEEDS.indexOf(past.speed.value);
  const next = at + (key === ']' ? 1 : -1);
  past.play(next < 0 ? null : (SPEEDS[Math.min(next, SPEEDS.length - 1)] ?? null));
}
