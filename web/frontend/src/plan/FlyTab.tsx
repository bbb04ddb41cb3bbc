/* Upload and fly: the drone's own words on whether it is ready, the upload read back, the receipt, and every order. */
import { useState } from 'preact/hooks';

import type { UploadReceipt } from '../generated';
import { clock, instant, metres, percent, UNKNOWN } from '../ui/format';
import { HoldButton } from '../ui/HoldButton';
import { Icon } from '../ui/Icon';
import type { Aboard, Upload } from './aboard';
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
        <span class="num">{progress ? `${progress.done}/${progress.total}` : UNKNOWN}</span>
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

export function Receipt({ receipt }: { receipt: UploadReceipt }) {
  return (
    <div
      class={`receipt ${receipt.verified ? 'is-verified' : 'is-failed'}`}
      data-testid="receipt"
      data-verified={receipt.verified}
    >
      <header>
        <Icon name={receipt.verified ? 'check' : 'error'} />
        <b>{receipt.verified ? 'Aboard and read back equal' : 'Not aboard'}</b>
      </header>
      {receipt.problem && <p class="receipt-problem">{receipt.problem}</p>}
      <dl class="facts">
        <dt>Drone</dt>
        <dd>{receipt.vehicle}</dd>
        <dt>By</dt>
        <dd>{receipt.actor.user}</dd>
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
              <td class="num">{stage.items}</td>
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

function VehicleState({ aboard }: { aboard: Aboard }) {
  const live = aboard.heartbeat.value?.live;
  const age = aboard.age.value;
  const fact = (name: string, value: string) => (
    <div>
      <dt>{name}</dt>
      <dd class="num">{value}</dd>
    </div>
  );
  return (
    <div class={`vehicle-state ${aboard.stale.value ? 'is-stale' : ''}`} data-testid="vehicle-state">
      <div class="vehicle-state-head">
        <b>{aboard.vehicle.value ?? 'No drone'}</b>
        {live && <span class="badge badge-info">{live.mode ?? UNKNOWN}</span>}
        {live?.armed && <span class="badge badge-warn">armed</span>}
        <span class="spring" />
        <span class="age num" data-testid="vehicle-age">
          {age === null ? 'no signal' : age < 1000 ? 'now' : `${clock(age / 1000)} ago`}
        </span>
      </div>
      <dl>
        {fact('Height', metres(live?.height_home_m))}
        {fact('Speed', live?.ground_speed_m_s == null ? UNKNOWN : `${live.ground_speed_m_s.toFixed(1)} m/s`)}
        {fact('Battery', percent(live?.battery_pct))}
        {fact('Item', live?.mission_item == null ? UNKNOWN : `${live.mission_item}/${live.mission_items ?? UNKNOWN}`)}
      </dl>
    </div>
  );
}

/** Whether the autopilot would arm, in its own words. */
function PreArm({ aboard }: { aboard: Aboard }) {
  const ok = aboard.heartbeat.value?.live.prearm_ok ?? null;
  const words = (aboard.info.value?.statustexts ?? []).filter((text) => /^(pre)?arm/i.test(text));
  const latest = [...new Set([...words].reverse())].slice(0, 6);
  if (aboard.stale.value || ok === null) {
    return (
      <p class="note" data-testid="prearm" data-state="unknown">
        <Icon name="info" />
        Whether it is ready to arm is not known: {aboard.stale.value ? 'nothing is heard from it.' : 'it does not say.'}
      </p>
    );
  }
  if (ok) {
    return (
      <p class="note note-ok" data-testid="prearm" data-state="ready">
        <Icon name="check" />
        Ready to arm: the autopilot's own checks pass.
      </p>
    );
  }
  return (
    <div class="note note-warn" data-testid="prearm" data-state="not-ready">
      <Icon name="warning" />
      <div>
        <b>Not ready to arm</b>
        {latest.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </div>
  );
}

function UploadPart({ store, aboard }: { store: Store; aboard: Aboard }) {
  const [overriding, setOverriding] = useState(false);
  const upload = aboard.upload.value;
  const { rights, sortie } = store;
  if (upload) {
    return (
      <section class="fly-part" data-testid="upload-progress">
        <h3>Uploading to {upload.vehicle}</h3>
        {STAGES.map(([stage, name]) => (
          <Progress key={stage} upload={upload} stage={stage} name={name} />
        ))}
      </section>
    );
  }
  const why = store.changed.value
    ? 'Save your changes first.'
    : rights.value.upload
      ? null
      : 'Only an approved plan goes up.';
  const canOverride = !rights.value.upload && rights.value.override && !store.changed.value;
  const { receipt } = sortie.value;
  return (
    <section class="fly-part">
      {(rights.value.upload || rights.value.override || rights.value.edit) && (
        <>
          {sortie.value.vehicle === null && (
            <div class="field">
              <label for="fly-vehicle">Drone</label>
              <select
                id="fly-vehicle"
                class="input"
                data-testid="fly-vehicle"
                value={aboard.vehicle.value ?? ''}
                onChange={(event) => (aboard.chosen.value = event.currentTarget.value)}
              >
                {store.page.vehicles.map((vehicle) => (
                  <option key={vehicle} value={vehicle}>
                    {vehicle}
                  </option>
                ))}
              </select>
            </div>
          )}
          <button
            type="button"
            class={`btn btn-block ${receipt?.verified ? '' : 'btn-primary'}`}
            disabled={why !== null || aboard.vehicle.value === null}
            data-testid="btn-upload"
            onClick={() => void aboard.startUpload(null)}
          >
            <Icon name="upload" />
            {receipt ? 'Upload again to' : 'Upload to'} {aboard.vehicle.value ?? 'a drone'}
          </button>
          {why && <p class="reason">{why}</p>}
          {canOverride && (
            <button type="button" class="btn btn-block" data-testid="btn-override" onClick={() => setOverriding(true)}>
              <Icon name="warning" />
              Emergency upload without approval…
            </button>
          )}
        </>
      )}
      {receipt && <Receipt receipt={receipt} />}
      {overriding && (
        <ReasonDialog
          title="Upload without approval"
          text="The plan goes up although nobody approved it. Your reason and your name are kept in the audit."
          action="Upload"
          onClose={() => setOverriding(false)}
          onGiven={(reason) => void aboard.startUpload(reason)}
        />
      )}
    </section>
  );
}

function Orders({ aboard }: { aboard: Aboard }) {
  const live = aboard.heartbeat.value?.live;
  const out = aboard.stale.value || aboard.waiting.value !== null;
  const armed = live?.armed === true;
  const plain = (verb: string, name: string, icon: string) => (
    <button
      type="button"
      class="btn"
      disabled={out || !armed}
      data-testid={`btn-${verb}`}
      onClick={() => void aboard.order(verb)}
    >
      <Icon name={icon} />
      {name}
    </button>
  );
  return (
    <section class="fly-part">
      <h3>Fly</h3>
      <div class="orders">
        {armed ? (
          <HoldButton testid="btn-disarm" danger disabled={out} onConfirm={() => void aboard.order('disarm')}>
            Disarm
          </HoldButton>
        ) : (
          <HoldButton testid="btn-arm" danger disabled={out} onConfirm={() => void aboard.order('arm')}>
            Arm
          </HoldButton>
        )}
        <HoldButton testid="btn-start" disabled={out || !armed} onConfirm={() => void aboard.order('start')}>
          Start
        </HoldButton>
        {plain('pause', 'Pause', 'pause')}
        {plain('continue', 'Continue', 'play')}
      </div>
    </section>
  );
}

/** Hold, return and land: always in sight, one press, no question. */
export function AbortBar({ aboard }: { aboard: Aboard }) {
  if (!aboard.mayOrder) return null;
  const armed = aboard.heartbeat.value?.live.armed === true;
  const button = (verb: string, name: string, icon: string) => (
    <button
      type="button"
      class={`btn btn-large ${armed ? 'btn-abort' : ''}`}
      disabled={!armed || aboard.waiting.value === verb}
      data-testid={`btn-${verb}`}
      onClick={() => void aboard.order(verb)}
    >
      <Icon name={icon} />
      {name}
    </button>
  );
  return (
    <div class="abort-bar" role="group" aria-label="Abort" data-testid="abort-bar">
      {button('hold', 'Hold', 'hold')}
      {button('return', 'Return', 'return')}
      {button('land', 'Land', 'land')}
    </div>
  );
}

function Answers({ aboard }: { aboard: Aboard }) {
  const waiting = aboard.waiting.value;
  const answers = aboard.answers.value;
  if (!waiting && answers.length === 0) return null;
  return (
    <section class="fly-part" aria-live="polite">
      <h3>What the drone said</h3>
      <ol class="answers">
        {waiting && (
          <li data-testid="order-waiting">
            <b>{waiting}</b> sent, waiting for the answer…
          </li>
        )}
        {answers.map((answer) => (
          <li
            key={answer.at.getTime()}
            class={answer.ok ? 'is-ok' : 'is-refused'}
            data-testid="order-answer"
            data-verb={answer.verb}
            data-ok={answer.ok}
          >
            <Icon name={answer.ok ? 'check' : 'error'} />
            <span>
              <b>{answer.verb}</b> {answer.text}
              {answer.said.map((words) => (
                <q key={words}>{words}</q>
              ))}
            </span>
            <time>{instant(answer.at).slice(7)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function FlyTab({ store, aboard }: { store: Store; aboard: Aboard }) {
  const problem = aboard.bus.problem.value;
  const armed = aboard.heartbeat.value?.live.armed === true;
  const ready =
    armed || (store.sortie.value.receipt?.verified === true && !aboard.upload.value && !store.changed.value);
  const upload = <UploadPart store={store} aboard={aboard} />;
  return (
    <div class="fly">
      {problem && (
        <p class="note note-warn" data-testid="bus-problem">
          <Icon name="warning" />
          {problem} Live values and progress are missing until it is back.
        </p>
      )}
      <VehicleState aboard={aboard} />
      {!armed && <PreArm aboard={aboard} />}
      {!ready && upload}
      {aboard.mayOrder && <Orders aboard={aboard} />}
      <Answers aboard={aboard} />
      {ready && upload}
      {aboard.wantsReason.value && (
        <ReasonDialog
          title={`Take over ${aboard.vehicle.value ?? ''}`}
          text="This drone is not of your own sortie. Your reason and your name are kept in the audit."
          action={`Order ${aboard.wantsReason.value}`}
          onClose={() => (aboard.wantsReason.value = null)}
          onGiven={(reason) => {
            const verb = aboard.wantsReason.value;
            aboard.reason.value = reason;
            if (verb) void aboard.order(verb);
          }}
        />
      )}
    </div>
  );
}
