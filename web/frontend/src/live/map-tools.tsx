/* Beside the map: what brings drones into view, and what is under the pointer. */
import { bearing as bearingTo, distance as metresTo } from '../map/geo';
import { bearing, metres as distance } from '../ui/format';
import { PlaceSearch } from '../ui/PlaceSearch';
import { gridReference } from './grid-reference';
import { Layers } from './layers';
import type { LiveMap } from './live-map';
import type { Model } from './model';
import { PopOut } from './pop-out';

const BACK_MS = 60_000;

export function MapTools({ map, model: { page, picture, selected, view, help, layersOpen } }: { map: LiveMap; model: Model }) {
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
        {page.guest_until === null && (
          <button type="button" class="btn btn-icon" aria-label="Look back" title="Look back over the last hour (,)" data-testid="btn-past" onClick={() => picture.step(-BACK_MS)}>
            <span class="icon icon-clock" aria-hidden="true" />
          </button>
        )}
        <Layers view={view} open={layersOpen} guest={page.guest_until !== null} />
        <PopOut panel="map" />
        <button type="button" class="btn btn-icon" aria-label="Keys" title="What the keys do (?)" data-testid="btn-keys" onClick={() => (help.value = true)}>
          ?
        </button>
      </div>
      <div class="live-places">
        <PlaceSearch onFound={(place) => map.goTo(place)} />
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
