import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Me, OrderRights, VehicleInfo } from '../generated';
import { setNames } from '../ui/people';
import { actsOf, type Command, CommandOffers, CommandOrders } from './command';

const VERBS = ['arm', 'hold', 'take', 'hand_over', 'release'];
const me: Me = { username: 'osei', name: 'K. Osei', role: 'pilot', can: [] };
const people = [
  { username: 'osei', name: 'K. Osei' },
  { username: 'nair', name: 'P. Nair' },
];

function held(by: string | null, offered: string | null = null): Command {
  return { commander: by === null ? null : { user: by, role: 'pilot' }, command_since: '2026-11-22T07:00:00Z', command_offered_to: offered };
}

let page: HTMLElement;
const found = (testid: string): HTMLElement | null => page.querySelector(`[data-testid="${testid}"]`);

beforeEach(() => {
  setNames({ nair: 'P. Nair' });
  page = document.body.appendChild(document.createElement('div'));
});

afterEach(() => {
  render(null, page);
  page.remove();
  vi.unstubAllGlobals();
});

function show(command: Command | undefined, rights: Partial<OrderRights> = {}): void {
  const right: OrderRights = { vehicle: 'UAV-07', verbs: VERBS, reason_required: false, sortie_id: null, ...rights };
  act(() => render(<CommandOrders vehicle="UAV-07" command={command} rights={right} me={me} commanders={people} />, page));
}

test('whoever holds command hands it over or gives it up, anybody else takes it', () => {
  const verbs = (command: Command | undefined): string[] => actsOf(command, 'osei', VERBS).map(({ verb }) => verb);
  expect(verbs(held('osei'))).toEqual(['hand_over', 'release']);
  expect(verbs(held('nair'))).toEqual(['take']);
  expect(verbs(undefined)).toEqual(['take']);
  expect(actsOf(held('nair'), 'osei', ['hold'])).toEqual([]);
});

test('what is offered and not taken yet is told to both', () => {
  show(held('osei', 'nair'));
  expect(found('details-commander')?.textContent).toBe('You hold command since 07:00:00Offered to P. Nair, not taken yet');
  show(held('nair', 'osei'));
  expect(found('details-commander')?.textContent).toBe('P. Nair holds command since 07:00:00Offered to you, not taken yet');
  expect(found('details-commander')?.getAttribute('role')).toBe('alert');
  expect(found('btn-order-take')?.className).toContain('btn-primary');
});

test('command is handed over to somebody else of the unit, by name', async () => {
  const sent = vi.fn((_path: string, _init: RequestInit) => Promise.resolve(Response.json({ ok: true, text: 'osei offers command to nair.', said: [] })));
  vi.stubGlobal('fetch', sent);
  HTMLDialogElement.prototype.showModal = () => undefined;
  show(held('osei'));
  act(() => found('btn-order-hand_over')?.click());
  const choice = found('hand-over-to') as HTMLSelectElement;
  expect([...choice.options].map(({ text }) => text)).toEqual(['Choose a person', 'P. Nair']);
  expect((found('btn-order-confirm') as HTMLButtonElement).disabled).toBe(true);
  act(() => {
    choice.selectedIndex = 1;
    choice.dispatchEvent(new Event('change'));
  });
  await act(async () => {
    found('btn-order-confirm')?.closest('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await Promise.resolve();
  });
  const [path, init] = sent.mock.calls[0] ?? [];
  expect(path).toBe('/api/vehicles/UAV-07/orders/hand_over');
  expect(JSON.parse(String(init?.body))).toEqual({ arguments: { to: 'nair' } });
});

test('whoever is offered command is told whichever drone is looked at', () => {
  const infos = [{ ...held('nair', 'osei'), vehicle: 'UAV-07' }, { ...held('nair'), vehicle: 'UAV-08' }] as VehicleInfo[];
  const open = vi.fn();
  act(() => render(<CommandOffers infos={infos} me={me} open={open} />, page));
  expect(page.textContent).toContain('P. Nair offers you command of it.');
  act(() => page.querySelector('button')?.click());
  expect(open.mock.calls).toEqual([['UAV-07']]);
});
