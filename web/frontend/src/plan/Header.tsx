/* Always in sight: which sortie, in what state, approved by whom, saved or not, and the one next step. */
import { useState } from 'preact/hooks';

import { Dialog } from '../ui/Dialog';
import { instant } from '../ui/format';
import { Icon } from '../ui/Icon';
import { personName } from '../ui/people';
import * as deeds from './deeds';
import { plural } from './Findings';
import { ReasonDialog } from './ReasonDialog';
import type { Store } from './store';

const TONES: Record<string, string> = {
  submitted: 'badge-info',
  approved: 'badge-ok',
  rejected: 'badge-crit',
  uploaded: 'badge-info',
};

/** Why the plan cannot be submitted now; null when it can. */
export function whyNotSubmit(store: Store): string | null {
  const state = store.checkState.value.kind;
  if (store.errors.value.length > 0) return `${plural(store.errors.value.length, 'error')} to mend first`;
  if (store.patternProblem.value) return 'a pattern cannot be flown';
  if (state === 'unreachable') return 'the server cannot check it';
  if (state === 'refused') return 'the plan cannot be read';
  if (!store.report.value) return 'checking…';
  if (!store.report.value.may_submit) return 'the checks do not pass';
  return null;
}

function State({ store }: { store: Store }) {
  const { state, approved_by, approved_at, rejected_reason } = store.sortie.value;
  const changed = store.changed.value;
  return (
    <div class="head-state">
      <span class={`badge ${TONES[state] ?? ''}`} data-testid="sortie-state" data-state={state}>
        {state}
      </span>
      {approved_by && (
        <span class="head-approved" data-testid="approved-by">
          approved by <b>{personName(approved_by)}</b> {instant(approved_at)}
        </span>
      )}
      {state === 'rejected' && rejected_reason && (
        <span class="head-rejected" data-testid="rejected-reason" title={rejected_reason}>
          {rejected_reason}
        </span>
      )}
      {changed && approved_by && (
        <span class="badge badge-warn" data-testid="voids-approval" title="A change after approval voids the approval">
          saving voids it
        </span>
      )}
    </div>
  );
}

const FORMATS = [
  ['plan', 'QGroundControl .plan'],
  ['waypoints', 'Mission Planner .waypoints'],
  ['kml', 'KML'],
  ['kmz', 'KMZ'],
  ['geojson', 'GeoJSON'],
  ['gpx', 'GPX'],
] as const;

function Files({ store, onImported }: { store: Store; onImported: () => void }) {
  const { sortie_id } = store.sortie.value;
  return (
    <>
      {store.rights.value.edit && (
        <label class="btn btn-quiet file-button" title="Load a .plan, .waypoints, KML, KMZ, GeoJSON or GPX file">
          <Icon name="upload" />
          <span class="btn-words">Import</span>
          <input
            type="file"
            accept=".plan,.waypoints,.kml,.kmz,.geojson,.gpx"
            class="visually-hidden"
            data-testid="input-import"
            onChange={(event) => {
              const input = event.currentTarget;
              const file = input.files?.[0];
              input.value = '';
              if (file) void deeds.importFile(store, file).then((read) => read && onImported());
            }}
          />
        </label>
      )}
      <details class="menu">
        <summary class="btn btn-quiet" aria-label="Export" title="Export" data-testid="btn-export">
          <Icon name="download" />
          <span class="btn-words">Export</span>
        </summary>
        <div class="menu-list">
          <a
            class="btn btn-quiet"
            href={`/sorties/${encodeURIComponent(sortie_id)}/kneeboard.pdf`}
            target="_blank"
            rel="noopener"
            data-testid="btn-kneeboard"
          >
            Kneeboard (PDF, as saved)
          </a>
          {FORMATS.map(([format, words]) => (
            <button
              type="button"
              key={format}
              class="btn btn-quiet"
              data-testid={`btn-export-${format}`}
              onClick={() => void deeds.exportFile(store, format)}
            >
              {words}
            </button>
          ))}
        </div>
      </details>
    </>
  );
}

