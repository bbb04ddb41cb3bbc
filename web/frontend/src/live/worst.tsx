/* On the wall: the drones to look at first, named, so that nobody has to search for them. */
import type { ReadonlySignal } from '@preact/signals';

import { Battery } from './drone-list';
import { UNKNOWN } from '../ui/format';
import { ageWords } from './freshness';
import { FRESH_LINK, linkFreshness, type Row, sorted, toWatch } from './rows';

const SHOWN = 5;

export function Worst({ rows, select }: { rows: ReadonlySignal<readonly Row[]>; select: (vehicle: string) => void }) {
  const watched = toWatch(rows.value);
  const batteries = sorted(watched, { key: 'battery', descending: false }).slice(0, SHOWN);
  const late = watched.filter((row) => linkFreshness(row) !== 'fresh');
  const links = sorted(late, { key: 'link', descending: true }).slice(0, SHOWN);
  return (
    <section class="worst" aria-label="To look at first" data-testid="worst">
      <List title="Lowest battery" rows={batteries} select={select} value={(row) => <Battery state={row.track?.state ?? null} />} />
      <List
        title="Oldest link"
        rows={links}
        select={select}
        none={`All ${FRESH_LINK}`}
        value={(row) => <span class={`num age-${linkFreshness(row)}`}>{ageWords(row.linkAgeMs)}</span>}
      />
    </section>
  );
}

interface ListProps {
  readonly title: string;
  readonly rows: readonly Row[];
  /** Said where there is none. */
  readonly none?: string;
  readonly select: (vehicle: string) => void;
  readonly value: (row: Row) => preact.ComponentChildren;
}

function List({ title, rows, none, select, value }: ListProps) {
  return (
    <div>
      <h2>{title}</h2>
      {rows.length === 0 && <p>{none ?? UNKNOWN}</p>}
      {rows.map((row) => (
        <button type="button" key={row.vehicle} onClick={() => select(row.vehicle)}>
          <strong>{row.vehicle}</strong>
          {value(row)}
        </button>
      ))}
    </div>
  );
}
