/* What an examiner would write down of the flight: when, what, what it usually means, and what it rests on. */
import type { ReadonlySignal, Signal } from '@preact/signals';

import type { Observation } from '../generated';
import { clock } from '../ui/format';
import { Icon } from '../ui/Icon';
import { Nothing } from './nothing';

/** `problem` says why there are none to show. */
export type Findings = 'loading' | readonly Observation[] | { readonly problem: string };

const ICON = { error: 'error', warning: 'warning', info: 'info' } as const;
const TONE = { error: 'crit', warning: 'warn', info: 'info' } as const;

export function FindingsTab({ findings, cursor }: { findings: ReadonlySignal<Findings>; cursor: Signal<number> | null }) {
  const found = findings.value;
  if (found === 'loading') return <Nothing icon="search" text="Examining the recording." />;
  if ('problem' in found) return <Nothing icon="error" text={found.problem} />;
  if (found.length === 0) return <Nothing icon="check" text="Nothing out of the ordinary: no breach, no failsafe, no fault of link, sensors or battery." />;
  return (
    <ol class="event-list">
      {found.map((one) => (
        <li key={`${one.check} ${one.from_s}`}>
          <button
            type="button"
            class={`event event-${TONE[one.severity]} finding`}
            data-testid="flight-finding"
            data-check={one.check}
            disabled={cursor === null}
            onClick={() => cursor && (cursor.value = one.from_s)}
          >
            <Icon name={ICON[one.severity]} />
            <time>{new Date(one.from_s * 1000).toISOString().slice(11, 19)}</time>
            <span>
              <strong>{one.text}</strong>
              <em>{one.meaning}</em>
              <small>
                {one.to_s !== null && `Lasted ${clock(one.to_s - one.from_s)}. `}From {one.evidence}
              </small>
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
