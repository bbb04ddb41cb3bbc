/* Planned against flown: in all, and leg by leg. */
import type { Signal } from '@preact/signals';

import type { Flight, LegFlown } from '../generated';
import { clock, fixed, quantity, UNKNOWN } from '../ui/format';
import { Nothing } from './nothing';

const distance = (value: number | null): string => quantity(value, 1, 'm');
const signed = (value: number | null): string => (value === null ? UNKNOWN : `${value >= 0.05 ? '+' : ''}${fixed(value, 1)} m`);

export function PlanTab({ flight, cursor }: { flight: Flight; cursor: Signal<number> | null }) {
  const { against_plan: against, plan } = flight;
  if (!plan) return <Nothing icon="file" text="No plan of ours was on board, so there is nothing to compare with." />;
  if (!against) return <Nothing icon="ruler" text="This flight has not been compared with its plan." />;
  const reached = new Set(against.items_reached);
  return (
    <>
      <dl class="flight-figures" data-testid="against-plan">
        <Figure name="Off track, half" value={distance(against.cross_track_p50_m)} />
        <Figure name="Off track, p95" value={distance(against.cross_track_p95_m)} />
        <Figure name="At most" value={distance(against.cross_track_max_m)} />
        <Figure name="Off height, p95" value={distance(against.height_error_p95_m)} />
        <Figure name="Places reached" value={`${against.items_reached.length} of ${against.items_total}`} bad={against.items_reached.length < against.items_total} />
      </dl>
      {against.legs.length > 0 && (
        <table class="table legs">
          <thead>
            <tr>
              <th>Leg to</th>
              <th class="num">Time</th>
              <th class="num">Off track, p95</th>
              <th class="num">At most</th>
              <th class="num">Height</th>
              <th class="num">Passed at</th>
            </tr>
          </thead>
          <tbody>
            {against.legs.map((leg) => (
              <Leg key={leg.item} leg={leg} reached={reached.has(leg.item)} cursor={cursor} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Leg({ leg, reached, cursor }: { leg: LegFlown; reached: boolean; cursor: Signal<number> | null }) {
  return (
    <tr data-testid="leg" class={reached ? '' : 'leg-missed'}>
      <td>
        <button type="button" class="btn btn-quiet" disabled={cursor === null} title="Move to the start of this leg" onClick={() => cursor && (cursor.value = leg.from_s)}>
          Item {leg.item + 1}
        </button>
        {!reached && <span class="badge badge-crit">missed</span>}
      </td>
      <td class="num">{clock(leg.to_s - leg.from_s)}</td>
      <td class="num">{distance(leg.cross_track_p95_m)}</td>
      <td class="num">{distance(leg.cross_track_max_m)}</td>
      <td class="num">{signed(leg.height_error_m)}</td>
      <td class="num">{distance(leg.passed_at_m)}</td>
    </tr>
  );
}

function Figure({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div class={bad ? 'figure-bad' : ''}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
