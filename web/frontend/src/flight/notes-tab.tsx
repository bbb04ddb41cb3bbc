/* What people say of the flight: notes, each of a moment if they like, and photographs and videos at their times. */
import { type Signal, useSignal } from '@preact/signals';

import { api, ApiError } from '../api';
import type { Attachment, Flight, FlightNote, Instant } from '../generated';
import { instant } from '../ui/format';
import { Icon } from '../ui/Icon';
import { personName } from '../ui/people';
import { toast } from '../ui/toast';

interface Props {
  readonly flight: Flight;
  readonly notes: Signal<readonly FlightNote[]>;
  readonly attachments: Signal<readonly Attachment[]>;
  /** Absent while there is no recording to move in. */
  readonly cursor: Signal<number> | null;
}

const seconds = (at: Instant): number => new Date(at).getTime() / 1000;
const clockOf = (at: Instant | number): string => new Date(typeof at === 'number' ? at * 1000 : at).toISOString().slice(11, 19);

export function NotesTab({ flight, notes, attachments, cursor }: Props) {
  return (
    <>
      <NoteList notes={notes.value} cursor={cursor} />
      {attachments.value.length > 0 && <AttachmentList flight={flight} attachments={attachments.value} cursor={cursor} />}
      {flight.may_note && <NewNote flight={flight} notes={notes} cursor={cursor} />}
      {flight.may_note && <NewAttachment flight={flight} attachments={attachments} />}
    </>
  );
}

/** Moves the page to a moment of the flight. */
function Moment({ at, cursor }: { at: Instant; cursor: Signal<number> | null }) {
  return (
    <button type="button" class="btn btn-quiet moment" data-testid="moment" disabled={cursor === null} title="Move to this moment" onClick={() => cursor && (cursor.value = seconds(at))}>
      <Icon name="clock" /> {clockOf(at)}
    </button>
  );
}

function NoteList({ notes, cursor }: { notes: readonly FlightNote[]; cursor: Signal<number> | null }) {
  if (notes.length === 0) return <p class="muted">Nobody has noted anything on this flight.</p>;
  return (
    <ol class="note-list">
      {notes.map((note) => (
        <li key={note.note_id} data-testid="note">
          {note.moment !== null && <Moment at={note.moment} cursor={cursor} />}
          <p>{note.text}</p>
          <small>
            {personName(note.author)} · {instant(note.at)}
          </small>
        </li>
      ))}
    </ol>
  );
}

function AttachmentList({ flight, attachments, cursor }: { flight: Flight; attachments: readonly Attachment[]; cursor: Signal<number> | null }) {
  const address = (one: Attachment): string => `/flights/${encodeURIComponent(flight.summary.flight_id)}/attachments/${one.attachment_id}`;
  return (
    <ol class="note-list attachment-list">
      {attachments.map((one) => (
        <li key={one.attachment_id} data-testid="attachment">
          {one.taken.at !== null && <Moment at={one.taken.at} cursor={cursor} />}
          <a href={address(one)} target="_blank" rel="noreferrer">
            <Icon name={one.media_type.startsWith('video/') ? 'play' : 'file'} /> {one.name}
          </a>
          <small>
            {personName(one.by)} · {instant(one.at)} · {one.bytes.toLocaleString('en-GB')} bytes · {takenWords(one)}
          </small>
          <code class="hash" title={one.sha256}>
            {one.sha256}
          </code>
        </li>
      ))}
    </ol>
  );
}

function takenWords({ taken }: Attachment): string {
  if (taken.at === null) return 'when it was taken is not known';
  return taken.source === 'file' ? 'its own time' : 'time as given';
}

function NewNote({ flight, notes, cursor }: Pick<Props, 'flight' | 'notes' | 'cursor'>) {
  const text = useSignal('');
  const pinned = useSignal(cursor !== null);
  const busy = useSignal(false);
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    const moment = pinned.value && cursor ? new Date(cursor.value * 1000).toISOString() : null;
    try {
      notes.value = [...notes.value, await api.addNote(flight.summary.flight_id, { text: text.value, moment })];
      text.value = '';
    } catch (error) {
      toast(error instanceof ApiError ? error.message : 'The note was not saved.', 'crit');
    }
    busy.value = false;
  };
  return (
    <form class="form" onSubmit={(event) => void add(event)}>
      <div class="field">
        <label for="note">New note</label>
        <textarea id="note" class="input" data-testid="note-text" required value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </div>
      {cursor && (
        <label class="check">
          <input type="checkbox" data-testid="note-pinned" checked={pinned.value} onChange={(event) => (pinned.value = event.currentTarget.checked)} />
          of the moment {clockOf(cursor.value)}
        </label>
      )}
      <div>
        <button type="submit" class="btn btn-primary" data-testid="btn-add-note" disabled={busy.value || text.value.trim() === ''}>
          Add note
        </button>
      </div>
    </form>
  );
}

function NewAttachment({ flight, attachments }: Pick<Props, 'flight' | 'attachments'>) {
  const takenAt = useSignal('');
  const sent = useSignal<number | null>(null);
  const attach = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (!file) return;
    sent.value = 0;
    try {
      const time = takenAt.value === '' ? null : `${takenAt.value}Z`;
      attachments.value = [...attachments.value, await api.attach(flight.summary.flight_id, file, time, (share) => (sent.value = share))];
      takenAt.value = '';
    } catch (error) {
      toast(error instanceof ApiError ? error.message : 'The file was not attached.', 'crit');
    }
    input.value = '';
    sent.value = null;
  };
  return (
    <form class="form attach" onSubmit={(event) => event.preventDefault()}>
      <div class="field">
        <label for="attach">Attach a photograph or video</label>
        <input id="attach" class="input" type="file" accept="image/jpeg,image/png,video/mp4,video/quicktime,video/webm" data-testid="attach-file" disabled={sent.value !== null} onChange={(event) => void attach(event.currentTarget)} />
        {sent.value !== null && <progress value={sent.value} aria-label="Sent" />}
      </div>
      <div class="field">
        <label for="taken">Taken at (UTC), if the file does not say</label>
        <input id="taken" class="input" type="datetime-local" step="1" data-testid="attach-taken" value={takenAt.value} onInput={(event) => (takenAt.value = event.currentTarget.value)} />
      </div>
    </form>
  );
}
