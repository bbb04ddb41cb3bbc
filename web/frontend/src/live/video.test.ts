import { describe, expect, it } from 'vitest';

import { readList } from './hls';
import { isOther, judge } from './video-watch';

const LIVE = `#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:41
#EXTINF:2.0,
cam41.ts
#EXTINF:2.0,
cam42.ts
`;

describe('a list of HLS', () => {
  it('is another one when a piece or a part of one has come', () => {
    const grown = LIVE.replace(':41', ':42').replace('cam41', 'cam43');
    expect(readList(grown).newest).not.toBe(readList(LIVE).newest);
    expect(readList(`${LIVE}#EXT-X-PART:DURATION=0.2,URI="a"\n`).newest).not.toBe(readList(LIVE).newest);
  });

  it('is the same when only the addresses in it differ', () => {
    expect(readList(LIVE.replaceAll('.ts', '.ts?ticket=7')).newest).toBe(readList(LIVE).newest);
  });

  it('says how long it may be silent, and that it has ended', () => {
    expect(readList(LIVE)).toMatchObject({ patienceMs: 6000, isOver: false, variant: null });
    expect(readList(`${LIVE}#EXT-X-ENDLIST\n`).isOver).toBe(true);
  });

  it('leads to the first of several sizes', () => {
    expect(readList('#EXTM3U\r\n#EXT-X-STREAM-INF:BANDWIDTH=1\r\nmain.m3u8\r\n').variant).toBe('main.m3u8');
  });
});

describe('a picture', () => {
  const now = 100_000;

  it('is live while pictures come that differ', () => {
    expect(judge(now, now - 40, now - 200, 0, null)).toEqual({ state: 'playing', ageMs: 200, why: null });
  });

  it('is frozen when all that come are alike', () => {
    expect(judge(now, now - 40, now - 5000, 0, null)).toEqual({ state: 'frozen', ageMs: 5000, why: null });
  });

  it('is lost when none comes, or the other side has nothing new', () => {
    expect(judge(now, now - 2000, now - 2000, 0, null).state).toBe('lost');
    expect(judge(now, now - 40, now - 40, 0, 'the stream has ended')).toMatchObject({ state: 'lost', why: 'the stream has ended' });
  });

  it('is as old as what waits behind it', () => {
    expect(judge(now, now - 40, now - 40, 3000, null).ageMs).toBe(3040);
  });

  it('has no age before the first', () => {
    expect(judge(now, null, null, 0, 'the video server answered 404')).toEqual({ state: 'waiting', ageMs: null, why: 'the video server answered 404' });
  });

  it('is another one when it moves, not when the codec only sharpens it', () => {
    const still = Array.from({ length: 1000 }, (_, index) => index % 200);
    expect(isOther(still.map((value) => value + (value % 7)), still)).toBe(false);
    expect(isOther(still.map((value, index) => (index < 20 ? value + 40 : value)), still)).toBe(true);
  });
});
