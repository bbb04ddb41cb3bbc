/* How many items a transfer carried, in the numbers of the plan. */
import type { TransferReceipt } from '../generated';

/** MAVLink counts the mission's item 0, home, which is none of the plan's items. */
export function itemsSent({ stage, items }: TransferReceipt): string {
  return stage === 'mission' && items > 0 ? `${items - 1} + home` : String(items);
}
