/* One finger or the mouse moves the cursor, two fingers or the wheel zoom, two fingers or Shift and the wheel pan,
   a double press shows all again. */
import type uPlot from 'uplot';

import type { Shared } from './Chart';
import { panned, zoomed } from './series';

const WHEEL_STEP = 1.0015;
const DOUBLE_MS = 350;

export function attachGestures(plot: uPlot, { cursor, window, whole }: Shared): () => void {
  const area = plot.over;
  const fingers = new Map<number, number>();
  let lastPress = -Infinity;
  const timeAt = (clientX: number): number => plot.posToVal(clientX - area.getBoundingClientRect().left, 'x');
  const moveCursor = (clientX: number): void => {
    cursor.value = Math.max(whole.from, Math.min(whole.to, timeAt(clientX)));
  };

  const down = (event: PointerEvent): void => {
    fingers.set(event.pointerId, event.clientX);
    const isDouble = event.timeStamp - lastPress < DOUBLE_MS && fingers.size === 1;
    lastPress = event.timeStamp;
    if (isDouble) window.value = whole;
    moveCursor(event.clientX);
  };
  const move = (event: PointerEvent): void => {
    if (fingers.size === 2 && fingers.has(event.pointerId)) {
      const [a, b] = [...fingers.values()] as [number, number];
      fingers.set(event.pointerId, event.clientX);
      const [c, d] = [...fingers.values()] as [number, number];
      const before = Math.max(24, Math.abs(a - b));
      const after = Math.max(24, Math.abs(c - d));
      const turned = panned(window.value, timeAt((a + b) / 2) - timeAt((c + d) / 2), whole);
      window.value = zoomed(turned, timeAt((c + d) / 2), before / after, whole);
    } else if (fingers.size < 2) moveCursor(event.clientX);
  };
  const up = (event: PointerEvent): void => void fingers.delete(event.pointerId);
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const width = window.value.to - window.value.from;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      window.value = panned(window.value, ((event.deltaX || event.deltaY) / area.clientWidth) * width, whole);
    } else window.value = zoomed(window.value, timeAt(event.clientX), WHEEL_STEP ** event.deltaY, whole);
  };
  area.addEventListener('pointerdown', down);
  area.addEventListener('pointermove', move);
  area.addEventListener('pointerup', up);
  area.addEventListener('pointercancel', up);
  area.addEventListener('pointerleave', up);
  area.addEventListener('wheel', wheel, { passive: false });
  return () => {
    area.removeEventListener('pointerdown', down);
    area.removeEventListener('pointermove', move);
    area.removeEventListener('pointerup', up);
    area.removeEventListener('pointercancel', up);
    area.removeEventListener('pointerleave', up);
    area.removeEventListener('wheel', wheel);
  };
}
