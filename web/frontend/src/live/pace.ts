/* How fresh the pictures are and what they cost, as the page itself sees it, for whoever asks: the event `pace` on the map
   asks for a time to come, so that nobody has to be attached to the page meanwhile. */

/** From so long after the asking, for so long. */
export interface Asked {
  readonly afterMs: number;
  readonly forMs: number;
}

const STEP_MS = 5;
/** What is older than ten seconds counts as that old. */
const STEPS = 2000;

/** How many milliseconds something was, counted for a page that stays open for days. */
class Tally {
  private readonly times = new Uint32Array(STEPS);
  private total = 0;

  add(ms: number): void {
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor(ms / STEP_MS)));
    this.times[step] = (this.times[step] ?? 0) + 1;
    this.total += 1;
  }

  /** Rounded up to the step's end. */
  quantile(share: number): number {
    let left = share * this.total;
    const step = this.times.findIndex((times) => (left -= times) < 0);
    return (step + 1) * STEP_MS;
  }
}

export class Pace {
  private from = Infinity;
  private until = -Infinity;
  private drawn = 0;
  private lastMs = 0;
  private gapMs = 0;
  private workMs = 0;
  private ages = new Tally();
  private latest = new Tally();

  /** Forgets the pictures so far. */
  ask({ afterMs, forMs }: Asked): void {
    this.from = performance.now() + afterMs;
    this.until = this.from + forMs;
    [this.drawn, this.lastMs, this.gapMs, this.workMs] = [0, this.from, 0, 0];
    [this.ages, this.latest] = [new Tally(), new Tally()];
  }

  /** Whether a picture that is made now counts. */
  get counts(): boolean {
    const now = performance.now();
    return now >= this.from && now < this.until;
  }

  /** A picture of positions as old as `ages` was made in `workMs` and is on the screen, `sinceMs` after they were so old. */
  shown(ages: Float64Array, workMs: number, sinceMs: number): void {
    const now = performance.now();
    this.drawn += 1;
    this.gapMs = Math.max(this.gapMs, now - this.lastMs);
    this.lastMs = now;
    this.workMs += workMs;
    for (const age of ages) this.ages.add(age + sinceMs);
    ages.sort();
    this.latest.add((ages[Math.floor(0.99 * ages.length)] ?? 0) + sinceMs);
  }

  /** `agePxxMs`: of every drone's age in every picture; `pictureP99Ms`: of each picture's own 99th percentile; `gapMs`: the
      longest that no picture came. */
  figures(): Readonly<Record<'drawn' | 'gapMs' | 'ageP50Ms' | 'ageP99Ms' | 'pictureP99Ms' | 'workMs', number>> {
    return {
      drawn: this.drawn,
      gapMs: Math.round(this.gapMs),
      ageP50Ms: this.ages.quantile(0.5),
      ageP99Ms: this.ages.quantile(0.99),
      pictureP99Ms: this.latest.quantile(0.99),
      workMs: this.drawn > 0 ? Math.round((this.workMs / this.drawn) * 100) / 100 : 0,
    };
  }
}
