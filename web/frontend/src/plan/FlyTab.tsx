/* Fly: the drone, the upload, every order and what the drone said to it. */
import { instant } from '../ui/format';
import { HoldButton } from '../ui/HoldButton';
import { Icon } from '../ui/Icon';
import { modeWords } from '../ui/modes';
import { orderWords } from '../ui/orders';
import type { Aboard } from './aboard';
import { armsIn, mayNow } from './orders';
import { ReasonDialog } from './ReasonDialog';
import type { Store } from './store';
import { UploadPart } from './Upload';
import { PreArm, VehicleState } from './VehicleState';

/** A mode that it arms in. */
const ARMABLE = 'GUIDED';

function ModeToArm({ aboard }: { aboard: Aboard }) {
  const { mode, armed } = aboard.heartbeat.value?.live ?? {};
  if (armed !== false || !mode || armsIn(mode) || aboard.stale.value) return null;
  return (
    <div class="note mode-to-arm" data-testid="mode-to-arm">
      <span>It does not arm in “{modeWords(mode)}”.</span>
      <button
        type="button"
        class="btn"
        disabled={aboard.waiting.value !== null}
        data-testid="btn-mode-guided"
        onClick={() => void aboard.order('mode', { mode: ARMABLE })}
      >
        Set “{modeWords(ARMABLE)}”
      </button>
    </div>
  );
}

function Orders({ aboard }: { aboard: Aboard }) {
  const live = aboard.heartbeat.value?.live;
  const out = aboard.stale.value || aboard.waiting.value !== null;
  const armed = live?.armed === true;
  const may = mayNow(live);
  const plain = (verb: 'pause' | 'continue', name: string, icon: string) => (
    <button
      type="button"
      class="btn"
      disabled={out || !may[verb]}
      data-testid={`btn-${verb}`}
      onClick={() => void aboard.order(verb)}
    >
      <Icon name={icon} />
      {name}
    </button>
  );
  return (
    <section aria-label="Orders">
      <div class="orders">
        {armed ? (
          <HoldButton testid="btn-disarm" danger disabled={out || !may.disarm} onConfirm={() => void aboard.order('disarm')}>
            Disarm
          </HoldButton>
        ) : (
          <HoldButton testid="btn-arm" danger disabled={out} onConfirm={() => void aboard.order('arm')}>
            Arm
          </HoldButton>
        )}
        <HoldButton testid="btn-start" disabled={out || !may.start} onConfirm={() => void aboard.order('start')}>
          Start
        </HoldButton>
        {plain('pause', 'Pause', 'pause')}
        {plain('continue', 'Continue', 'play')}
      </div>
    </section>
  );
}

/** Hold, return and land: always in sight, one press, no question. `named` says which drone, where nothing else does. */
export function AbortBar({ aboard, named }: { aboard: Aboard; named: boolean }) {
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
    <div class="abort-bar" role="group" aria-label={`Abort ${aboard.vehicle.value}`} data-testid="abort-bar">
      {named && <span class="overline">{aboard.vehicle.value}</span>}
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
      <h2 class="overline">What the drone said</h2>
      <ol class="answers">
        {waiting && (
          <li data-testid="order-waiting">
            <b>{orderWords(waiting)}</b> sent, waiting for the answer…
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
              <b>{orderWords(answer.verb)}:</b> {answer.text}
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
  return (
    <div class="fly">
      {problem && (
        <p class="note note-warn" data-testid="bus-problem">
          <Icon name="warning" />
          {problem} Live values and progress are missing until it is back.
        </p>
      )}
      <VehicleState aboard={aboard} />
      {/* Nothing that comes and goes stands above the orders: they must not move under the finger that holds them. */}
      {aboard.mayOrder && <Orders aboard={aboard} />}
      <ModeToArm aboard={aboard} />
      <PreArm aboard={aboard} />
      <Answers aboard={aboard} />
      <UploadPart store={store} aboard={aboard} />
      {aboard.wantsReason.value && (
        <ReasonDialog
          title={`Take over ${aboard.vehicle.value ?? ''}`}
          text="This drone is not of your own sortie. Your reason and your name are kept in the audit."
          action={orderWords(aboard.wantsReason.value.verb)}
          onClose={() => (aboard.wantsReason.value = null)}
          onGiven={(reason) => void aboard.orderBecause(reason)}
        />
      )}
    </div>
  );
}
