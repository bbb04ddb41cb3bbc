import { expect, test } from 'vitest';

import { Pulses } from './pulses';

const at = (seconds: number) => ({ mono: seconds * 1000, wall: seconds * 1000 });
const silent = (pulses: Pulses, seconds: number) => pulses.silent(at(seconds)).map(({ service, ms }) => [service, ms / 1000]);

test('a service that was never heard of is missed some seconds after the page is on the bus', () => {
  const pulses = new Pulses(null);
  pulses.begin(at(0));
  expect(silent(pulses, 7)).toEqual([]);
  expect(silent(pulses, 9)).toEqual([
    ['monitor', 9],
    ['recorder', 9],
    ['web', 9],
  ]);
});

test('each says itself how soon it is to be heard of again', () => {
  const pulses = new Pulses(null);
  pulses.begin(at(0));
  for (const [service, within_s] of [['monitor', 4], ['recorder', 9], ['web', 4], ['north', 3]] as const) pulses.hear({ service, within_s }, at(10));
  expect(silent(pulses, 13)).toEqual([]);
  expect(silent(pulses, 15)).toEqual([
    ['monitor', 5],
    ['web', 5],
    ['north', 5],
  ]);
  pulses.hear({ service: 'monitor', within_s: 4 }, at(15));
  expect(silent(pulses, 16)).toEqual([
    ['web', 6],
    ['north', 6],
  ]);
});

test('after the bus was away all are given time to be heard of', () => {
  const pulses = new Pulses(null);
  pulses.begin(at(0));
  pulses.hear({ service: 'north', within_s: 3 }, at(1));
  pulses.begin(at(600));
  expect(silent(pulses, 607)).toEqual([]);
  expect(pulses.silent(at(609)).map(({ service }) => service)).toEqual(['monitor', 'recorder', 'web', 'north']);
});

test('who may not hear of them misses nobody', () => {
  expect(new Pulses(null).silent(at(1000))).toEqual([]);
});

test('a gateway whose drones are missed is expected, although this page has never heard of it', () => {
  const pulses = new Pulses(null);
  pulses.begin(at(0));
  for (const service of ['monitor', 'recorder', 'web', 'north']) pulses.hear({ service, within_s: 30 }, at(5));
  pulses.expect(['north', 'south'], at(6));
  expect(silent(pulses, 13)).toEqual([]);
  pulses.expect(['south'], at(13));
  expect(silent(pulses, 15)).toEqual([['south', 9]]);
});
