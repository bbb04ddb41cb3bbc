/* How fresh the pictures are and what they cost, as the page itself sees it: for the bench, and for whoever asks. */

const STEP_MS = 5;
/** What is older than ten seconds counts as that old. */
const STEPS = 2000;

/** How many milliseconds something was, counted for a page that stays open for days. */
class Tally {
  private readonly counts = new Uint32Array(STEPS);
  private total = 0;

  add(ms: number): void {
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor(ms / STEP_MS)));
    this.counts[step] = (this.counts[step] ?? 0) + 1;
    this.total += 1;
  }

  /** Rounded up to the step's end. */
  quantile(share: number): number {
    let left = share * this.total;
    const step = this.counts.findIndex((count) => (left -= count) < 0);
    return (step + 1) * STEP_MS;
  }
}

export class Pace {
  private drawn = 0;
  private workMs = 0;
  private ages = new Tally();
  private latest = new Tally();

  /** Forgets the pictures so far. */
  begin(): void {
    [this.drawn, this.workMs, this.ages, this.latest] = [0, 0, new Tally(), new Tally()];
  }

  /** A picture of positions as old as `ages` was made in `workMs` and is on the screen, `sinceMs` after they were so old. */
  shown(ages: Float64Array, workMs: number, sinceMs: number): void {
    this.drawn += 1;
    this.workMs += workMs;
    for (const age of ages) this.ages.add(age + sinceMs);
    ages.sort();
    this.latest.add((ages[Math.floor(0.99 * ages.length)] ?? 0) + sinceMs);
  }

  /** `agePxxMs`: of every drone's age in every picture; `pictureP99Ms`: of each picture's own 99th percentile. */
  figures(): Readonly<Record<'drawn' | 'ageP50Ms' | 'ageP99Ms' | 'pictureP99Ms' | 'workMs', number>> {
    return {
      drawn: this.drawn,
      ageP50Ms: this.ages.quantile(0.5),
      ageP99Ms: this.ages.quantile(0.99),
      pictureP99Ms: this.latest.quantile(0.99),
      workMs: this.drawn > 0 ? Math.round((this.workMs / this.drawn) * 100) / 100 : 0,
    };
  }
}
