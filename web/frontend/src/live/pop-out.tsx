/* Panels in windows of their own, for a room with several screens. What is chosen in one is chosen in all. */
import type { Signal } from '@preact/signals';

import type { PanelName } from './view';

const WORDS: Readonly<Record<PanelName, string>> = { drones: 'the list', map: 'the map', alerts: 'the alerts', details: 'the details' };

/** `vehicle`: a window that stays with this drone, whichever is chosen. */
function address(panel: PanelName, vehicle?: string): { readonly href: string; readonly target: string } {
  const query = new URLSearchParams({ show: panel, ...(vehicle === undefined ? {} : { vehicle }) });
  return { href: `/live?${query}`, target: `airbeat-${panel}${vehicle === undefined ? '' : `-${vehicle}`}` };
}

export function openWindow(panel: PanelName, vehicle?: string): void {
  const { href, target } = address(panel, vehicle);
  window.open(href, target, 'popup');
}

export function PopOut({ panel, vehicle }: { panel: PanelName; vehicle?: string }) {
  const words = `Open ${WORDS[panel]} in a window of ${panel === 'details' ? 'their' : 'its'} own`;
  const props = address(panel, vehicle);
  return (
    <a class="btn btn-quiet btn-icon pop-out" {...props} title={words} aria-label={words} data-testid={`pop-out-${panel}`}>
      <span class="icon icon-panel" aria-hidden="true" />
    </a>
  );
}

/** Keeps `selected` the same in all live windows of this browser. */
export function shareSelection(selected: Signal<string | null>): void {
  const channel = new BroadcastChannel('airbeat-live-selection');
  channel.addEventListener('message', ({ data }) => (selected.value = data as string | null));
  let first = true;
  selected.subscribe((vehicle) => {
    if (!first) channel.postMessage(vehicle);
    first = false;
  });
}
