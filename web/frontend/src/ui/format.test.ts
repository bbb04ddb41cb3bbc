import { expect, test } from 'vitest';

import { clock, instant, metres, percent } from './format';
import { parsed } from './NumberInput';

test('unknown is a dash and never nought', () => {
  expect([metres(null), clock(undefined), percent(null), instant(null)]).toEqual(['–', '–', '–', '–']);
  expect(metres(0)).toBe('0 m');
});

test('lengths and times keep the digits that matter', () => {
  expect([metres(999.6), metres(1234), metres(12_345)]).toEqual(['1000 m', '1.23 km', '12.3 km']);
  expect([clock(59.6), clock(725), clock(3725)]).toEqual(['1:00', '12:05', '1:02:05']);
  expect(instant('2026-11-22T07:15:30.5Z')).toBe('22 Nov 07:15:30Z');
});

test('a typed number is one only when it is whole and in range', () => {
  expect([parsed('45'), parsed(' 45,5 '), parsed('-3')]).toEqual([45, 45.5, -3]);
  expect([parsed(''), parsed('4x'), parsed('Infinity'), parsed('NaN'), parsed('-3', 0), parsed('9', 0, 8)]).toEqual(
    Array(6).fill(null),
  );
});
