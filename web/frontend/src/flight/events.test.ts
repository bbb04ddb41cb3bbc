import { expect, test } from 'vitest';

import type { Event } from '../generated';
import { happenings } from './events';

const event = (text: string, kind = 'command'): Event => ({ event_id: text, at: '2026-11-22T16:41:00Z', kind, vehicle: 'UAV-01', actor: 'ann', severity: 'info', text, data: {} }) as unknown as Event;

test('an order and its answer name the verb once; an answer about another verb keeps it', () => {
  const texts = happenings([event('ann: pause. pause: denied: a value is not valid for it.'), event('ann: start. arm: failed.')]).map(({ text }) => text);
  expect(texts).toEqual(['pause: denied: a value is not valid for it.', 'start. arm: failed.']);
});

test('whoever did it stands beside what happened, and not in it as well', () => {
  const [upload] = happenings([event('Upload by ann: verified on board.', 'upload')]);
  expect([upload?.text, upload?.actor]).toEqual(['Upload: verified on board.', 'ann']);
});

test('what the drone said is quoted', () => {
  expect(happenings([event('Arming motors', 'statustext')])[0]?.text).toBe('“Arming motors”');
});
