/* A supervisor's word that the flight was reviewed: shown to all, given once. */
import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals';

import { api, ApiError } from '../api';
import type { Flight, SignOff } from '../generated';
import { Dialog } from '../ui/Dialog';
import { instant } from '../ui/format';
import { Icon } from '../ui/Icon';
import { personName } from '../ui/people';

export function Reviewed({ given }: { given: ReadonlySignal<SignOff | null> }) {
  if (given.value === null) return <span class="badge">Open</span>;
  const { by, at, remark } = given.value;
  return (
    <span class="badge badge-ok" data-testid="signed" title={[instant(at), remark].filter(Boolean).join(' · ')}>
      Signed by {personName(by)}
    </span>
  );
}

export function SignOffButton({ flight, given }: { flight: Flight; given: Signal<SignOff | null> }) {
  const asking = useSignal(false);
  if (!flight.may_sign_off || given.value !== null) return null;
  return (
    <>
      <button type="button" class="btn btn-primary" data-testid="btn-sign-off" onClick={() => (asking.value = true)}>
        <Icon name="check" />
        Sign off
      </button>
      {asking.value && (
        <Question id={flight.summary.flight_id} onClose={() => (asking.value = false)} onSigned={(signed) => (given.value = signed)} />
      )}
    </>
  );
}

function Question({ id, onClose, onSigned }: { id: string; onClose: () => void; onSigned: (signed: SignOff) => void }) {
  const remark = useSignal('');
  const busy = useSignal(false);
  const problem = useSignal('');
  const sign = async (): Promise<void> => {
    busy.value = true;
    try {
      onSigned(await api.signOff(id, { remark: remark.value.trim() || null }));
      onClose();
    } catch (error) {
      problem.value = error instanceof ApiError ? error.message : 'The flight was not signed off.';
      busy.value = false;
    }
  };
  return (
    <Dialog title="Sign off this flight" onClose={onClose} testid="sign-off-dialog">
      <p>You have reviewed it. Your name and the time stay with the flight and cannot be taken back.</p>
      <div class="field">
        <label for="remark">Remark, if any</label>
        <textarea id="remark" class="input" rows={3} data-testid="sign-off-remark" value={remark.value} onInput={(event) => (remark.value = event.currentTarget.value)} />
      </div>
      {problem.value && (
        <p class="note note-crit" role="alert">
          {problem.value}
        </p>
      )}
      <div class="form-actions">
        <button type="button" class="btn btn-primary" data-testid="btn-sign-off-confirm" disabled={busy.value} onClick={() => void sign()}>
          Sign off
        </button>
        <button type="button" class="btn" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
