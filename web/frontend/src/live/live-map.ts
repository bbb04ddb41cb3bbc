/* The live map: draws when there is something new and the screen is ready for it, never for each message. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { LngLat, Point, PointLike } from 'maplibre-gl';

import type { Moment } from '../bus/age';
import type { FoundPlace, Plan, Position, VehicleCamera } from '../generated';
import type { Box } from '../map/area';
import { boundsOf, lonLat, rounded } from '../map/geo';
import { createMap, fit, type GroundMap, LONDON, type MapStart } from '../map/map';
import { addMeasureLayers, drawMeasure } from '../map/measure';
import { positions } from '../map/path';
import { screenScale } from '../map/screen';
import { addPlanLayers, showPlans } from '../map/shown-plan';
import type { Desk } from '../tasking/desk';
import { addTaskingLayers, drawingOf, drawTasking, EMPTY } from '../tasking/route-layers';
import { addCameraLayers, drawCameras } from './camera-view';
import { DroneCanvas } from './drone-canvas';
import { partAgeMs } from './freshness';
import type { Model } from './model';
import { addAirspaceLayers, addTrafficLayers, INCIDENTS } from './others-layers';
import { type Asked, Pace } from './pace';
import type { Picture } from './picture';
import { Surroundings } from './surroundings';
import type { View } from './view';

const VIEW_KEY = 'airbeat-live-view';
const FINGER_PX = 22;
const EDGE_PX = 70;
/** Labels stand beside their drones. */
const SIDE_PX = 100;
/** Plans of all drones are drawn up to this many. */
const ALL_PLANS = 12;

export class LiveMap {
  private readonly ground: GroundMap;
  private readonly surroundings: Surroundings;
  private readonly _following = signal(false);
  private readonly _measured = signal<readonly Position[] | null>(null);
  private readonly _pointer = signal<LngLat | null>(null);
  private readonly _box = signal<Box>({ west: 0, south: 0, east: 0, north: 0 });
  private ready = false;
  private placed = false;
  private readonly drones: DroneCanvas;
  private readonly pace = new Pace();
  private readonly picture: Picture;
  private readonly cameras: readonly VehicleCamera[];
  private readonly selected: ReadonlySignal<string | null>;
  private readonly view: ReadonlySignal<View>;

  constructor(container: HTMLElement, { page, picture, selected, view, select, desk }: Pick<Model, 'page' | 'picture' | 'selected' | 'view' | 'select' | 'desk'>) {
    this.picture = picture;
    this.cameras = page.cameras;
    this.selected = selected;
    this.view = view;
    this.ground = createMap(container, page.map, storedView() ?? LONDON);
    const { map } = this.ground;
    this.surroundings = new Surroundings(map, picture, view, this._box);
    this.drones = new DroneCanvas(map, this.draw);
    this.ground.onStyle(() => {
      addAirspaceLayers(map);
      addPlanLayers(map);
      this.drawPlans();
      addCameraLayers(map);
      addTaskingLayers(map);
      drawTasking(map, this.picture.isLive.peek() ? drawingOf(desk) : EMPTY);
      addTrafficLayers(map);
      this.surroundings.styled();
      addMeasureLayers(map);
      drawMeasure(map, this._measured.peek() ?? []);
      this.ready = true;
      this.ask();
    });
    this.listen(select, desk);
    this.look();
    this.followNews(container);
    this.followDesk(container, desk);
  }

  get following(): ReadonlySignal<boolean> {
    return this._following;
  }

  /** What is in view. */
  get box(): ReadonlySignal<Box> {
    return this._box;
  }

  /** Where the mouse is over the map. */
  get pointer(): ReadonlySignal<LngLat | null> {
    return this._pointer;
  }

  /** The places measured along so far; null while nobody measures. */
  get measured(): ReadonlySignal<readonly Position[] | null> {
    return this._measured;
  }

  measure(on: boolean): void {
    this._measured.value = on ? [] : null;
  }

  follow(on: boolean): void {
    this._following.value = on;
    this.ask();
  }

  /** All drones whose place is known, and the plans that are drawn. */
  fitAll(): void {
    const bounds = boundsOf([...this.places(), ...this.drawnPlans().flatMap(positions)]);
    if (!bounds) return;
    this._following.value = false;
    fit(this.ground.map, bounds, this.clearOf());
  }

