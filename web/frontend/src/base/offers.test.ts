import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { tellOffers } from './offers';

const OFFER = { sortie_id: '7', title: 'CAD 9: orbit' };
let offers: readonly (typeof OFFER)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(offers)));
  sessionStorage.clear();
  window.history.replaceState(null, '', '/sorties/3');
  document.body.innerHTML = '<main class="page-map"></main><a data-offers="/api/offers"></a>';
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page is opened, and asks; or asks again. */
async function asked(): Promise<void> {
  await vi.advanceTimersByTimeAsync(15_000);
}

function open(): void {
  tellOffers(document.querySelector<HTMLElement>('[data-offers]') as HTMLElement);
}

function told(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('.toast')];
}

test('an offer that comes while a plan is open stays told until it is closed, and its draft opens beside the plan', async () => {
  open();
  await asked();
  expect(told()).toHaveLength(0);
  offers = [OFFER];
  await asked();
  await asked();
  expect(told().map((message) => message.querySelector('p')?.textContent)).toEqual(['Offered to you: CAD 9: orbit']);
  const link = told()[0]?.querySelector('a');
  expect([link?.getAttribute('href'), link?.target]).toEqual(['/sorties/7', '_blank']);
  told()[0]?.querySelector('button')?.click();
  await asked();
  expect(told()).toHaveLength(0);
  expect(document.querySelector('.rail-count')?.textContent).toBe('1');
});

test('an offer that was taken up is no longer told, and none is told on its own page', async () => {
  offers = [OFFER];
  open();
  await asked();
  expect(told()).toHaveLength(1);
  offers = [];
  await asked();
  expect(told()).toHaveLength(0);
  offers = [{ ...OFFER, sortie_id: '3' }];
  await asked();
  expect(told()).toHaveLength(0);
});
