/* An order is asked for once more, and answered in the vehicle's words. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

import { api, ApiError } from '../api';
import { Dialog } from '../ui/Dialog';
import { toast } from '../ui/toast';

/** `means` goes on where the callsign begins the sentence. */
export interface Asked {
  readonly verb: string;
  readonly words: string;
  readonly means: string;
}

interface Props {
  readonly vehicle: string;
  readonly order: Asked;
  readonly reasonRequired: boolean;
  /** Whether it interrupts a flight. */
  readonly grave: boolean;
  /** Null while they are not chosen yet. */
  readonly given?: Readonly<Record<string, unknown>> | null;
  readonly close: () => void;
  /** What is to be chosen first. */
  readonly children?: ComponentChildren;
}

export function OrderDialog({ vehicle, order, reasonRequired, grave, given = {}, close, children }: Props) {
  const reason = useSignal('');
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    problem.value = null;
    try {
      const reply = await api.order(vehicle, order.verb, { arguments: given ?? {}, ...(reasonRequired ? { reason: reason.value } : {}) });
      if (reply.ok) {
        toast(`${vehicle}: ${reply.text}`, 'ok');
        close();
      } else problem.value = [reply.text, ...reply.said].join(' ');
    } catch (error) {
      problem.value = error instanceof ApiError ? error.message : 'The order could not be sent.';
    }
    busy.value = false;
  };
  return (
    <Dialog title={`${order.words}: ${vehicle}`} onClose={close} testid="order-dialog">
      <form class="form" onSubmit={(event) => void send(event)}>
        <p>
          {vehicle} {order.means}.{reasonRequired && ' You take over from its pilot; this is recorded with your name.'}
        </p>
        {children}
        {reasonRequired && (
          <div class="field">
            <label for="order-reason">Reason</label>
            <textarea id="order-reason" class="input" required maxLength={500} data-testid="order-reason" value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
          </div>
        )}
        {problem.value && (
          <div class="note note-crit" role="alert" data-testid="order-problem">
            {problem.value}
          </div>
        )}
        <div class="form-actions">
          <button type="submit" class={`btn btn-large ${grave ? 'btn-danger' : 'btn-primary'}`} data-testid="btn-order-confirm" disabled={busy.value || given === null || (reasonRequired && reason.value.trim() === '')}>
            {busy.value ? `Waiting for ${vehicle}…` : order.words}
          </button>
          <button type="button" class="btn btn-large" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
