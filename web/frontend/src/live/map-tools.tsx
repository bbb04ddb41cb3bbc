/* Beside the map: what brings drones into view, and what is under the pointer. */
import type { ReadonlySignal } from '@preact/signals';

import { bearing as bearingTo, distance as metresTo } from '../map/geo';
import { metres as distance } from '../ui/format';
import { gridReference } from './grid-reference';
import type { LiveMap } from './live-map';
import type { Watch } from './watch';
import { bearing } from './words';

export function MapTools({ map, watch, selected }: { map: LiveMap; watch: Watch; selected: ReadonlySignal<string | null> }) {
  const pointer = map.pointer.value;
  const chosen = selected.value === null ? undefined : watch.fleet.tracks.get(selected.value)?.state;
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
