/* Whether alerts are heard here, and whether they are spoken: never in doubt, one touch to change. */
import type { Picture } from './picture';
import type { Alarm, SoundState } from './sound';
import type { Voice } from './voice';

const WORDS: Readonly<Record<SoundState, string>> = {
  on: 'Sound on',
  blocked: 'No sound: touch here',
  elsewhere: 'Sound in another window',
  muted: 'Sound off',
};
const TITLES: Readonly<Record<SoundState, string>> = {
  on: 'Quieten the alarm for ten minutes (M)',
  blocked: 'The browser lets a page sound only after a touch or a key',
  elsewhere: 'Another window of this browser sounds the alarm',
  muted: 'Sound comes back by itself; press for now (M)',
};

export function SoundButton({ alarm, picture }: { alarm: Alarm; picture: Picture }) {
  void picture.watch.tick.value;
  const state = alarm.state.value;
  const until = alarm.mutedUntil.value;
  const left = until === null ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000));
  return (
    <button
      type="button"
      class={`btn sound sound-${state}`}
      data-testid="btn-sound"
      data-state={state}
      aria-pressed={state === 'muted'}
      title={TITLES[state]}
      onClick={() => state !== 'blocked' && alarm.toggle()}
    >
      <span class="icon icon-bell" aria-hidden="true" />
      {WORDS[state]}
      {state === 'muted' && ` ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`}
    </button>
  );
}

const SPOKEN = { none: 'Not spoken', critical: 'Critical spoken', all: 'All spoken' } as const;

export function VoiceButton({ voice }: { voice: Voice }) {
  const spoken = voice.spoken.value;
  const mute = spoken !== 'none' && !voice.available.value;
  return (
    <button
      type="button"
      class={`btn voice ${mute ? 'sound-blocked' : ''}`}
      data-testid="btn-voice"
      data-spoken={spoken}
      aria-pressed={spoken !== 'none'}
      title="Which alerts are spoken: none, critical ones, all (V)"
      onClick={() => voice.next()}
    >
      {mute ? 'No voice on this machine' : SPOKEN[spoken]}
    </button>
  );
}
