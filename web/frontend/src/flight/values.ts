/* Values of a flight's logs that the reader has put beside the usual charts. */
import { type Signal, signal } from '@preact/signals';

import { api } from '../api';
import type { Line, Window } from '../charts/series';
import type { FlightLog } from '../generated';
import type { Colouring } from './track';

export interface Asked {
  readonly source: string;
  readonly message: string;
  readonly field: string;
  readonly unit: string;
  readonly instance: number | null;
}

export interface Charted extends Asked {
  readonly key: string;
  readonly words: string;
  readonly line: Line;
  /** All sensors that the message tells of. */
  readonly instances: readonly number[];
}

/** A chart is drawn of no more; it is what the widest screen shows. */
const STRETCHES = 2000;
const COLOURS = ['select', 'plan-path', 'ok', 'warn', 'accent'] as const;

export function keyOf({ source, message, field, instance }: Asked): string {
  return `${source} ${message} ${field} ${instance ?? ''}`;
}

export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] as string;
}

export class Values {
  readonly logs = signal<'loading' | readonly FlightLog[] | { readonly problem: string }>('loading');
  readonly charted: Signal<readonly Charted[]> = signal([]);

  constructor(private readonly flightId: string) {}

  /** Raises `ApiError`. */
  async add(asked: Asked): Promise<void> {
    const { line, instance, instances } = await this.read(asked, {}, STRETCHES);
    const made = { ...asked, instance };
    const key = keyOf(made);
    if (this.charted.value.some((one) => one.key === key)) return;
    const sensor = instances.length > 1 ? ` [${instance}]` : '';
    this.charted.value = [...this.charted.value, { ...made, key, words: `${asked.message}${sensor} ${asked.field}`, line, instances }];
  }

  remove(key: string): void {
    this.charted.value = this.charted.value.filter((one) => one.key !== key);
  }

  async detail(asked: Asked, window: Window, stretches: number, stop: AbortSignal): Promise<Line> {
    return (await this.read(asked, window, stretches, stop)).line;
  }

  private async read({ source, message, field, instance }: Asked, window: Partial<Window>, stretches: number, stop?: AbortSignal) {
    const given = { source, message, field, instance, ...window, stretches };
    const answer = await api.flightChart(this.flightId, given, stop);
    return { ...answer, line: [answer.time_s, answer.values] as const };
  }
}

export function colouringOf({ key, words, unit, line }: Charted, column: Colouring['column']): Colouring {
  const greatest = Math.max(...line[1].map((value) => Math.abs(value ?? 0)));
  return { key, words, unit, digits: greatest < 10 ? 2 : 0, column };
}
