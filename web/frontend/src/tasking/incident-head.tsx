/* One incident: what is known of it, and what can be done to it. */
import type { Incident } from '../generated';
import { instant } from '../ui/format';
import { personName } from '../ui/people';
import type { Desk } from './desk';
import { GradeMark } from './incident-list';
import { since, whereWords } from './words';

export function IncidentHead({ desk, incident, now }: { desk: Desk; incident: Incident; now: number }) {
  const isOpen = desk.source.incidents.value.has(incident.incident_id);
  const { value: refusal } = desk.refusal;
  return (
    <header class={`incident-head incident-${incident.grade}`} data-testid="incident-head" data-number={incident.number}>
      <div class="incident-bar">
        <button type="button" class="btn btn-quiet" data-testid="btn-all-incidents" title="All incidents (Esc)" onClick={() => desk.choose(null)}>
          <span class="icon icon-left" aria-hidden="true" />
          All
        </button>
        {desk.may.edit && isOpen && (
          <span class="btn-row">
            <button type="button" class="btn" data-testid="btn-change-incident" onClick={() => desk.begin(incident.incident_id)}>
              {desk.isTyped(incident.incident_id) ? 'Go on changing' : 'Change'}
            </button>
            <button type="button" class="btn" data-testid="btn-close-incident" disabled={desk.busy.value} onClick={() => void desk.close(incident)}>
              <span class="icon icon-check" aria-hidden="true" />
              Close incident
            </button>
          </span>
        )}
      </div>
      <div class="incident-what">
        <h2>
          {incident.number} <GradeMark grade={incident.grade} />
        </h2>
        {incident.place && <p class="incident-place">{incident.place}</p>}
        {incident.note && <p class="incident-note">{incident.note}</p>}
        <p class="muted incident-when">
          {whereWords(incident)} · <time title={instant(incident.opened_at)}>{since(incident.opened_at, now)}</time> · opened by {personName(incident.opened_by)} ·{' '}
          <a href={`/sorties?text=${encodeURIComponent(incident.number)}`} target="_blank">
            its sorties
          </a>
        </p>
        {!isOpen && (
          <div class="note note-warn" role="status">
            It has been closed meanwhile. What stands here is what was known last.
          </div>
        )}
        {refusal && desk.offering.value === null && (
          <div class="note note-crit" role="alert" data-testid="incident-refusal">
            {refusal.text}
          </div>
        )}
      </div>
    </header>
  );
}
