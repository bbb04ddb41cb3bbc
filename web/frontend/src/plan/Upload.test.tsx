import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Bus } from '../bus/bus';
import type { UploadReceipt } from '../generated';
import { Aboard } from './aboard';
import type { Store } from './store';
import { UploadPart } from './Upload';

const receipt = (upload_id: string, sortie: string, verified: boolean): UploadReceipt => ({
  upload_id,
  vehicle: 'UAV-07',
  sortie,
  plan_sha256: 'bb'.repeat(32),
  actor: { user: 'osei', role: 'pilot' },
  started_at: '2026-11-22T07:00:00Z',
  finished_at: '2026-11-22T07:00:09Z',
  verified,
  stages: [],
  problem: verified ? null : 'The link broke while item 12 was written.',
  findings: [],
  former_sha256: verified ? null : 'aa'.repeat(32),
});

const failed = receipt('u1', '12', false);
const sortie = signal({ sortie_id: '12', version: 1, vehicle: 'UAV-07', plan_sha256: failed.plan_sha256, receipt: failed });
const store = {
  sortie,
  rights: signal({ upload: true, override: false, edit: true }),
  form: signal({ vehicle: 'UAV-07' }),
  changed: signal(false),
  drone: signal(null),
  page: { me: { can: ['vehicle.order'] }, vehicles: ['UAV-07'] },
  hear: () => undefined,
} as unknown as Store;

let page: HTMLElement;
let heard: Map<string, (message: unknown) => void>;
let sent: string[];
const found = (testid: string): HTMLElement | null => page.querySelector(`[data-testid="${testid}"]`);

beforeEach(() => {
  page = document.body.appendChild(document.createElement('div'));
  heard = new Map();
  sent = [];
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (path: string) => {
    sent.push(path);
    const reply = { ok: true, text: 'Upload to UAV-07 started.', said: [], data: { upload_id: 'u2' } };
    return Promise.resolve(path.endsWith('/orders/restore') ? Response.json(reply) : new Response(null, { status: 404 }));
  });
  const bus = { subscribe: (subject: string, hear: (message: unknown) => void) => heard.set(subject, hear), renew: () => undefined };
  const aboard = new Aboard(store, bus as unknown as Bus);
  act(() => render(<UploadPart store={store} aboard={aboard} />, page));
});

afterEach(() => {
  render(null, page);
  page.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function restore(): Promise<void> {
  await act(async () => {
    found('btn-restore')?.click();
    await vi.advanceTimersByTimeAsync(10);
  });
}

test('after a failed upload the plan of before is offered, by its name, and its upload is followed', async () => {
  expect(found('btn-restore')?.textContent).toBe('Restore the former plan aaaaaaaa…');
  await restore();
  expect(sent).toContain('/api/vehicles/UAV-07/orders/restore');
  expect(found('upload-progress')?.textContent).toContain('Uploading to UAV-07');
});

test('the end of it is told, though the plan is that of another sortie', async () => {
  await restore();
  act(() => heard.get('event.*.upload')?.({ data: receipt('another', '7', true) }));
  expect(found('upload-progress')).not.toBeNull();
  act(() => heard.get('event.*.upload')?.({ data: receipt('u2', '7', true) }));
  expect(found('restored')?.textContent).toContain('UAV-07 holds the plan of before again');
  expect(found('btn-restore')).toBeNull();
});

test('where it fails, it says why and is offered again', async () => {
  await restore();
  act(() => heard.get('event.*.upload')?.({ data: receipt('u2', '7', false) }));
  expect(page.textContent).toContain('The link broke while item 12 was written.');
  expect(found('btn-restore')).not.toBeNull();
});

test('what was read back of a plan that was changed since is no green receipt', () => {
  const before = sortie.value;
  const aboard = receipt('u3', '12', true);
  const words = (plan_sha256: string): string | undefined => {
    act(() => {
      sortie.value = { ...before, plan_sha256, receipt: aboard };
    });
    return found('receipt')?.querySelector('header')?.textContent ?? undefined;
  };
  expect(words(aboard.plan_sha256)).toBe('Aboard and read back equal');
  expect(words('cc'.repeat(32))).toBe('Aboard: the plan before it was changed');
  sortie.value = before;
});
