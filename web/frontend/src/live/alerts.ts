/* The open alerts: raised once, kept until they have ended and somebody has taken note of them. */
import type { Alert, Event } from '../generated';

export type Alerts = ReadonlyMap<string, Alert>;

export type Severity = 'critical' | 'warning';

const KINDS = new Set(['alert_raised', 'alert_ended', 'alert_acknowledged']);

/** The alert that an event tells of, or null for every other kind of event. */
export function alertOf(event: Event): Alert | null {
  if (!KINDS.has(event.kind) || typeof event.data['alert_id'] !== 'string') return null;
  return event.data as unknown as Alert;
}

/** Takes one alert in. What once ended or was acknowledged stays so, in whatever order the news comes. */
export function takeIn(alerts: Map<string, Alert>, news: Alert): void {
  const known = alerts.get(news.alert_id);
  const alert: Alert = {
    ...news,
    ended_at: news.ended_at ?? known?.ended_at ?? null,
    acknowledged_at: news.acknowledged_at ?? known?.acknowledged_at ?? null,
    acknowledged_by: news.acknowledged_by ?? known?.acknowledged_by ?? null,
  };
  if (alert.ended_at !== null && alert.acknowledged_at !== null) alerts.delete(alert.alert_id);
  else alerts.set(alert.alert_id, alert);
}

export function severityOf(alert: Alert): Severity {
  return alert.severity === 'warning' ? 'warning' : 'critical';
}

/** Its sentence without the callsign, which stands above it. */
export function textOf(alert: Alert): string {
  const text = alert.text.startsWith(`${alert.vehicle}: `) ? alert.text.slice(alert.vehicle.length + 2) : alert.text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Critical ones that nobody has acknowledged, then warnings, of each those first that go on; then those that somebody
    knows of. The newest of each on top. */
export function inOrder(alerts: Alerts): Alert[] {
  const rank = (alert: Alert): number =>
    alert.acknowledged_at !== null ? 4 : (severityOf(alert) === 'critical' ? 0 : 2) + Number(alert.ended_at !== null);
  return [...alerts.values()]
    .map((alert) => ({ alert, rank: rank(alert), raised: new Date(alert.raised_at).getTime() }))
    .sort((a, b) => a.rank - b.rank || b.raised - a.raised)
    .map(({ alert }) => alert);
}

/** The worst of them, for each vehicle that has one. */
export function worstByVehicle(alerts: Iterable<Alert>): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>();
  for (const alert of alerts) {
    for (const vehicle of vehiclesOf(alert)) if (severityOf(alert) === 'critical' || !worst.has(vehicle)) worst.set(vehicle, severityOf(alert));
  }
  return worst;
}

/** Of two that come too close it is about both: its id is rule, drones with a plus between, and time. */
function vehiclesOf({ alert_id, rule, vehicle }: Alert): readonly string[] {
  const drones = alert_id.slice(rule.length + 1, alert_id.lastIndexOf('.'));
  return drones.includes('+') ? drones.split('+') : [vehicle];
}

/** The name that alerts of the unit's own machines and services come under; no drone is called so. */
const SERVICES = 'airbeat';

export function isOfDrone(alert: Alert): boolean {
  return alert.vehicle !== SERVICES;
}

/** How many wait for somebody. */
export function waiting(alerts: Alerts, severity?: Severity): number {
  let count = 0;
  for (const alert of alerts.values()) {
    if (alert.acknowledged_at === null && (severity === undefined || severityOf(alert) === severity)) count += 1;
  }
  return count;
}
