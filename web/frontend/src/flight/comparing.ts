/* Another flight beside this one: chosen by its reader, drawn on the map and in the charts. */
import { computed, signal } from '@preact/signals';

import { api } from '../api';
import type { Line } from '../charts/series';
import type { Comparison, FlightSummary } from '../generated';
import { isProblem, type Known, settled } from './map-deeds';

/** Beside each other are moments of one time, or moments as long after each took off. */
export type Alignment = 'time' | 'take-off';

export class Comparing {
  /** Those offered; null until the list is first looked at. */
  readonly offered = signal<Known<readonly FlightSummary[]> | null>(null);
  readonly chosen = signal<Known<Comparison> | null>(null);
  readonly alignment = signal<Alignment>('time');
  readonly other = computed(() => {
    const chosen = this.chosen.value;
    return chosen === null || chosen === 'loading' || isProblem(chosen) ? null : chosen;
  });
  /** Seconds to add to the other flight's times. */
  readonly shift_s = computed(() => {
    const other = this.other.value;
    if (!other || this.alignment.value === 'time') return 0;
    const [own, its] = [other.took_off_s, other.other_took_off_s];
    return own === null || its === null ? 0 : own - its;
  });

  constructor(private readonly flightId: string) {}

  /** Flights with these words; without any, those at the same time or of the same incident or sortie. */
  async offer(words: string): Promise<void> {
    this.offered.value = 'loading';
    const asked = words.trim() === '' ? api.companions(this.flightId) : api.findFlights(words.trim());
    const found = await settled(asked, 'Other flights could not be found.');
    this.offered.value = 'problem' in found ? found : found.flights.filter(({ flight_id }) => flight_id !== this.flightId);
  }

  async choose(flightId: string): Promise<void> {
    this.chosen.value = 'loading';
    const found = await settled(api.compareFlights(this.flightId, flightId), 'The other flight could not be read.');
    if (!('problem' in found)) this.alignment.value = found.apart ? 'time' : 'take-off';
    this.chosen.value = found;
  }

  end(): void {
    this.chosen.value = null;
  }

  /** A line of the other flight on this one's clock. */
  beside(times: readonly number[], values: Line[1]): Line {
    const shift = this.shift_s.value;
    return [shift === 0 ? times : times.map((time) => time + shift), values];
  }
}

export function nameOf({ vehicle, started_at }: FlightSummary): string {
  const at = new Date(started_at);
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return `${vehicle}, ${day} ${at.toISOString().slice(11, 16)}`;
}
