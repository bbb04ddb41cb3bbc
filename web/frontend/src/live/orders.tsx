/* The few orders given from the live page: to abort. Each is asked for once more, and answered in the vehicle's words. */
import { type Signal, signal, useSignal } from '@preact/signals';

import { api, ApiError } from '../api';
import type { OrderRights } from '../generated';
import { Dialog } from '../ui/Dialog';
import { toast } from '../ui/toast';

const ABORTS = [
  { verb: 'hold', words: 'Hold here', icon: 'icon-hold', means: 'stops where it is and stays in the air' },
  { verb: 'return', words: 'Return', icon: 'icon-return', means: 'flies back to its launch place and lands' },
  { verb: 'land', words: 'Land now', icon: 'icon-land', means: 'comes down where it is, whatever is below' },
] as const;
/** Who commands: told to the room, taken and given up with a word. */
const COMMAND = [
  { verb: 'take', words: 'Take command', icon: 'icon-lock', means: 'obeys you from now on, and nobody else' },
  { verb: 'release', words: 'Give up command', icon: 'icon-check', means: 'obeys whoever orders it next' },
] as const;
type Abort = (typeof ABORTS)[number] | (typeof COMMAND)[number];

const EVERY_MS = 15_000;

/** Who may order what changes with each upload, so it is asked for again now and then. */
export function orderRights(initial: readonly OrderRights[]): Signal<readonly OrderRights[]> {
  const rights = signal(initial);
  setInterval(() => {
    api.orderRights().then(
      (told) => (rights.value = told),
      () => undefined, // the server decides anyway; the page shows what it last knew
    );
  }, EVERY_MS);
  return rights;
}

interface Props {
  readonly vehicle: string;
  readonly rights: OrderRights | undefined;
  readonly observer: boolean;
  /** Who reads this, and who holds command of it. */
  readonly username: string;
  readonly commander: string | null;
}

export function Orders({ vehicle, rights, observer, username, commander }: Props) {
  const asked = useSignal<Abort | null>(null);
  if (!rights || rights.verbs.length === 0) return null;
  if (!rights.reason_required && !observer) {
    return (
      <p class="orders-elsewhere">
        Your own sortie: <a href={`/sorties/${rights.sortie_id ?? ''}`}>orders are on its plan page</a>
      </p>
    );
  }
  return (
    <div class="orders">
      <div class="btn-row">
        {ABORTS.filter(({ verb }) => rights.verbs.includes(verb)).map((abort) => (
          <button type="button" key={abort.verb} class="btn btn-large" data-testid={`btn-order-${abort.verb}`} onClick={() => (asked.value = abort)}>
            <span class={`icon ${abort.icon}`} aria-hidden="true" />
            {abort.words}
          </button>
        ))}
      </div>
      <div class="btn-row orders-command">
        {COMMAND.filter(({ verb }) => rights.verbs.includes(verb) && (verb === 'release') === (commander === username)).map((order) => (
          <button type="button" key={order.verb} class="btn" data-testid={`btn-order-${order.verb}`} onClick={() => (asked.value = order)}>
            <span class={`icon ${order.icon}`} aria-hidden="true" />
            {order.words}
          </button>
        ))}
      </div>
      {asked.value && (
        <Confirm vehicle={vehicle} abort={asked.value} reasonRequired={rights.reason_required} close={() => (asked.value = null)} />
      )}
    </div>
  );
}

function Confirm({ vehicle, abort, reasonRequired, close }: { vehicle: string; abort: Abort; reasonRequired: boolean; close: () => void }) {
  const reason = useSignal('');
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    problem.value = null;
    try {
      const reply = await api.order(vehicle, abort.verb, reasonRequired ? { reason: reason.value } : {});
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
    <Dialog title={`${abort.words}: ${vehicle}`} onClose={close} testid="order-dialog">
      <form class="form" onSubmit={(event) => void send(event)}>
        <p>
          {vehicle} {abort.means}.{reasonRequired && ' You take over from its pilot; this is recorded with your name.'}
        </p>
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
          <button type="submit" class="btn btn-danger btn-large" data-testid="btn-order-confirm" disabled={busy.value || (reasonRequired && reason.value.trim() === '')}>
            {busy.value ? `Waiting for ${vehicle}…` : abort.words}
          </button>
          <button type="button" class="btn btn-large" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
