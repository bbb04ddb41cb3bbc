/* Beside the charts: events, findings, values, planned against flown, another flight, the upload's receipt and files,
   notes. */
import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import type { Circumstances as Known, Attachment, Flight, FlightNote, UploadReceipt } from '../generated';
import { clock, instant, UNKNOWN } from '../ui/format';
import { Icon } from '../ui/Icon';
import { itemsSent } from '../ui/items';
import { personName } from '../ui/people';
import { Circumstances } from './circumstances';
import { CompareTab } from './compare-tab';
import type { Happening, Tone } from './events';
import { type Findings, FindingsTab } from './findings-tab';
import { NotesTab } from './notes-tab';
import { Nothing } from './nothing';
import { PlanTab } from './plan-tab';
import type { Review } from './review';
import { ValuesTab } from './values-tab';

const TABS = [
  ['events', 'Events'],
  ['findings', 'Findings'],
  ['values', 'Values'],
  ['plan', 'Plan'],
  ['compare', 'Compare'],
  ['files', 'Files'],
  ['notes', 'Notes'],
] as const;
type Tab = (typeof TABS)[number][0];

interface Props {
  readonly flight: Flight;
  readonly events: readonly Happening[];
  /** Absent while there is no recording to move in. */
  readonly shown: Review | null;
  readonly findings: ReadonlySignal<Findings>;
  readonly circumstances: ReadonlySignal<Known | null>;
}

export function Panels({ flight, events, shown, findings, circumstances }: Props) {
  const cursor = shown?.shared.cursor ?? null;
  const tab = useSignal<Tab>('events');
  const notes = useSignal<readonly FlightNote[]>(flight.notes);
  const attachments = useSignal<readonly Attachment[]>(flight.attachments);
  return (
    <section class="flight-panels" aria-label="About the flight">
      <div class="tabs" role="tablist">
        {TABS.map(([key, words]) => (
          <button type="button" role="tab" class="tab" key={key} aria-selected={tab.value === key} data-testid={`tab-${key}`} onClick={() => (tab.value = key)}>
            {words}
            {key === 'findings' && Array.isArray(findings.value) && <span class={findings.value.length > 0 ? 'tab-count' : 'muted'}>{findings.value.length}</span>}
            {key === 'notes' && notes.value.length + attachments.value.length > 0 && <span class="muted">{notes.value.length + attachments.value.length}</span>}
          </button>
        ))}
      </div>
      <div class="panel-body" role="tabpanel">
        {tab.value === 'events' && <Events events={events} cursor={cursor} />}
        {tab.value === 'plan' && <PlanTab flight={flight} cursor={cursor} />}
        {tab.value === 'findings' && (
          <>
            <FindingsTab findings={findings} cursor={cursor} />
            <Circumstances known={circumstances} cursor={cursor} />
          </>
        )}
        {tab.value === 'values' && (shown ? <ValuesTab flightId={flight.summary.flight_id} vehicle={flight.summary.vehicle} values={shown.values} mayAttach={flight.may_note} /> : NO_RECORDING)}
        {tab.value === 'compare' && (shown ? <CompareTab own={flight.summary} comparing={shown.comparing} cursor={shown.shared.cursor} /> : NO_RECORDING)}
        {tab.value === 'files' && (
          <>
            <Receipt receipt={flight.receipt} />
            <Files flight={flight} />
          </>
        )}
        {tab.value === 'notes' && <NotesTab flight={flight} notes={notes} attachments={attachments} cursor={cursor} />}
      </div>
    </section>
  );
}

const NO_RECORDING = <Nothing icon="error" text="There is no recording to lay anything beside." />;

const ICON: Readonly<Record<Tone, string>> = { crit: 'error', warn: 'warning', ok: 'check', info: 'info' };

function Events({ events, cursor }: { events: readonly Happening[]; cursor: Signal<number> | null }) {
  const list = useRef<HTMLOListElement>(null);
  const now = cursor?.value ?? -Infinity;
  const current = events.findLastIndex((event) => event.time_s <= now);
  useEffect(() => {
    const row = list.current?.children[current];
    if (row) keepInView(row);
  }, [current]);
  if (events.length === 0) return <Nothing icon="clock" text="No event was recorded in this flight." />;
  const start = events[0]?.time_s ?? 0;
  return (
    <ol class="event-list" ref={list}>
      {events.map((event, index) => (
        <li key={event.id}>
          <button
            type="button"
            class={`event event-${event.tone}`}
            data-testid="timeline-event"
            data-time={event.time_s}
            aria-current={cursor !== null && index === current}
            disabled={cursor === null}
            onClick={() => cursor && (cursor.value = event.time_s)}
          >
            <Icon name={ICON[event.tone]} />
            <time>{new Date(event.time_s * 1000).toISOString().slice(11, 19)}</time>
            <small>+{clock(event.time_s - start)}</small>
            <span>
              {event.text}
              {event.by && <em> by {event.by}</em>}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Scrolls the panel, and nothing around it: `scrollIntoView` would move the whole page on a telephone. */
function keepInView(row: Element): void {
  const panel = row.closest('.panel-body');
  if (!panel) return;
  const [here, shown] = [row.getBoundingClientRect(), panel.getBoundingClientRect()];
  panel.scrollTop += Math.min(0, here.top - shown.top) + Math.max(0, here.bottom - shown.bottom);
}

function Receipt({ receipt }: { receipt: UploadReceipt | null }) {
  if (!receipt) return <Nothing icon="upload" text="The plan was not uploaded through Airbeat; there is no receipt." />;
  return (
    <div data-testid="receipt">
      <p>
        <span class={`badge ${receipt.verified ? 'badge-ok' : 'badge-crit'}`}>{receipt.verified ? 'Read back equal' : 'Not verified'}</span>{' '}
        {instant(receipt.finished_at)} by {personName(receipt.actor.user)}
      </p>
      {receipt.problem && <p class="note note-crit">{receipt.problem}</p>}
      <table class="table">
        <thead>
          <tr>
            <th>Stage</th>
            <th class="num">Items</th>
            <th>Sent SHA-256</th>
            <th>Read back</th>
          </tr>
        </thead>
        <tbody>
          {receipt.stages.map((stage) => (
            <tr key={stage.stage}>
              <td>{stage.stage}</td>
              <td class="num">{itemsSent(stage)}</td>
              <td>
                <Hash value={stage.sent_sha256} />
              </td>
              <td>{stage.verified ? <span class="badge badge-ok">equal</span> : stage.read_sha256 ? <Hash value={stage.read_sha256} /> : (stage.problem ?? UNKNOWN)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        Plan <Hash value={receipt.plan_sha256} />
      </p>
    </div>
  );
}

function Files({ flight }: { flight: Flight }) {
  const files = Object.entries(flight.files);
  if (files.length === 0) return <Nothing icon="file" text="The manifest of this flight lists no file yet." />;
  return (
    <table class="table" data-testid="files">
      <thead>
        <tr>
          <th>File</th>
          <th class="num">Bytes</th>
          <th>SHA-256</th>
        </tr>
      </thead>
      <tbody>
        {files.map(([name, { sha256, bytes }]) => (
          <tr key={name}>
            <td>{name}</td>
            <td class="num">{bytes.toLocaleString('en-GB')}</td>
            <td>
              <Hash value={sha256} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Enough to compare by eye; the whole of it is selected by a double click and copied. */
function Hash({ value }: { value: string }) {
  return (
    <code class="hash" title={value}>
      {value}
    </code>
  );
}
