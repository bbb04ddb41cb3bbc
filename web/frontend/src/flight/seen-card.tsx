/* Over the map: whose view is drawn, and when the spot that was pressed on lay in it. */
import type { Signal } from '@preact/signals';

import type { Coverage, Seen } from '../generated';
import { clock, metres } from '../ui/format';
import { Icon } from '../ui/Icon';
import { isProblem, type MapDeeds, type Spot } from './map-deeds';

const HECTARE_M2 = 10_000;

export function SeenCard({ deeds, cursor }: { deeds: MapDeeds; cursor: Signal<number> }) {
  const ground = deeds.ground.value;
  if (deeds.deed.value !== 'seen' || ground === null) return null;
  const spot = deeds.spot.value;
  return (
    <section class="seen-card" aria-label="What the camera saw" data-testid="seen-card">
      <h3>What the camera saw</h3>
      {ground === 'loading' ? (
        <p class="muted">Reckoning it from the recording.</p>
      ) : isProblem(ground) ? (
        <p class="note note-crit">{ground.problem}</p>
      ) : (
        <Ground ground={ground} asked={spot !== null} />
      )}
      {spot && <SpotTimes spot={spot} cursor={cursor} />}
    </section>
  );
}

function Ground({ ground, asked }: { ground: Coverage; asked: boolean }) {
  if (ground.camera === null) return <p>How wide this drone’s camera sees is not known; the administrator sets it (camera_view_deg).</p>;
  if (ground.areas.length === 0) return <p>The drone was never up.</p>;
  return (
    <>
      <p>
        {(ground.area_m2 / HECTARE_M2).toFixed(1)} ha <small class="muted">by a camera of {ground.camera}, {ground.aimed ? 'pointed as its mount said' : 'taken to point straight down'}, on level ground</small>
      </p>
      {!asked && <p class="muted">Press on the map: when was this spot in view?</p>}
    </>
  );
}

function SpotTimes({ spot: { times }, cursor }: { spot: Spot; cursor: Signal<number> }) {
  if (times === 'loading') return <p class="muted">Looking for it.</p>;
  if (isProblem(times)) return <p class="note note-crit">{times.problem}</p>;
  if (times.length === 0) return <p data-testid="never-seen">This spot was never in view.</p>;
  return (
    <ol class="seen-times">
      {times.map((one) => (
        <li key={one.from_s}>
          <Time one={one} cursor={cursor} />
        </li>
      ))}
    </ol>
  );
}

function Time({ one, cursor }: { one: Seen; cursor: Signal<number> }) {
  const isNow = cursor.value >= one.from_s && cursor.value <= one.to_s;
  return (
    <button type="button" class="btn btn-quiet" data-testid="seen-time" data-time={one.from_s} aria-current={isNow} onClick={() => (cursor.value = one.from_s)}>
      <Icon name="clock" />
      <time>{new Date(one.from_s * 1000).toISOString().slice(11, 19)}</time>
      <span>
        {lasting(one.to_s - one.from_s)}, {metres(one.nearest_m)} away
      </span>
    </button>
  );
}

function lasting(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : `${clock(seconds)} min`;
}
