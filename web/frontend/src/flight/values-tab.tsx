/* Every value that the flight's logs hold, to be charted; and further logs of the flight, brought to its clock. */
import './values.css';

import { useSignal } from '@preact/signals';

import { api, ApiError } from '../api';
import type { FlightLog, LoggedMessage } from '../generated';
import { fixed } from '../ui/format';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/toast';
import { FetchLog } from './drone-log';
import { Nothing } from './nothing';
import type { Asked, Values } from './values';

const KINDS: Readonly<Record<string, string>> = { tlog: 'MAVLink', dataflash: 'DataFlash', ulog: 'PX4 ULog' };

export function ValuesTab({ flightId, vehicle, values, mayAttach }: { flightId: string; vehicle: string; values: Values; mayAttach: boolean }) {
  const words = useSignal('');
  const logs = values.logs.value;
  if (logs === 'loading') return <Nothing icon="search" text="Reading what the logs hold." />;
  if ('problem' in logs) return <Nothing icon="error" text={logs.problem} />;
  return (
    <>
      <div class="values-top">
        <input
          type="search"
          class="input"
          placeholder="Find a value: vibration, ATTITUDE, volt…"
          aria-label="Find a value"
          data-testid="value-search"
          value={words.value}
          onInput={(event) => (words.value = event.currentTarget.value)}
        />
        {mayAttach && <Attach flightId={flightId} values={values} />}
        {mayAttach && <FetchLog flightId={flightId} vehicle={vehicle} values={values} />}
      </div>
      {logs.map((log) => (
        <LogValues key={log.source} log={log} values={values} words={words.value.trim().toLowerCase()} />
      ))}
    </>
  );
}

function LogValues({ log, values, words }: { log: FlightLog; values: Values; words: string }) {
  const found = log.messages.flatMap((message) => {
    const fields = message.fields.filter(({ name }) => `${message.name} ${name}`.toLowerCase().includes(words));
    return fields.length > 0 ? [{ ...message, fields }] : [];
  });
  return (
    <section class="values-log" data-testid="flight-log">
      <h3>
        {log.source === 'recording' ? 'Recording of the link' : log.name}
        <small class="muted">
          {log.kind ? `${KINDS[log.kind] ?? log.kind} · ` : ''}
          {(log.bytes / 1e6).toFixed(1)} MB{aligned(log)}
        </small>
      </h3>
      {log.problem && <p class="note note-crit">{log.problem}</p>}
      {words !== '' && found.length === 0 && <p class="muted">No such value in this log.</p>}
      {found.map((message) => (
        <Message key={message.name} source={log.source} message={message} values={values} open={words !== ''} />
      ))}
    </section>
  );
}

function aligned({ source, offset_s }: FlightLog): string {
  if (source === 'recording') return '';
  if (offset_s === null) return ' · own clock: nothing in it to align by';
  return ` · aligned by ${offset_s < 0 ? '−' : '+'}${fixed(Math.abs(offset_s), 1)} s`;
}

function Message({ source, message, values, open }: { source: string; message: LoggedMessage; values: Values; open: boolean }) {
  return (
    <details open={open}>
      <summary>
        {message.name} <small class="muted">{message.rows.toLocaleString('en-GB')} rows</small>
      </summary>
      <div class="values-fields">
        {message.fields.map(({ name, unit }) => (
          <Field key={name} asked={{ source, message: message.name, field: name, unit: unit ?? '', instance: null }} values={values} />
        ))}
      </div>
    </details>
  );
}

function Field({ asked, values }: { asked: Asked; values: Values }) {
  const busy = useSignal(false);
  const shown = values.charted.value.filter((one) => one.source === asked.source && one.message === asked.message && one.field === asked.field);
  const toggle = async (): Promise<void> => {
    if (shown.length > 0) {
      for (const { key } of shown) values.remove(key);
      return;
    }
    busy.value = true;
    try {
      await values.add(asked);
    } catch (error) {
      toast(error instanceof ApiError ? error.message : 'This value could not be read.', 'crit');
    }
    busy.value = false;
  };
  const others = (shown[0]?.instances ?? []).filter((instance) => shown.every((one) => one.instance !== instance));
  return (
    <>
      <button type="button" class="btn" aria-pressed={shown.length > 0} disabled={busy.value} data-testid="value" data-value={`${asked.message}.${asked.field}`} onClick={() => void toggle()}>
        {asked.field}
        {asked.unit && <small class="muted"> {asked.unit}</small>}
      </button>
      {others.map((instance) => (
        <button type="button" class="btn" key={instance} title={`The chart of sensor ${instance}, too`} onClick={() => void values.add({ ...asked, instance })}>
          [{instance}]
        </button>
      ))}
    </>
  );
}

function Attach({ flightId, values }: { flightId: string; values: Values }) {
  const sent = useSignal<number | null>(null);
  const busy = sent.value !== null;
  const attach = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (!file) return;
    sent.value = 0;
    try {
      await api.attachLog(flightId, file, (share) => (sent.value = share));
      values.logs.value = (await api.flightLogs(flightId)).logs;
      toast(`${file.name} is attached.`, 'ok');
    } catch (error) {
      toast(error instanceof ApiError ? error.message : 'The log was not attached.', 'crit');
    }
    input.value = '';
    sent.value = null;
  };
  return (
    <label class="btn" title="The log that the drone itself kept: .bin, .tlog or .ulg">
      <Icon name="upload" /> {busy ? `${Math.round(100 * (sent.value ?? 0))} % sent` : 'Attach a log'}
      <input type="file" class="visually-hidden" accept=".bin,.BIN,.tlog,.ulg" data-testid="attach-log" disabled={busy} onChange={(event) => void attach(event.currentTarget)} />
    </label>
  );
}
