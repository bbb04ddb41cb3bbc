/* Labels of drones: the callsign, and below it what is to be known of this drone now. */
import { LABEL_FONT } from '../map/ground';
import { token } from '../ui/theme';
import type { Paint } from './sprites';

/** `plain` is letters on the map; the others are plates in the colours of what they say. */
export type Tone = 'plain' | 'stale' | 'selected' | 'low' | 'warning' | 'critical';

export interface Tag {
  readonly tone: Tone;
  readonly name: string;
  /** Empty where there is nothing to add. */
  readonly detail: string;
}

const NAME_PX = 14;
const DETAIL_PX = 12.5;
const LINE = 1.22;
/** Between the letters and the edge of a plate, or of their halo. */
const PAD_PX = { plain: [3, 2], plate: [6, 3] } as const;

interface Colours {
  readonly text: string;
  readonly detail: string;
  readonly plate: string | null;
  readonly edge: string;
}

function colours(tone: Tone): Colours {
  const halo = token('map-halo');
  switch (tone) {
    case 'critical':
      return { text: token('on-crit'), detail: token('on-crit'), plate: token('crit-fill'), edge: halo };
    case 'warning':
      return { text: token('warn'), detail: token('warn'), plate: token('warn-soft'), edge: token('warn') };
    case 'selected':
      return { text: token('text'), detail: token('text'), plate: token('accent-soft'), edge: token('accent') };
    case 'low':
      return { text: token('text'), detail: token('crit'), plate: token('surface'), edge: token('crit') };
    case 'stale':
      return { text: token('stale'), detail: token('warn'), plate: token('surface'), edge: token('stale') };
    case 'plain':
      return { text: token('text'), detail: token('text-2'), plate: null, edge: halo };
  }
}

export class Tags {
  private readonly pen = new OffscreenCanvas(1, 1).getContext('2d') as OffscreenCanvasRenderingContext2D;
  private readonly widths = new Map<string, number>();

  /** `scale`: device pixels to a CSS pixel of the page at its common size. */
  constructor(private readonly scale: number) {}

  size({ tone, name, detail }: Tag): readonly [width: number, height: number] {
    const [x, y] = PAD_PX[tone === 'plain' ? 'plain' : 'plate'];
    const width = Math.max(this.width(name, true), detail ? this.width(detail, false) : 0);
    const height = NAME_PX * LINE + (detail ? DETAIL_PX * LINE : 0);
    return [Math.ceil(width + 2 * x * this.scale), Math.ceil((height + 2 * y) * this.scale)];
  }

  paint(tag: Tag): Paint {
    const { text, detail, plate, edge } = colours(tag.tone);
    const [width, height] = this.size(tag);
    const [padX, padY] = PAD_PX[plate === null ? 'plain' : 'plate'];
    return (pen) => {
      pen.translate(-width / 2, -height / 2);
      if (plate !== null) {
        pen.beginPath();
        pen.roundRect(0.5, 0.5, width - 1, height - 1, 4 * this.scale);
        pen.fillStyle = plate;
        pen.fill();
        pen.strokeStyle = edge;
        pen.lineWidth = Math.max(1, this.scale);
        pen.stroke();
      }
      pen.scale(this.scale, this.scale);
      pen.textBaseline = 'middle';
      const line = (words: string, font: string, middle: number, colour: string): void => {
        pen.font = font;
        pen.lineJoin = 'round';
        pen.lineWidth = 3.5;
        pen.strokeStyle = edge;
        if (plate === null) pen.strokeText(words, padX, middle);
        pen.fillStyle = colour;
        pen.fillText(words, padX, middle);
      };
      line(tag.name, font(true), padY + (NAME_PX * LINE) / 2, text);
      if (tag.detail) line(tag.detail, font(false), padY + NAME_PX * LINE + (DETAIL_PX * LINE) / 2, detail);
    };
  }

  private width(words: string, name: boolean): number {
    const key = `${name} ${words}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      this.pen.font = font(name);
      width = this.pen.measureText(words).width;
      this.widths.set(key, width);
    }
    return width * this.scale;
  }
}

const font = (name: boolean): string => `${name ? 600 : 500} ${name ? NAME_PX : DETAIL_PX}px "${LABEL_FONT[0]}"`;
