/* What a person does with the sortie as a whole: save, submit, decide, bring a file in, take one out. */
import { api, ApiError } from '../api';
import type { ImportedPlan, SortieView } from '../generated';
import { toast } from '../ui/toast';
import type { Store } from './store';

/** Set when a save met a newer version on the server. */
export type Conflict = { readonly text: string };

function sorry(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), 'crit');
}

/** True when the server has all of it. `onConflict` is asked when somebody else saved meanwhile. */
export async function save(store: Store, onConflict: (conflict: Conflict) => void): Promise<boolean> {
  const { sortie, form, history } = store;
  const { title, purpose, incident, observer, vehicle } = form.value;
  try {
    const saved = await api.saveSortie(sortie.value.sortie_id, {
      version: sortie.value.version,
      title,
      purpose,
      plan: history.value.present,
      incident: incident || null,
      observer: observer || null,
      vehicle: vehicle || null,
    });
    store.take(saved);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) onConflict({ text: error.message });
    else sorry(error);
    return false;
  }
}

export async function submit(store: Store, onConflict: (conflict: Conflict) => void): Promise<void> {
  if (store.changed.value && !(await save(store, onConflict))) return;
  store.choose('select'); // what is drawn is drawn: a stray touch must not change what somebody approves
  await decided(
    store,
    api.submitSortie(store.sortie.value.sortie_id, { version: store.sortie.value.version }),
    'Submitted for approval.',
  );
}

export async function approve(store: Store): Promise<void> {
  const { sortie_id, plan_sha256 } = store.sortie.value;
  await decided(store, api.approveSortie(sortie_id, { plan_sha256 }), 'Approved.');
}

export async function reject(store: Store, reason: string): Promise<void> {
  const { sortie_id, plan_sha256 } = store.sortie.value;
  await decided(store, api.rejectSortie(sortie_id, { plan_sha256, reason }), 'Rejected; the pilot sees your reason.');
}

async function decided(store: Store, answer: Promise<SortieView>, words: string): Promise<void> {
  try {
    store.take(await answer);
    toast(words, 'ok');
  } catch (error) {
    sorry(error);
  }
}

/** Puts the server's version in the place of this page's; the edits stay in undo. */
export async function loadNewest(store: Store): Promise<void> {
  try {
    store.take(await api.sortie(store.sortie.value.sortie_id));
  } catch (error) {
    sorry(error);
  }
}

/** Shares a pattern out: this sortie keeps the first part for the first drone, each other drone gets a draft of its own. */
export async function split(store: Store, patternId: string, vehicles: readonly string[]): Promise<void> {
  const { title, purpose, incident, observer } = store.form.value;
  const part = (index: number): string => `${title} (${index + 1} of ${vehicles.length})`;
  const made: string[] = [];
  try {
    const { plans } = await api.splitPattern({
      plan: store.plan.value,
      pattern_id: patternId,
      drones: vehicles.length,
    });
    for (const [index, plan] of plans.entries()) {
      if (index === 0) continue;
      const vehicle = vehicles[index] ?? null;
      await api.createSortie({
        title: part(index),
        purpose,
        plan,
        incident: incident || null,
        observer: observer || null,
        vehicle,
      });
      made.push(part(index));
    }
    const [own] = plans;
    if (own) store.edit(() => own);
    store.selection.value = null;
    store.form.value = { ...store.form.value, title: part(0), vehicle: vehicles[0] ?? '' };
    if (await save(store, ({ text }) => toast(text, 'warn'))) toast(`Shared out. Drafts besides this one: ${made.join(', ')}.`, 'ok');
  } catch (error) {
    sorry(error);
    if (made.length > 0) toast(`Before that failed, these drafts were made: ${made.join(', ')}.`, 'warn');
  }
}

/** A file takes the plan's place as one step that can be undone. */
export async function importFile(store: Store, file: File): Promise<boolean> {
  let read: ImportedPlan;
  try {
    read = await api.importPlan(file);
  } catch (error) {
    const where = error instanceof ApiError && error.where ? ` (${error.where})` : '';
    toast(`${file.name}: ${error instanceof Error ? error.message : String(error)}${where}`, 'crit');
    return false;
  }
  store.selection.value = null;
  store.edit(() => read.plan);
  toast(`${file.name}: ${read.plan.items.length} items read. Nothing is saved yet.`, 'ok');
  return true;
}

export async function exportFile(store: Store, format: string): Promise<void> {
  try {
    const name = store.form.value.title || 'plan';
    const blob = await api.exportPlan({ plan: store.plan.value, format, name });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = `${name.replaceAll(/[^\w.-]+/g, '-')}.${format}`;
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    sorry(error);
  }
}
