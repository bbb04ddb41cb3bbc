/* The search box of a map: a ward, a grid reference, a latitude and longitude, a postcode; the server knows them. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { api } from '../api';
import type { FoundPlace } from '../generated';
import './place-search.css';

const PAUSE_MS = 250;

type Answer = { readonly found: readonly FoundPlace[] } | { readonly problem: string } | null;

/** What the server answers to `words`, asked when the typing pauses; null while there is nothing to show. */
function useAnswer(words: string): Answer {
  const [answer, setAnswer] = useState<Answer>(null);
  useEffect(() => {
    const asked = words.trim();
    if (asked.length < 2) return setAnswer(null);
    const stop = new AbortController();
    const later = setTimeout(() => {
      api
        .places(asked, stop.signal)
        .then(({ found }) => setAnswer({ found }))
        .catch((error: Error) => {
          if (!stop.signal.aborted) setAnswer({ problem: error.message });
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(later);
      stop.abort();
    };
  }, [words]);
  return answer;
}

interface Props {
  readonly onFound: (place: FoundPlace) => void;
  /** Buttons for what else can be done with a place. */
  readonly actions?: (place: FoundPlace, done: () => void) => ComponentChildren;
}

export function PlaceSearch({ onFound, actions }: Props) {
  const [words, setWords] = useState('');
  const answer = useAnswer(words);
  const found = answer && 'found' in answer ? answer.found : [];
  const done = (): void => setWords('');
  const choose = (place: FoundPlace | undefined): void => {
    if (place) onFound(place);
  };
  return (
    <form
      class="place-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        choose(found[0]);
      }}
    >
      <input
        class="input"
        type="search"
        placeholder="Find a place"
        aria-label="Find a ward, a grid reference, a position or a postcode"
        title="A ward, a grid reference (TQ 2745 8010), a latitude and longitude, a postcode"
        autocomplete="off"
        value={words}
        data-testid="place-words"
        onInput={(event) => setWords(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') done();
          event.stopPropagation(); // the map's keys are not meant
        }}
      />
      {answer && (
        <ul class="place-found" data-testid="places">
          {found.map((place) => (
            <li key={`${place.kind} ${place.name} ${place.position.lat_deg}`} data-testid="place">
              <button type="button" class="place-name" onClick={() => choose(place)}>
                <b>{place.name}</b>
                <span class="cell-sub">
                  {place.kind}
                  {place.grid_reference && `, ${place.grid_reference}`}
                </span>
              </button>
              {actions?.(place, done)}
            </li>
          ))}
          {found.length === 0 && (
            <li class="place-none">{'problem' in answer ? answer.problem : 'Nothing found.'}</li>
          )}
        </ul>
      )}
    </form>
  );
}
