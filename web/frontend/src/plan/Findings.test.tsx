import { expect, test } from 'vitest';

import type { Finding } from '../generated';
import { addPolygon, EMPTY_PLAN } from './edit';
import { grouped, plural } from './Findings';
import { mendsOf } from './mending';

const finding = (check: string, severity: Finding['severity'], text: string): Finding => ({
  check,
  severity,
  text,
  remedy: '',
  place: { kind: 'plan', index: null, position: null },
});

test('findings of one check stay together and keep their order', () => {
  const all = [
    finding('fence', 'error', 'a'),
    finding('height', 'error', 'b'),
    finding('fence', 'error', 'c'),
    finding('fence', 'warning', 'd'),
  ];
  expect(grouped(all).map((group) => group.map(({ text }) => text))).toEqual([['a', 'c'], ['b'], ['d']]);
});

test('one is not many', () => {
  expect([plural(1, 'error'), plural(2, 'error'), plural(0, 'error')]).toEqual(['1 error', '2 errors', '0 errors']);
});

test('a plan that left its inclusion may be fenced anew, one that is too far from home may not', () => {
  const at = (lat_deg: number, lon_deg: number) => ({ lat_deg, lon_deg });
  const fenced = addPolygon(EMPTY_PLAN, 'inclusion', [at(51.5, -0.1), at(51.5, -0.2), at(51.6, -0.1)]);
  const offered = (text: string) => mendsOf([finding('fence_breach', 'error', text)], fenced).map(({ id }) => id);
  expect(offered('Home is outside inclusion polygon 1: the vehicle will not arm.')).toEqual(['fence-anew']);
  expect(offered("Leg to item 4 is outside the vehicle's own circle of 600 m about home.")).toEqual([]);
});
