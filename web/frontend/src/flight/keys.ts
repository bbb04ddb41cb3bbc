/* Keys of the flight page: space plays, arrows step, plus and minus change the speed, 0 shows the whole flight. */
import type { Review } from './review';
import { SPEEDS } from './playback';

const STEP_S = 1;
const LONG_STEP_S = 10;

export function attachKeys({ playback, shared }: Review): void {
  const step = (by: number): void => {
    const { cursor, whole } = shared;
    cursor.value = Math.max(whole.from, Math.min(whole.to, cursor.value + by));
  };
  const faster = (by: 1 | -1): void => {
    const next = SPEEDS[SPEEDS.findIndex((speed) => speed === playback.speed.value) + by];
    if (next !== undefined) playback.speed.value = next;
  };
  const actions: Readonly<Record<string, (event: KeyboardEvent) => void>> = {
    ' ': () => playback.toggle(),
    ArrowRight: ({ shiftKey }) => step(shiftKey ? LONG_STEP_S : STEP_S),
    ArrowLeft: ({ shiftKey }) => step(-(shiftKey ? LONG_STEP_S : STEP_S)),
    '+': () => faster(1),
    '-': () => faster(-1),
    '0': () => void (shared.window.value = shared.whole),
  };
  document.addEventListener('keydown', (event) => {
    const action = actions[event.key];
    const target = event.target as HTMLElement;
    if (!action || event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, button, .maplibregl-canvas')) return;
    event.preventDefault();
    action(event);
  });
}
