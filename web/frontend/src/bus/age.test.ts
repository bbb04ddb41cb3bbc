import { describe, expect, test } from 'vitest';

import { ageMs, ClockWatch, elapsedMs, type Moment, Transit } from './age';

const at = (ms: number, wallAhead = 0): Moment => ({ mono: ms, wall: 1_000_000 + ms + wallAhead });

describe('age', () => {
  test('is what was reported plus what has passed here', () => {
    expect(ageMs(120, { ...at(1000), transitMs: 0 }, at(1500))).toBe(620);
  });

  test('of what was never reported is unknown', () => {
    expect(ageMs(null, { ...at(0), transitMs: 0 }, at(9000))).toBeNull();
  });

  test('grows while nothing comes: a silent gateway is no fresh one', () => {
    const heard = { ...at(0), transitMs: 0 };
    expect(ageMs(0, heard, at(60_000))).toBe(60_000);
  });

  test('counts a sleep in which the monotonic clock stood still', () => {
    expect(elapsedMs(at(1000), at(1200, 600_000))).toBe(600_200);
  });

  test('a wall clock set back makes nothing younger', () => {
    expect(elapsedMs(at(1000), at(3000, -3_600_000))).toBe(2000);
  });
});

describe('transit', () => {
  test('a skewed sender clock is no delay', () => {
    const transit = new Transit();
    const hourAhead = 3_600_000;
    expect(transit.observe(0 + hourAhead, at(5)).transitMs).toBe(0);
    expect(transit.observe(100 + hourAhead, at(105)).transitMs).toBeCloseTo(0, 1);
  });

  test('a queue on the way is', () => {
    const transit = new Transit();
    transit.observe(0, at(5));
    expect(transit.observe(100, at(2105)).transitMs).toBeCloseTo(2000, 0);
  });

  test('a queue that stays is not forgotten', () => {
    const transit = new Transit();
    for (let tick = 0; tick < 600; tick += 1) transit.observe(tick * 100, at(5 + tick * 100));
    let late = 0;
    for (let tick = 600; tick < 3600; tick += 1) late = transit.observe(tick * 100, at(5 + tick * 100 + 10_000)).transitMs;
    expect(late).toBeGreaterThan(9900);
  });

  test('a sender clock set back an hour is no delay of an hour', () => {
    const transit = new Transit();
    transit.observe(3_600_000, at(0));
    expect(transit.observe(100, at(100)).transitMs).toBe(0);
  });

  test('a sender clock set forward shows nothing as older', () => {
    const transit = new Transit();
    transit.observe(0, at(0));
    expect(transit.observe(3_600_100, at(100)).transitMs).toBe(0);
  });
});

describe('clock watch', () => {
  test('tells a sleep from an ordinary second', () => {
    const clocks = new ClockWatch(at(0));
    expect(clocks.jumped(at(1000))).toBe(false);
    expect(clocks.jumped(at(2000, 600_000))).toBe(true);
    expect(clocks.jumped(at(3000, 600_000))).toBe(false);
  });
});
