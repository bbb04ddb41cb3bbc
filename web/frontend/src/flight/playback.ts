/* Time runs again: the cursor moves by itself, at a chosen multiple of real time. */
import { effect, type Signal, signal } from '@preact/signals';

import type { Window } from '../charts/series';

export const SPEEDS = [1, 2, 5, 10, 30, 60] as const;

export class Playback {
  readonly playing = signal(false);
  readonly speed = signal<number>(10);

  constructor(
    private readonly cursor: Signal<number>,
    private readonly whole: Window,
  ) {
    effect(() => {
      if (this.playing.value) this.run();
    });
  }

  toggle(): void {
    if (!this.playing.value && this.cursor.value >= this.whole.to) this.cursor.value = this.whole.from;
    this.playing.value = !this.playing.value;
  }

  private run(): void {
    let before: number | null = null;
    const step = (now: number): void => {
      if (!this.playing.peek()) return;
      if (before !== null) {
        const next = this.cursor.peek() + ((now - before) / 1000) * this.speed.peek();
        this.cursor.value = Math.min(next, this.whole.to);
        if (next >= this.whole.to) this.playing.value = false;
      }
      before = now;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }
}
