import { expect, test } from 'vitest';

import { covers, lifetimeMs, permitted } from './ticket';

test.each([
  ['live.>', 'live.2046-1362', true],
  ['live.>', 'live.>', true],
  ['live.>', 'event.UAV-07.armed', false],
  ['event.*.armed', 'event.UAV-07.armed', true],
  ['event.*.armed', 'event.UAV-07.*', false],
  ['live.2046-1362', 'live.>', false],
  ['event.UAV-07', 'event.UAV-07.armed', false],
  ['event.UAV-07.armed', 'event.UAV-07', false],
] as const)('%s covers %s: %s', (wide, narrow, answer) => {
  expect(covers(wide, narrow)).toBe(answer);
});

test('a control room hears all it asks for', () => {
  expect(permitted('event.>', ['live.>', 'event.>'])).toEqual(['event.>']);
});

test('a pilot hears the part that is theirs', () => {
  const ticket = ['live.2046-1362', 'live.2047-1362', 'event.UAV-07.>', 'progress.UAV-07'];
  expect(permitted('live.>', ticket)).toEqual(['live.2046-1362', 'live.2047-1362']);
  expect(permitted('progress.UAV-07', ticket)).toEqual(['progress.UAV-07']);
  expect(permitted('progress.UAV-08', ticket)).toEqual([]);
});

test('a lifetime is read from the claims, whatever the clocks say', () => {
  const claims = btoa(JSON.stringify({ iat: 1_000, exp: 1_900, sub: 'UÿÿÿÿÿÿÿÿA' })).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  expect(lifetimeMs(`header.${claims}.signature`)).toBe(900_000);
});
