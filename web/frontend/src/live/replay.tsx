/* The bar along the bottom while somebody looks back. There is no doubt about it: the page stands in another colour. */
import { severityOf, waiting } from './alerts';
import { HOUR_MS, type Shown, SPEEDS } from './past';
import type { Picture } from './picture';
import { clock } from './words';

const BACK_MS = 10_000;
const MARKS_MIN = 10;

export function Replay({ picture }: { picture: Picture }) {
  const { past, watch } = picture;
  const at = past.at.value;
  if (at === null) return null;
  void watch.tick.value;
  const now = picture.now();
  const speed = past.speed.value;
  const open = waiting(watch.alerts.value);
  return (
    <section class="replay" aria-label="Replay" data-testid="replay" data-shown={past.shown.value}>
      <div class="replay-controls">
        <button type="button" class="btn btn-icon" aria-label="Ten seconds back" title="Ten seconds back (,)" onClick={() => picture.step(-BACK_MS)}>
          <span class="icon icon-left" aria-hidden="true" />
        </button>
        <button type="button" class="btn" data-testid="btn-play" aria-pressed={speed !== null} title="Play or stop (Space)" onClick={() => past.play(speed === null ? 1 : null)}>
          {speed === null ? 'Play' : 'Stop'}
        </button>
        <button type="button" class="btn btn-icon" aria-label="Ten seconds on" title="Ten seconds on (.)" onClick={() => picture.step(BACK_MS)}>
          <span class="icon icon-right" aria-hidden="true" />
        </button>
        <div class="replay-speeds" role="group" aria-label="Speed">
          {SPEEDS.map((times) => (
            <button type="button" key={times} class="btn" aria-pressed={speed === times} onClick={() => past.play(times)}>
              {times}×
            </button>
          ))}
        </div>
      </div>
      <Timeline picture={picture} at={at} now={now} />
      <p class="replay-state" role="status" data-testid="replay-state">
        {WORDS[past.shown.value] ?? <span aria-hidden="true">{agoWords(now - at)} ago</span>}
      </p>
      {open > 0 && (
        <span class="replay-alerts" data-testid="replay-alerts">
          Now: {open} {open === 1 ? 'alert waits' : 'alerts wait'}
        </span>
      )}
      <button type="button" class="btn btn-large replay-live" data-testid="btn-live" onClick={() => past.leave()}>
        Back to live <kbd>L</kbd>
      </button>
    </section>
  );
}

const WORDS: Readonly<Partial<Record<Shown, string>>> = {
  loading: 'Loading…',
  nothing: 'Nothing was recorded then',
  failed: 'The past cannot be had just now',
};

/** The hour, its alerts and the moment that is looked at. Its right end is now. */
function Timeline({ picture, at, now }: { picture: Picture; at: number; now: number }) {
  const from = now - HOUR_MS;
  const share = (moment: number): string => `${(Math.max(0, Math.min(1, (moment - from) / HOUR_MS)) * 100).toFixed(2)}%`;
  const step = MARKS_MIN * 60_000;
  const marks = Array.from({ length: HOUR_MS / step }, (_, index) => (Math.floor(from / step) + 1 + index) * step);
  return (
    <div class="timeline">
      {marks.map((mark) => (
        <span class="timeline-mark" key={mark} style={{ left: share(mark) }}>
          {clock(mark).slice(0, 5)}
        </span>
      ))}
      {picture.past.hour.value?.map((alert) => {
        const raised = new Date(alert.raised_at).getTime();
        if (raised < from) return null;
        return (
          <button
            type="button"
            key={alert.alert_id}
            class={`timeline-alert timeline-${severityOf(alert)}`}
            style={{ left: share(raised) }}
            title={`${clock(raised)} ${alert.text}`}
            aria-label={`${clock(raised)} ${alert.text}`}
            data-testid="timeline-alert"
            onClick={() => picture.seek(raised)}
          />
        );
      })}
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={`${clock(at)} UTC`}
        data-testid="timeline"
        min={from}
        max={now}
        step={1000}
        value={at}
        onInput={(event) => picture.seek(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

/** Over the map, however little of the page is in sight. */
export function PastMark({ picture }: { picture: Picture }) {
  const at = picture.past.at.value;
  if (at === null) return null;
  return (
    <div class="past-mark" data-testid="past-mark">
      <strong>PAST</strong> {clock(at)} <small>UTC</small>
    </div>
  );
}

/** `0:42 min`, `12:05 min`. */
export function agoWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}
