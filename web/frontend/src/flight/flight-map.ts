/* The flight on its map: what was planned, what was flown, and the drone at the cursor. */
import { effect, type ReadonlySignal } from '@preact/signals';
import type { ExpressionSpecification } from 'maplibre-gl';

import { indexAt } from '../charts/series';
import type { FlightSeries, MapConfig, Plan } from '../generated';
import { addDroneImages } from '../live/drone-images';
import { screenScale } from '../map/screen';
import { addPlanLayers, showPlans } from '../live/shown-plan';
import { boundsOf } from '../map/geo';
import { createMap, fit, type GroundMap, LONDON, setData } from '../map/map';
import { NOTHING } from '../map/ground';
import { positions } from '../plan/path';
import { token } from '../ui/theme';
import { type Colouring, momentAt, positionAt, SCALE, trackShape } from './track';

const TRACK = 'track';
const CURSOR = 'cursor';
/** The waypoints' numbers stay readable over the track. */
const BELOW_POINTS = 'plan-points-disc';
/** Dark on either ground: the colours of the scale are light. */
const CASING = '#10151a';

function scaleColour(): ExpressionSpecification {
  const stops = SCALE.flatMap((colour, index) => [index / (SCALE.length - 1), colour]);
  return ['case', ['<', ['get', 'share'], 0], token('stale'), ['interpolate', ['linear'], ['get', 'share'], ...stops]] as ExpressionSpecification;
}

export class FlightMap {
  private readonly ground: GroundMap;

  constructor(
    container: HTMLElement,
    config: MapConfig,
    private readonly plan: Plan | null,
    private readonly series: FlightSeries,
    colouring: ReadonlySignal<Colouring>,
    cursor: ReadonlySignal<number>,
    moveTo: (time_s: number) => void,
  ) {
    const bounds = this.bounds();
    const start = bounds ? { centre: [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2] as const, zoom: 15 } : LONDON;
    this.ground = createMap(container, config, start);
    const { map } = this.ground;
    container.dataset['testid'] = 'flight-map';
    map.once('style.load', () => this.fitFlight());
    this.ground.onStyle(() => {
      addPlanLayers(map);
      showPlans(map, this.plan);
      this.addLayers();
      setData(map, TRACK, trackShape(this.series, colouring.peek().column));
      this.drawCursor(cursor.peek());
    });
    effect(() => {
      const shape = trackShape(this.series, colouring.value.column);
      if (map.getSource(TRACK)) setData(map, TRACK, shape);
    });
    effect(() => this.drawCursor(cursor.value));
    map.on('click', ({ lngLat }) => moveTo(this.nearest(lngLat.lng, lngLat.lat)));
  }

  fitFlight(): void {
    const bounds = this.bounds();
    if (bounds) fit(this.ground.map, bounds, 48);
  }

  zoom(by: number): void {
    this.ground.map.zoomTo(this.ground.map.getZoom() + by, { duration: 150 });
  }

  private addLayers(): void {
    const { map } = this.ground;
    const scale = screenScale();
    addDroneImages(map);
    setData(map, TRACK, NOTHING);
    setData(map, CURSOR, NOTHING);
    const line = { 'line-cap': 'round', 'line-join': 'round' } as const;
    const casing = { 'line-color': CASING, 'line-width': 6 * scale } as const;
    map.addLayer({ id: 'track-casing', type: 'line', source: TRACK, layout: line, paint: casing }, BELOW_POINTS);
    const colour = { 'line-color': scaleColour(), 'line-width': 3.5 * scale } as const;
    map.addLayer({ id: TRACK, type: 'line', source: TRACK, layout: line, paint: colour }, BELOW_POINTS);
    map.addLayer({
      id: 'cursor-ring',
      type: 'circle',
      source: CURSOR,
      paint: { 'circle-radius': 21 * scale, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': token('select'), 'circle-stroke-width': 2 * scale },
    });
    map.addLayer({
      id: CURSOR,
      type: 'symbol',
      source: CURSOR,
      layout: {
        'icon-image': 'drone-flying',
        'icon-rotate': ['get', 'heading'],
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    });
  }

  private drawCursor(time_s: number): void {
    const { map } = this.ground;
    if (!map.getSource(CURSOR)) return;
    const moment = momentAt(this.series, time_s);
    const features: GeoJSON.Feature[] = moment?.position
      ? [{ type: 'Feature', properties: { heading: moment.heading_deg ?? 0 }, geometry: { type: 'Point', coordinates: moment.position } }]
      : [];
    setData(map, CURSOR, { type: 'FeatureCollection', features });
  }

  /** The time at which the drone was nearest to a place. */
  private nearest(lon: number, lat: number): number {
    const shrink = Math.cos((lat * Math.PI) / 180);
    let best = Infinity;
    let time = this.series.time_s[0] ?? 0;
    for (const [row, at] of this.series.time_s.entries()) {
      const place = positionAt(this.series, row);
      const away = place ? Math.hypot((place[0] - lon) * shrink, place[1] - lat) : Infinity;
      if (away < best) [best, time] = [away, at];
    }
    return time;
  }

  private bounds(): [number, number, number, number] | null {
    const last = indexAt(this.series.time_s, Infinity);
    const flown = Array.from({ length: last + 1 }, (_, row) => positionAt(this.series, row)).filter((place) => place !== null);
    return boundsOf([...flown.map(([lon_deg, lat_deg]) => ({ lon_deg, lat_deg })), ...(this.plan ? positions(this.plan) : [])]);
  }
}
