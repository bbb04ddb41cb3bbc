/* The plan onto the drone: progress of each part written and read back, and the receipt that says what is aboard. */
import { useState } from 'preact/hooks';

import type { UploadReceipt } from '../generated';
import { Choice } from '../ui/Choice';
import { instant, UNKNOWN } from '../ui/format';
import { Icon } from '../ui/Icon';
import { itemsSent } from '../ui/items';
import { personName } from '../ui/people';
import { type Aboard, RESTORE, type Upload } from './aboard';
import { ReasonDialog } from './ReasonDialog';
import type { Store } from './store';

/** In the order they are uploaded: no mission is aboard before the fence it was checked with. */
const STAGES = [
  ['geofence', 'Geofence'],
  ['rally', 'Rally points'],
  ['mission', 'Mission'],
] as const;
const WRITE = 'write';

function Progress({ upload, stage, name }: { upload: Upload; stage: string; name: string }) {
  const parts = Object.values(upload.progress).filter((progress) => progress.stage === stage);
  const part = (reading: boolean) => parts.find((progress) => (progress.phase !== WRITE) === reading);
  const row = (words: string, reading: boolean) => {
    const progress = part(reading);
    const share = progress ? (progress.total === 0 ? 1 : progress.done / progress.total) : 0;
    return (
      <div class="upload-phase">
        <span>{words}</span>
        <span
          class={`progress ${share >= 1 ? 'progress-ok' : ''}`}
          role="progressbar"
          aria-label={`${name}: ${words}`}
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
          data-testid={`progress-${stage}-${reading ? 'read' : 'write'}`}
        >
          <span style={{ width: `${share * 100}%` }} />
        </span>
        <span class="num">{progress ? `${Math.round(share * 100)} %` : UNKNOWN}</span>
      </div>
    );
  };
  return (
    <div class="upload-stage">
      <b>{name}</b>
      {row('write', false)}
      {row('read back', true)}
    </div>
  );
}

function verdict(receipt: UploadReceipt, aboard: Aboard): [tone: string, icon: string, words: string] {
  if (!receipt.verified) return ['is-failed', 'error', 'Not aboard'];
  if (aboard.holdsPlan.value) return ['is-verified', 'check', 'Aboard and read back equal'];
  const other = receipt.vehicle !== aboard.vehicle.value;
  return ['is-former', 'warning', other ? 'Aboard another drone' : 'Aboard: the plan before it was changed'];
}

