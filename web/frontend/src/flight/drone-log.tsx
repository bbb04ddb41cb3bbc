/* The log that the drone itself kept of the flight: chosen among those on board, fetched, and attached to the flight. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { api } from '../api';
import type { DroneLog, DroneLogs, LogFetch } from '../generated';
import { Choice } from '../ui/Choice';
import { Dialog } from '../ui/Dialog';
import { instant } from '../ui/format';
import { Icon } from '../ui/Icon';
import type { Values } from './values';

const FOLLOW_MS = 1000;
/** The fetched log is attached by another service, a moment after it has come. */
const LOOKED_FOR = 10;

interface Props {
  readonly flightId: string;
  readonly vehicle: string;
  readonly values: Values;
}

export function FetchLog(props: Props) {
  const open = useSignal(false);
  return (
    <>
      <button type="button" class="btn" data-testid="btn-fetch-log" title={`From ${props.vehicle}, on the ground and within reach`} onClick={() => (open.value = true)}>
        <Icon name="download" /> Fetch the drone’s log
      </button>
      {open.value && <FetchDialog {...props} close={() => (open.value = false)} />}
    </>
  );
}

function FetchDialog({ flightId, vehicle, values, close }: Props & { close: () => void }) {
  const onBoard = useSignal<DroneLogs | null>(null);
  const chosen = useSignal('');
  const fetch = useSignal<LogFetch | null>(null);
  /** Null while it is looked for. */
  const attached = useSignal<boolean | null>(null);
  const problem = useSignal<string | null>(null);

  const said = async (deed: Promise<void>): Promise<void> => {
    problem.value = null;
    await deed.catch((error: unknown) => (problem.value = error instanceof Error ? error.message : String(error)));
  };
  /** A fetch that is under way, perhaps begun before this page was opened, else what there is to fetch. */
  const begin = async (): Promise<void> => {
    const running = (await api.droneLogFetching(flightId)).fetch;
    if (running?.receipt === null) fetch.value = running;
    else {
      onBoard.value = await api.droneLogs(flightId);
      chosen.value = String(onBoard.value.likely ?? '');
    }
  };
  const start = async (): Promise<void> => {
    fetch.value = (await api.fetchDroneLog(flightId, Number(chosen.value))).fetch;
  };
  const follow = async (): Promise<void> => {
    if (fetch.peek()?.receipt !== null) return;
    fetch.value = (await api.droneLogFetching(flightId)).fetch;
    const receipt = fetch.peek()?.receipt;
    if (receipt?.file != null) attached.value = await isShown(flightId, values, receipt.number);
  };
  useEffect(() => {
    void said(begin());
    const timer = setInterval(() => void follow().catch(() => undefined), FOLLOW_MS); // a lost answer is asked for again
    return () => clearInterval(timer);
  }, []);

  return (
    <Dialog title={`The log that ${vehicle} kept`} onClose={close} testid="fetch-log">
      {problem.value && (
        <p class="note note-crit" role="alert">
          {problem.value}
        </p>
      )}
      {fetch.value ? <Fetching fetch={fetch.value} attached={attached.value} vehicle={vehicle} /> : <Choose onBoard={onBoard.value} chosen={chosen.value} waiting={problem.value === null} vehicle={vehicle} choose={(number) => (chosen.value = number)} />}
      <div class="form-actions">
        {!fetch.value && onBoard.value !== null && (
          <button type="button" class="btn btn-primary" disabled={chosen.value === ''} data-testid="btn-fetch-log-start" onClick={() => void said(start())}>
            Fetch it
          </button>
        )}
        <button type="button" class="btn" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

interface ChooseProps {
  readonly onBoard: DroneLogs | null;
  readonly chosen: string;
  readonly waiting: boolean;
  readonly vehicle: string;
  readonly choose: (number: string) => void;
}

function Choose({ onBoard, chosen, waiting, vehicle, choose }: ChooseProps) {
  if (onBoard === null) return waiting ? <p class="muted">Asking {vehicle} for its logs…</p> : null;
  if (onBoard.logs.length === 0) return <p class="muted">There is no log on board of {vehicle}.</p>;
  const words = ({ number, size, written_at }: DroneLog): string =>
    `Log ${number} · ${megabytes(size)} · ${written_at ? instant(written_at) : 'time not known'}${number === onBoard.likely ? ' · this flight' : ''}`;
  return <Choice id="drone-log" label="Log on board, and when it was written to last" value={chosen} options={[['', 'Choose a log'], ...onBoard.logs.map((log) => [String(log.number), words(log)] as const)]} onChange={choose} />;
}

function Fetching({ fetch: { done, total, receipt }, attached, vehicle }: { fetch: LogFetch; attached: boolean | null; vehicle: string }) {
  if (receipt?.problem) {
    return (
      <p class="note note-crit" role="alert" data-testid="fetch-log-failed">
        The log did not come: {receipt.problem}
      </p>
    );
  }
  if (receipt) {
    return (
      <p class={`note ${attached === false ? 'note-warn' : 'note-ok'}`} role="status" data-testid="fetch-log-done">
        Log {receipt.number} has come whole, {megabytes(receipt.bytes)}
        {attached === null ? '; it is being attached.' : attached ? ', and is attached to this flight.' : `, but is not attached yet. The gateway keeps it as ${receipt.file}.`}
      </p>
    );
  }
  return (
    <>
      <p role="status" data-testid="fetch-log-progress">
        {total === 0 ? `Asking ${vehicle} for it…` : `${megabytes(done)} of ${megabytes(total)} have come.`}
      </p>
      <div class="progress">
        <span style={{ width: `${total === 0 ? 0 : (100 * done) / total}%` }} />
      </div>
      <p class="muted">It goes on, and is attached, when this is closed.</p>
    </>
  );
}

/** Whether it has appeared among the flight's logs. */
async function isShown(flightId: string, values: Values, number: number | null): Promise<boolean> {
  for (let look = 0; look < LOOKED_FOR; look++) {
    const { logs } = await api.flightLogs(flightId);
    values.logs.value = logs;
    if (logs.some(({ name }) => name.endsWith(`-log-${number}.bin`))) return true;
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
  }
  return false;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