  show(vehicle: string): void {
    const place = this.placeOf(vehicle);
    const { map } = this.ground;
    if (place && !map.getBounds().contains(lonLat(place))) map.easeTo({ center: lonLat(place), duration: 300 });
  }

  /** A place that was searched for. */
  goTo(place: FoundPlace): void {
    this._following.value = false;
    if (place.bounds) fit(this.ground.map, [...place.bounds], this.clearOf());
    else this.ground.map.easeTo({ center: lonLat(place.position), zoom: Math.max(15, this.ground.map.getZoom()), duration: 350 });
  }

  zoom(by: number): void {
    this.ground.map.zoomTo(this.ground.map.getZoom() + by, { duration: 150 });
  }

  /** What hands do on the map. */
  private listen(select: (vehicle: string) => void, desk: Desk): void {
    const { map } = this.ground;
    map.on('dragstart', () => (this._following.value = false));
    map.on('moveend', () => this._following.value || storeView({ centre: map.getCenter().toArray(), zoom: map.getZoom() }));
    map.on('moveend', () => this.look());
    map.on('mousemove', (event) => (this._pointer.value = event.lngLat));
    map.on('mouseout', () => (this._pointer.value = null));
    map.on('click', ({ point, lngLat }) => {
      const measured = this._measured.value;
      const place = { lat_deg: lngLat.lat, lon_deg: lngLat.lng };
      if (measured) this._measured.value = [...measured, place];
      else if (desk.placing.value && this.picture.isLive.value) desk.type({ at: rounded(place) });
      else {
        const vehicle = this.drones.at(point);
        const incident = this.incidentAt(point);
        if (vehicle !== null) select(vehicle);
        else if (incident !== null && desk.may.read) desk.choose(incident);
      }
    });
    this._measured.subscribe((places) => drawMeasure(map, places ?? []));
    effect(() => {
      map.getCanvas().style.cursor = this._measured.value || (desk.placing.value && this.picture.isLive.value) ? 'crosshair' : '';
    });
  }

  /** `data-way` says whose way is drawn. The ways are those of now: the past shows none. */
  private followDesk(container: HTMLElement, desk: Desk): void {
    effect(() => {
      const drawing = this.picture.isLive.value ? drawingOf(desk) : EMPTY;
      drawTasking(this.ground.map, drawing);
      container.dataset['way'] = drawing.ways.find(({ shown }) => shown)?.candidate.vehicle ?? '';
    });
    desk.wanted.subscribe((places) => this.bring(places));
  }

  /** Moves only where some of them are out of view, or at its edge. */
  private bring(places: readonly Position[]): void {
    const { map } = this.ground;
    const { clientWidth, clientHeight } = map.getCanvas();
    const { top, right, bottom, left } = this.clearOf();
    const isSeen = (place: Position): boolean => {
      const { x, y } = map.project(lonLat(place));
      return x > left && y > top && x < clientWidth - right && y < clientHeight - bottom;
    };
    const bounds = boundsOf(places);
    if (!bounds || places.every(isSeen)) return;
    this._following.value = false;
    if (places.length === 1 && places[0]) map.easeTo({ center: lonLat(places[0]), duration: 350 });
    else fit(map, bounds, this.clearOf());
  }

  /** What is brought into view stands below the buttons and the search, and its labels in the picture. */
  private clearOf(): { top: number; right: number; bottom: number; left: number } {
    const frame = this.ground.map.getContainer().getBoundingClientRect();
    const covers = [...document.querySelectorAll('.map-tools, .live-places .place-search, .past-mark, .live-map .live-banners')].map((one) => one.getBoundingClientRect().bottom - frame.top);
    const side = SIDE_PX * screenScale();
    return { top: Math.max(0, ...covers) + EDGE_PX, right: side, bottom: EDGE_PX, left: side };
  }

  private look(): void {
    const bounds = this.ground.map.getBounds();
    this._box.value = { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() };
  }

  /** Whatever changes the picture; the tick too, since ages are in it even when nothing comes. */
  private followNews(container: HTMLElement): void {
    const { watch, alerts, isLive, tick, onboard } = this.picture;
    const replan = (): void => void (this.ready && this.drawPlans());
    for (const news of [watch.heard, alerts, isLive, this.selected, this.view]) news.subscribe(this.ask);
    tick.subscribe(() => this.picture.fleet.tracks.size > 0 && this.ask());
    for (const news of [onboard, this.selected, this.view]) news.subscribe(replan);
    watch.tick.subscribe(() => {
      this.drawAround();
      Object.assign(container.dataset, this.pace.figures());
    });
    container.addEventListener('pace', (event) => this.pace.ask((event as CustomEvent<Asked>).detail));
  }

