import { expect, test } from 'vitest';

import type { Alert, Event } from '../generated';
import { alertOf, type Alerts, inOrder, takeIn, textOf, waiting, worstByVehicle } from './alerts';

function alert(id: string, values: Partial<Alert> = {}): Alert {
  return {
    alert_id: id,
    vehicle: 'UAV-07',
    rule: 'battery',
    severity: 'warning',
    text: 'Battery at 24 %.',
    raised_at: '2026-11-22T07:00:00Z',
    ended_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    lat_deg: null,
    lon_deg: null,
    ...values,
  };
}

function all(...news: Alert[]): Alerts {
  const alerts = new Map<string, Alert>();
  for (const one of news) takeIn(alerts, one);
  return alerts;
}

const ended = '2026-11-22T07:05:00Z';
const known = { acknowledged_at: '2026-11-22T07:04:00Z', acknowledged_by: 'Ines' };

test('an alert that ended stays until it is acknowledged', () => {
  const after = all(alert('a'), alert('a', { ended_at: ended }));
  expect(waiting(after)).toBe(1);
  expect(all(...after.values(), alert('a', { ended_at: ended, ...known })).size).toBe(0);
});

test('an alert that is acknowledged stays until it ends', () => {
  const after = all(alert('a', known));
  expect([after.size, waiting(after)]).toEqual([1, 0]);
  expect(all(...after.values(), alert('a', { ended_at: ended })).size).toBe(0);
});

test('late news of its raising does not undo an acknowledgement', () => {
  expect(waiting(all(alert('a', known), alert('a')))).toBe(0);
});

test('the same news twice is one alert', () => {
  expect(all(alert('a'), alert('a')).size).toBe(1);
});

test('the callsign is not said twice', () => {
  expect(textOf(alert('a', { text: 'UAV-07: the battery lasts 2.3 min more.' }))).toBe('The battery lasts 2.3 min more.');
  expect(textOf(alert('a', { text: 'Battery at 24 %.' }))).toBe('Battery at 24 %.');
});

test('those that wait come first, newest on top', () => {
  const order = inOrder(
    all(
      alert('old', { raised_at: '2026-11-22T06:00:00Z' }),
      alert('known', { raised_at: '2026-11-22T08:00:00Z', ...known }),
      alert('new', { raised_at: new Date('2026-11-22T07:30:00Z') }),
      alert('critical', { severity: 'critical', raised_at: '2026-11-22T05:00:00Z' }),
      alert('over', { severity: 'critical', raised_at: '2026-11-22T06:30:00Z', ended_at: ended }),
      alert('passed', { raised_at: '2026-11-22T07:45:00Z', ended_at: ended }),
    ),
  );
  expect(order.map(({ alert_id }) => alert_id)).toEqual(['critical', 'over', 'new', 'old', 'passed', 'known']);
});

test('a vehicle shows its worst', () => {
  const worst = worstByVehicle(all(alert('a', { severity: 'critical' }), alert('b'), alert('c', { vehicle: 'UAV-08' })).values());
  expect(Object.fromEntries(worst)).toEqual({ 'UAV-07': 'critical', 'UAV-08': 'warning' });
});

test('only events of alerts tell of alerts', () => {
  const event: Event = { event_id: 'e', at: ended, vehicle: 'UAV-07', kind: 'alert_raised', text: '', actor: null, data: { ...alert('a') } };
  expect(alertOf(event)?.alert_id).toBe('a');
  expect(alertOf({ ...event, kind: 'armed', data: {} })).toBeNull();
  expect(alertOf({ ...event, data: {} })).toBeNull();
});

test('of two that come too close both alarm', () => {
  const near = alert('separation.UAV-07+UAV-08.20261122T070000000000', { rule: 'separation', severity: 'critical' });
  expect(worstByVehicle(all(near).values())).toEqual(new Map([['UAV-07', 'critical'], ['UAV-08', 'critical']]));
});
