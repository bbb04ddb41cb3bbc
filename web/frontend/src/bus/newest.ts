/* For what only the newest is wanted of: a screen that is slower than the bus leaves out pictures, and never falls behind. */
import type { Moment } from './age';

interface Waiting {
  readonly data: Uint8Array;
  readonly at: Moment;
}

export class Newest {
  private waiting = new Map<string, Waiting>();

  /** `inTurn` does what it is given in one of the turns to come: then `take` is called; `skip` for each that is left out
      because a newer one came first. */
  constructor(
    private readonly inTurn: (work: () => void) => void,
    private readonly take: (data: Uint8Array, at: Moment) => void,
    private readonly skip: () => void,
  ) {}

  /** Takes the place of what still waits from the same sender on the same subject. */
  put(subject: string, data: Uint8Array, at: Moment): void {
    const key = `${subject} ${senderOf(data)}`;
    // Deleted first, so that what is told in the end is in the order in which it came.
    if (this.waiting.delete(key)) this.skip();
    this.waiting.set(key, { data, at });
    this.inTurn(this.drain);
  }

  private readonly drain = (): void => {
    const ready = this.waiting;
    this.waiting = new Map();
    for (const { data, at } of ready.values()) this.take(data, at);
  };
}

/** The first field of an array_like struct, its sender's name: msgpack's array header, then a short string. */
export function senderOf(data: Uint8Array): string {
  const head = data[1] ?? 0;
  const [from, length] = head === 0xd9 ? [3, data[2] ?? 0] : [2, head & 0x1f];
  return String.fromCharCode(...data.subarray(from, from + length));
}
