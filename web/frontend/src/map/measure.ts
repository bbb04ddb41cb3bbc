/* Measuring on the map: places one after the other, and how far it is along them. */
import type { Feature, FeatureCollection } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';

import type { Position } from '../generated';
import { bearing as bearingWords, metres } from '../ui/format';
import { token } from '../ui/theme';
import { bearing, distance, lonLat } from './geo';
import { LABEL_FONT, NOTHING } from './ground';
import { setData } from './map';
import { screenScale } from './screen';

const SOURCE = 'measure';

/** Each leg says its length and true bearing; from the second on also the way so far. */
export function measureShape(places: readonly Position[]): FeatureCollection {
  const features: Feature[] = [];
  let total = 0;
  for (const [index, place] of places.entries()) {
    const before = places[index - 1];
    let label = '';
    if (before) {
      const leg = distance(before, place);
      total += leg;
      label = `${metres(leg)} · ${bearingWords(bearing(before, place))}${index > 1 ? `\n${metres(total)} in all` : ''}`;
      features.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [lonLat(before), lonLat(place)] } });
    }
    features.push({ type: 'Feature', properties: { label }, geometry: { type: 'Point', coordinates: lonLat(place) } });
  }
  return { type: 'FeatureCollection', features };
}

/** Call it when the style is ready. */
export function addMeasureLayers(map: MapLibreMap): void {
  const scale = screenScale();
  setData(map, SOURCE, NOTHING);
  map.addLayer({
    id: 'measure-line',
    type: 'line',
    source: SOURCE,
    filter: ['==', ['geometry-type'], 'LineString'],
    paint: { 'line-color': token('text'), 'line-width': 2 * scale, 'line-dasharray': [3, 2] },
  });
  map.addLayer({
    id: 'measure-place',
    type: 'circle',
    source: SOURCE,
    filter: ['==', ['geometry-type'], 'Point'],
    paint: { 'circle-radius': 5 * scale, 'circle-color': token('text'), 'circle-stroke-color': token('map-halo'), 'circle-stroke-width': 2 * scale },
  });
  map.addLayer({
    id: 'measure-label',
    type: 'symbol',
    source: SOURCE,
    filter: ['has', 'label'],
    layout: {
      'text-field': ['get', 'label'],
      'text-font': LABEL_FONT,
      'text-size': 15 * scale,
      'text-anchor': 'bottom-left',
      'text-offset': [0.6, -0.4],
      'text-justify': 'left',
      'text-allow-overlap': true,
    },
    paint: { 'text-color': token('text'), 'text-halo-color': token('map-halo'), 'text-halo-width': 2 * scale },
  });
}

export function drawMeasure(map: MapLibreMap, places: readonly Position[]): void {
  if (map.getSource(SOURCE)) setData(map, SOURCE, measureShape(places));
}
