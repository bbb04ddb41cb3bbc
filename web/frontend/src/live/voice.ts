/* Alerts spoken by the browser's own voice, for whoever looks elsewhere. Each operator chooses alone. */
import { type ReadonlySignal, signal } from '@preact/signals';

import type { Severity } from './alerts';

export type Spoken = 'none' | 'critical' | 'all';

const ORDER: readonly Spoken[] = ['none', 'critical', 'all'];
/** More than this waiting to be said is late before it is heard: the rest is on the screen. */
const MOST_WAITING = 3;

export class Voice {
  private readonly _spoken = signal<Spoken>('none');
  private readonly _available = signal(false);
  private readonly key: string;
  private waiting = 0;

  constructor(username: string) {
    this.key = `airbeat-voice-${username}`;
    const kept = localStorage.getItem(this.key);
    this._spoken.value = ORDER.find((one) => one === kept) ?? 'none';
    if (!('speechSynthesis' in window)) return;
    const look = (): void => void (this._available.value = speechSynthesis.getVoices().length > 0);
    speechSynthesis.addEventListener('voiceschanged', look);
    look();
  }

  get spoken(): ReadonlySignal<Spoken> {
    return this._spoken;
  }

  /** Whether this machine has a voice at all. */
  get available(): ReadonlySignal<boolean> {
    return this._available;
  }

  /** None, critical ones, all, and round again; says so aloud. */
  next(): void {
    const spoken = ORDER[(ORDER.indexOf(this._spoken.value) + 1) % ORDER.length] ?? 'none';
    this._spoken.value = spoken;
    localStorage.setItem(this.key, spoken);
    if (this._available.value) speechSynthesis.cancel();
    this.waiting = 0;
    if (spoken !== 'none') this.speak(spoken === 'all' ? 'All alerts are spoken.' : 'Critical alerts are spoken.');
  }

  say(vehicle: string, severity: Severity, text: string): void {
    const { value: spoken } = this._spoken;
    if (spoken === 'none' || (spoken === 'critical' && severity !== 'critical') || this.waiting >= MOST_WAITING) return;
    this.speak(`${severity === 'critical' ? 'Critical' : 'Warning'}. ${speakable(`${vehicle}. ${text}`)}`);
  }

  private speak(words: string): void {
    if (!this._available.value) return;
    const said = new SpeechSynthesisUtterance(words);
    said.lang = 'en-GB';
    this.waiting += 1;
    const done = (): void => void (this.waiting = Math.max(0, this.waiting - 1));
    said.addEventListener('end', done);
    said.addEventListener('error', done);
    speechSynthesis.speak(said);
  }
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/(\d) ?m\/s\b/g, '$1 metres a second'],
  [/(\d) ?km\b/g, '$1 kilometres'],
  [/(\d) ?min\b/g, '$1 minutes'],
  [/(\d) ?m\b/g, '$1 metres'],
  [/(\d) ?s\b/g, '$1 seconds'],
  [/(\d) ?%/g, '$1 per cent'],
  [/(\d) ?°/g, '$1 degrees'],
];

/** The sentence as one would read it out: units in full, a callsign letter by letter and figure by figure. */
export function speakable(text: string): string {
  const words = text.replace(/\b([A-Z]{2,})-(\d+)\b/g, (_, letters: string, figures: string) => `${[...letters].join(' ')} ${[...figures].join(' ')}`);
  return UNITS.reduce((said, [unit, full]) => said.replace(unit, full), words);
}
