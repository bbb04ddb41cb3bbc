/* What a press on the flight's map does: it moves to the moment nearest to the place, measures, or asks when the place
   was in view. */
import { signal } from '@preact/signals';

import { api, ApiError } from '../api';
import type { Coverage, Position, Seen } from '../generated';

export type Deed = 'move' | 'measure' | 'seen';
export type Known<T> = 'loading' | T | { readonly problem: string };

export interface Spot {
  readonly place: Position;
  readonly times: Known<readonly Seen[]>;
}

export class MapDeeds {
  readonly deed = signal<Deed>('move');
  /** Places measured along so far. */
  readonly measured = signal<readonly Position[]>([]);
  /** The ground that the camera saw; null until somebody asks. */
  readonly ground = signal<Known<Coverage> | null>(null);
  /** The place that was asked about. */
  readonly spot = signal<Spot | null>(null);

  constructor(
    private readonly flightId: string,
    private readonly moveNear: (place: Position) => void,
  ) {}

  /** The same deed again ends it. */
  choose(deed: Deed): void {
    this.deed.value = this.deed.value === deed ? 'move' : deed;
    this.measured.value = [];
    this.spot.value = null;
    if (this.deed.value === 'seen' && (this.ground.value === null || isProblem(this.ground.value))) void this.load();
  }

  press(place: Position): void {
    const deed = this.deed.value;
    if (deed === 'measure') this.measured.value = [...this.measured.value, place];
    else if (deed === 'seen') void this.ask(place);
    else this.moveNear(place);
  }

  private async load(): Promise<void> {
    this.ground.value = 'loading';
    this.ground.value = await settled(api.coverage(this.flightId), 'What the camera saw could not be reckoned.');
  }

  private async ask(place: Position): Promise<void> {
    this.spot.value = { place, times: 'loading' };
    const asked = api.spotSeen(this.flightId, place).then(({ times }) => times);
    const times = await settled(asked, 'When this spot was in view could not be reckoned.');
    if (this.spot.value?.place === place) this.spot.value = { place, times };
  }
}

export function isProblem<T extends object>(known: Known<T>): known is { readonly problem: string } {
  return known !== 'loading' && 'problem' in known;
}

/** What came, or in words why nothing did. */
export async function settled<T>(coming: Promise<T>, otherwise: string): Promise<T | { readonly problem: string }> {
  try {
    return await coming;
  } catch (error) {
    return { problem: error instanceof ApiError ? error.message : otherwise };
  }
}
