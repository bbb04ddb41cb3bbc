/* One picture after the other: what is to be done for the next one waits until the former is on the screen, and then
   takes the newest there is. A slow machine makes fewer pictures, each of what is true when it is begun. */

/** What comes ten times a second is drawn ten times a second, and soon after it comes, also when something else was
    drawn shortly before. */
const LEAST_MS = 70;
/** The positions of one moment come in many messages: the picture is begun when no more of them have come for so long, */
const QUIET_MS = 10;
/** and at the latest so long after the first of them. */
const GATHER_MS = 60;
/** What does not mind waits so long for somebody else's turn. */
const SOON_MS = 150;
/** A page in the background is given no frames to draw in, but goes on. */
const HIDDEN_MS = 250;
/** What is new is taken in after this long, even while a picture is still on its way: words do not wait for pictures. */
const PATIENCE_MS = 400;

export class Turns {
  private readonly takes = new Set<() => void>();
  private readonly draws = new Set<() => void>();
  private begun = -Infinity;
  private took = -Infinity;
  private gathersUntil = -Infinity;
  private held = 0;
  private due = false;
  private late: ReturnType<typeof setTimeout> | undefined;

  /** `work` brings in what is new; it is done once in the next turn, before anything is drawn. */
  take(work: () => void): void {
    this.takes.add(work);
    this.took = performance.now();
    this.wake();
  }

  /** As `take`, but in a turn of its own only where no other comes soon: that would put off the next one. */
  join(work: () => void): void {
    this.takes.add(work);
    setTimeout(() => this.wake(), SOON_MS);
  }

  /** `work` is done once in the next turn, when all is taken in. */
  draw(work: () => void): void {
    this.draws.add(work);
    this.wake();
  }

  /** Nothing more is drawn before `through` is settled. */
  hold(through: Promise<void>): void {
    this.held += 1;
    void through.finally(() => {
      this.held -= 1;
      this.wake();
    });
  }

  private wake(): void {
    if (this.due || this.takes.size + this.draws.size === 0) return;
    if (this.held > 0) {
      if (this.takes.size > 0) this.late ??= setTimeout(() => this.begin(), PATIENCE_MS);
    } else this.begin();
  }

  private begin(): void {
    clearTimeout(this.late);
    this.late = undefined;
    if (this.due) return;
    this.due = true;
    const now = performance.now();
    const first = Math.max(now + QUIET_MS, this.begun + LEAST_MS);
    this.gathersUntil = Math.max(now + GATHER_MS, first);
    setTimeout(() => this.ready(), first - now);
  }

  private ready(): void {
    const waitMs = Math.min(this.took + QUIET_MS, this.gathersUntil) - performance.now();
    if (waitMs > 0) {
      setTimeout(() => this.ready(), waitMs);
      return;
    }
    const frame = requestAnimationFrame(() => {
      clearTimeout(timer);
      this.run(this.held === 0);
    });
    const timer = setTimeout(() => {
      cancelAnimationFrame(frame);
      this.run(false);
    }, HIDDEN_MS);
  }

  private run(draw: boolean): void {
    this.begun = performance.now();
    try {
      for (const works of draw ? [this.takes, this.draws] : [this.takes]) {
        const now = [...works];
        works.clear();
        for (const work of now) work();
      }
    } finally {
      this.due = false;
      this.wake();
    }
  }
}
