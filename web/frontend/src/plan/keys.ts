/* Keys of the plan page. A key typed into a field is the field's. */
import { finishDrawing, removeSelected, stepBack } from './pointer';
import type { Store, Tool } from './store';

const TOOLS: Readonly<Record<string, Tool>> = {
  w: 'waypoint',
  t: 'takeoff',
  l: 'land',
  h: 'home',
  r: 'rally',
  v: 'select',
};

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
}

export function attachKeys(store: Store): () => void {
  const listener = (event: KeyboardEvent): void => {
    if (isField(event.target)) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === 'y' || (key === 'z' && event.shiftKey)) store.redo();
      else if (key === 'z') store.undo();
      else return;
    } else if (key === 'escape') {
      if (store.tool.value === 'select') store.selection.value = null;
      store.choose('select');
    } else if (key === 'enter' && store.drawing.value) finishDrawing(store);
    else if ((key === 'backspace' || key === 'delete') && store.drawing.value) stepBack(store);
    else if (key === 'backspace' || key === 'delete') removeSelected(store);
    else if (store.rights.value.edit && TOOLS[key] && !event.altKey) store.choose(TOOLS[key]);
    else return;
    event.preventDefault();
  };
  window.addEventListener('keydown', listener);
  return () => window.removeEventListener('keydown', listener);
}
