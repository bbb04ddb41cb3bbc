/* The flight on its map: what was planned, flown and seen, the drone at the cursor, and another flight beside it. */
import { effect } from '@preact/signals';
import type { ExpressionSpecification, LngLat } from 'maplibre-gl';

import type { FlightSeries, Position } from '../generated';
import { addDroneImages } from '../map/drone-images';
import { boundsOf, lonLat, rounded } from '../map/geo';
import { NOTHING } from '../map/ground';
import { createMap, fit, type GroundMap, LONDON, setData } from '../map/map';
import { addMeasureLayers, drawMeasure } from '../map/measure';
import { positions } from '../map/path';
import { screenScale } from '../map/screen';
import { addPlanLayers, showPlans } from '../map/shown-plan';
import { token } from '../ui/theme';
import type { Comparing } from './comparing';
import { isProblem, type MapDeeds } from './map-deeds';
import type { Review } from './review';
import { momentAt, pathShape, positionAt, SCALE, trackShape } from './track';

const TRACK = 'track';
const CURSOR = 'cursor';
const OTHER = 'other-track';
const OTHER_CURSOR = 'other-cursor';
const SEEN = 'seen';
const SPOT = 'spot';
/** The waypoints' numbers stay readable over the track. */
const BELOW_POINTS = 'plan-points-disc';
/** Dark on either ground: the colours of the scale are light. */
const CASING = '#10151a';
/** So long after its last position a drone is drawn no more. */
const LAST_KNOWN_S = 5;

function scaleColour(): ExpressionSpecification {
  const stops = SCALE.flatMap((colour, index) => [index / (SCALE.length - 1), colour]);
  return ['case', ['<', ['get', 'share'], 0], token('stale'), ['interpolate', ['linear'], ['get', 'share'], ...stops]] as ExpressionSpecification;
}

export class FlightMap {
  private readonly ground: GroundMap;

  constructor(
    container: HTMLElement,
    private readonly of: Review,
  ) {
    const bounds = this.bounds();
    const start = bounds ? { centre: [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2] as const, zoom: 15 } : LONDON;
    this.ground = createMap(container, of.page.map, start);
    const { map } = this.ground;
    container.dataset['testid'] = 'flight-map';
    map.once('style.load', () => this.fitFlight());
    const parts = [
      () => this.drawTrack(),
      () => this.drawCursor(),
      () => this.drawOther(of.comparing),
      () => this.drawOtherCursor(of.comparing),
      () => this.drawSeen(of.deeds),
      () => drawMeasure(map, of.deeds.measured.value),
    ];
    this.ground.onStyle(() => {
      addPlanLayers(map);
      showPlans(map, of.page.flight.plan);
      this.addLayers();
      addMeasureLayers(map);
      for (const draw of parts) draw();
    });
    for (const draw of parts) effect(draw);
    this.listen(of.deeds);
  }

  fitFlight(): void {
    const bounds = this.bounds();
    if (bounds) fit(this.ground.map, bounds, 48);
  }

  zoom(by: number): void {
    this.ground.map.zoomTo(this.ground.map.getZoom() + by, { duration: 150 });
  }

