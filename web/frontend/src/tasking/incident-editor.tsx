/* Types an incident with the hands on the keyboard: number, place, grade, note. What is typed stays until it is sent. */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { PlaceSearch } from '../ui/PlaceSearch';
import { type Desk, UNOPENED } from './desk';
import { type Draft, GRADES, isTyped, namedPlace, namesake } from './draft';
import { whereWords } from './words';

const FORM = 'incident-form';

export function IncidentEditor({ desk }: { desk: Desk }) {
  const { value: draft } = desk.draft;
  const element = useRef<HTMLDivElement>(null);
  const { value: refusal } = desk.refusal;
  const focus = (testid: string): void => element.current?.querySelector<HTMLElement>(`[data-testid="${testid}"]`)?.focus();
  // Before the next key: whoever presses C types on at once.
  useLayoutEffect(() => focus('incident-number'), []);
  useEffect(() => {
    if (refusal?.where === 'number') focus('incident-number');
    if (refusal?.where === 'place-words') focus('place-words');
  }, [refusal]);
  if (draft === null) return null;
  const isNew = desk.editing.value === UNOPENED;
  return (
    <div class="incident-editor" ref={element} data-testid="incident-editor">
      <div class="incident-bar">
        <h2>{isNew ? 'New incident' : `Change ${draft.of?.number ?? draft.number}`}</h2>
        {isTyped(draft) && (
          <button type="button" class="btn btn-quiet" data-testid="btn-discard-incident" onClick={() => desk.discard()}>
            Discard
          </button>
        )}
        <button type="button" class="btn btn-quiet btn-icon" aria-label="Back; what is typed is kept" title="Back; what is typed is kept (Esc)" onClick={() => desk.leave()}>
          <span class="icon icon-close" aria-hidden="true" />
        </button>
      </div>
      <div class="incident-fields">
        <Merged desk={desk} />
        <NumberField desk={desk} draft={draft} refused={refusal?.where === 'number'} />
        <PlaceField desk={desk} draft={draft} refused={refusal?.where === 'place-words'} next={() => focus('incident-note')} />
        <form
          id={FORM}
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            void desk.send();
          }}
        >
          <GradeField desk={desk} draft={draft} />
          <div class="field">
            <label for="incident-note">Note</label>
            <textarea
              id="incident-note"
              class="input"
              maxLength={4000}
              data-testid="incident-note"
              placeholder="What the pilot should know. Enter sends, Shift+Enter begins a line."
              value={draft.note}
              onInput={(event) => desk.type({ note: event.currentTarget.value })}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
                event.preventDefault();
                event.currentTarget.form?.requestSubmit();
              }}
            />
          </div>
          {refusal && (
            <div class="note note-crit" role="alert" data-testid="incident-refusal">
              {refusal.text}
            </div>
          )}
          <button type="submit" class="btn btn-primary btn-large btn-block" data-testid="btn-send-incident" disabled={desk.busy.value}>
            {desk.busy.value ? 'Sending…' : isNew ? 'Open incident' : 'Save change'}
          </button>
        </form>
      </div>
    </div>
  );
}

interface FieldProps {
  readonly desk: Desk;
  readonly draft: Draft;
}

function NumberField({ desk, draft, refused }: FieldProps & { readonly refused: boolean }) {
  const twin = namesake(draft, desk.source.incidents.value.values());
  return (
    <div class="field">
      <label for="incident-number">Number</label>
      <input
        id="incident-number"
        class="input incident-number"
        form={FORM}
        maxLength={64}
        autocomplete="off"
        aria-invalid={refused || twin !== null}
        data-testid="incident-number"
        value={draft.number}
        onInput={(event) => desk.type({ number: event.currentTarget.value })}
      />
      {twin && (
        <p class="field-error" data-testid="incident-twin">
          {twin.number} is open already.{' '}
          <button type="button" class="btn btn-quiet" onClick={() => desk.choose(twin.incident_id)}>
            Show it
          </button>
        </p>
      )}
    </div>
  );
}

/** The search is a form of its own; a place that is found, or pressed on the map, is shown under it. */
function PlaceField({ desk, draft, refused, next }: FieldProps & { readonly refused: boolean; readonly next: () => void }) {
  const searches = useSignal(0);
  const former = useRef<string | null>(null);
  const { at } = draft;
  return (
    <div class={`field incident-where ${refused ? 'incident-where-missing' : ''}`}>
      <span class="label">Place: find it, or press it on the map</span>
      <PlaceSearch
        key={searches.value}
        onFound={(place) => {
          desk.found(place, former.current);
          former.current = namedPlace(place);
          searches.value += 1; // the answer is used up
          next();
        }}
      />
      {at && (
        <p class="incident-at" data-testid="incident-at">
          <span class="icon icon-check" aria-hidden="true" />
          <strong>{whereWords(at)}</strong> {at.lat_deg.toFixed(5)}, {at.lon_deg.toFixed(5)}
        </p>
      )}
      <input
        class="input"
        form={FORM}
        maxLength={200}
        autocomplete="off"
        aria-label="Place in words"
        placeholder="In words: street, entrance, floor"
        data-testid="incident-place"
        value={draft.place}
        onInput={(event) => desk.type({ place: event.currentTarget.value })}
      />
    </div>
  );
}

function GradeField({ desk, draft }: FieldProps) {
  return (
    <fieldset class="field segments">
      <legend class="label">Grade</legend>
      {GRADES.map(([grade, words]) => (
        <button type="button" key={grade} class="btn" aria-pressed={draft.grade === grade} data-testid={`grade-${grade}`} onClick={() => desk.type({ grade })}>
          {words}
        </button>
      ))}
    </fieldset>
  );
}

/** Somebody was faster. */
function Merged({ desk }: { desk: Desk }) {
  const { value: merge } = desk.merge;
  if (merge === null) return null;
  return (
    <div class="note note-warn" role="alert" data-testid="incident-merge">
      <div>
        <strong>Somebody changed it meanwhile.</strong> What you typed is kept. Look, and save again.
        {merge.theirs.length > 0 && <p>Taken over from them: {merge.theirs.join(', ')}.</p>}
        {merge.both.map(({ field, their }) => (
          <p key={field}>
            Both of you changed the {field}; theirs is “{their}”. Saving puts yours in its place.
          </p>
        ))}
        {merge.draft.of?.closed_at && <p>It has been closed. Saving leaves it closed.</p>}
      </div>
    </div>
  );
}