function Receipt({ receipt, aboard }: { receipt: UploadReceipt; aboard: Aboard }) {
  const [tone, icon, words] = verdict(receipt, aboard);
  return (
    <div
      class={`receipt ${tone}`}
      data-testid="receipt"
      data-verified={receipt.verified}
    >
      <header>
        <Icon name={icon} />
        <b>{words}</b>
      </header>
      {receipt.problem && <p class="receipt-problem">{receipt.problem}</p>}
      <dl class="facts">
        <dt>Drone</dt>
        <dd>{receipt.vehicle}</dd>
        <dt>By</dt>
        <dd>{personName(receipt.actor.user)}</dd>
        <dt>At</dt>
        <dd>{instant(receipt.finished_at)}</dd>
        <dt>Plan</dt>
        <dd class="mono hash" title={receipt.plan_sha256}>
          {receipt.plan_sha256.slice(0, 16)}…
        </dd>
      </dl>
      <table class="receipt-table">
        <thead>
          <tr>
            <th>Part</th>
            <th class="num">Items</th>
            <th>Sent</th>
            <th>Read back</th>
          </tr>
        </thead>
        <tbody>
          {receipt.stages.map((stage) => (
            <tr key={stage.stage} data-testid={`receipt-${stage.stage}`} data-verified={stage.verified}>
              <td>{stage.stage}</td>
              <td class="num">{itemsSent(stage)}</td>
              <td class="mono" title={stage.sent_sha256}>
                {stage.sent_sha256.slice(0, 8)}
              </td>
              <td class="mono" title={stage.read_sha256 ?? ''}>
                <span class={stage.verified ? 'is-equal' : 'is-unequal'}>
                  {stage.read_sha256?.slice(0, 8) ?? UNKNOWN}
                </span>{' '}
                {stage.verified ? '=' : '≠'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function UploadProgress({ upload }: { upload: Upload }) {
  return (
    <section class="fly-part" data-testid="upload-progress">
      <h2 class="overline">Uploading to {upload.vehicle}</h2>
      {STAGES.map(([stage, name]) => (
        <Progress key={stage} upload={upload} stage={stage} name={name} />
      ))}
    </section>
  );
}

function Override({ aboard }: { aboard: Aboard }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="btn btn-block" data-testid="btn-override" onClick={() => setAsking(true)}>
        <Icon name="warning" />
        Emergency upload without approval…
      </button>
      {asking && (
        <ReasonDialog
          title="Upload without approval"
          text="The plan goes up although nobody approved it. Your reason and your name are kept in the audit."
          action="Upload"
          onClose={() => setAsking(false)}
          onGiven={(reason) => void aboard.startUpload(reason)}
        />
      )}
    </>
  );
}

function Start({ store, aboard }: { store: Store; aboard: Aboard }) {
  const { upload, override } = store.rights.value;
  const { receipt, vehicle } = store.sortie.value;
  const changed = store.changed.value;
  const why = changed ? 'Save your changes first.' : upload ? null : 'Only an approved plan goes up.';
  return (
    <>
      {vehicle === null && (
        <Choice
          id="fly-vehicle"
          label="Drone"
          value={aboard.vehicle.value ?? ''}
          options={store.page.vehicles.map((name) => [name, name])}
          onChange={(name) => (aboard.chosen.value = name)}
        />
      )}
      <button
        type="button"
        class={`btn btn-block ${aboard.holdsPlan.value ? '' : 'btn-primary'}`}
        disabled={why !== null || aboard.vehicle.value === null}
        data-testid="btn-upload"
        onClick={() => void aboard.startUpload(null)}
      >
        <Icon name="upload" />
        {receipt ? 'Upload again to' : 'Upload to'} {aboard.vehicle.value ?? 'a drone'}
      </button>
      {why && <p class="reason">{why}</p>}
      {!upload && override && !changed && <Override aboard={aboard} />}
    </>
  );
}

/** After a failed upload: the plan that was aboard before, back again. */
function Former({ aboard, sha256 }: { aboard: Aboard; sha256: string }) {
  const restored = aboard.restored.value;
  if (restored?.verified) {
    return (
      <p class="note note-ok" role="status" data-testid="restored">
        {restored.vehicle} holds the plan of before again: all of it read back equal.
      </p>
    );
  }
  return (
    <>
      {restored && <p class="note note-crit">{restored.problem}</p>}
      <button
        type="button"
        class="btn btn-block"
        disabled={!aboard.mayOrder || aboard.waiting.value !== null}
        data-testid="btn-restore"
        onClick={() => void aboard.order(RESTORE)}
      >
        <Icon name="undo" />
        Restore the former plan <span class="mono">{sha256.slice(0, 8)}…</span>
      </button>
    </>
  );
}

export function UploadPart({ store, aboard }: { store: Store; aboard: Aboard }) {
  const { upload, override, edit } = store.rights.value;
  const { receipt } = store.sortie.value;
  if (aboard.upload.value) return <UploadProgress upload={aboard.upload.value} />;
  return (
    <section class="fly-part">
      {(upload || override || edit) && <Start store={store} aboard={aboard} />}
      {receipt && <Receipt receipt={receipt} aboard={aboard} />}
      {receipt && !receipt.verified && receipt.former_sha256 && <Former aboard={aboard} sha256={receipt.former_sha256} />}
    </section>
  );
}
