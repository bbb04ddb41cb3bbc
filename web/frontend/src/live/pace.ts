/* How fresh the picture is and what it costs, as the page itself sees it: for the bench, and for whoever asks. */

const KEPT = 400;

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

export class Pace {
  private drawn = 0;
  private waiting: { readonly ages: readonly number[]; readonly atMs: number } | null = null;
  /** Of the latest pictures: the median and the 99th percentile of the drones' ages when they were on the screen. */
  private readonly shown: { readonly p50: number; readonly p99: number; readonly workMs: number }[] = [];
  private workMs = 0;

  /** A picture was handed to the map, made in `workMs` from positions as old as `ages` at `atMs`. */
  handed(ages: number[], atMs: number, workMs: number): void {
    this.waiting ??= { ages: ages.sort((a, b) => a - b), atMs };
    this.workMs = workMs;
  }

  /** The map has drawn: what was handed to it is on the screen now. */
  rendered(atMs: number): void {
    if (!this.waiting) return;
    const since = atMs - this.waiting.atMs;
    this.drawn += 1;
    this.shown.push({
      p50: quantile(this.waiting.ages, 0.5) + since,
      p99: quantile(this.waiting.ages, 0.99) + since,
      workMs: this.workMs,
    });
    if (this.shown.length > KEPT) this.shown.shift();
    this.waiting = null;
  }

  /** `agePxxMs`: over the kept pictures, the median of the medians and the 99th percentile of the 99th percentiles. */
  figures(): { readonly drawn: number; readonly ageP50Ms: number; readonly ageP99Ms: number; readonly workMs: number } {
    const sorted = (key: 'p50' | 'p99' | 'workMs'): number[] => this.shown.map((one) => one[key]).sort((a, b) => a - b);
    return {
      drawn: this.drawn,
      ageP50Ms: Math.round(quantile(sorted('p50'), 0.5)),
      ageP99Ms: Math.round(quantile(sorted('p99'), 0.99)),
      workMs: Math.round(quantile(sorted('workMs'), 0.5) * 100) / 100,
    };
  }
}
