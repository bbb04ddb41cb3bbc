/* What the panel says of a drone that could go, in the words of a control room. */
import { gridReference } from '../live/grid-reference';
import { type Candidate, type Position, type SortieSummary, Task } from '../generated';
import { clock, metres, percent, UNKNOWN } from '../ui/format';

/** `2:05 min`; what is not known is a dash. */
export function minutes(seconds: number | null): string {
  return seconds === null ? UNKNOWN : `${clock(seconds)} min`;
}

export const TASKS: readonly (readonly [Task, string, string])[] = [
  [Task.LOOK, 'Go and hold', 'Goes there and holds over the place.'],
  [Task.ORBIT, 'Orbit', 'Goes there and flies round the place, looking inwards.'],
  [Task.EXPANDING_SQUARE, 'Expanding square', 'Searches outwards from the place: best where it is well known.'],
  [Task.SECTOR, 'Sector search', 'Searches in spokes through the place, again and again over its middle.'],
];

const BECAME: Readonly<Record<string, string>> = {
  draft: 'taken up, not submitted yet',
  submitted: 'submitted, waits for approval',
  approved: 'approved',
  rejected: 'rejected by the supervisor',
  uploaded: 'on board',
  flown: 'flown',
};

/** What has become of an offer. */
export function offerWords({ state, offered_by }: Pick<SortieSummary, 'state' | 'offered_by'>): string {
  return offered_by === null ? (BECAME[state] ?? state) : 'not taken up yet';
}

/** What speaks for it beside its time, shortest first. */
export function facts({ distance_m, reserve_pct, stay_s }: Candidate): readonly string[] {
  return [
    metres(distance_m),
    `back with ${percent(reserve_pct)}`,
    ...(stay_s === null ? [] : [`could stay ${Math.floor(stay_s / 60)} min`]),
  ];
}

/** To ten metres, as it is said by radio; degrees where there is no grid. */
export function whereWords(at: Position): string {
  const [square, east, north] = gridReference(at)?.split(' ') ?? [];
  return square && east && north ? `${square} ${east.slice(0, 4)} ${north.slice(0, 4)}` : `${at.lat_deg.toFixed(5)}, ${at.lon_deg.toFixed(5)}`;
}

/** `opened` may be a little ahead of this machine's clock. */
export function since(opened: string | Date, nowMs: number): string {
  const minutesAgo = Math.max(0, Math.floor((nowMs - new Date(opened).getTime()) / 60_000));
  if (minutesAgo === 0) return 'now';
  return minutesAgo < 100 ? `${minutesAgo} min` : `${Math.floor(minutesAgo / 60)} h ${String(minutesAgo % 60).padStart(2, '0')}`;
}
