/* The bus as a page hears it: NATS over WebSocket, by a ticket that may only listen and that runs out.

   One loop: fetch a ticket, connect, subscribe, wait until the ticket grows old or the line breaks, again, for ever.
   A new line is made before an old one is left, so a message may come twice in that blink, but none is missed. */
import { Decoder } from '@msgpack/msgpack';
import { jwtAuthenticator, type NatsConnection, type Subscription, wsconnect } from '@nats-io/nats-core';
import { type ReadonlySignal, signal } from '@preact/signals';

import { api, ApiError } from '../api';
import type { BusTicket } from '../generated';
import { ClockWatch, type Moment, moment } from './age';
import { Newest } from './newest';
import { lifetimeMs, permitted } from './ticket';
import { Turns } from './turns';

export type BusState = 'connecting' | 'live' | 'lost';

/** `message` is the msgpack as decoded: an object, or for an array_like struct its tuple. */
export type Handler<Message> = (message: Message, at: Moment) => void;

const RENEW_AT = 0.8;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;
const WATCH_MS = 1000;
const CONNECTION = { reconnect: false, timeout: 5000, pingInterval: 4000, maxPingOut: 2, noEcho: true } as const;

interface Listener {
  readonly subject: string;
  readonly handler: Handler<never>;
  /** Where only the newest of each sender is wanted. */
  readonly newest: Newest | null;
}

interface Line {
  readonly connection: NatsConnection;
  readonly ticket: BusTicket;
  readonly subscriptions: Map<Listener, readonly Subscription[]>;
  open: boolean;
}

/** A bus that is already connecting; it never gives up. `fetchTicket` is asked before each connection. */
export async function connectBus(fetchTicket: () => Promise<BusTicket> = () => api.busTicket()): Promise<Bus> {
  return new Bus(fetchTicket);
}

export class Bus {
  private readonly _state = signal<BusState>('connecting');
  private readonly _problem = signal<string | null>(null);
  private readonly _connections = signal(0);
  private readonly _dropped = signal(0);
  private _skipped = 0;
  private readonly decoder = new Decoder();
  private readonly listeners = new Set<Listener>();
  private line: Line | null = null;
  /** When what only the newest is wanted of is taken. */
  readonly turns = new Turns();
  private closed = false;
  private wakeUp: () => void = () => undefined;
  private endPause: () => void = () => undefined;

  constructor(private readonly fetchTicket: () => Promise<BusTicket>) {
    const clocks = new ClockWatch(moment());
    const watch = setInterval(() => {
      if (this.closed) clearInterval(watch);
      else if (clocks.jumped(moment())) this.leave();
    }, WATCH_MS);
    window.addEventListener('online', () => this.wakeUp());
    document.addEventListener('visibilitychange', () => this.wakeUp());
    void this.run();
  }

  get state(): ReadonlySignal<BusState> {
    return this._state;
  }

  /** Why the bus is not live, in words for people; null while it is. */
  get problem(): ReadonlySignal<string | null> {
    return this._problem;
  }

  /** Counts up with each new connection; whatever was told while there was none has to be asked for. */
  get connections(): ReadonlySignal<number> {
    return this._connections;
  }

  /** Messages that could not be decoded. */
  get dropped(): ReadonlySignal<number> {
    return this._dropped;
  }

  /** `subject` may have wildcards; the ticket may allow only a part of it, or nothing. Returns the way to stop. */
  subscribe<Message>(subject: string, handler: Handler<Message>): () => void {
    return this.add({ subject, handler: handler as Handler<never>, newest: null });
  }

  /**
   * As `subscribe`, for frames that the next one replaces: they are decoded when a picture is begun, only the newest
   * of each sender on each subject, and `skipped` counts the others. With `joins` they ask for no picture of their own.
   */
  subscribeNewest<Message>(subject: string, handler: Handler<Message>, joins = false): () => void {
    const inTurn = (work: () => void): void => (joins ? this.turns.join(work) : this.turns.take(work));
    const taken = handler as Handler<never>;
    return this.add({ subject, handler: taken, newest: new Newest(inTurn, (data, at) => this.tell(taken, data, at), () => (this._skipped += 1)) });
  }

