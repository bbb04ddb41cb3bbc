/* The open incidents, the gravest and then the oldest first. */
import type { Picture } from '../live/picture';
import { Grade, type Incident } from '../generated';
import { personName } from '../ui/people';
import { type Desk, UNOPENED } from './desk';
import { gradeWords } from './draft';
import { since } from './words';

const ORDER: readonly Grade[] = [Grade.IMMEDIATE, Grade.PRIORITY, Grade.SCHEDULED];

export function inOrder(incidents: Iterable<Incident>): readonly Incident[] {
  const opened = ({ opened_at }: Incident): number => new Date(opened_at).getTime();
  return [...incidents].sort((a, b) => ORDER.indexOf(a.grade) - ORDER.indexOf(b.grade) || opened(a) - opened(b));
}

export function IncidentList({ desk, picture }: { desk: Desk; picture: Picture }) {
  const open = inOrder(desk.source.incidents.value.values());
  const unsent = desk.isTyped(UNOPENED);
  return (
    <>
      <div class="incident-bar">
        <span class="muted">{open.length === 0 ? 'None open' : `${open.length} open`}</span>
        {desk.may.edit && (
          <button type="button" class="btn btn-primary" data-testid="btn-new-incident" title="New incident (C)" onClick={() => desk.begin()}>
            <span class="icon icon-plus" aria-hidden="true" />
            {unsent ? 'Go on with the new one' : 'New incident'}
            <kbd>C</kbd>
          </button>
        )}
      </div>
      <div class="incident-scroll">
        <Closed desk={desk} />
        {open.length === 0 && <Nothing desk={desk} picture={picture} />}
        {open.map((incident) => (
          <IncidentRow key={incident.incident_id} incident={incident} now={picture.now()} unsent={desk.isTyped(incident.incident_id)} choose={() => desk.choose(incident.incident_id)} />
        ))}
      </div>
    </>
  );
}

function IncidentRow({ incident, now, unsent, choose }: { incident: Incident; now: number; unsent: boolean; choose: () => void }) {
  return (
    <button type="button" class={`incident-row incident-${incident.grade}`} data-testid="incident" data-number={incident.number} onClick={choose}>
      <span class="incident-row-title">
        <strong>{incident.number}</strong>
        <GradeMark grade={incident.grade} />
        {unsent && <em>changes not saved</em>}
        <time title={`Opened by ${personName(incident.opened_by)}`}>{since(incident.opened_at, now)}</time>
      </span>
      {incident.place && <span>{incident.place}</span>}
      {incident.note && <span class="incident-note">{incident.note}</span>}
    </button>
  );
}

export function GradeMark({ grade }: { grade: Grade }) {
  const tone = { [Grade.IMMEDIATE]: 'badge-crit', [Grade.PRIORITY]: 'badge-warn', [Grade.SCHEDULED]: '' }[grade];
  return <span class={`badge ${tone}`}>{gradeWords(grade)}</span>;
}

function Closed({ desk }: { desk: Desk }) {
  const { value: closed } = desk.closed;
  if (closed === null) return null;
  return (
    <div class="note note-ok incident-closed" role="status" data-testid="incident-closed">
      <span>{closed.number} is closed.</span>
      <button type="button" class="btn" data-testid="btn-reopen" disabled={desk.busy.value} onClick={() => void desk.reopen(closed)}>
        Open it again
      </button>
      <button type="button" class="btn btn-quiet btn-icon" aria-label="Close message" onClick={() => (desk.closed.value = null)}>
        <span class="icon icon-close" aria-hidden="true" />
      </button>
    </div>
  );
}

function Nothing({ desk, picture }: { desk: Desk; picture: Picture }) {
  const { value: loading } = picture.watch.loading;
  const words = {
    loading: ['Asking for the incidents', 'They come with the fleet.'],
    failed: ['Not known', 'The incidents cannot be had just now. Asking again.'],
    ready: ['No incident is open', desk.may.edit ? 'Press C, type its number, find the place or press it on the map.' : 'One appears here when the control room opens it.'],
  }[loading];
  return (
    <div class="empty" data-testid="no-incidents">
      <span class={`icon ${loading === 'failed' ? 'icon-warning' : 'icon-bell'}`} aria-hidden="true" />
      <strong>{words[0]}</strong>
      <p>{words[1]}</p>
    </div>
  );
}
