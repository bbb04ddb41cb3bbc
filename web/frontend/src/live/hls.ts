/* HLS (RFC 8216): a list of pieces, to which new ones are added while somebody films. A browser plays whatever the list
   holds, be it a second old or a day, and begins anew with the same pieces: only a list that grows is live. */
import { asked, type Feed, playSource } from './video-feed';

const LOOK_MS = 1000;

interface List {
  /** The first of several lists of other sizes, where this is a list of those. */
  readonly variant: string | null;
  /** Of the newest piece; another one when the list has grown. */
  readonly newest: string;
  readonly isOver: boolean;
  /** The longest without a new piece while all is well. */
  readonly patienceMs: number;
}

export function readList(text: string): List {
  const lines = text.split(/\r?\n/);
  const number = (tag: string): number => Number(lines.find((line) => line.startsWith(tag))?.slice(tag.length) ?? 0);
  const count = (tag: string): number => lines.filter((line) => line.startsWith(tag)).length;
  return {
    variant: count('#EXT-X-STREAM-INF:') > 0 ? (lines.find((line) => line !== '' && !line.startsWith('#')) ?? null) : null,
    newest: `${number('#EXT-X-MEDIA-SEQUENCE:') + count('#EXTINF:')}.${count('#EXT-X-PART:')}`,
    isOver: lines.includes('#EXT-X-ENDLIST'),
    patienceMs: 2000 + 2000 * number('#EXT-X-TARGETDURATION:'),
  };
}

/** Waits until the list has grown before anything is shown. Rejects for one that does not grow, or has ended. */
export async function playHls(video: HTMLVideoElement, url: string, ended: AbortSignal): Promise<Feed> {
  let where = url;
  const look = async (): Promise<List> => readList((await asked(where, { cache: 'no-store' }, ended)).text);
  let list = await look();
  if (list.variant !== null) {
    where = new URL(list.variant, url).href;
    list = await look();
  }
  let grownAt = performance.now();
  const hasGrown = async (): Promise<boolean> => {
    const before = list;
    list = await look();
    if (list.newest === before.newest) return false;
    grownAt = performance.now();
    return true;
  };
  const over = (): string | null => {
    if (list.isOver) return 'the stream has ended';
    return performance.now() - grownAt > list.patienceMs ? 'the video server has nothing newer' : null;
  };
  do {
    const reason = over();
    if (reason !== null) throw new Error(reason);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  } while (!(await hasGrown()));
  const player = playSource(video, url);
  const timer = setInterval(() => void hasGrown().catch(() => undefined), LOOK_MS); // no answer is nothing new: `over` says so
  return {
    over: () => over() ?? player.over(),
    stop: () => {
      clearInterval(timer);
      player.stop();
    },
  };
}
