/* Alerts in masses: many of one rule and one cause stand together in one row of the column. */
import type { Alert } from '../generated';
import { type Alerts, inOrder, isOfDrone } from './alerts';
import { inNameOrder } from './names';

/** A row of the column: one alert, or many that are alike, all of one severity. */
export interface Entry {
  /** Another one when an alert that stood by itself joins others: who chose the one has not chosen the many. */
  readonly key: string;
  readonly alerts: readonly [Alert, ...Alert[]];
  /** The gateway that all of them came by, where the cause may lie there. */
  readonly gateway: string | null;
}

/** So many look like one thing that happened; fewer are read one by one. */
const MANY = 4;
/** Their cause may be in the gateway as well as in the drone. */
const OF_THE_LINK: ReadonlySet<string> = new Set(['link_lost', 'link_late']);

/** In the column's order; those that are alike stand where the first of them would. */
export function entriesOf(alerts: Alerts, gatewayOf: (vehicle: string) => string | null): Entry[] {
  const all = inOrder(alerts).map((alert) => {
    const gateway = OF_THE_LINK.has(alert.rule) ? gatewayOf(alert.vehicle) : null;
    const key = [alert.acknowledged_at === null ? 'waiting' : 'known', alert.severity, alert.rule, gateway].join(' ');
    return { alert, gateway, key };
  });
  const alike = grouped(all, ({ key }) => key);
  return all.flatMap(({ alert, gateway, key }): Entry[] => {
    const some = alike.get(key) ?? [];
    if (some.length < MANY) return [{ key: alert.alert_id, gateway: null, alerts: [alert] }];
    if (some[0]?.alert !== alert) return [];
    return [{ key, gateway, alerts: [alert, ...some.slice(1).map((one) => one.alert)] }];
  });
}

export function grouped<Item>(items: Iterable<Item>, keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** `link_lost` as `Link lost`. */
export function ruleWords(rule: string): string {
  const words = rule.replaceAll('_', ' ').replace(/\b(ekf|gps)\b/g, (name) => name.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whom it is about, or what, where it is about none of the drones. */
export function titleOf(alert: Alert): string {
  return isOfDrone(alert) ? alert.vehicle : ruleWords(alert.rule);
}

/** Nobody reads more, and a page that lays out thousands of names anew for each alert stands still. */
const MOST_NAMED = 60;

/** Each of them, in short: `UAV-01–12, 15, RX-3`; of very many single ones only how many more there are. */
export function callsigns(vehicles: Iterable<string>): string {
  const names = inNameOrder(vehicles);
  const said: string[] = [];
  let stem: string | null = null;
  for (let first = 0; first < names.length; ) {
    if (said.length === MOST_NAMED) return `${said.join(', ')} and ${names.length - first} more`;
    let last = first;
    while (follows(names[last], names[last + 1])) last += 1;
    if (last === first + 1) last = first; // two are no row
    const [name, until] = [names[first] ?? '', names[last] ?? ''];
    const own = stemOf(name);
    said.push((own === stem ? name.slice(own.length) : name) + (last > first ? `–${until.slice(own.length)}` : ''));
    stem = own;
    first = last + 1;
  }
  return said.join(', ');
}

/** What stands before the number. */
function stemOf(name: string): string {
  return name.replace(/\d+$/, '');
}

function follows(name = '', next = ''): boolean {
  const stem = stemOf(name);
  return name !== stem && stem === stemOf(next) && Number(next.slice(stem.length)) === Number(name.slice(stem.length)) + 1;
}
