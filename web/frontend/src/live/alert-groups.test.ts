import { expect, test } from 'vitest';

import type { Alert } from '../generated';
import { callsigns, entriesOf, ruleWords } from './alert-groups';

const alert = (rule: string, vehicle: string, given: Partial<Alert> = {}): Alert => ({
  alert_id: `${rule}.${vehicle}`,
  vehicle,
  rule,
  severity: 'critical',
  text: `${vehicle}: ${rule}.`,
  raised_at: '2026-11-22T07:00:00Z',
  ended_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  lat_deg: null,
  lon_deg: null,
  ...given,
});

const drones = (count: number, from = 1): string[] => Array.from({ length: count }, (_, index) => `UAV-${String(from + index).padStart(2, '0')}`);
const byId = (alerts: readonly Alert[]): Map<string, Alert> => new Map(alerts.map((one) => [one.alert_id, one]));
const shown = (alerts: readonly Alert[], gatewayOf: (vehicle: string) => string | null = () => null): string[] =>
  entriesOf(byId(alerts), gatewayOf).map(({ alerts: some }) => `${some[0].severity} ${some[0].rule} ${some.length}`);

test('many of one rule are one row, a few stand by themselves', () => {
  expect(shown(drones(4).map((name) => alert('breach', name)))).toEqual(['critical breach 4']);
  expect(shown(drones(3).map((name) => alert('breach', name)))).toEqual(['critical breach 1', 'critical breach 1', 'critical breach 1']);
});

test('a critical one is never in a row of lesser ones, and stands above them', () => {
  const late = drones(20).map((name) => alert('link_late', name, { severity: 'warning', raised_at: '2026-11-22T08:00:00Z' }));
  expect(shown([...late, alert('link_late', 'UAV-30'), alert('breach', 'UAV-31')])).toEqual(['critical link_late 1', 'critical breach 1', 'warning link_late 20']);
});

test('lost links of two gateways are two matters, low batteries are one', () => {
  const gatewayOf = (vehicle: string): string => (vehicle < 'UAV-06' ? 'north' : 'south');
  expect(shown(drones(12).map((name) => alert('link_lost', name)), gatewayOf)).toEqual(['critical link_lost 5', 'critical link_lost 7']);
  expect(shown(drones(12).map((name) => alert('battery_critical', name)), gatewayOf)).toEqual(['critical battery_critical 12']);
});

test('those somebody knows of stand in a row of their own', () => {
  const known = drones(5, 6).map((name) => alert('link_lost', name, { acknowledged_at: '2026-11-22T07:01:00Z', acknowledged_by: 'Ines' }));
  expect(shown([...known, ...drones(5).map((name) => alert('link_lost', name))])).toEqual(['critical link_lost 5', 'critical link_lost 5']);
});

test('an alert that joins others is another entry: who chose it has not chosen them', () => {
  const few = entriesOf(byId(drones(3).map((name) => alert('breach', name))), () => null);
  const many = entriesOf(byId(drones(4).map((name) => alert('breach', name))), () => null);
  expect(few.map(({ key }) => key)).not.toContain(many[0]?.key);
});

test('every drone of a row is named, in short', () => {
  expect(callsigns(['UAV-09', 'UAV-10', 'UAV-08', 'UAV-02', 'UAV-03', 'UAV-15'])).toBe('UAV-02, 03, 08–10, 15');
  expect(callsigns(['UAV-2', 'RX-7', 'airbeat', 'UAV-2'])).toBe('airbeat, RX-7, UAV-2');
  expect(callsigns(['A-1', 'B-2', 'B-3', 'B-4'])).toBe('A-1, B-2–4');
});

test('rules in words', () => {
  expect(['link_lost', 'ekf', 'gps_failed', 'way_home'].map(ruleWords)).toEqual(['Link lost', 'EKF', 'GPS failed', 'Way home']);
});

test('of very many single ones it is said how many more there are', () => {
  const odd = Array.from({ length: 500 }, (_, index) => `UAV-${2 * index + 1}`);
  expect(callsigns(odd)).toMatch(/^UAV-1, 3, 5, .*, 119 and 440 more$/);
  expect(callsigns(drones(60))).toBe('UAV-01–60');
});