  private incidentAt({ x, y }: Point): string | null {
    const reach: [PointLike, PointLike] = [[x - FINGER_PX, y - FINGER_PX], [x + FINGER_PX, y + FINGER_PX]];
    const [found] = this.ground.map.queryRenderedFeatures(reach, { layers: [INCIDENTS] });
    return (found?.properties['incident'] as string | undefined) ?? null;
  }

  private readonly ask = (): void => this.picture.watch.bus.turns.draw(this.draw);

  /** The drones, of the newest there is. No further picture is begun before this one is through. */
  private readonly draw = (): void => {
    if (!this.ready || document.hidden) return;
    const at = this.picture.moment();
    const { fleet, worst, waiting, watch } = this.picture;
    const { trails, allLabels } = this.view.peek();
    const begun = performance.now();
    this.drones.draw(fleet, { worst: worst.peek(), waiting: waiting.peek(), selected: this.selected.peek(), allLabels, trails }, at);
    const through = this.drones.through();
    const workMs = performance.now() - begun;
    watch.bus.turns.hold(through);
    if (this.picture.isLive.peek() && this.pace.counts) this.keepPace(at, workMs, through);
    if (!this.placed && fleet.tracks.size > 0 && watch.whole.peek() && watch.loading.peek() !== 'loading') this.place();
    if (this._following.peek() && this.selected.peek() !== null) this.centre(this.selected.peek() ?? '');
  };

  /** What belongs to the ground's canvas is drawn as seldom as the words, and only while there is some. */
  private drawAround(): void {
    if (!this.ready) return;
    if (this.cameras.length > 0) drawCameras(this.ground.map, this.picture.fleet, this.cameras);
    this.surroundings.drawTraffic(this.selected.peek());
  }

  private keepPace(at: Moment, workMs: number, through: Promise<void>): void {
    const ages: number[] = [];
    for (const { state, heard } of this.picture.fleet.tracks.values()) {
      const age = partAgeMs('position', state, heard, at);
      if (age !== null) ages.push(age);
    }
    if (ages.length > 0) void through.then(() => this.pace.shown(Float64Array.from(ages), workMs, performance.now() - at.mono));
  }

  /** The first time: the view of last time if a drone is in it, else all drones. */
  private place(): void {
    const places = this.places();
    if (places.length === 0) return;
    this.placed = true;
    const bounds = this.ground.map.getBounds();
    if (!storedView() || !places.some((place) => bounds.contains(lonLat(place)))) this.fitAll();
  }

  private centre(vehicle: string): void {
    const place = this.placeOf(vehicle);
    if (place) this.ground.map.setCenter(lonLat(place));
  }

  private places(): Position[] {
    return [...this.picture.fleet.tracks.keys()].flatMap((vehicle) => this.placeOf(vehicle) ?? []);
  }

  private placeOf(vehicle: string): Position | null {
    const state = this.picture.fleet.tracks.get(vehicle)?.state;
    if (state?.lat_deg == null || state.lon_deg === null) return null;
    return { lat_deg: state.lat_deg, lon_deg: state.lon_deg };
  }

  private drawPlans(): void {
    const chosen = this.picture.onboard.value.get(this.selected.value ?? '')?.plan ?? null;
    showPlans(this.ground.map, chosen, this.drawnPlans().filter((plan) => plan !== chosen), this.view.value);
  }

  private drawnPlans(): Plan[] {
    const held = [...this.picture.onboard.value.values()];
    const all = this.view.value.otherPlans && held.length <= ALL_PLANS;
    const drawn = all ? held : held.filter(({ vehicle }) => vehicle === this.selected.value);
    return drawn.map(({ plan }) => plan);
  }
}

function storedView(): MapStart | null {
  try {
    return JSON.parse(localStorage.getItem(VIEW_KEY) ?? 'null') as MapStart | null;
  } catch {
    return null;
  }
}

function storeView(view: MapStart): void {
  localStorage.setItem(VIEW_KEY, JSON.stringify(view));
}
