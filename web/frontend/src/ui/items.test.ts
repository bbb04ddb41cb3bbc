import { expect, test } from 'vitest';

import type { TransferReceipt } from '../generated';
import { itemsSent } from './items';

const sent = (stage: string, items: number) => itemsSent({ stage, items } as TransferReceipt);

test('a receipt counts the items of the plan, and home beside them', () => {
  expect(sent('mission', 11)).toBe('10 + home');
  expect(sent('mission', 0)).toBe('0');
  expect(sent('geofence', 11)).toBe('11');
});
