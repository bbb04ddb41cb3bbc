import { beforeAll, expect, test } from 'vitest';

import type { Event } from '../generated';
import { happened } from './happened';
import { setNames } from './people';

function told(text: string, kind = 'command', data: Record<string, unknown> = {}) {
  return happened({ text, kind, data, actor: 'ann' } as unknown as Event);
}

beforeAll(() => setNames({ ann: 'A. Bell', ben: 'B. Cole' }));

test('an order and its answer name the verb once; an answer about another verb keeps it', () => {
  expect(told('ann: pause. pause: denied: a value is not valid for it.').text).toBe('Pause: denied: a value is not valid for it.');
  expect(told('ann: goto. Go to a place: refused by the drone: it failed.').text).toBe('Go to a place: refused by the drone: it failed.');
  expect(told('ann: goto. goto: failed.').text).toBe('Go to a place: failed.');
  expect(told('ann: start. arm: failed.').text).toBe('Start: arm: failed.');
  expect(told('ann: arm. Armed.').text).toBe('Arm: Armed.');
  expect(told('ann: upload. Upload to UAV-02 started.').text).toBe('Upload to UAV-02 started.');
});

test('whoever did it stands beside what happened, by name, and not in it as well', () => {
  expect(told('Upload by ann: verified on board.', 'upload')).toEqual({ text: 'Upload: verified on board.', by: 'A. Bell' });
});

test('who holds command is told by name, and a reason is left as it was given', () => {
  const data = { holder: 'ann', before: 'ben', offered_to: null };
  expect(told('ann took command from ben: ben is hurt', 'authority', data)).toEqual({ text: 'A. Bell took command from B. Cole: ben is hurt', by: null });
  expect(told('Disarmed: ann no longer holds command.', 'authority', { holder: null, before: 'ann' }).text).toBe('Disarmed: A. Bell no longer holds command.');
});

test('a mode has one name, that of the pages', () => {
  expect(told('Mode AUTO after STABILIZE.', 'mode', { mode: 'AUTO', before: 'STABILIZE' }).text).toBe('Mode: Mission, after Manual.');
});

test('what the drone said is quoted', () => {
  expect(told('Arming motors', 'statustext').text).toBe('“Arming motors”');
});
