import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Moment } from '../bus/age';
import type { Bus, BusState, Handler } from '../bus/bus';
import { Turns } from '../bus/turns';
import { type Alert, type Event, type LivePage, type LiveVehicle, LiveVehicleFields, type Me, type OrderRights, Permission } from '../generated';
import { AlertColumn } from './alert-column';
import { AlertDesk } from './alert-desk';
import { Details } from './details';
import type { Model } from './model';
import { Picture } from './picture';
import { Pulses } from './pulses';
import { Replay } from './replay';
import { BusBanner, BusMark } from './top-bar';
import { Watch } from './watch';

/** A bus that says what the test makes it say. */
class FakeBus {
  readonly turns = new Turns();
  readonly state = signal<BusState>('live');
  readonly problem = signal<string | null>(null);
  readonly connections = signal(1);
  private readonly handlers = new Map<string, Handler<never>>();

  subscribeNewest(subject: string, handler: Handler<never>): () => void {
    return this.subscribe(subject, handler);
  }

  subscribe(subject: string, handler: Handler<never>): () => void {
    this.handlers.set(subject, handler);
    return () => this.handlers.delete(subject);
  }

  say(subject: string, message: unknown): void {
    const at: Moment = { mono: performance.now(), wall: Date.now() };
    this.handlers.get(subject)?.(message as never, at);
  }
}

const flying: Partial<LiveVehicle> = {
  vehicle: 'UAV-07',
  mode: 'AUTO',
  armed: true,
  landed: false,
  lat_deg: 51.5,
  lon_deg: -0.16,
  heartbeat_age_ms: 200,
  position_age_ms: 100,
};

const alert: Alert = {
  alert_id: 'breach.UAV-07',
  vehicle: 'UAV-07',
  rule: 'breach',
  severity: 'critical',
  text: 'UAV-07: outside its geofence by 14 m.',
  raised_at: '2026-11-22T07:00:00Z',
  ended_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  lat_deg: null,
  lon_deg: null,
};

let bus: FakeBus;
let watch: Watch;
let picture: Picture;
let page: HTMLElement;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network here')));
  bus = new FakeBus();
  watch = new Watch(bus as unknown as Bus, true, new Pulses(null));
  watch.look(null);
  picture = new Picture(watch, { frames: () => Promise.resolve([]), alerts: () => Promise.resolve([]) });
  page = document.body.appendChild(document.createElement('div'));
});

