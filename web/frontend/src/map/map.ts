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
import { COAST_GONE_AT, LABEL_FONT, loadLand, NOTHING, ownGround } from './ground';
import { pmtilesGround } from './pmtiles-style';

setWorkerUrl(workerUrl);

/** Draws what belongs to a page; what it returns is called when the style goes. */
export type Drawer = () => (() => void) | void;

export interface MapStart {
  readonly centre: readonly [lon: number, lat: number];
  readonly zoom: number;
}

/** Where a map opens that has nothing of its own to show. */
export const LONDON: MapStart = { centre: [-0.1655, 51.5068], zoom: 14 };

function groundStyle(config: MapConfig): StyleSpecification | string {
  if (config.style_url) return config.style_url;
  if (config.pmtiles_url) return pmtilesGround(config.pmtiles_url, ownGround(config.layers));
  return ownGround(config.layers);
}

export function createMap(container: HTMLElement, config: MapConfig, start: MapStart = LONDON): GroundMap {
  return new GroundMap(container, config, start);
}

/** `container.dataset.state` says how far it is: loading, fallback (the wanted ground did not come), ready. */
export class GroundMap {
  readonly map: MapLibreMap;
  private readonly drawers: Drawer[] = [];
  private undraw: (() => void)[] = [];
  private ready = false;
  private land: ReturnType<typeof loadLand> | undefined;
  private readonly stopTheme: () => void;

  constructor(
    private readonly container: HTMLElement,
    private readonly config: MapConfig,
    start: MapStart,
  ) {
    if (config.pmtiles_url) addProtocol('pmtiles', new Protocol().tile);
    this.map = bareMap(container, start);
    container.dataset['testid'] = 'map';
    this.map.on('style.load', () => this.styled());
    this.map.on('error', () => this.fallBack());
    this.map.on('moveend', () => this.drawGraticule());
    this.map.on('zoomend', () => void this.drawLand());
    this.stopTheme = onThemeChange(() => void this.restyle());
    void this.restyle();
  }

  /** Calls `drawer` when the style is ready, and again after each change of theme, which drops all that was drawn. */
  onStyle(drawer: Drawer): void {
    this.drawers.push(drawer);
    if (this.ready) this.draw(drawer);
  }

  remove(): void {
    this.clear();
    this.stopTheme();
    this.map.remove();
  }

  private async restyle(): Promise<void> {
    this.ready = false;
    this.clear();
    this.container.dataset['state'] = 'loading';
    // A label drawn before its font has come would keep the fallback's shapes.
    await document.fonts.load(`12px "${LABEL_FONT[0]}"`).catch(() => undefined);
    this.map.setStyle(groundStyle(this.config), { diff: false, transformStyle: (_, next) => withoutGlyphs(next) });
  }

  private styled(): void {
    if (Object.keys(this.map.getStyle().sources).length === 0) return;
    this.ready = true;
    this.drawGraticule();
    for (const drawer of this.drawers) this.draw(drawer);
    // What the page is about does not wait for the coast, which is a large file.
    this.map.once('idle', () => void this.drawLand());
    this.container.dataset['state'] = 'ready';
  }

  /** A ground that does not come (no network, wrong address) gives way to our own: never a blank page. */
  private fallBack(): void {
    if (this.ready || this.container.dataset['state'] !== 'loading' || !this.config.style_url) return;
    this.container.dataset['state'] = 'fallback';
    this.map.setStyle(ownGround(this.config.layers), { diff: false });
  }

  private draw(drawer: Drawer): void {
    const stop = drawer();
    if (stop) this.undraw.push(stop);
  }

  private clear(): void {
    for (const stop of this.undraw) stop();
    this.undraw = [];
  }

  private drawGraticule(): void {
    const bounds = this.map.getBounds();
    const [west, east] = [bounds.getWest(), bounds.getEast()];
    const [south, north] = [bounds.getSouth(), bounds.getNorth()];
    const lines = graticule({ west, east, south, north, zoom: this.map.getZoom() });
    this.map.getSource<GeoJSONSource>('graticule')?.setData(lines);
  }

  private async drawLand(): Promise<void> {
    if (!this.map.getSource('land') || this.map.getZoom() >= COAST_GONE_AT) return;
    this.land ??= loadLand();
    // Without the file the map is merely without a coast.
    const shape = await this.land.catch(() => NOTHING);
    this.map.getSource<GeoJSONSource>('land')?.setData(shape);
  }
}

function bareMap(container: HTMLElement, start: MapStart): MapLibreMap {
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
  return map;
}

/** Text is drawn from the page's own font: a glyph server may be out of reach, and does not have it. The earth is flat. */
function withoutGlyphs({ glyphs: _, projection: _globe, ...style }: StyleSpecification): StyleSpecification {
  return style;
}

/** Brings `bounds` into what `padding` leaves free; never closer than a street block. */
export function fit(
  map: MapLibreMap,
  bounds: LngLatBoundsLike,
  padding: number | { top: number; right: number; bottom: number; left: number } = 64,
): void {
  map.fitBounds(bounds, { padding, maxZoom: 17, duration: 350 });
}

const filled = new WeakSet<GeoJSONSource>();

/** Sets the data of a GeoJSON source, making the source first if the style has just been loaded. */
export function setData(map: MapLibreMap, source: string, data: GeoJSON.FeatureCollection): void {
  const isNew = !map.getSource(source);
  if (isNew) map.addSource(source, { type: 'geojson', data });
  const found = map.getSource<GeoJSONSource>(source);
  // Nothing in place of nothing would draw the whole map again.
  if (!found || (data.features.length === 0 && !filled.has(found))) return;
  if (data.features.length > 0) filled.add(found);
  else filled.delete(found);
  if (!isNew) found.setData(data);
}
