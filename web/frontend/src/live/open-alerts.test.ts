import { beforeEach, expect, test } from 'vitest';

import type { Alert } from '../generated';
import { OpenAlerts } from './open-alerts';

const works = new Set<() => void>();
const turns = { take: (work: () => void): void => void works.add(work) };
let open: OpenAlerts;
let shown: number[];
let heard: string[];

function turn(): void {
  for (const work of works) work();
  works.clear();
}

function alert(id: string, values: Partial<Alert> = {}): Alert {
  return {
    alert_id: id,
    vehicle: 'UAV-07',
    rule: 'link_lost',
    severity: 'critical',
    text: 'Nothing heard for 5 s.',
    raised_at: '2026-11-22T07:00:00Z',
    ended_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    lat_deg: null,
    lon_deg: null,
    ...values,
  };
}

const known = { acknowledged_at: '2026-11-22T07:04:00Z', acknowledged_by: 'Ines' };
const ended = { ended_at: '2026-11-22T07:05:00Z' };

beforeEach(() => {
  works.clear();
  open = new OpenAlerts(turns);
  [shown, heard] = [[], []];
  open.shown.subscribe(({ size }) => shown.push(size));
  open.onNew(({ alert_id }) => heard.push(alert_id));
});

test('a thousand that come together are heard one by one and shown at once', () => {
  for (let number = 0; number < 1000; number += 1) open.take(alert(String(number)));
  expect(heard).toHaveLength(1000);
  expect(shown).toEqual([0]);
  turn();
  expect(shown).toEqual([0, 1000]);
});

test('an alert is known before it is shown, and no longer once it is over', () => {
  open.take(alert('a'));
  expect(open.has('a')).toBe(true);
  open.take(alert('a', { ...known, ...ended }));
  expect(open.has('a')).toBe(false);
  turn();
  expect(shown.at(-1)).toBe(0);
});

test('what was told while the list was on its way is newer than the list', () => {
  open.take(alert('over'));
  open.take(alert('goes on'));
  open.ask();
  open.take(alert('new'));
  open.take(alert('goes on', known));
  open.listed([alert('goes on'), alert('of before')]);
  turn();
  expect([...open.shown.value.keys()].sort()).toEqual(['goes on', 'new', 'of before']);
  expect(open.shown.value.get('goes on')?.acknowledged_by).toBe('Ines');
});

test('no alert is heard twice, whatever list it is in', () => {
  open.take(alert('a'));
  open.ask();
  open.take(alert('b'));
  open.listed([alert('a'), alert('b'), alert('known', known)]);
  open.ask();
  open.listed([alert('a'), alert('b')]);
  expect(heard).toEqual(['a', 'b']);
});
