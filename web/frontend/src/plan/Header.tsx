/* Always in sight: which sortie, in what state, approved by whom, saved or not, and the one next step. */
import { useState } from 'preact/hooks';

import { Dialog } from '../ui/Dialog';
import { instant } from '../ui/format';
import { Icon } from '../ui/Icon';
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
          approved by <b>{approved_by}</b> {instant(approved_at)}
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

function Files({ store, onImported }: { store: Store; onImported: () => void }) {
  const editable = store.rights.value.edit;
  return (
    <>
      {editable && (
        <label class="btn btn-quiet file-button" title="Load a .plan or .waypoints file">
          <Icon name="upload" />
          <span class="btn-words">Import</span>
          <input
            type="file"
            accept=".plan,.waypoints,.txt,.json"
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
        <summary class="btn btn-quiet" data-testid="btn-export">
          <Icon name="download" />
          <span class="btn-words">Export</span>
        </summary>
        <div class="menu-list">
          <button
            type="button"
            class="btn btn-quiet"
            data-testid="btn-export-plan"
            onClick={() => void deeds.exportFile(store, 'plan')}
          >
            QGroundControl .plan
          </button>
          <button
            type="button"
            class="btn btn-quiet"
            data-testid="btn-export-waypoints"
            onClick={() => void deeds.exportFile(store, 'waypoints')}
          >
            Mission Planner .waypoints
          </button>
        </div>
      </details>
    </>
  );
}

export function Header({ store, onImported }: { store: Store; onImported: () => void }) {
  const [conflict, setConflict] = useState<deeds.Conflict | null>(null);
  const [rejecting, setRejecting] = useState(false);
  const [busy, setBusy] = useState(false);
  const { rights, sortie, history, changed } = store;
  const run = (deed: () => Promise<unknown>) => async () => {
    setBusy(true);
    await deed();
    setBusy(false);
  };
  const why = whyNotSubmit(store);
  const submittable =
    rights.value.edit && (sortie.value.state === 'draft' || (changed.value && sortie.value.state !== 'submitted'));
  return (
    <header class="head">
      <div class="head-title">
        <h1 title={store.form.value.title} data-testid="sortie-title">
          {store.form.value.title || 'Untitled sortie'}
        </h1>
        <State store={store} />
      </div>
      {rights.value.edit && (
        <div class="head-group">
          <button
            type="button"
            class="btn btn-quiet btn-icon"
            aria-label="Undo"
            title="Undo (Ctrl+Z)"
            data-testid="btn-undo"
            disabled={history.value.past.length === 0}
            onClick={store.undo}
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            class="btn btn-quiet btn-icon"
            aria-label="Redo"
            title="Redo (Ctrl+Y)"
            data-testid="btn-redo"
            disabled={history.value.future.length === 0}
            onClick={store.redo}
          >
            <Icon name="redo" />
          </button>
        </div>
      )}
      <div class="head-group">
        <Files store={store} onImported={onImported} />
      </div>
      <div class="head-actions">
        {rights.value.edit && (
          <button
            type="button"
            class="btn"
            disabled={!changed.value || busy}
            data-testid="btn-save"
            data-saved={!changed.value}
            onClick={run(() => deeds.save(store, setConflict))}
          >
            {changed.value ? 'Save' : 'Saved'}
          </button>
        )}
        {submittable && (
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
              onClick={run(() => deeds.submit(store, setConflict))}
            >
              Submit
            </button>
          </>
        )}
        {rights.value.approve && (
          <>
            <button
              type="button"
              class="btn"
              disabled={busy}
              data-testid="btn-reject"
              onClick={() => setRejecting(true)}
            >
              Reject…
            </button>
            <button
              type="button"
              class="btn btn-primary"
              disabled={busy || changed.value}
              data-testid="btn-approve"
              onClick={run(() => deeds.approve(store))}
            >
              <Icon name="check" />
              Approve
            </button>
          </>
        )}
        {rights.value.upload && !changed.value && store.tab.value !== 'fly' && (
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
      {rejecting && (
        <ReasonDialog
          title="Reject this plan"
          text="The pilot sees your reason and mends the plan."
          action="Reject"
          onClose={() => setRejecting(false)}
          onGiven={(reason) => void deeds.reject(store, reason)}
        />
      )}
      {conflict && (
        <Dialog title="Somebody saved meanwhile" onClose={() => setConflict(null)} testid="conflict-dialog">
          <p>{conflict.text}</p>
          <p>Nothing of yours is lost: after loading the newest version, Undo brings your edits back.</p>
          <div class="form-actions">
            <button
              type="button"
              class="btn btn-primary"
              data-testid="btn-load-newest"
              onClick={() => {
                setConflict(null);
                void deeds.loadNewest(store);
              }}
            >
              Load the newest
            </button>
            <button type="button" class="btn" onClick={() => setConflict(null)}>
              Keep editing
            </button>
          </div>
        </Dialog>
      )}
    </header>
  );
}
