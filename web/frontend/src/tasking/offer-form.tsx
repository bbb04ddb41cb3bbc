/* Offers the flight to a pilot: what to do there, and who. What he gets is a draft; nothing flies by this alone. */
import { useEffect, useRef } from 'preact/hooks';

import type { Person } from '../generated';
import { Choice } from '../ui/Choice';
import type { Desk, Offering } from './desk';
import { TASKS } from './words';

interface Props {
  readonly desk: Desk;
  readonly offering: Offering;
  readonly pilots: readonly Person[];
}

export function OfferForm({ desk, offering, pilots }: Props) {
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => element.current?.scrollIntoView({ block: 'nearest' }), []);
  const change = (part: Partial<Offering>): void => void (desk.offering.value = { ...offering, ...part });
  const { value: refusal } = desk.refusal;
  const chosen = TASKS.find(([task]) => task === offering.task);
  const pilot = pilots.find(({ username }) => username === offering.pilot);
  return (
    <form
      class="form offer"
      ref={element}
      data-testid="offer-form"
      onSubmit={(event) => {
        event.preventDefault();
        void desk.offer();
      }}
    >
      <fieldset class="field segments segments-tasks">
        <legend class="label">What to do there</legend>
        {TASKS.map(([task, words]) => (
          <button type="button" key={task} class="btn" aria-pressed={offering.task === task} data-testid={`task-${task}`} onClick={() => change({ task })}>
            {words}
          </button>
        ))}
        <p class="field-hint">{chosen?.[2]}</p>
      </fieldset>
      <Choice
        id="offer-pilot"
        label="Pilot"
        value={offering.pilot}
        options={[...(pilot ? [] : [['', 'Choose a pilot'] as const]), ...pilots.map(({ username, name }) => [username, name] as const)]}
        onChange={(username) => change({ pilot: username })}
      />
      {pilots.length === 0 && <p class="field-error">Nobody of the unit may fly a plan of his own.</p>}
      {refusal && (
        <div class="note note-crit" role="alert" data-testid="offer-refusal">
          {refusal.text}
        </div>
      )}
      <button type="submit" class="btn btn-primary btn-large" data-testid="btn-send-offer" disabled={!pilot || desk.busy.value}>
        {desk.busy.value ? 'Drawing the plan…' : pilot ? `Offer ${offering.vehicle} to ${pilot.name}` : 'Offer'}
      </button>
    </form>
  );
}
