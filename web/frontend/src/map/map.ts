/* One way to make a map, for planning, live and review: ground by settings or our own, both themes, no network needed. */
import 'maplibre-gl/dist/maplibre-gl.css';
import './map.css';

import {
  addProtocol,
  type GeoJSONSource,
  type LngLatBoundsLike,
  Map as MapLibreMap,
  ScaleControl,
  setWorkerUrl,
  type StyleSpecification,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { Protocol } from 'pmtiles';

import type { MapConfig } from '../generated';
import { onThemeChange } from '../ui/theme';
import { graticule } from './graticule';
import { LABEL_FONT, loadLand, NOTHING, ownGround } from './ground';
import { pmtilesGround } from './pmtiles-style';

setWorkerUrl(workerUrl);

export interface GroundMap {
  readonly map: MapLibreMap;
  /** Calls `draw` when the style is ready, and again after each change of theme (which drops all sources and layers).
      What it returns is called when the style goes. */
  onStyle(draw: () => (() => void) | void): void;
  remove(): void;
}

export interface MapStart {
  readonly centre: readonly [lon: number, lat: number];
  readonly zoom: number;
}

/** Where a map opens that has nothing of its own to show. */
export const LONDON: MapStart = { centre: [-0.1655, 51.5068], zoom: 14 };

async function groundStyle(config: MapConfig): Promise<StyleSpecification | string> {
  if (config.style_url) return config.style_url;
  if (config.pmtiles_url) return pmtilesGround(config.pmtiles_url, ownGround(config.layers));
  return ownGround(config.layers);
}

export function createMap(container: HTMLElement, config: MapConfig, start: MapStart = LONDON): GroundMap {
  if (config.pmtiles_url) addProtocol('pmtiles', new Protocol().tile);
  const map = new MapLibreMap({
    container,
    style: { version: 8, sources: {}, layers: [] },
    center: [...start.centre],
    zoom: start.zoom,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    fadeDuration: 0,
    maxZoom: 22,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 140 }), 'bottom-left');
  container.dataset['testid'] = 'map';

  const drawers: (() => (() => void) | void)[] = [];
  let undraw: (() => void)[] = [];
  const draw = (drawer: () => (() => void) | void): void => {
    const stop = drawer();
    if (stop) undraw.push(stop);
  };
  let ready = false;
  let land: ReturnType<typeof loadLand> | undefined;

  const drawGraticule = (): void => {
    const source = map.getSource<GeoJSONSource>('graticule');
    const bounds = map.getBounds();
    source?.setData(
      graticule({
        west: bounds.getWest(),
        east: bounds.getEast(),
        south: bounds.getSouth(),
        north: bounds.getNorth(),
        zoom: map.getZoom(),
      }),
    );
  };
  const drawLand = async (): Promise<void> => {
    if (!map.getSource('land') || map.getZoom() > 11) return;
    land ??= loadLand();
    // Without the file the map is merely without a coast.
    const shape = await land.catch(() => NOTHING);
    map.getSource<GeoJSONSource>('land')?.setData(shape);
  };

  const restyle = async (): Promise<void> => {
    ready = false;
    undraw.forEach((stop) => stop());
    undraw = [];
    container.dataset['state'] = 'loading';
    // A label drawn before its font has come would keep the fallback's shapes.
    await document.fonts.load(`12px "${LABEL_FONT[0]}"`).catch(() => undefined);
    map.setStyle(await groundStyle(config), { diff: false });
  };
  map.on('style.load', () => {
    if (Object.keys(map.getStyle().sources).length === 0) return;
    ready = true;
    drawGraticule();
    void drawLand();
    drawers.forEach(draw);
    container.dataset['state'] = 'ready';
  });
  // A ground that does not come (no network, wrong address) gives way to our own: never a blank page.
  map.on('error', () => {
    if (!ready && container.dataset['state'] === 'loading' && config.style_url) {
      container.dataset['state'] = 'fallback';
      map.setStyle(ownGround(config.layers), { diff: false });
    }
  });
  map.on('moveend', drawGraticule);
  map.on('zoomend', () => void drawLand());
  const stopTheme = onThemeChange(() => void restyle());
  void restyle();

  return {
    map,
    onStyle(drawer) {
      drawers.push(drawer);
      if (ready) draw(drawer);
    },
    remove() {
      undraw.forEach((stop) => stop());
      stopTheme();
      map.remove();
    },
  };
}

/** Brings `bounds` into what `padding` leaves free; never closer than a street block. */
export function fit(
  map: MapLibreMap,
  bounds: LngLatBoundsLike,
  padding: number | { top: number; right: number; bottom: number; left: number } = 64,
): void {
  map.fitBounds(bounds, { padding, maxZoom: 17, duration: 350 });
}

/** Sets the data of a GeoJSON source, making the source first if the style has just been loaded. */
export function setData(map: MapLibreMap, source: string, data: GeoJSON.FeatureCollection): void {
  const found = map.getSource<GeoJSONSource>(source);
  if (found) found.setData(data);
  else map.addSource(source, { type: 'geojson', data });
}