  /** Frames left out because this page is slower than they come. */
  get skipped(): number {
    return this._skipped;
  }

  private add(listener: Listener): () => void {
    this.listeners.add(listener);
    if (this.line?.open) this.listen(this.line, listener);
    return () => {
      this.listeners.delete(listener);
      for (const subscription of this.line?.subscriptions.get(listener) ?? []) subscription.unsubscribe();
      this.line?.subscriptions.delete(listener);
    };
  }

  /** Asks for a new ticket at once: what this page may hear has changed, e.g. by an upload it has begun. */
  renew(): void {
    this.endPause();
  }

  close(): void {
    this.closed = true;
    this.leave();
    this.wakeUp();
  }

  private async run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.closed) {
      try {
        const line = await this.connect();
        this.use(line);
        pause = FIRST_PAUSE_MS;
        await this.pause(lifetimeMs(line.ticket.jwt) * RENEW_AT, line);
      } catch (error) {
        if (!this.line?.open) {
          this._state.value = 'lost';
          this._problem.value = words(error);
        }
        await this.pause(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  private async connect(): Promise<Line> {
    const ticket = await this.fetchTicket();
    const connection = await wsconnect({
      ...CONNECTION,
      servers: ticket.url,
      authenticator: jwtAuthenticator(ticket.jwt, new TextEncoder().encode(ticket.seed)),
    });
    const line: Line = { connection, ticket, subscriptions: new Map(), open: true };
    for (const listener of this.listeners) this.listen(line, listener);
    void connection.closed().then(() => this.left(line));
    return line;
  }

  private listen(line: Line, listener: Listener): void {
    const subscriptions = permitted(listener.subject, line.ticket.subjects).map((subject) =>
      line.connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null && line.open) this.hear(listener, message.subject, message.data);
        },
      }),
    );
    line.subscriptions.set(listener, subscriptions);
  }

  private hear({ handler, newest }: Listener, subject: string, data: Uint8Array): void {
    const at = moment();
    if (newest) newest.put(subject, data, at);
    else this.tell(handler, data, at);
  }

  private tell(handler: Handler<never>, data: Uint8Array, at: Moment): void {
    // A deleted key says so by saying nothing.
    if (data.length === 0) return;
    let message: unknown;
    try {
      message = this.decoder.decode(data);
    } catch {
      // Wrong bytes are counted and shown, never the end of a page.
      this._dropped.value += 1;
      return;
    }
    handler(message as never, at);
  }

  private use(line: Line): void {
    const former = this.line;
    this.line = line;
    if (this.closed) this.leave();
    void former?.connection.close();
    this._state.value = 'live';
    this._problem.value = null;
    this._connections.value += 1;
  }

  /** Breaks the line at once; what still waits in it is not heard any more. */
  private leave(): void {
    if (!this.line) return;
    void this.line.connection.close();
    this.left(this.line);
  }

  private left(line: Line): void {
    line.open = false;
    if (line !== this.line) return;
    this.line = null;
    this._state.value = 'lost';
    this._problem.value = 'The line to the bus broke.';
    this.wakeUp();
  }

  /** Until `ms` have passed, `line` is no longer the one in use, or somebody wakes it. */
  private pause(ms: number, line: Line | null = null): Promise<void> {
    return new Promise((resolve) => {
      if (line !== null && !line.open) return resolve();
      const timer = setTimeout(resolve, ms);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
      this.wakeUp = () => {
        if (!this.line?.open || this.closed) this.endPause();
      };
    });
  }
}

function words(error: unknown): string {
  if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
    return 'You are logged out. Load the page again to log in.';
  }
  if (error instanceof ApiError) return error.message;
  return 'The bus does not answer.';
}
