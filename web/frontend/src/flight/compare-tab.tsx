/* Chooses the flight to lie beside this one, and says how the two lay. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { Comparison, FlightSummary } from '../generated';
import { clock, instant, metres, quantity } from '../ui/format';
import { Icon } from '../ui/Icon';
import { personName } from '../ui/people';
import { type Alignment, type Comparing, nameOf } from './comparing';
import { isProblem } from './map-deeds';
import { Nothing } from './nothing';

interface Props {
  readonly own: FlightSummary;
  readonly comparing: Comparing;
  readonly cursor: Signal<number>;
}

export function CompareTab({ own, comparing, cursor }: Props) {
  const { chosen } = comparing;
  if (chosen.value === null) return <Offer comparing={comparing} />;
  if (chosen.value === 'loading') return <Nothing icon="clock" text="Reading the other flight." />;
  if (isProblem(chosen.value))
    return (
      <>
        <p class="note note-crit" role="alert">
          {chosen.value.problem}
        </p>
        <button type="button" class="btn" onClick={() => comparing.end()}>
          Choose another
        </button>
      </>
    );
  return <Beside own={own} found={chosen.value} comparing={comparing} cursor={cursor} />;
}

function Offer({ comparing }: { comparing: Comparing }) {
  const words = useSignal('');
  const offered = comparing.offered.value;
  useEffect(() => void comparing.offer(''), []);
  const search = (event: Event): void => {
    event.preventDefault();
    void comparing.offer(words.value);
  };
  return (
    <>
      <form class="values-top" role="search" onSubmit={search}>
        <input type="search" class="input" placeholder="Drone, pilot, incident, words…" aria-label="Find another flight" data-testid="compare-search" value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        <button type="submit" class="btn">
          <Icon name="search" /> Find
        </button>
      </form>
      {offered === null || offered === 'loading' ? (
        <Nothing icon="search" text="Looking for other flights." />
      ) : isProblem(offered) ? (
        <p class="note note-crit">{offered.problem}</p>
      ) : offered.length === 0 ? (
        <Nothing icon="flights" text={words.value.trim() === '' ? 'None of ours flew at the same time, or for the same incident or sortie. Find one by its words.' : 'No flight has these words.'} />
      ) : (
        <ul class="offered">
          {offered.map((one) => (
            <Offered key={one.flight_id} one={one} choose={() => void comparing.choose(one.flight_id)} />
          ))}
        </ul>
      )}
      <p class="muted">That two flights were combined is written into the custody log of both.</p>
    </>
  );
}

function Offered({ one, choose }: { one: FlightSummary; choose: () => void }) {
  return (
    <li>
      <button type="button" class="event offered-flight" data-testid="compare-with" data-flight={one.flight_id} onClick={choose}>
        <Icon name="flights" />
        <span>
          <strong>{one.vehicle}</strong> {instant(one.started_at)} · {clock(one.duration_s)}
          <em>{[one.title, one.pilot && personName(one.pilot), one.incident && `incident ${one.incident}`].filter(Boolean).join(' · ')}</em>
        </span>
      </button>
    </li>
  );
}

const ALIGNMENTS: readonly (readonly [Alignment, string])[] = [
  ['time', 'At the same time'],
  ['take-off', 'Since take-off'],
];

function Beside({ own, found, comparing, cursor }: Props & { found: Comparison }) {
  const { other, apart } = found;
  const nearest = apart?.nearest;
  return (
    <div class="beside" data-testid="beside">
      <p class="beside-head">
        <i class="other-line" aria-hidden="true" />
        <a href={`/flights/${encodeURIComponent(other.flight_id)}`}>{nameOf(other)}</a>
        <button type="button" class="btn" data-testid="btn-compare-end" onClick={() => comparing.end()}>
          <Icon name="close" /> End
        </button>
      </p>
      {nearest && (
        <button type="button" class="moment" data-testid="nearest" onClick={() => (cursor.value = nearest.at_s)}>
          {quantity(nearest.distance_m, 1, 'm')} apart at the nearest, {new Date(nearest.at_s * 1000).toISOString().slice(11, 19)}: {quantity(nearest.horizontal_m, 1, 'm')} over the ground, {heightWords(nearest.height_m)}.
        </button>
      )}
      <Figures own={own} other={other} />
      {apart ? (
        <div class="playback-speeds" role="group" aria-label="Beside each other">
          {ALIGNMENTS.map(([key, words]) => (
            <button type="button" key={key} class="btn" aria-pressed={comparing.alignment.value === key} data-testid={`align-${key}`} onClick={() => (comparing.alignment.value = key)}>
              {words}
            </button>
          ))}
        </div>
      ) : (
        <p>{found.series.time_s.length === 0 ? 'The other recording holds no position.' : 'They did not fly at the same time: moments as long after each take-off lie beside each other.'}</p>
      )}
    </div>
  );
}

function heightWords(height_m: number): string {
  return Math.abs(height_m) < 0.5 ? 'at one height' : `this one ${quantity(Math.abs(height_m), 1, 'm')} ${height_m > 0 ? 'higher' : 'lower'}`;
}

const FIGURES: readonly (readonly [string, (of: FlightSummary) => string])[] = [
  ['Duration', ({ duration_s }) => clock(duration_s)],
  ['Distance', ({ distance_m }) => metres(distance_m)],
  ['Highest', ({ max_height_m }) => metres(max_height_m)],
];

function Figures({ own, other }: { own: FlightSummary; other: FlightSummary }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th />
          {FIGURES.map(([name]) => (
            <th class="num" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[own, other].map((one) => (
          <tr key={one.flight_id}>
            <td>{nameOf(one)}</td>
            {FIGURES.map(([name, of]) => (
              <td class="num" key={name}>
                {of(one)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
