/* Keeps on the map what is around the drones: airspace of the view, other aircraft as they come, open incidents. */
import { effect, type ReadonlySignal } from '@preact/signals';
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';

import { api } from '../api';
import { moment } from '../bus/age';
import type { Box } from '../map/area';
import { NOTHING } from '../map/ground';
import { setData } from '../map/map';
import { AIRSPACE, drawIncidents, TRAFFIC } from './others-layers';
import type { Picture } from './picture';
import type { View } from './view';

/** From further away whole countries of airspace would be in view. */
const AIRSPACE_ZOOM = 7;
const SETTLE_MS = 400;

export class Surroundings {
  private timer: number | undefined;
  private airspace: GeoJSON.FeatureCollection = NOTHING;

  constructor(
    private readonly map: MapLibreMap,
    private readonly picture: Picture,
    private readonly view: ReadonlySignal<View>,
    box: ReadonlySignal<Box>,
  ) {
    effect(() => {
      const [wanted, seen] = [view.value.airspace, box.value];
      clearTimeout(this.timer);
      if (wanted && map.getZoom() >= AIRSPACE_ZOOM) this.timer = window.setTimeout(() => void this.loadAirspace(seen), SETTLE_MS);
      else this.show(NOTHING);
    });
    effect(() => this.drawIncidents());
  }

  /** The style has just been loaded and shows nothing yet. */
  styled(): void {
    this.show(this.airspace);
    this.drawIncidents();
  }

  /** Nobody records traffic, so the past shows none. */
  drawTraffic(selected: string | null): void {
    const { watch, isLive } = this.picture;
    const shown = this.view.peek().traffic && isLive.peek();
    const own = watch.fleet.tracks.get(selected ?? '')?.state ?? null;
    setData(this.map, TRAFFIC, shown ? watch.traffic.shape(moment(), own) : NOTHING);
  }

  private drawIncidents(): void {
    drawIncidents(this.map, this.view.value.incidents ? this.picture.incidents.value : []);
  }

  private async loadAirspace(box: Box): Promise<void> {
    try {
      this.show(await api.airspace(box));
    } catch {
      // What was drawn stays: airspace is drawn for orientation, the checks use the server's own.
    }
  }

  private show(shape: GeoJSON.FeatureCollection): void {
    this.airspace = shape;
    this.map.getSource<GeoJSONSource>(AIRSPACE)?.setData(shape);
  }
}
