/* What the flight was flown in and beside: wind, others' airspace, other drones. */
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

import type { Circumstances as Known, NearZone, OtherDrone } from '../generated';
import { bearing, fixed, metres, UNKNOWN } from '../ui/format';

interface Props {
  /** null until it is known, or where it cannot be. */
  readonly known: ReadonlySignal<Known | null>;
  readonly cursor: Signal<number> | null;
}

export function Circumstances({ known, cursor }: Props) {
  const found = known.value;
  if (!found) return null;
  return (
    <section class="circumstances" data-testid="circumstances">
      <h3>Flown in</h3>
      <dl>
        <dt>Wind</dt>
        <dd>{windWords(found)}</dd>
        <dt>Airspace</dt>
        <dd>{found.zones === null ? 'None is configured.' : found.zones.length === 0 ? 'None within a kilometre.' : found.zones.map((zone) => <Zone key={zone.zone_id} zone={zone} cursor={cursor} />)}</dd>
        <dt>Other drones</dt>
        <dd>{found.others.length === 0 ? 'None of ours was in the air.' : found.others.map((other) => <Other key={other.flight_id} other={other} cursor={cursor} />)}</dd>
      </dl>
    </section>
  );
}

function windWords({ wind }: Known): string {
  if (!wind) return 'The flight does not tell: it never changed its speed or course enough.';
  if (wind.strongest_m_s < 1) return 'Next to none, from how the drone leaned.';
  return `${fixed(wind.speed_m_s, 1)} m/s from ${bearing(wind.from_deg)}, ${fixed(wind.strongest_m_s, 1)} m/s at its strongest, from how the drone leaned.`;
}

function Zone({ zone, cursor }: { zone: NearZone; cursor: Signal<number> | null }) {
  const inside = zone.inside.length > 0;
  return (
    <Moment at={zone.nearest_at_s} cursor={cursor}>
      {zone.kind} {zone.name}: {inside ? `inside for ${Math.round(zone.inside.reduce((sum, [from, to]) => sum + (to as number) - (from as number), 0))} s` : `${metres(zone.nearest_m)} at the nearest`}
    </Moment>
  );
}

function Other({ other, cursor }: { other: OtherDrone; cursor: Signal<number> | null }) {
  const { vehicle, nearest_at_s, horizontal_m, height_m } = other;
  const apart = horizontal_m === null || height_m === null ? UNKNOWN : `${metres(horizontal_m)} apart, ${metres(Math.abs(height_m))} ${height_m >= 0 ? 'below' : 'above'} this one at the nearest`;
  return (
    <Moment at={nearest_at_s} cursor={cursor}>
      {vehicle}: {apart}
    </Moment>
  );
}

/** Words that lead to their moment. */
function Moment({ at, cursor, children }: { at: number | null; cursor: Signal<number> | null; children: ComponentChildren }) {
  return (
    <button type="button" class="moment" disabled={at === null || cursor === null} onClick={() => cursor && at !== null && (cursor.value = at)}>
      {children}
    </button>
  );
}
