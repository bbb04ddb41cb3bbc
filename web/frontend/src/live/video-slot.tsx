/* A drone's camera in its panel. A picture that has stopped must not pass for one that has not. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { ageWords } from './freshness';
import { type Feed, play } from './video';

/** Without a new picture for this long there is no signal. */
const SIGNAL_MS = 2000;
const LOOK_MS = 250;
const AGAIN_MS = 5000;
/** Whether this screen wants to see cameras at all: nobody sends it a picture that it does not show. */
const KEY = 'airbeat-live-video';

export function VideoSlot({ vehicle, url }: { vehicle: string; url: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const age = useSignal<number | null>(null);
  const on = useSignal(localStorage.getItem(KEY) === 'on');
  const turn = (): void => {
    on.value = !on.value;
    localStorage.setItem(KEY, on.value ? 'on' : 'off');
  };
  useEffect(() => {
    if (video.current && on.value) return watch(video.current, url, (ms) => (age.value = ms));
    age.value = null;
    return undefined;
  }, [url, on.value]);
  const state = age.value === null ? 'waiting' : age.value < SIGNAL_MS ? 'playing' : 'lost';
  return (
    <section class={`video video-${state}`} data-testid="video" data-state={on.value ? state : 'off'}>
      <h3>
        Camera
        <button type="button" class="btn btn-quiet" data-testid="btn-video" aria-pressed={on.value} onClick={turn}>
          {on.value ? 'Stop' : 'Show'}
        </button>
        {on.value && (
          <span class={`age-chip age-${state === 'playing' ? 'fresh' : 'stale'}`} title="Since the last picture came; its way from the camera is not in it" data-testid="video-age">
            {age.value === null ? 'no picture yet' : ageWords(age.value)}
          </span>
        )}
      </h3>
      {on.value && (
        <div class="video-frame">
          <video ref={video} muted playsInline aria-label={`Camera of ${vehicle}`} />
          {state !== 'playing' && (
            <p class="video-lost" data-testid="video-lost">
              <strong>No signal</strong>
              {age.value !== null && `The picture is ${ageWords(age.value)} old.`}
            </p>
          )}
        </div>
      )}
    </section>
  );
}

/** Plays, counts how old the picture is, and begins again when none comes. Returns the way to stop. */
function watch(video: HTMLVideoElement, url: string, tell: (ageMs: number | null) => void): () => void {
  let feed: Feed | null = null;
  let last: number | null = null;
  let begun = -Infinity;
  let stopped = false;
  const begin = (): void => {
    begun = performance.now();
    feed?.stop();
    feed = null;
    play(video, url).then(
      (playing) => (stopped ? playing.stop() : (feed = playing)),
      () => undefined, // tried again below, and there is no signal meanwhile
    );
  };
  const seen = (now: number): void => {
    last = now;
    if (!stopped) video.requestVideoFrameCallback(seen);
  };
  video.requestVideoFrameCallback(seen);
  begin();
  const timer = setInterval(() => {
    const now = performance.now();
    tell(last === null ? null : now - last);
    if (now - Math.max(last ?? 0, begun) > AGAIN_MS) begin();
  }, LOOK_MS);
  return () => {
    stopped = true;
    clearInterval(timer);
    feed?.stop();
  };
}
