/* Beside the map: what brings drones into view, and what is under the pointer. */
import type { Signal } from '@preact/signals';

import { bearing as bearingTo, distance as metresTo } from '../map/geo';
import { metres as distance } from '../ui/format';
import { gridReference } from './grid-reference';
import type { LiveMap } from './live-map';
import type { Model } from './model';
import { PopOut } from './pop-out';
import type { View } from './view';
import { bearing } from './words';

export function MapTools({ map, model: { picture, selected, view, help, layersOpen } }: { map: LiveMap; model: Model }) {
  const measuring = map.measured.value !== null;
  const pointer = map.pointer.value;
  const chosen = selected.value === null ? undefined : picture.fleet.tracks.get(selected.value)?.state;
  const here = pointer && { lat_deg: pointer.lat, lon_deg: pointer.lng };
  const from = chosen?.lat_deg != null && chosen.lon_deg !== null ? { lat_deg: chosen.lat_deg, lon_deg: chosen.lon_deg } : null;
  return (
    <>
      <div class="map-tools">
        <button type="button" class="btn" data-testid="btn-fit-all" title="Bring all drones into view (A)" onClick={() => map.fitAll()}>
          <span class="icon icon-fit" aria-hidden="true" />
          Fit all
        </button>
        <button type="button" class="btn btn-icon" aria-label="Zoom in" onClick={() => map.zoom(1)}>
          <span class="icon icon-plus" aria-hidden="true" />
        </button>
        <button type="button" class="btn btn-icon" aria-label="Zoom out" onClick={() => map.zoom(-1)}>
          <span class="icon icon-minus" aria-hidden="true" />
        </button>
        <button type="button" class="btn btn-icon" aria-label="Measure" title="Measure on the map (R)" aria-pressed={measuring} data-testid="btn-measure" onClick={() => map.measure(!measuring)}>
          <span class="icon icon-ruler" aria-hidden="true" />
        </button>
        <Layers view={view} open={layersOpen} />
        <PopOut panel="map" />
        <button type="button" class="btn btn-icon" aria-label="Keys" title="What the keys do (?)" data-testid="btn-keys" onClick={() => (help.value = true)}>
          ?
        </button>
      </div>
      {here && (
        <output class="map-pointer" data-testid="map-pointer">
          <b>{gridReference(here) ?? 'outside the grid'}</b>
          <span>
            {here.lat_deg.toFixed(5)}, {here.lon_deg.toFixed(5)}
          </span>
          {from && chosen && (
            <span>
              {distance(metresTo(from, here))} · {bearing(bearingTo(from, here))} from {chosen.vehicle}
            </span>
          )}
        </output>
      )}
    </>
  );
}

const CHOICES: readonly (readonly [keyof View, string])[] = [
  ['allLabels', 'Callsigns of all drones'],
  ['trails', 'Trails'],
  ['otherPlans', 'Plans of all drones'],
];

function Layers({ view, open }: { view: Signal<View>; open: Signal<boolean> }) {
  return (
    <div class="layers">
      <button type="button" class="btn btn-icon" aria-label="Layers" title="What the map shows" aria-expanded={open.value} data-testid="btn-layers" onClick={() => (open.value = !open.value)}>
        <span class="icon icon-layers" aria-hidden="true" />
      </button>
      {open.value && (
        <div class="layers-list card" role="group" aria-label="Layers">
          {CHOICES.map(([key, words]) => (
            <label class="check" key={key}>
              <input type="checkbox" data-testid={`layer-${key}`} checked={view.value[key]} onChange={(event) => (view.value = { ...view.value, [key]: event.currentTarget.checked })} />
              {words}
            </label>
          ))}
        </div>
      )}
    </div>
  );
}
