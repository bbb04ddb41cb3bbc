/* A drone's camera in its panel. A picture that has stopped must not pass for one that has not. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { ageWords } from './freshness';
import { type Sight, watchCamera } from './video-watch';

/** Whether this screen wants to see cameras at all: nobody sends it a picture that it does not show. */
const KEY = 'airbeat-live-video';
const NOTHING: Sight = { state: 'waiting', ageMs: null, why: null };

export function VideoSlot({ vehicle, url }: { vehicle: string; url: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const sight = useSignal(NOTHING);
  const on = useSignal(localStorage.getItem(KEY) === 'on');
  const turn = (): void => {
    on.value = !on.value;
    localStorage.setItem(KEY, on.value ? 'on' : 'off');
  };
  useEffect(() => {
    sight.value = NOTHING;
    return video.current && on.value ? watchCamera(video.current, url, (seen) => (sight.value = seen)) : undefined;
  }, [url, on.value]);
  const { state, ageMs } = sight.value;
  return (
    <section class={`video video-${state}`} data-testid="video" data-state={on.value ? state : 'off'}>
      <h3>
        Camera
        <button type="button" class="btn btn-quiet" data-testid="btn-video" aria-pressed={on.value} onClick={turn}>
          {on.value ? 'Stop' : 'Show'}
        </button>
        {on.value && (
          <span class={`age-chip age-${state === 'playing' ? 'fresh' : 'stale'}`} title="Of the picture that is shown; its way from the camera to this screen is not in it" data-testid="video-age">
            {ageMs === null ? 'no picture yet' : ageWords(ageMs)}
          </span>
        )}
      </h3>
      {on.value && (
        <div class="video-frame">
          <video ref={video} muted playsInline aria-label={`Camera of ${vehicle}`} />
          {state !== 'playing' && <Missing sight={sight.value} />}
        </div>
      )}
    </section>
  );
}

function Missing({ sight: { state, ageMs, why } }: { sight: Sight }) {
  const heading = state === 'frozen' ? 'Frozen picture' : why === null && state === 'waiting' ? 'Waiting for a picture' : 'No signal';
  return (
    <p class="video-lost" role="status" data-testid="video-lost">
      <strong>{heading}</strong>
      {why !== null && <span>{`${why.charAt(0).toUpperCase()}${why.slice(1)}.`}</span>}
      {ageMs !== null && <span>{`${state === 'frozen' ? 'It has not changed for' : 'The last picture is'} ${ageWords(ageMs)}${state === 'frozen' ? '' : ' old'}.`}</span>}
    </p>
  );
}
