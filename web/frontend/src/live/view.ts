/* What this screen wants to see; remembered on this machine. */
import { type Signal, signal } from '@preact/signals';

/** `age`: older parts are fainter; `height`: in the colours of the heights flown at. */
export type Trails = 'off' | 'age' | 'height';

export interface View {
  readonly trails: Trails;
  readonly plans: boolean;
  readonly fences: boolean;
  /** Plans and fences of the drones that are not chosen, too. */
  readonly otherPlans: boolean;
  /** Callsigns of all drones, or of those only that want looking at. */
  readonly allLabels: boolean;
  readonly airspace: boolean;
  readonly traffic: boolean;
  readonly incidents: boolean;
}

const KEY = 'airbeat-live-view-of';
const INITIAL: View = {
  trails: 'age',
  plans: true,
  fences: true,
  otherPlans: true,
  allLabels: true,
  airspace: true,
  traffic: true,
  incidents: true,
};

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

const PANELS = ['drones', 'map', 'alerts', 'details'] as const;
export type PanelName = (typeof PANELS)[number];

/** What this window is for. */
export interface Shows {
  /** One panel in a window of its own, for a further screen; `wall` for the screen that a whole room looks at. */
  readonly only: PanelName | 'wall' | null;
  /** The drone of this window, whichever is chosen in the others. */
  readonly vehicle: string | null;
}

/** `/live?show=alerts`, `/live?show=details&vehicle=UAV-07`, `/live?wall`. */
export function showsOf(search: string): Shows {
  const wanted = new URLSearchParams(search);
  const panel = PANELS.find((one) => one === wanted.get('show')) ?? null;
  return { only: wanted.has('wall') ? 'wall' : panel, vehicle: panel === 'details' ? wanted.get('vehicle') : null };
}
