/* From longitude and latitude to device pixels of a map that is neither tilted nor turned: a multiplication, not a matrix. */
import type { Map as MapLibreMap } from 'maplibre-gl';

const TILE_PX = 512;
const TURN = 360;

/** As a share of the world in Web Mercator's square: dear to work out, and the same for every picture. */
export const east = (lon_deg: number): number => lon_deg / TURN + 0.5;
export const south = (lat_deg: number): number => 0.5 - Math.asinh(Math.tan((lat_deg * Math.PI) / 180)) / (2 * Math.PI);

export class Lens {
  private readonly world: number;
  private readonly x: number;
  private readonly y: number;

  /** `width` and `height` in device pixels, `ratio` of them to a CSS pixel. */
  constructor(
    [lon_deg, lat_deg]: readonly [number, number],
    readonly zoom: number,
    readonly width: number,
    readonly height: number,
    ratio: number,
  ) {
    this.world = TILE_PX * 2 ** zoom * ratio;
    this.x = east(lon_deg);
    this.y = south(lat_deg);
  }

  static of(map: MapLibreMap, { width, height }: HTMLCanvasElement, ratio: number): Lens {
    const { lng, lat } = map.getCenter();
    return new Lens([lng, lat], map.getZoom(), width, height, ratio);
  }

  /** Whether both see the same. */
  equals({ x, y, zoom, width, height }: Lens): boolean {
    return x === this.x && y === this.y && zoom === this.zoom && width === this.width && height === this.height;
  }

  at(lon_deg: number, lat_deg: number): readonly [x: number, y: number] {
    return this.of(east(lon_deg), south(lat_deg));
  }

  /** The same of shares of the world. Of the copies of the world, the one nearest to the middle. */
  of(x: number, y: number): readonly [x: number, y: number] {
    const across = x - this.x;
    return [(across - Math.round(across)) * this.world + this.width / 2, (y - this.y) * this.world + this.height / 2];
  }
}
