/* An area drawn corner by corner over the list of flights; closing it asks the server. */
import type { Map as MapLibreMap } from 'maplibre-gl';

import type { Position } from '../generated';
import { setData } from '../map/map';
import { CORNERS, drawingLayers, drawingShape } from './shapes';

const LEAST_CORNERS = 3;

export class AreaDrawing {
  active = false;
  private corners: Position[] = [];
  private pointer: Position | null = null;
  private readonly start: HTMLButtonElement;
  private readonly close: HTMLButtonElement;

  /** `asked`: an area is asked for already, and can be given up. `onArea` gets its corners; none gives it up. */
  constructor(
    private readonly map: MapLibreMap,
    tools: HTMLElement,
    asked: boolean,
    private readonly onArea: (corners: readonly Position[]) => void,
  ) {
    this.start = button('Draw an area', 'btn-draw-area', () => this.begin());
    this.close = button('Search here', 'btn-close-area', () => this.end());
    this.close.classList.add('btn-primary');
    this.close.hidden = true;
    tools.append(this.start, this.close);
    if (asked) tools.append(button('Everywhere', 'btn-clear-area', () => onArea([])));
    map.on('click', ({ lngLat }) => {
      if (!this.active) return;
      this.corners.push({ lat_deg: lngLat.lat, lon_deg: lngLat.lng });
      this.close.hidden = this.corners.length < LEAST_CORNERS;
      this.draw();
    });
    map.on('mousemove', ({ lngLat }) => {
      if (!this.active) return;
      this.pointer = { lat_deg: lngLat.lat, lon_deg: lngLat.lng };
      this.draw();
    });
  }

  /** After each change, and when the map has got a new style. */
  draw(): void {
    if (!this.active) return;
    setData(this.map, CORNERS, drawingShape(this.corners, this.pointer));
    for (const layer of drawingLayers()) if (!this.map.getLayer(layer.id)) this.map.addLayer(layer);
  }

  private begin(): void {
    this.active = true;
    this.corners = [];
    this.start.textContent = 'Click the corners';
    this.start.disabled = true;
    this.map.doubleClickZoom.disable();
    this.map.getCanvas().style.cursor = 'crosshair';
    this.draw();
  }

  private end(): void {
    this.active = false;
    this.onArea(this.corners);
  }
}

function button(words: string, testid: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'btn';
  made.textContent = words;
  made.dataset['testid'] = testid;
  made.addEventListener('click', act);
  return made;
}
