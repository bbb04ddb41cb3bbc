/* Who commands a drone: said to the room, taken, handed over, given up. */
import { useSignal } from '@preact/signals';

import type { Me, OrderRights, Person, VehicleInfo } from '../generated';
import { Choice } from '../ui/Choice';
import { personName } from '../ui/people';
import { OrderDialog } from './order-dialog';
import { clock } from './words';

const TAKE = { verb: 'take', words: 'Take command', icon: 'icon-lock', means: 'obeys you from now on, and nobody else' } as const;
const HAND_OVER = { verb: 'hand_over', words: 'Hand over', icon: 'icon-right', means: 'goes on obeying you until the other takes command' } as const;
const RELEASE = { verb: 'release', words: 'Give up command', icon: 'icon-check', means: 'obeys whoever orders it next' } as const;
type Act = typeof TAKE | typeof HAND_OVER | typeof RELEASE;

export type Command = Pick<VehicleInfo, 'commander' | 'command_since' | 'command_offered_to'>;

/** What this person can do about command now: whoever holds it hands it over or gives it up, anybody else takes it. */
export function actsOf(command: Command | undefined, username: string, verbs: readonly string[]): readonly Act[] {
  const acts = command?.commander?.user === username ? [HAND_OVER, RELEASE] : [TAKE];
  return acts.filter(({ verb }) => verbs.includes(verb));
}

interface Props {
  readonly vehicle: string;
  readonly command: Command | undefined;
  readonly rights: OrderRights | undefined;
  readonly me: Me;
  /** Who may be handed command. */
  readonly commanders: readonly Person[];
}

export function CommandOrders({ vehicle, command, rights, me, commanders }: Props) {
  const asked = useSignal<Act | null>(null);
  const to = useSignal('');
  const acts = rights ? actsOf(command, me.username, rights.verbs) : [];
  const close = (): void => void (asked.value = null);
  const others = commanders.filter(({ username }) => username !== me.username);
  return (
    <>
      <Commander command={command} me={me} />
      {acts.length > 0 && (
        <div class="btn-row orders-command">
          {acts.map((act) => (
            <button type="button" key={act.verb} class={`btn ${command?.command_offered_to === me.username ? 'btn-primary' : ''}`} data-testid={`btn-order-${act.verb}`} onClick={() => (asked.value = act)}>
              <span class={`icon ${act.icon}`} aria-hidden="true" />
              {act.words}
            </button>
          ))}
        </div>
      )}
      {rights && asked.value && asked.value.verb !== 'hand_over' && <OrderDialog vehicle={vehicle} order={asked.value} reasonRequired={rights.reason_required} grave={false} close={close} />}
      {rights && asked.value?.verb === 'hand_over' && (
        <OrderDialog vehicle={vehicle} order={asked.value} reasonRequired={rights.reason_required} grave={false} given={to.value === '' ? null : { to: to.value }} close={close}>
          {others.length === 0 ? (
            <p class="field-error">There is nobody else in the unit who may command.</p>
          ) : (
            <Choice id="hand-over-to" label="To whom" value={to.value} options={[['', 'Choose a person'], ...others.map(({ username, name }) => [username, name] as const)]} onChange={(username) => (to.value = username)} />
          )}
        </OrderDialog>
      )}
    </>
  );
}

/** Also what stands between two people: offered, and not yet taken. */
export function Commander({ command, me }: { command: Command | undefined; me: Me }) {
  if (!command?.commander) return null;
  const name = (username: string): string => (username === me.username ? 'you' : personName(username));
  const { commander, command_since, command_offered_to: offered } = command;
  const holder = name(commander.user);
  return (
    <p class={`commander ${offered === null ? '' : 'commander-offered'}`} data-testid="details-commander" role={offered === me.username ? 'alert' : undefined}>
      <strong>{holder === 'you' ? 'You' : holder}</strong> {holder === 'you' ? 'hold' : 'holds'} command
      {command_since !== null && ` since ${clock(new Date(command_since).getTime())}`}
      {offered !== null && (
        <span class="commander-offer">
          Offered to <strong>{name(offered)}</strong>, not taken yet
        </span>
      )}
    </p>
  );
}

/** Whoever is offered command is told, whichever drone is looked at. */
export function CommandOffers({ infos, me, open }: { infos: Iterable<VehicleInfo>; me: Me; open: (vehicle: string) => void }) {
  const offers = [...infos].filter(({ command_offered_to }) => command_offered_to === me.username);
  return (
    <>
      {offers.map(({ vehicle, commander }) => (
        <div class="live-banner live-banner-warn" role="alert" key={vehicle} data-testid="command-offer">
          <span class="icon icon-lock" aria-hidden="true" />
          <strong>{vehicle}</strong>
          <span>{commander && personName(commander.user)} offers you command of it.</span>
          <button type="button" class="btn" onClick={() => open(vehicle)}>
            Show it
          </button>
        </div>
      ))}
    </>
  );
}
