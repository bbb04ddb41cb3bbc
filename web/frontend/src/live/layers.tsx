/* What the map shows, chosen once and remembered on this machine. */
import type { Signal } from '@preact/signals';

import { HEIGHT_BANDS } from './trail';
import type { Trails, View } from './view';

type Switch = Exclude<keyof View, 'trails'>;

const SWITCHES: readonly (readonly [Switch, string])[] = [
  ['allLabels', 'Callsigns of all drones'],
  ['plans', 'Plans'],
  ['fences', 'Geofences'],
  ['otherPlans', 'Of all drones, not only the chosen one'],
  ['airspace', 'Airspace'],
  ['traffic', 'Other aircraft'],
  ['incidents', 'Incidents'],
];

const TRAILS: readonly (readonly [Trails, string])[] = [
  ['off', 'No trails'],
  ['age', 'By age'],
  ['height', 'By height'],
];

/** Of these a guest is told nothing. */
const NOT_FOR_GUESTS: ReadonlySet<Switch> = new Set(['traffic', 'incidents']);

export function Layers({ view, open, guest }: { view: Signal<View>; open: Signal<boolean>; guest: boolean }) {
  const change = (change: Partial<View>): void => void (view.value = { ...view.value, ...change });
  return (
    <div class="layers">
      <button type="button" class="btn btn-icon" aria-label="Layers" title="What the map shows (Y)" aria-expanded={open.value} data-testid="btn-layers" onClick={() => (open.value = !open.value)}>
        <span class="icon icon-layers" aria-hidden="true" />
      </button>
      {open.value && (
        <div class="layers-list card" role="group" aria-label="Layers">
          {SWITCHES.filter(([key]) => !guest || !NOT_FOR_GUESTS.has(key)).map(([key, words]) => (
            <label class="check" key={key}>
              <input type="checkbox" data-testid={`layer-${key}`} checked={view.value[key]} onChange={(event) => change({ [key]: event.currentTarget.checked })} />
              {words}
            </label>
          ))}
          <div class="layers-trails" role="group" aria-label="Trails">
            {TRAILS.map(([key, words]) => (
              <button type="button" class="btn" key={key} aria-pressed={view.value.trails === key} data-testid={`trails-${key}`} onClick={() => change({ trails: key })}>
                {words}
              </button>
            ))}
          </div>
          {view.value.trails === 'height' && (
            <ol class="height-legend" aria-label="Metres above home">
              {HEIGHT_BANDS.map((from, band) => (
                <li key={from} class={`height-band-${band + 1}`}>
                  {from}
                </li>
              ))}
              <li>m</li>
            </ol>
          )}
        </div>
      )}
    </div>
  );
}
