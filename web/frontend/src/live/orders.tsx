/* The few orders given from the live page: to abort. */
import { type Signal, signal, useSignal } from '@preact/signals';

import { api } from '../api';
import type { OrderRights } from '../generated';
import { OrderDialog } from './order-dialog';
import type { Watch } from './watch';

const ABORTS = [
  { verb: 'hold', words: 'Hold here', icon: 'icon-hold', means: 'stops where it is and stays in the air' },
  { verb: 'return', words: 'Return', icon: 'icon-return', means: 'flies back to its launch place and lands' },
  { verb: 'land', words: 'Land now', icon: 'icon-land', means: 'comes down where it is, whatever is below' },
] as const;
type Abort = (typeof ABORTS)[number];

const EVERY_MS = 15_000;

/** Who may order what changes with each upload and with command, so it is asked for again then, and now and then. */
export function orderRights(initial: readonly OrderRights[], watch: Watch): Signal<readonly OrderRights[]> {
  const rights = signal(initial);
  const ask = (): void => {
    api.orderRights().then(
      (told) => {
        // Of a drone that is not theirs a pilot hears no events: that it is offered to them shows here first.
        if (JSON.stringify(told) !== JSON.stringify(rights.peek())) watch.reloadSoon();
        rights.value = told;
      },
      () => undefined, // the server decides anyway; the page shows what it last knew
    );
  };
  setInterval(ask, EVERY_MS);
  watch.infos.subscribe((infos) => infos.size > 0 && ask());
  return rights;
}

interface Props {
  readonly vehicle: string;
  readonly rights: OrderRights | undefined;
  readonly observer: boolean;
  /** Whether the reader holds command of it. */
  readonly commands: boolean;
}

export function Orders({ vehicle, rights, observer, commands }: Props) {
  const asked = useSignal<Abort | null>(null);
  if (!rights || rights.verbs.length === 0) return null;
  const own = !rights.reason_required && !observer;
  return (
    <div class="orders">
      {own && rights.sortie_id !== null && (
        <p class="orders-elsewhere">
          {commands ? 'All other orders: ' : 'Your own sortie: '}
          <a href={`/sorties/${rights.sortie_id}`}>{commands ? 'on its plan page, where that is yours' : 'orders are on its plan page'}</a>
        </p>
      )}
      {(!own || commands) && (
        <div class="btn-row">
          {ABORTS.filter(({ verb }) => rights.verbs.includes(verb)).map((abort) => (
            <button type="button" key={abort.verb} class="btn btn-large" data-testid={`btn-order-${abort.verb}`} onClick={() => (asked.value = abort)}>
              <span class={`icon ${abort.icon}`} aria-hidden="true" />
              {abort.words}
            </button>
          ))}
        </div>
      )}
      {asked.value && <OrderDialog vehicle={vehicle} order={asked.value} reasonRequired={rights.reason_required} grave close={() => (asked.value = null)} />}
    </div>
  );
}
