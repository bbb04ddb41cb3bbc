/* Columns over one clock, as charts, cursor and map read them. */

/** Index of the last row at or before `time`; -1 before the first. `times` ascend. */
export function indexAt(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const SILENCE_S = 3;

/** A longer step than this is a silence: seconds, or ten of the usual steps where the columns were thinned. */
export function longestStep(times: readonly number[]): number {
  const steps = times.slice(1).map((time, index) => time - (times[index] as number));
  steps.sort((a, b) => a - b);
  return Math.max(SILENCE_S, 10 * (steps[steps.length >> 1] ?? 0));
}

/** The same columns with a row of nulls in every silence, so that no line is drawn across it. */
export function withGaps(
  times: readonly number[],
  columns: readonly (readonly (number | null)[])[],
): [number[], ...(number | null)[][]] {
  const longest = longestStep(times);
  const outTimes: number[] = [];
  const out: (number | null)[][] = columns.map(() => []);
  for (const [row, time] of times.entries()) {
    const before = times[row - 1];
    if (before !== undefined && time - before > longest) {
      outTimes.push((before + time) / 2);
      for (const column of out) column.push(null);
    }
    outTimes.push(time);
    for (const [at, column] of out.entries()) column.push(columns[at]?.[row] ?? null);
  }
  return [outTimes, ...out];
}

/** A line: ascending times, and the value at each. */
export type Line = readonly [times: readonly number[], values: readonly (number | null)[]];

/** `coarse` with `fine` in its place from the first to the last time of `fine`. */
export function spliced([times, values]: Line, [fineTimes, fineValues]: Line): [number[], (number | null)[]] {
  if (fineTimes.length === 0) return [[...times], [...values]];
  const before = indexAt(times, (fineTimes[0] as number) - 1e-6) + 1;
  const behind = indexAt(times, fineTimes.at(-1) as number) + 1;
  return [
    [...times.slice(0, before), ...fineTimes, ...times.slice(behind)],
    [...values.slice(0, before), ...fineValues, ...values.slice(behind)],
  ];
}

/** Least and greatest known value; null for a column without any. */
export function rangeOf(values: readonly (number | null)[]): readonly [number, number] | null {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (value === null) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return least <= greatest ? [least, greatest] : null;
}

export interface Window {
  readonly from: number;
  readonly to: number;
}

/** `factor` under 1 zooms in about `centre`; never out of `whole`, never closer than a second. */
export function zoomed(window: Window, centre: number, factor: number, whole: Window): Window {
  const width = Math.min(whole.to - whole.from, Math.max(1, (window.to - window.from) * factor));
  const share = (centre - window.from) / (window.to - window.from);
  return within(centre - share * width, width, whole);
}

export function panned(window: Window, by: number, whole: Window): Window {
  return within(window.from + by, window.to - window.from, whole);
}

function within(from: number, width: number, whole: Window): Window {
  const start = Math.max(whole.from, Math.min(whole.to - width, from));
  return { from: start, to: start + width };
}
