/* The alarm: heard when a critical alert is new, and again while one waits. It can be quietened, never for good. */
import { type ReadonlySignal, signal } from '@preact/signals';

export type SoundState = 'on' | 'muted' | 'blocked';

const MUTE_MS = 10 * 60_000;
const REPEAT_MS = 15_000;
/** Two rising notes, twice: told apart from a telephone, a door and a radio. */
const NOTES = [
  { at: 0, hz: 784 },
  { at: 0.16, hz: 1047 },
  { at: 0.42, hz: 784 },
  { at: 0.58, hz: 1047 },
] as const;
const NOTE_S = 0.13;
const LOUDNESS = 0.25;

export class Alarm {
  private readonly _state = signal<SoundState>('blocked');
  private readonly _mutedUntil = signal<number | null>(null);
  private readonly context = new AudioContext();
  private soundedAt = -Infinity;

  constructor() {
    const follow = (): void => {
      if (this._mutedUntil.value !== null) this._state.value = 'muted';
      else this._state.value = this.context.state === 'running' ? 'on' : 'blocked';
    };
    this.context.addEventListener('statechange', follow);
    this._mutedUntil.subscribe(follow);
    // Browsers allow sound only after the first touch or key.
    const allow = (): void => void this.context.resume();
    window.addEventListener('pointerdown', allow);
    window.addEventListener('keydown', allow);
    allow();
  }

  get state(): ReadonlySignal<SoundState> {
    return this._state;
  }

  /** `Date.now()` at which the sound comes back by itself; null while it is not muted. */
  get mutedUntil(): ReadonlySignal<number | null> {
    return this._mutedUntil;
  }

  toggle(): void {
    this._mutedUntil.value = this._mutedUntil.value === null ? Date.now() + MUTE_MS : null;
  }

  /** Call it often: sounds at once for a new critical alert, else now and then while `waiting` of them do. */
  watch(waiting: number, isNew: boolean): void {
    const until = this._mutedUntil.value;
    if (until !== null && Date.now() >= until) this._mutedUntil.value = null;
    if (waiting === 0) return;
    if (isNew || performance.now() - this.soundedAt > REPEAT_MS) this.sound();
  }

  private sound(): void {
    this.soundedAt = performance.now();
    if (this._state.value !== 'on') return;
    for (const note of NOTES) {
      const start = this.context.currentTime + note.at;
      const oscillator = new OscillatorNode(this.context, { frequency: note.hz, type: 'triangle' });
      const gain = new GainNode(this.context, { gain: 0 });
      gain.gain.setTargetAtTime(LOUDNESS, start, 0.008);
      gain.gain.setTargetAtTime(0, start + NOTE_S - 0.03, 0.012);
      oscillator.connect(gain).connect(this.context.destination);
      oscillator.start(start);
      oscillator.stop(start + NOTE_S + 0.05);
    }
  }
}
