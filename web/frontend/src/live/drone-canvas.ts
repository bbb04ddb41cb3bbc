/* The drones' own canvas over the map: when they move, the ground below is not drawn again. */
import type { Map as MapLibreMap, Point } from 'maplibre-gl';

import type { Moment } from '../bus/age';
import { onThemeChange } from '../ui/theme';
import { DroneScene, type Look } from './drone-scene';
import type { LiveFleet } from './fleet';
import { Lens } from './lens';
import { Sprites } from './sprites';

const FINGER_PX = 22;

export class DroneCanvas {
  private readonly canvas = document.createElement('canvas');
  private readonly sprites: Sprites;
  private scene: DroneScene | null = null;
  private ratio = 0;

  /** `redraw` is called when the view has moved: in that same frame the drones have to follow. */
  constructor(
    private readonly map: MapLibreMap,
    redraw: () => void,
  ) {
    this.canvas.className = 'drone-canvas';
    map.getCanvas().after(this.canvas);
    this.sprites = new Sprites(this.canvas);
    let moved = false;
    map.on('move', () => (moved = true));
    map.on('resize', () => (moved = true));
    map.on('render', () => {
      if (moved) redraw();
      moved = false;
    });
    onThemeChange(() => (this.scene = null));
  }

  draw(fleet: LiveFleet, look: Look, at: Moment): void {
    const lens = Lens.of(this.map, this.fitted(), this.ratio);
    this.scene ??= new DroneScene(this.sprites, this.ratio);
    this.scene.draw(fleet, look, at, lens);
  }

  /** When what was drawn is through. */
  through(): Promise<void> {
    return this.sprites.through();
  }

  /** The drone under a finger, or whose label is. */
  at({ x, y }: Point): string | null {
    return this.scene?.at(x * this.ratio, y * this.ratio, FINGER_PX * this.ratio) ?? null;
  }

  /** As many pixels as the map has. */
  private fitted(): HTMLCanvasElement {
    const { width, height, clientWidth } = this.map.getCanvas();
    const ratio = clientWidth > 0 ? width / clientWidth : 1;
    if (ratio !== this.ratio) this.scene = null;
    this.ratio = ratio;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    return this.canvas;
  }
}
