/* What every kind of camera stream has in common. */

export interface Feed {
  /** Ends it, on both sides. */
  readonly stop: () => void;
  /** Why what plays is not live, as far as anybody but the eye can tell; null while it is. */
  readonly over: () => string | null;
}

const ANSWER_MS = 10_000;

/** What a video server says. Rejects, in words for a person, where it says nothing or no. */
export async function asked(url: string, init: RequestInit, ended: AbortSignal): Promise<{ answer: Response; text: string }> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(ANSWER_MS)]);
  const heard = async (): Promise<{ answer: Response; text: string }> => {
    const answer = await fetch(url, { ...init, signal });
    return { answer, text: await answer.text() };
  };
  const { answer, text } = await heard().catch(() => {
    throw new Error('the video server cannot be reached from this page');
  });
  if (!answer.ok) throw new Error(`the video server answered ${answer.status}`);
  return { answer, text };
}

/** By the browser's own player. */
export function playSource(video: HTMLVideoElement, url: string): Feed {
  video.crossOrigin = 'anonymous'; // so that its pictures may be compared
  video.src = url;
  void video.play().catch(() => undefined); // `over` says why
  return {
    over: () => {
      if (video.error !== null) return 'it is not there, or this browser cannot play it';
      return Number.isFinite(video.duration) ? 'it is a recording, not a live picture' : null;
    },
    stop: () => {
      video.removeAttribute('src');
      video.load();
    },
  };
}