afterEach(() => {
  render(null, page);
  page.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function row(values: Partial<LiveVehicle>): unknown[] {
  return LiveVehicleFields.map((field) => values[field] ?? (field === 'links' ? [] : null));
}

function hear(values: Partial<LiveVehicle>): void {
  bus.say('live.>', ['gateway', '2046-1362', 1, new Date(), [row(values)]]);
}

function pass(seconds: number): void {
  act(() => {
    vi.advanceTimersByTime(seconds * 1000);
  });
}

const all = (testid: string): HTMLElement[] => [...page.querySelectorAll<HTMLElement>(`[data-testid^="${testid}"]`)];

const me = (role: string, ...can: string[]): Me => ({ username: role, name: `The ${role}`, role, can });

function showDetails(me: Me, rights: OrderRights[]): void {
  const model = { picture, page: { me, cameras: [] as LivePage['cameras'], commanders: [] as LivePage['commanders'] } as unknown as LivePage, rights: signal(rights), selected: signal('UAV-07'), map: signal(null) } as unknown as Model;
  act(() =>
    render(<Details model={model} following={false} close={() => undefined} />, page),
  );
}

function showAlerts(me: Me): void {
  const desk = new AlertDesk(picture, me, () => Promise.reject(new TypeError('nobody is asked')));
  act(() => render(<AlertColumn desk={desk} picture={picture} select={() => undefined} />, page));
}

const rights = (verbs: string[], reason_required: boolean): OrderRights => ({ vehicle: 'UAV-07', verbs, reason_required, sortie_id: '12' });

test('a control room has nothing to command with', () => {
  hear(flying);
  showDetails(me('control_room', Permission.LIVE_ALL), []);
  expect(page.textContent).toContain('Mission · Flying');
  expect(all('btn-order-')).toHaveLength(0);
});

test('a supervisor may abort, for a reason', () => {
  hear(flying);
  showDetails(me('supervisor'), [rights(['arm', 'hold', 'return', 'land'], true)]);
  expect(all('btn-order-').map(({ dataset }) => dataset['testid'])).toEqual(['btn-order-hold', 'btn-order-return', 'btn-order-land']);
  act(() => all('btn-order-return')[0]?.click());
  expect((all('btn-order-confirm')[0] as HTMLButtonElement).disabled).toBe(true);
  expect(all('order-reason')).toHaveLength(1);
});

test('a pilot is sent to the plan page of the sortie', () => {
  hear(flying);
  showDetails(me('pilot'), [rights(['arm', 'return'], false)]);
  expect(all('btn-order-')).toHaveLength(0);
  expect(page.querySelector('a[href="/sorties/12"]')).not.toBeNull();
});

test('what nobody renews says that it is stale, and how old it is', () => {
  hear(flying);
  showDetails(me('control_room'), []);
  expect(all('details-position-age')[0]?.textContent).toBe('0.1 s');
  pass(20);
  expect(all('details-position-age')[0]?.textContent).toMatch(/^stale · 20 s$/);
  expect(all('details-battery-age')[0]?.textContent).toBe('never reported');
});

test('before anybody has said what there is to report, nothing is said to be well', () => {
  showAlerts(me('observer'));
  expect(page.textContent).toContain('Connecting');
  expect(page.textContent).not.toContain('Nothing to report');
});

test('what the unit’s own services raise is called what it is, and chooses no drone', () => {
  const desk = new AlertDesk(picture, me('observer'), () => Promise.reject(new TypeError('nobody is asked')));
  const select = vi.fn();
  act(() => watch.open.take({ ...alert, alert_id: 'disk', vehicle: 'airbeat', rule: 'disk', text: 'The disk is full.' }));
  pass(1);
  act(() => render(<AlertColumn desk={desk} picture={picture} select={select} />, page));
  expect(page.querySelector('.alert-title strong')?.textContent).toBe('Disk');
  act(() => page.querySelector<HTMLElement>('.alert-what')?.click());
  expect(select).not.toHaveBeenCalled();
});

test('an alert waits for somebody who may acknowledge it', () => {
  const raised: Event = { event_id: 'e1', at: new Date(), vehicle: 'UAV-07', kind: 'alert_raised', text: alert.text, actor: null, data: { ...alert } };
  bus.say('event.>', raised);
  pass(1);
  showAlerts(me('observer'));
  expect(all('alert').map(({ dataset }) => dataset['state'])).toEqual(['open']);
  expect(page.textContent).toContain('Outside its geofence by 14 m.');
  expect(all('btn-acknowledge')).toHaveLength(0);
  showAlerts(me('control_room', Permission.ALERT_ACKNOWLEDGE));
  expect(all('btn-acknowledge')).toHaveLength(1);
  act(() => {
    bus.say('event.>', { ...raised, event_id: 'e2', kind: 'alert_acknowledged', data: { ...alert, acknowledged_at: new Date(), acknowledged_by: 'Ines' } });
  });
  pass(1);
  expect(all('alert').map(({ dataset }) => dataset['state'])).toEqual(['acknowledged']);
});

test('a lost bus says how old the picture is, a silent gateway too', () => {
  hear(flying);
  act(() => render(<BusBanner picture={picture} guest={false} />, page));
  expect(page.textContent).toBe('');
  pass(5.3);
  expect(page.textContent).toContain('No gateway sends · for 5.2 s');
  act(() => {
    bus.state.value = 'lost';
    bus.problem.value = 'The line to the bus broke.';
  });
  pass(7);
  expect(page.textContent).toContain('Data is old · 12 s');
  expect(page.textContent).toContain('The line to the bus broke.');
});

test('whoever is logged out meanwhile, and a guest whose link has ended, is told so', async () => {
  const ended = new Response(JSON.stringify({ text: 'Log in first.', where: null }), { status: 401, headers: { 'Content-Type': 'application/json' } });
  vi.stubGlobal('fetch', () => Promise.resolve(ended.clone()));
  hear(flying);
  act(() => render(<BusBanner picture={picture} guest />, page));
  await act(async () => {
    await vi.advanceTimersByTimeAsync(5000);
  });
  expect(page.textContent).toContain('This link has expired or was revoked');
  act(() => render(<BusBanner picture={picture} guest={false} />, page));
  expect(page.textContent).toContain('You are logged out');
});

test('the past is not commanded, and nothing in it is acknowledged', async () => {
  hear(flying);
  const raised: Event = { event_id: 'e1', at: new Date(), vehicle: 'UAV-07', kind: 'alert_raised', text: alert.text, actor: null, data: { ...alert } };
  bus.say('event.>', raised);
  showDetails(me('supervisor'), [rights(['hold'], true)]);
  expect(all('btn-order-')).toHaveLength(1);
  await act(async () => {
    picture.step(-60_000);
    await vi.advanceTimersByTimeAsync(0);
  });
  expect(all('btn-order-')).toHaveLength(0);
  showAlerts(me('control_room', Permission.ALERT_ACKNOWLEDGE));
  expect(all('btn-acknowledge')).toHaveLength(0);
  act(() => render(<Replay picture={picture} />, page));
  pass(1);
  expect(all('replay-state')[0]?.textContent).toBe('Nothing was recorded then');
  expect(all('replay-alerts')[0]?.textContent).toBe('Now: 1 alert waits');
  act(() => all('btn-live')[0]?.click());
  expect(picture.isLive.value).toBe(true);
});

test('what is out of view is told once a second, what is in view is not overwritten by that', () => {
  watch.look(new Set(['2046-1362']));
  bus.say('live.2046-1362', ['gateway', '2046-1362', 1, new Date(), [row({ ...flying, lat_deg: 51.50735, lon_deg: -0.1637, height_home_m: 41 })]]);
  const fleet = [row({ ...flying, lat_deg: 51.50735, lon_deg: -0.1637, height_home_m: 40 }), row({ ...flying, vehicle: 'UAV-08', lat_deg: 55.9, lon_deg: -3.2 })];
  bus.say('fleet.>', ['gateway', 'everywhere', 1, new Date(), fleet]);
  expect(watch.fleet.tracks.get('UAV-07')?.state.height_home_m).toBe(41);
  expect(watch.fleet.tracks.get('UAV-08')?.everyMs).toBeGreaterThan(0);
  watch.look(new Set());
  bus.say('fleet.>', ['gateway', 'everywhere', 2, new Date(), fleet]);
  expect(watch.fleet.tracks.get('UAV-07')?.state.height_home_m).toBe(40);
});

test('a page that hears too late listens to the whole fleet once a second, and closely again after a while', () => {
  const height = (): number | null | undefined => watch.fleet.tracks.get('UAV-07')?.state.height_home_m;
  const closely = (height_home_m: number): void => hear({ ...flying, height_home_m });
  act(() => render(<BusMark picture={picture} />, page));
  closely(40);
  expect(all('bus-state')[0]?.textContent).toBe('Live');
  const sentAt = new Date();
  pass(2);
  act(() => bus.say('live.>', ['gateway', '2046-1362', 2, sentAt, [row({ ...flying, height_home_m: 41 })]]));
  expect(all('bus-state')[0]?.textContent).toBe('Live, once a second');
  closely(42);
  expect(height()).toBe(41);
  bus.say('fleet.>', ['gateway', 'everywhere', 1, new Date(), [row({ ...flying, height_home_m: 43 })]]);
  expect(height()).toBe(43);
  pass(16);
  closely(44);
  expect(height()).toBe(44);
  expect(all('bus-state')[0]?.textContent).toBe('Live');
});

const link = (name: string, loss_pct: number, heard_age_ms: number) => ({ link: name, loss_pct, heard_age_ms, signed: false, refused: 0 });

test('the panel says how long it lasts, and how each of its links is', () => {
  hear({ ...flying, battery_pct: 50, battery_used_mah: 2600, battery_a: 15.6, link: 'lte', links: [link('radio', 2.5, 4200), link('lte', 0, 100)] });
  showDetails(me('control_room'), []);
  expect(all('battery-left')[0]?.textContent).toBe('10:00');
  const links = [...(all('details-links')[0]?.querySelectorAll('li') ?? [])].map(({ textContent }) => textContent);
  expect(links).toEqual(['radio2.5 % lost4.2 s', 'ltein use0.0 % lost0.1 s']);
});