  /** By the mouse at its place, by the Enter key in the middle of the map. */
  private listen(deeds: MapDeeds): void {
    const { map } = this.ground;
    const press = ({ lng, lat }: LngLat): void => deeds.press(rounded({ lat_deg: lat, lon_deg: lng }));
    map.on('click', ({ lngLat }) => press(lngLat));
    map.getCanvas().addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') press(map.getCenter());
    });
    effect(() => void (map.getCanvas().style.cursor = deeds.deed.value === 'move' ? '' : 'crosshair'));
  }

  private addLayers(): void {
    const { map } = this.ground;
    const scale = screenScale();
    addDroneImages(map);
    for (const source of [SEEN, OTHER, TRACK, OTHER_CURSOR, CURSOR, SPOT]) setData(map, source, NOTHING);
    map.addLayer({ id: SEEN, type: 'fill', source: SEEN, paint: { 'fill-color': token('accent'), 'fill-opacity': 0.28 } }, BELOW_POINTS);
    map.addLayer({ id: 'seen-edge', type: 'line', source: SEEN, paint: { 'line-color': token('accent'), 'line-width': 1.5 * scale } }, BELOW_POINTS);
    const line = { 'line-cap': 'round', 'line-join': 'round' } as const;
    const casing = { 'line-color': CASING, 'line-width': 6 * scale } as const;
    const beside = { 'line-color': token('past'), 'line-width': 2.5 * scale, 'line-dasharray': [2, 1.5] };
    map.addLayer({ id: 'track-casing', type: 'line', source: TRACK, layout: line, paint: casing }, BELOW_POINTS);
    const colour = { 'line-color': scaleColour(), 'line-width': 3.5 * scale } as const;
    map.addLayer({ id: TRACK, type: 'line', source: TRACK, layout: line, paint: colour }, BELOW_POINTS);
    map.addLayer({ id: OTHER, type: 'line', source: OTHER, paint: beside }, BELOW_POINTS);
    this.addDrone(OTHER_CURSOR, token('past'));
    this.addDrone(CURSOR, token('select'));
    const spot = { 'circle-radius': 6 * scale, 'circle-color': token('accent'), 'circle-stroke-color': token('select'), 'circle-stroke-width': 2.5 * scale };
    map.addLayer({ id: SPOT, type: 'circle', source: SPOT, paint: spot });
  }

  private addDrone(source: string, ring: string): void {
    const { map } = this.ground;
    const scale = screenScale();
    const circle = { 'circle-radius': 21 * scale, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': ring, 'circle-stroke-width': 2 * scale };
    map.addLayer({ id: `${source}-ring`, type: 'circle', source, paint: circle });
    map.addLayer({
      id: source,
      type: 'symbol',
      source,
      layout: {
        'icon-image': 'drone-flying',
        'icon-rotate': ['get', 'heading'],
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    });
  }

  private drawTrack(): void {
    this.set(TRACK, trackShape(this.of.series, this.of.colouring.value.column));
  }

  private drawCursor(): void {
    this.set(CURSOR, droneAt(this.of.series, this.of.shared.cursor.value));
  }

  private drawOther({ other }: Comparing): void {
    const series = other.value?.series;
    this.set(OTHER, series ? pathShape(series) : NOTHING);
    if (series) this.fitFlight();
  }

  private drawOtherCursor({ other, shift_s }: Comparing): void {
    const series = other.value?.series;
    this.set(OTHER_CURSOR, series ? droneAt(series, this.of.shared.cursor.value - shift_s.value) : NOTHING);
  }

  private drawSeen({ deed, ground, spot }: MapDeeds): void {
    const known = ground.value;
    const areas = deed.value !== 'seen' || known === null || known === 'loading' || isProblem(known) ? [] : known.areas;
    const features = areas.map(({ rings }) => feature({ type: 'Polygon', coordinates: rings.map((ring) => ring.map(([lon, lat]) => [lon, lat])) }));
    this.set(SEEN, { type: 'FeatureCollection', features });
    const place = spot.value?.place;
    this.set(SPOT, { type: 'FeatureCollection', features: place ? [feature({ type: 'Point', coordinates: lonLat(place) })] : [] });
  }

  /** While another theme's style is being loaded there is nothing to draw on; `onStyle` comes again. */
  private set(source: string, data: GeoJSON.FeatureCollection): void {
    if (this.ground.map.getSource(source)) setData(this.ground.map, source, data);
  }

  private bounds(): [number, number, number, number] | null {
    const { series, page, comparing } = this.of;
    const plan = page.flight.plan;
    return boundsOf([...places(series), ...places(comparing.other.peek()?.series), ...(plan ? positions(plan) : [])]);
  }
}

function places(series: FlightSeries | undefined): Position[] {
  const known = (series?.time_s ?? []).map((_, row) => positionAt(series as FlightSeries, row));
  return known.filter((place) => place !== null).map(([lon_deg, lat_deg]) => ({ lat_deg, lon_deg }));
}

function feature(geometry: GeoJSON.Geometry): GeoJSON.Feature {
  return { type: 'Feature', properties: {}, geometry };
}

/** Nothing before its first moment and after its last. */
function droneAt(series: FlightSeries, time_s: number): GeoJSON.FeatureCollection {
  const moment = time_s > (series.time_s.at(-1) ?? 0) + LAST_KNOWN_S ? null : momentAt(series, time_s);
  if (!moment?.position) return NOTHING;
  const point: GeoJSON.Feature = { type: 'Feature', properties: { heading: moment.heading_deg ?? 0 }, geometry: { type: 'Point', coordinates: moment.position } };
  return { type: 'FeatureCollection', features: [point] };
}
