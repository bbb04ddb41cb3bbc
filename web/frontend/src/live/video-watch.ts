/* Whether a camera's picture is live: pictures must come, and they must differ. What the other side knows of its end is
   asked as well; where there is no picture it is tried again for ever. */
import { play } from './video';
import type { Feed } from './video-feed';

export interface Sight {
  readonly state: 'waiting' | 'playing' | 'frozen' | 'lost';
  /** Since a picture came that was not like the one before, with what is here already and not shown yet; null before the first. */
  readonly ageMs: number | null;
  /** Why there is none, where that is known. */
  readonly why: string | null;
}

/** Without a new picture for this long there is no signal. */
const SIGNAL_MS = 2000;
/** A drone that hovers over a still field sends pictures that differ all the same. */
const FROZEN_MS = 5000;
const LOOK_MS = 250;
const AGAIN_MS = 5000;
/** So many of a picture's own points are compared, not smoothed, so that a camera's noise counts. */
const POINTS = [64, 36] as const;
/** A codec sends a still picture a little different each time: another one differs by so much in so many of its values. */
const OTHER_BY = 12;
const OTHER_SHARE = 0.01;

/** Plays `url` in `video` until the returned function is called. */
export function watchCamera(video: HTMLVideoElement, url: string, tell: (sight: Sight) => void): () => void {
  const ended = new AbortController();
  const differs = comparing(video);
  let feed: Feed | null = null;
  let why: string | null = null;
  let isTrying = false;
  let triedAt = -Infinity;
  let cameAt: number | null = null;
  let changedAt: number | null = null;
  let behindMs = 0;
  let isNew = false;

  const begin = async (): Promise<void> => {
    isTrying = true;
    try {
      feed = await play(video, url, ended.signal);
      why = null;
    } catch (error) {
      why = (error as Error).message;
    }
    isTrying = false;
    triedAt = performance.now();
    if (ended.signal.aborted) feed?.stop();
  };
  const end = (reason: string | null): void => {
    feed?.stop();
    feed = null;
    why = reason;
  };
  const came = (at: number): void => {
    [cameAt, isNew] = [at, true];
    if (!ended.signal.aborted) video.requestVideoFrameCallback(came);
  };
  const look = (): void => {
    const now = performance.now();
    if (isNew && differs()) [changedAt, behindMs] = [cameAt, waitingMs(video)];
    isNew = false;
    const over = feed?.over() ?? null;
    if (over !== null) end(over);
    else if (feed !== null && !document.hidden && now - Math.max(cameAt ?? 0, triedAt) > AGAIN_MS) end('no pictures come');
    if (feed === null && !isTrying && now - triedAt > AGAIN_MS) void begin();
    tell(judge(now, cameAt, changedAt, behindMs, feed === null ? why : null));
  };
  video.requestVideoFrameCallback(came);
  const timer = setInterval(look, LOOK_MS);
  look();
  return () => {
    ended.abort();
    clearInterval(timer);
    feed?.stop();
  };
}

/** `behindMs`: how much newer pictures were here already, unseen. `why`: there is no feed, for this reason. */
export function judge(now: number, cameAt: number | null, changedAt: number | null, behindMs: number, why: string | null): Sight {
  if (cameAt === null || changedAt === null) return { state: 'waiting', ageMs: null, why };
  const ageMs = now - changedAt + behindMs;
  if (why !== null || now - cameAt >= SIGNAL_MS) return { state: 'lost', ageMs, why };
  return { state: now - changedAt >= FROZEN_MS ? 'frozen' : 'playing', ageMs, why: null };
}

/** Of pictures that are here already and come after the one that is shown. */
function waitingMs({ buffered, currentTime }: HTMLVideoElement): number {
  return buffered.length === 0 ? 0 : Math.max(0, 1000 * (buffered.end(buffered.length - 1) - currentTime));
}

/** Whether the picture is another one than the last for which this was true: slow changes count in the end. */
function comparing(video: HTMLVideoElement): () => boolean {
  const paper = new OffscreenCanvas(...POINTS).getContext('2d', { willReadFrequently: true });
  let before: Uint8ClampedArray | null = null;
  return () => {
    if (paper === null) return true;
    paper.imageSmoothingEnabled = false;
    paper.drawImage(video, 0, 0, ...POINTS);
    const { data } = paper.getImageData(0, 0, ...POINTS);
    if (before !== null && !isOther(data, before)) return false;
    before = data;
    return true;
  };
}

export function isOther(values: ArrayLike<number>, before: ArrayLike<number>): boolean {
  let differing = 0;
  for (let index = 0; index < values.length; index++) differing += Number(Math.abs(values[index]! - before[index]!) > OTHER_BY);
  return differing > OTHER_SHARE * values.length;
}
