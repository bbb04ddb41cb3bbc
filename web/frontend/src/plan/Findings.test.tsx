import { expect, test } from 'vitest';

import type { Finding } from '../generated';
import { grouped, plural } from './Findings';

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
