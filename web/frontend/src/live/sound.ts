/* The alarm: heard when an alert is new, and again while a critical one waits. It can be quietened, never for good.
   Of several windows of one browser only one sounds: the first that may. */
import { type ReadonlySignal, signal } from '@preact/signals';

import type { Severity } from './alerts';

/** `blocked`: the browser wants a touch or a key first. `elsewhere`: another window sounds. */
export type SoundState = 'on' | 'muted' | 'blocked' | 'elsewhere';

const MUTE_MS = 10 * 60_000;
const REPEAT_MS = 15_000;
/** Alerts that come together are one sound, not that many on top of one another. */
const TOGETHER_MS = 800;
/** Two rising notes, twice: told apart from a telephone, a door and a radio. */
const CRITICAL = [
  { at: 0, hz: 784 },
  { at: 0.16, hz: 1047 },
  { at: 0.42, hz: 784 },
  { at: 0.58, hz: 1047 },
] as const;
/** One low note: look when there is time. */
const WARNING = [{ at: 0, hz: 523 }] as const;
const NOTE_S = 0.13;
const LOUDNESS = 0.25;

export class Alarm {
  private readonly _state = signal<SoundState>('blocked');
  private readonly _mutedUntil = signal<number | null>(null);
  private readonly context = new AudioContext();
  private readonly ours = signal(false);
  private claiming = false;
  private soundedAt = -Infinity;
  private sounded: typeof CRITICAL | typeof WARNING = WARNING;

  constructor() {
    const follow = (): void => {
      if (this._mutedUntil.value !== null) this._state.value = 'muted';
      else if (this.context.state !== 'running') this._state.value = 'blocked';
      else this._state.value = this.ours.value ? 'on' : 'elsewhere';
    };
    this.context.addEventListener('statechange', () => {
      if (this.context.state === 'running') this.claim();
      follow();
    });
    this._mutedUntil.subscribe(follow);
    this.ours.subscribe(follow);
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

  /** For a new alert. */
  raise(severity: Severity): void {
    const notes = severity === 'critical' ? CRITICAL : WARNING;
    if (performance.now() - this.soundedAt < TOGETHER_MS && (notes === this.sounded || notes === WARNING)) return;
    this.sound(notes);
  }

  /** Call it often: sounds now and then while `critical` alerts wait, and ends a muting that has lasted long enough. */
  remind(critical: number): void {
    const until = this._mutedUntil.value;
    if (until !== null && Date.now() >= until) this._mutedUntil.value = null;
    if (critical > 0 && performance.now() - this.soundedAt > REPEAT_MS) this.sound(CRITICAL);
  }

  /** Waits for its turn to be the window that sounds; keeps it until the window is closed. */
  private claim(): void {
    if (this.ours.value || this.claiming) return;
    this.claiming = true;
    // Locks are for secure contexts; without one each window sounds.
    if (!window.isSecureContext) return void (this.ours.value = true);
    void navigator.locks.request('airbeat-sound', () => {
      this.ours.value = true;
      return new Promise(() => undefined);
    });
  }

  private sound(notes: typeof CRITICAL | typeof WARNING): void {
    this.soundedAt = performance.now();
    this.sounded = notes;
    if (this._state.value !== 'on') return;
    for (const note of notes) {
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
