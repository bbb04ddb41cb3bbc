/* How fresh the picture is and what it costs, as the page itself sees it: for the bench, and for whoever asks. */

const KEPT = 400;

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

export class Pace {
  private drawn = 0;
  /** Of the latest pictures: the median and the 99th percentile of the drones' ages when they were on the screen. */
  private readonly kept: { readonly p50: number; readonly p99: number; readonly workMs: number }[] = [];

  /** A picture of positions as old as `ages` was made in `workMs` and is on the screen, `sinceMs` after they were so old. */
  shown(ages: number[], workMs: number, sinceMs: number): void {
    ages.sort((a, b) => a - b);
    this.drawn += 1;
    this.kept.push({ p50: quantile(ages, 0.5) + sinceMs, p99: quantile(ages, 0.99) + sinceMs, workMs });
    if (this.kept.length > KEPT) this.kept.shift();
  }

  /** `agePxxMs`: over the kept pictures, the median of the medians and the 99th percentile of the 99th percentiles. */
  figures(): { readonly drawn: number; readonly ageP50Ms: number; readonly ageP99Ms: number; readonly workMs: number } {
    const sorted = (key: 'p50' | 'p99' | 'workMs'): number[] => this.kept.map((one) => one[key]).sort((a, b) => a - b);
    return {
      drawn: this.drawn,
      ageP50Ms: Math.round(quantile(sorted('p50'), 0.5)),
      ageP99Ms: Math.round(quantile(sorted('p99'), 0.99)),
      workMs: Math.round(quantile(sorted('workMs'), 0.5) * 100) / 100,
    };
  }
}
