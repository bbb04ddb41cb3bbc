/* The drones' symbols, drawn here so that they take the theme's colours. Shape says as much as colour does. */
import type { Map as MapLibreMap } from 'maplibre-gl';

import { token } from '../ui/theme';
import { screenScale } from './screen';

type Corners = readonly (readonly [x: number, y: number])[];

/** Triangles about the middle, in CSS pixels, that each lies within, casing and all: no larger, every pixel is paid for. */
const AROUND_ARROW: Corners = [[0, -20.5], [13.5, 15], [-13.5, 15]];
const AROUND_DISC: Corners = [[0, -22], [19.5, 11], [-19.5, 11]];
/** Two of them: a square. */
const AROUND_RING: Corners = [[-29, -29], [29, -29], [-29, 29], [-29, 29], [29, -29], [29, 29]];

export function around(image: DroneImage | RingImage): Corners {
  return image.startsWith('ring') ? AROUND_RING : image.startsWith('drone-ground') ? AROUND_DISC : AROUND_ARROW;
}

export type DroneImage = 'drone-flying' | 'drone-ground' | 'drone-stale' | 'drone-ground-stale' | 'drone-warning' | 'drone-critical';
export type RingImage = 'ring-warning' | 'ring-critical' | 'ring-selected';

const SIZE = 56;
const PIXEL_RATIO = 2;

export type Draw = (pen: CanvasRenderingContext2D) => void;

function corners(pen: CanvasRenderingContext2D, points: Corners): void {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.closePath();
}

const ARROW = [[0, -13], [9.5, 12], [0, 7], [-9.5, 12]] as const;

/** Flying: an arrowhead, filled; its casing keeps it apart from any ground. */
const arrow = (fill: string): Draw => (pen) => {
  corners(pen, ARROW);
  pen.strokeStyle = token('map-halo');
  pen.lineWidth = 4;
  pen.stroke();
  pen.fillStyle = fill;
  pen.fill();
};

/** Not to be believed: the same shape with nothing in it. */
const hollow = (outline: (pen: CanvasRenderingContext2D) => void): Draw => (pen) => {
  outline(pen);
  pen.strokeStyle = token('map-halo');
  pen.lineWidth = 5;
  pen.stroke();
  pen.strokeStyle = token('stale');
  pen.lineWidth = 2.25;
  pen.setLineDash([5, 3]);
  pen.stroke();
};

const disc = (pen: CanvasRenderingContext2D): void => {
  pen.beginPath();
  pen.arc(0, 0, 7.5, 0, 2 * Math.PI);
};

/** On the ground: a disc with its nose. */
const grounded: Draw = (pen) => {
  disc(pen);
  pen.strokeStyle = token('map-halo');
  pen.lineWidth = 5;
  pen.stroke();
  pen.fillStyle = token('surface-3');
  pen.fill();
  pen.strokeStyle = token('text');
  pen.lineWidth = 1.75;
  pen.stroke();
  pen.beginPath();
  pen.moveTo(0, -2);
  pen.lineTo(0, -13);
  pen.stroke();
};

const ring = (colour: string, points: Corners): Draw => (pen) => {
  corners(pen, points);
  pen.lineJoin = 'round';
  pen.strokeStyle = token('map-halo');
  pen.lineWidth = 5;
  pen.stroke();
  pen.strokeStyle = colour;
  pen.lineWidth = 2.5;
  pen.stroke();
};

const OCTAGON = Array.from({ length: 8 }, (_, corner) => {
  const angle = ((corner + 0.5) / 8) * 2 * Math.PI;
  return [22 * Math.sin(angle), 22 * Math.cos(angle)] as const;
});
const TRIANGLE = [[0, -26], [24, 16], [-24, 16]] as const;

const circle: Draw = (pen) => {
  pen.beginPath();
  pen.arc(0, 0, 24, 0, 2 * Math.PI);
  pen.strokeStyle = token('map-halo');
  pen.lineWidth = 5;
  pen.stroke();
  pen.strokeStyle = token('select');
  pen.lineWidth = 2.5;
  pen.stroke();
};

/** Each drawn about the middle, nose up. */
export function images(): Readonly<Record<DroneImage | RingImage, Draw>> {
  return {
    'drone-flying': arrow(token('text')),
    'drone-warning': arrow(token('warn')),
    'drone-critical': arrow(token('crit')),
    'drone-stale': hollow((pen) => corners(pen, ARROW)),
    'drone-ground': grounded,
    'drone-ground-stale': hollow(disc),
    'ring-warning': ring(token('warn'), TRIANGLE),
    'ring-critical': ring(token('crit'), OCTAGON),
    'ring-selected': circle,
  };
}

/** Call it when the style is ready. Images are drawn north up, about their centre. */
export function addDroneImages(map: MapLibreMap): void {
  const scale = screenScale() * PIXEL_RATIO;
  const side = Math.round(SIZE * scale);
  for (const [name, draw] of Object.entries(images())) {
    const pen = new OffscreenCanvas(side, side).getContext('2d') as unknown as CanvasRenderingContext2D;
    pen.translate(side / 2, side / 2);
    pen.scale(scale, scale);
    pen.lineJoin = 'round';
    draw(pen);
    map.addImage(name, pen.getImageData(0, 0, side, side), { pixelRatio: PIXEL_RATIO });
  }
}
