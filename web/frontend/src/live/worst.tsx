/* On the wall: the drones to look at first, named, so that nobody has to search for them. */
import type { ReadonlySignal } from '@preact/signals';

import { Battery } from './drone-list';
import { ageWords, freshness } from './freshness';
import { type Row, sorted } from './rows';

const SHOWN = 5;

export function Worst({ rows, select }: { rows: ReadonlySignal<readonly Row[]>; select: (vehicle: string) => void }) {
  const heard = rows.value.filter((row) => row.track !== null);
  const batteries = sorted(heard, { key: 'battery', descending: false }).slice(0, SHOWN);
  const links = sorted(heard, { key: 'link', descending: true }).slice(0, SHOWN);
  return (
    <section class="worst" aria-label="To look at first" data-testid="worst">
      <List title="Lowest battery" rows={batteries} select={select} value={(row) => <Battery value={row.track?.state.battery_pct ?? null} />} />
      <List
        title="Oldest link"
        rows={links}
        select={select}
        value={(row) => <span class={`num age-${freshness('heartbeat', row.linkAgeMs, row.track?.everyMs)}`}>{ageWords(row.linkAgeMs)}</span>}
      />
    </section>
  );
}

interface ListProps {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly select: (vehicle: string) => void;
  readonly value: (row: Row) => preact.ComponentChildren;
}

function List({ title, rows, select, value }: ListProps) {
  return (
    <div>
      <h2>{title}</h2>
      {rows.map((row) => (
        <button type="button" key={row.vehicle} onClick={() => select(row.vehicle)}>
          <strong>{row.vehicle}</strong>
          {value(row)}
        </button>
      ))}
    </div>
  );
}
