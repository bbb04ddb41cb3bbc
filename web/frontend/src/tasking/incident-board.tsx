/* The left column when it shows incidents: their list, one of them and the drones for it, or the one being typed. */
import type { Picture } from '../live/picture';
import { CandidateList } from './candidate-list';
import type { Desk } from './desk';
import { IncidentEditor } from './incident-editor';
import { IncidentHead } from './incident-head';
import { IncidentList } from './incident-list';

export function IncidentBoard({ desk, picture }: { desk: Desk; picture: Picture }) {
  return (
    <section class="incident-board" aria-label="Incidents" data-testid="incident-board">
      {picture.isLive.value ? <Board desk={desk} picture={picture} /> : <NotNow back={() => picture.past.leave()} />}
    </section>
  );
}

function Board({ desk, picture }: { desk: Desk; picture: Picture }) {
  const { incident } = desk;
  const now = (): number => picture.now();
  void picture.tick.value; // ages go on
  if (desk.editing.value !== null && desk.may.edit) return <IncidentEditor key={desk.editing.value} desk={desk} />;
  if (incident.value === null) return <IncidentList desk={desk} picture={picture} />;
  return (
    <>
      <IncidentHead desk={desk} incident={incident.value} now={now()} />
      {desk.may.offer && <CandidateList desk={desk} />}
    </>
  );
}

/** What is done to an incident is done now. */
function NotNow({ back }: { back: () => void }) {
  return (
    <div class="empty">
      <span class="icon icon-clock" aria-hidden="true" />
      <strong>You are looking back</strong>
      <p>Incidents are worked with as things are now. What you typed is kept.</p>
      <button type="button" class="btn" onClick={back}>
        Back to live <kbd>L</kbd>
      </button>
    </div>
  );
}
