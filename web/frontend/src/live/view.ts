/* What this screen wants to see; remembered on this machine. */
import { type Signal, signal } from '@preact/signals';

export interface View {
  readonly trails: boolean;
  /** Fences and paths of the drones that are not chosen. */
  readonly otherPlans: boolean;
  /** Callsigns of all drones, or of those only that want looking at. */
  readonly allLabels: boolean;
}

const KEY = 'airbeat-live-layers';
const INITIAL: View = { trails: true, otherPlans: true, allLabels: true };

export function rememberedView(): Signal<View> {
  const view = signal<View>({ ...INITIAL, ...stored() });
  view.subscribe((value) => localStorage.setItem(KEY, JSON.stringify(value)));
  return view;
}

function stored(): Partial<View> {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<View> | null) ?? {};
  } catch {
    return {};
  }
}

/** `/live?show=alerts` is one panel in a window of its own, for a further screen. */
export const PANELS = ['drones', 'map', 'alerts', 'details'] as const;
export type PanelName = (typeof PANELS)[number];

export function onlyPanel(search: string): PanelName | null {
  const wanted = new URLSearchParams(search).get('show');
  return PANELS.find((panel) => panel === wanted) ?? null;
}
