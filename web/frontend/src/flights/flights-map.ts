/* Where the listed flights were, and an area drawn to look for those that came near it. */
import type { FlightsMap, Position } from '../generated';
import { boundsOf, circleRing } from '../map/geo';
import { createMap, setData } from '../map/map';
import { pageData } from '../ui/page';
import { AreaDrawing } from './area-drawing';
import { AREA, areaLayers, areaShape, trackLayers, TRACKS, trackShapes } from './shapes';

const page = pageData<FlightsMap>();
const ground = document.getElementById('flights-map');
const form = document.getElementById('flight-search');
const field = document.getElementById('area');
const tools = document.getElementById('flights-map-tools');

/** What the map opens on: the area asked for, else all that was flown. */
function shown(): readonly Position[] {
  const [place] = page.area;
  if (place && page.area.length < 3) return circleRing(place, Math.max(page.within_m, 200)).map(([lon_deg, lat_deg]) => ({ lon_deg, lat_deg }));
  if (place) return page.area;
  return page.tracks.flatMap(({ path }) => path.map(([lon_deg, lat_deg]) => ({ lon_deg, lat_deg })));
}

/** A slow ground is not waited for longer than this. */
const WHOLE_WITHIN_MS = 1000;

if (ground && tools && form instanceof HTMLFormElement && field instanceof HTMLInputElement) {
  const made = createMap(ground, page.map);
  const { map } = made;
  // It is shown whole: part by part the page would be put together anew for each, a long time without a graphics card.
  const show = () => (ground.style.visibility = '');
  ground.style.visibility = 'hidden';
  setTimeout(show, WHOLE_WITHIN_MS);
  const bounds = boundsOf(shown());
  const drawing = new AreaDrawing(map, tools, page.area.length > 0, (corners) => {
    field.value = corners.map(({ lat_deg, lon_deg }) => `${lat_deg.toFixed(6)},${lon_deg.toFixed(6)}`).join(';');
    form.requestSubmit();
  });
  made.onStyle(() => {
    if (page.area.length > 0) {
      setData(map, AREA, areaShape(page.area, page.within_m));
      for (const layer of areaLayers()) map.addLayer(layer);
    }
    setData(map, TRACKS, trackShapes(page.tracks));
    for (const layer of trackLayers()) map.addLayer(layer);
    drawing.draw();
    map.once('idle', () => {
      show();
      ground.dataset['drawn'] = '';
    });
  });
  const camera = bounds && map.cameraForBounds(bounds, { padding: 48, maxZoom: 17 });
  if (camera) map.jumpTo(camera);
  map.on('click', 'flights-tracks', ({ features }) => {
    const flight = features?.[0]?.properties['flight'] as string | undefined;
    if (flight && !drawing.active) location.href = `/flights/${encodeURIComponent(flight)}`;
  });
  map.on('mousemove', 'flights-tracks', () => {
    if (!drawing.active) map.getCanvas().style.cursor = 'pointer';
  });
  map.on('mouseleave', 'flights-tracks', () => {
    if (!drawing.active) map.getCanvas().style.cursor = '';
  });
}
