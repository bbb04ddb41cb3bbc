import { signal } from '@preact/signals';
import { beforeEach, expect, test } from 'vitest';

import { ApiError } from '../api';
import { type Moment, moment } from '../bus/age';
import { type Alert, type Me, Permission, type Reply } from '../generated';
import { AlertDesk } from './alert-desk';
import { OpenAlerts } from './open-alerts';
import type { Picture } from './picture';

/** What is given to it is done at once. */
const turns = { take: (work: () => void): void => work() };
const tick = signal<Moment>(moment());
const isLive = signal(true);
let open: OpenAlerts;
let asked: string[];
let answer: (id: string) => Promise<Reply>;
let desk: AlertDesk;

const me: Me = { username: 'ines', name: 'Ines Walker', role: 'control_room', can: [Permission.ALERT_ACKNOWLEDGE] };
const waiting = (): string[] => [...open.shown.value.values()].filter(({ acknowledged_at }) => acknowledged_at === null).map(({ vehicle }) => vehicle);
const toasts = (): string[] => [...document.querySelectorAll('.toast')].map(({ textContent }) => textContent ?? '');

function comes(vehicle: string, rule = 'link_lost'): void {
  const raised = { alert_id: `${rule}.${vehicle}`, vehicle, rule, severity: 'critical', text: `${vehicle}: nothing heard for 5 s.`, raised_at: new Date() };
  const alert: Alert = { ...raised, ended_at: null, acknowledged_at: null, acknowledged_by: null, lat_deg: null, lon_deg: null } as unknown as Alert;
  open.take(alert);
}

function looks(times: number): void {
  for (let time = 0; time < times; time += 1) tick.value = moment();
}

/** Its one row of all that wait. */
function row(): readonly Alert[] {
  return desk.nextWaiting(undefined)?.alerts ?? [];
}

beforeEach(() => {
  document.body.replaceChildren();
  open = new OpenAlerts(turns);
  isLive.value = true;
  asked = [];
  const watch = { open, alerts: open.shown, tick, bus: { turns } };
  answer = () => Promise.resolve({ ok: true, text: '', said: [], data: {} } as unknown as Reply);
  desk = new AlertDesk({ watch, alerts: open.shown, isLive, infos: signal(new Map()) } as unknown as Picture, me, (id) => {
    asked.push(id);
    return answer(id);
  });
});

test('those of a row are acknowledged one by one, by name', async () => {
  for (const name of ['UAV-01', 'UAV-02', 'UAV-03', 'UAV-04', 'UAV-05']) comes(name);
  looks(2);
  await desk.acknowledge(row());
  expect(asked.sort()).toEqual(['link_lost.UAV-01', 'link_lost.UAV-02', 'link_lost.UAV-03', 'link_lost.UAV-04', 'link_lost.UAV-05']);
  expect(waiting()).toEqual([]);
  expect(new Set([...open.shown.value.values()].map((alert) => alert.acknowledged_by))).toEqual(new Set(['Ines Walker']));
});

test('one that came this moment is not swept along', async () => {
  for (const name of ['UAV-01', 'UAV-02', 'UAV-03', 'UAV-04']) comes(name);
  looks(2);
  comes('UAV-05');
  expect(row()).toHaveLength(5);
  await desk.acknowledge(row());
  expect(waiting()).toEqual(['UAV-05']);
  looks(1);
  expect(desk.open(row())).toEqual([]);
  looks(1);
  expect(desk.open(row()).map(({ vehicle }) => vehicle)).toEqual(['UAV-05']);
});

test('one that fails is said and goes on waiting; the others are acknowledged', async () => {
  for (const name of ['UAV-01', 'UAV-02', 'UAV-03', 'UAV-04']) comes(name);
  looks(2);
  const others = answer;
  answer = (id) => (id.endsWith('03') ? Promise.reject(new ApiError(403, 'That alert is of another pilot’s drone.')) : others(id));
  await desk.acknowledge(row());
  expect(waiting()).toEqual(['UAV-03']);
  expect(toasts()).toEqual(['Not acknowledged: UAV-03. That alert is of another pilot’s drone.']);
});

test('a monitor that does not answer is asked no two hundred times', async () => {
  for (let number = 1; number <= 20; number += 1) comes(`UAV-${String(number).padStart(2, '0')}`);
  looks(2);
  answer = () => Promise.reject(new ApiError(503, 'The monitor does not answer.'));
  await desk.acknowledge(row());
  expect(asked.length).toBeLessThan(8);
  expect(waiting()).toHaveLength(20);
  expect(toasts()).toEqual(['Not acknowledged: UAV-01–20. The monitor does not answer.']);
  expect(desk.open(row())).toHaveLength(20);
});

test('nothing of the past is acknowledged', async () => {
  comes('UAV-01');
  looks(2);
  isLive.value = false;
  await desk.acknowledge(row());
  expect(asked).toEqual([]);
});

test('the next that waits is gone to in turn, and round again', () => {
  comes('UAV-01', 'breach');
  comes('UAV-02', 'ekf');
  const [first, second] = desk.entries.value;
  expect(desk.nextWaiting(undefined)).toBe(first);
  expect(desk.nextWaiting(first?.key)).toBe(second);
  expect(desk.nextWaiting(second?.key)).toBe(first);
});

test('new ones are told once, many of them in one sentence', () => {
  comes('UAV-01');
  looks(1);
  expect(desk.news.value).toBe('critical: UAV-01. Nothing heard for 5 s.');
  for (let number = 2; number <= 21; number += 1) comes(`UAV-${String(number).padStart(2, '0')}`);
  looks(1);
  expect(desk.news.value).toBe('20 new alerts. Link lost: UAV-02–21.');
});
