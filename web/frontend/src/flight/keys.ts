/* Keys of the flight page: space plays, arrows step, plus and minus change the speed, 0 shows the whole flight; R
   measures on the map, V asks what the camera saw, Escape ends either; Enter on the map presses in its middle. */
import type { Review } from './review';
import { SPEEDS } from './playback';

const STEP_S = 1;
const LONG_STEP_S = 10;

export function attachKeys({ playback, shared, deeds }: Review): void {
  const step = (by: number): void => {
    const { cursor, whole } = shared;
    cursor.value = Math.max(whole.from, Math.min(whole.to, cursor.value + by));
  };
  const faster = (by: 1 | -1): void => {
    const next = SPEEDS[SPEEDS.findIndex((speed) => speed === playback.speed.value) + by];
    if (next !== undefined) playback.speed.value = next;
  };
  const onMap: Readonly<Record<string, () => void>> = {
    r: () => deeds.choose('measure'),
    v: () => deeds.choose('seen'),
    Escape: () => deeds.choose('move'),
  };
  const onTime: Readonly<Record<string, (event: KeyboardEvent) => void>> = {
    ' ': () => playback.toggle(),
    ArrowRight: ({ shiftKey }) => step(shiftKey ? LONG_STEP_S : STEP_S),
    ArrowLeft: ({ shiftKey }) => step(-(shiftKey ? LONG_STEP_S : STEP_S)),
    '+': () => faster(1),
    '-': () => faster(-1),
    '0': () => void (shared.window.value = shared.whole),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const types = target.closest('input:not([type=range]), textarea, select') !== null;
    // Arrows, plus and minus move the map, or what a control holds, where that has the focus.
    const holds = target.closest('input, textarea, select, button, .maplibregl-canvas') !== null;
    const action = types ? undefined : (onMap[event.key] ?? (holds ? undefined : onTime[event.key]));
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}