function Steps({ store }: { store: Store }) {
  const { past, future } = store.history.value;
  const button = (name: string, keys: string, icon: string, possible: boolean, act: () => void) => (
    <button
      type="button"
      class="btn btn-quiet btn-icon"
      aria-label={name}
      title={`${name} (${keys})`}
      data-testid={`btn-${icon}`}
      disabled={!possible}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
  return (
    <div class="head-group">
      {button('Undo', 'Ctrl+Z', 'undo', past.length > 0, () => store.undo())}
      {button('Redo', 'Ctrl+Y', 'redo', future.length > 0, () => store.redo())}
    </div>
  );
}

function ConflictDialog({ store, text, onClose }: { store: Store; text: string; onClose: () => void }) {
  const load = (): void => {
    onClose();
    void deeds.loadNewest(store);
  };
  return (
    <Dialog title="Somebody saved meanwhile" onClose={onClose} testid="conflict-dialog">
      <p>{text}</p>
      <p>Nothing of yours is lost: after loading the newest version, Undo brings your edits back.</p>
      <div class="form-actions">
        <button type="button" class="btn btn-primary" data-testid="btn-load-newest" onClick={load}>
          Load the newest
        </button>
        <button type="button" class="btn" onClick={onClose}>
          Keep editing
        </button>
      </div>
    </Dialog>
  );
}

interface ActionProps {
  readonly store: Store;
  readonly busy: boolean;
  readonly run: (deed: () => Promise<unknown>) => () => void;
}

/** The pilot's: save, submit. */
function PilotActions({
  store,
  busy,
  run,
  onConflict,
}: ActionProps & { onConflict: (conflict: deeds.Conflict) => void }) {
  const { state } = store.sortie.value;
  const changed = store.changed.value;
  const why = whyNotSubmit(store);
  const save = run(() => deeds.save(store, onConflict));
  const submit = run(() => deeds.submit(store, onConflict));
  return (
    <>
      <button
        type="button"
        class="btn"
        disabled={!changed || busy}
        data-testid="btn-save"
        data-saved={!changed}
        onClick={save}
      >
        {changed ? 'Save' : 'Saved'}
      </button>
      {(state === 'draft' || (changed && state !== 'submitted')) && (
        <>
          {why && (
            <span class="reason" id="why-not-submit" data-testid="submit-reason">
              {why}
            </span>
          )}
          <button
            type="button"
            class="btn btn-primary"
            disabled={why !== null || busy}
            aria-describedby="why-not-submit"
            data-testid="btn-submit"
            onClick={submit}
          >
            Submit
          </button>
        </>
      )}
    </>
  );
}

/** The supervisor's: reject, approve. */
function SupervisorActions({ store, busy, run }: ActionProps) {
  const [rejecting, setRejecting] = useState(false);
  const approve = run(() => deeds.approve(store));
  return (
    <>
      <button type="button" class="btn" disabled={busy} data-testid="btn-reject" onClick={() => setRejecting(true)}>
        Reject…
      </button>
      <button
        type="button"
        class="btn btn-primary"
        disabled={busy || store.changed.value}
        data-testid="btn-approve"
        onClick={approve}
      >
        <Icon name="check" />
        Approve
      </button>
      {rejecting && (
        <ReasonDialog
          title="Reject this plan"
          text="The pilot sees your reason and mends the plan."
          action="Reject"
          onClose={() => setRejecting(false)}
          onGiven={(reason) => void deeds.reject(store, reason)}
        />
      )}
    </>
  );
}

export function Header({ store, onImported }: { store: Store; onImported: () => void }) {
  const [conflict, setConflict] = useState<deeds.Conflict | null>(null);
  const [busy, setBusy] = useState(false);
  const { edit, approve, upload } = store.rights.value;
  const run = (deed: () => Promise<unknown>) => (): void => {
    setBusy(true);
    void deed().finally(() => setBusy(false));
  };
  return (
    <header class="head">
      <div class="head-title">
        <h1 title={store.form.value.title} data-testid="sortie-title">
          {store.form.value.title || 'Untitled sortie'}
        </h1>
        <State store={store} />
      </div>
      {edit && <Steps store={store} />}
      <div class="head-group">
        <Files store={store} onImported={onImported} />
      </div>
      <div class="head-actions">
        {edit && <PilotActions store={store} busy={busy} run={run} onConflict={setConflict} />}
        {approve && <SupervisorActions store={store} busy={busy} run={run} />}
        {upload && !store.changed.value && store.tab.value !== 'fly' && (
          <button
            type="button"
            class="btn btn-primary"
            data-testid="btn-go-fly"
            onClick={() => (store.tab.value = 'fly')}
          >
            Upload and fly
          </button>
        )}
      </div>
      {conflict && <ConflictDialog store={store} text={conflict.text} onClose={() => setConflict(null)} />}
    </header>
  );
}
