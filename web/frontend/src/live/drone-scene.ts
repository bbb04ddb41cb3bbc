/* What is drawn of the drones: trails, symbols turned as they fly, rings about those that alarm, and labels. */
import type { Moment } from '../bus/age';
import { around, type DroneImage, images, type RingImage } from '../map/drone-images';
import { screenScale } from '../map/screen';
import { percent } from '../ui/format';
import { token } from '../ui/theme';
import type { Severity } from './alerts';
import { type Box, Declutter, type Taken, type Wish } from './declutter';
import type { LiveFleet, Track } from './fleet';
import { ageWords, droneFreshness, partAgeMs } from './freshness';
import type { Lens } from './lens';
import { type Hull, type Sprite, type Sprites, whole } from './sprites';
import { type Tag, Tags, type Tone } from './tags';
import { bandOf, HEIGHT_BANDS } from './trail';
import type { Trails } from './view';
import { batteryTone, phaseOf } from './words';

/** With more drones than this their labels say the callsign alone. */
const FULL_LABELS = 40;
/** Of more than this in view an eye finds none: they are drawn as small as the calm ones, say their callsigns alone, and
    make room for one another. */
const MOST_LOUD = 30;
/** With more drones in view than this they are drawn still smaller, and those that fly calmly without labels. */
const CROWD = 1500;
/** How often room is looked for anew for the labels while neither the view changes nor what is to be seen in it. */
const PLACED_MS = 500;
/** With more drones than this trails are short. */
const MANY = 150;
const TRAIL_MS = 90_000;
const SHORT_TRAIL_MS = 20_000;
/** Corners of trails need not stand closer; from afar there is no trail at all. */
const STEP_PX = 4;
/** Ways that a symbol may point: each is painted once, and then no picture has to turn it. */
const WAYS = 128;
/** Symbols reach so far beyond their places. */
const EDGE_PX = 29;
/** How much of a drone's symbol a label may not cover; of one with a ring about it, all of that. */
const CORE_PX = 8;
const RING_PX = 20;

export interface Look {
  /** In whose colour a drone is drawn; only what waits for somebody is loud. */
  readonly worst: ReadonlyMap<string, Severity>;
  readonly waiting: ReadonlyMap<string, Severity>;
  readonly selected: string | null;
  readonly allLabels: boolean;
  readonly trails: Trails;
}

/** A drone that is in view, in device pixels. */
interface Seen {
  readonly track: Track;
  readonly x: number;
  readonly y: number;
  readonly tone: Tone;
  readonly stale: boolean;
  readonly worst: Severity | undefined;
  /** What waits for somebody. */
  readonly alert: Severity | undefined;
}

/** The lower ones are drawn above the others and labelled first. */
const RANK: Readonly<Record<Tone, number>> = { selected: 0, critical: 1, warning: 2, low: 3, stale: 4, plain: 5 };
const LOUD = ['critical', 'warning', 'low', 'stale'] as const;

/** Of what does not alarm: smaller from afar, so that a thousand are still a thousand. */
function calmSize(zoom: number, crowded: boolean): number {
  if (zoom >= 13.5) return 1;
  return zoom >= 11 ? 0.75 : crowded ? 0.42 : 0.55;
}

/** What the labels were placed for. */
interface Placing {
  readonly fleet: LiveFleet;
  readonly look: Look;
  readonly at: Moment;
  readonly lens: Lens;
}

export class DroneScene {
  private readonly declutter = new Declutter();
  private scale: number;
  private tags: Tags;
  private readonly images;
  private seen: readonly Seen[] = [];
  private labels: ReadonlyMap<string, Box> = new Map();
  private placing: Placing | null = null;
  private calmSize = 1;
  /** The last rank that is loud. */
  private loud = RANK.plain;

  /** One for each theme and size of screen: colours and letters are made once. */
  constructor(
    private readonly sprites: Sprites,
    ratio: number,
  ) {
    this.scale = screenScale() * ratio;
    this.tags = new Tags(this.scale);
    this.images = images();
    sprites.clear();
  }

  draw(fleet: LiveFleet, look: Look, at: Moment, lens: Lens): void {
    this.seen = this.inView(fleet, look, at, lens);
    const crowded = this.seen.length > CROWD;
    this.calmSize = calmSize(lens.zoom, crowded);
    this.loud = loudest(this.seen);
    const detailed = fleet.tracks.size <= FULL_LABELS ? RANK.plain : this.loud;
    const anew = this.isDue({ fleet, look, at, lens });
    const labelled = this.seen.filter((one) => (anew ? one.tone !== 'plain' || (look.allLabels && !crowded) : this.declutter.has(one.track.state.vehicle)));
    const tags = new Map(labelled.map((one) => [one.track.state.vehicle, tagOf(one, RANK[one.tone] <= detailed, at)]));
    const wishes = this.wishes(labelled, tags);
    this.labels = anew ? this.declutter.place(wishes, this.cores(), { left: 0, top: 0, right: lens.width, bottom: lens.height }) : this.declutter.follow(wishes);
    this.sprites.show(() => {
      if (look.trails !== 'off') for (const one of this.seen) this.trail(one, fleet.tracks.size > MANY, look.trails, at, lens);
      for (const one of this.seen) this.symbol(one);
      for (const [vehicle, box] of this.labels) this.label(tags.get(vehicle), box);
    });
  }

  /** Whether the labels are to be placed anew, for `now`. */
  private isDue(now: Placing): boolean {
    const { placing: last } = this;
    const isSame = last?.fleet === now.fleet && last.look.selected === now.look.selected && last.look.allLabels === now.look.allLabels;
    if (isSame && last.lens.equals(now.lens) && Math.abs(now.at.mono - last.at.mono) < PLACED_MS) return false;
    this.placing = now;
    return true;
  }

  /** The drone under a finger of `reach`, or that whose label is; the important one of several. */
  at(x: number, y: number, reach: number): string | null {
    const near = this.seen.findLast((one) => Math.hypot(one.x - x, one.y - y) < reach);
    if (near) return near.track.state.vehicle;
    for (const [vehicle, { left, right, top, bottom }] of this.labels) if (x >= left && x < right && y >= top && y < bottom) return vehicle;
    return null;
  }

  /** The calm ones first: the others are drawn over them. */
  private inView(fleet: LiveFleet, look: Look, at: Moment, lens: Lens): readonly Seen[] {
    const seen: Seen[] = [];
    const edge = EDGE_PX * this.scale;
    for (const track of fleet.tracks.values()) {
      const { lat_deg, lon_deg, vehicle } = track.state;
      if (lat_deg === null || lon_deg === null) continue;
      const [x, y] = lens.at(lon_deg, lat_deg);
      if (x < -edge || y < -edge || x > lens.width + edge || y > lens.height + edge) continue;
      const stale = droneFreshness(track, at) === 'stale';
      const alert = look.waiting.get(vehicle);
      seen.push({ track, x, y, stale, alert, worst: look.worst.get(vehicle), tone: vehicle === look.selected ? 'selected' : toneOf(track, stale, alert) });
    }
    return seen.sort((a, b) => RANK[b.tone] - RANK[a.tone]);
  }

  private symbol({ track: { state }, x, y, tone, stale, alert, worst }: Seen): void {
    if (tone === 'selected') this.stamp('ring-selected', 1, x, y, 0);
    if (alert) this.stamp(`ring-${alert}`, this.sizeOf(tone), x, y, 0);
    const flying = phaseOf(state) === 'flying';
    const image: DroneImage = stale ? (flying ? 'drone-stale' : 'drone-ground-stale') : !flying ? 'drone-ground' : worst ? `drone-${worst}` : 'drone-flying';
    this.stamp(image, this.sizeOf(tone), x, y, state.heading_deg ?? 0);
  }

  private stamp(name: DroneImage | RingImage, size: number, x: number, y: number, heading_deg: number): void {
    const way = Math.round((heading_deg / 360) * WAYS) % WAYS;
    const sprite = this.sprites.sprite(`${name} ${size} ${way}`, () => this.hull(name, size, way), (pen) => {
      pen.rotate((way / WAYS) * 2 * Math.PI);
      pen.scale(size * this.scale, size * this.scale);
      pen.lineJoin = 'round';
      this.images[name](pen);
    });
    this.sprites.put(sprite, Math.round(x - sprite.width / 2), Math.round(y - sprite.height / 2));
  }

  private hull(name: DroneImage | RingImage, size: number, way: number): Hull {
    const turn = (way / WAYS) * 2 * Math.PI;
    const [cos, sin] = [Math.cos(turn) * size * this.scale, Math.sin(turn) * size * this.scale];
    return around(name).map(([x, y]) => [x * cos - y * sin, x * sin + y * cos]);
  }

  private label(tag: Tag | undefined, { left, top, right, bottom }: Box): void {
    if (!tag) return;
    const sprite = this.sprites.sprite(`${tag.tone} ${tag.name}\n${tag.detail}`, () => whole(right - left, bottom - top), this.tags.paint(tag));
    this.sprites.put(sprite, left, top);
  }

  private sizeOf(tone: Tone): number {
    return RANK[tone] <= Math.min(this.loud, RANK.low) ? 1 : this.calmSize;
  }

  private wishes(labelled: readonly Seen[], tags: ReadonlyMap<string, Tag>): Wish[] {
    const must = Math.min(this.loud, RANK.warning);
    return labelled.map(({ track, x, y, tone, alert }) => {
      const key = track.state.vehicle;
      const [width, height] = this.tags.size(tags.get(key) as Tag);
      const reach = (tone === 'selected' || alert ? 30 : 16) * this.sizeOf(tone) * this.scale;
      return { key, rank: RANK[tone], must: RANK[tone] <= must, x, y, reach, width, height };
    });
  }

  private cores(): Taken[] {
    return this.seen.map(({ x, y, tone, alert }) => {
      const half = (alert || tone === 'selected' ? RING_PX : CORE_PX * this.sizeOf(tone)) * this.scale;
      return { left: x - half, top: y - half, right: x + half, bottom: y + half, rank: RANK[tone] };
    });
  }

  /** The way so far, ending where the drone is drawn: fainter the older it is, or in the colours of its heights. */
  private trail({ track: { state, trail }, x, y, tone }: Seen, many: boolean, by: Trails, at: Moment, lens: Lens): void {
    const selected = tone === 'selected';
    const within = many && !selected ? SHORT_TRAIL_MS : TRAIL_MS;
    const { points } = trail;
    const step = STEP_PX * this.scale;
    let [fromX, fromY] = [x, y];
    let band = bandOf(state.height_home_m);
    for (let index = points.length - 1; index >= 0; index -= 1) {
      const point = points[index];
      if (!point || at.mono - point.monoMs > within) break;
      const [toX, toY] = lens.of(point.x, point.y);
      if (Math.abs(toX - fromX) + Math.abs(toY - fromY) < step) continue;
      const faded = by === 'height' ? 0.9 : 0.75 * (1 - (at.mono - point.monoMs) / within);
      this.sprites.stretch(this.line(by === 'height' ? band : -1, selected), [fromX, fromY], [toX, toY], Math.max(0.06, selected ? Math.min(1, faded * 1.4) : faded));
      [fromX, fromY, band] = [toX, toY, bandOf(point.height_m)];
    }
  }

  /** Its profile: soft at both edges, since nothing else smooths it. */
  private line(band: number, selected: boolean): Sprite {
    const width = (selected ? 3.5 : 2) * this.scale;
    return this.sprites.sprite(`line ${band} ${selected}`, () => whole(3, width + 2), (pen) => {
      pen.fillStyle = token(band < 0 ? 'accent' : `height-${Math.min(band + 1, HEIGHT_BANDS.length)}`);
      pen.fillRect(-2, -width / 2, 4, width);
    });
  }
}

function toneOf({ state }: Track, stale: boolean, alert: Severity | undefined): Tone {
  if (alert) return alert;
  if (stale) return 'stale';
  return batteryTone(state) === 'critical' ? 'low' : 'plain';
}

/** Those that alarm most, as far down as they are few. */
function loudest(seen: readonly Seen[]): number {
  let [last, count] = [RANK.selected, 0];
  for (const tone of LOUD) {
    count += seen.filter((one) => one.tone === tone).length;
    if (count > MOST_LOUD) break;
    last = RANK[tone];
  }
  return last;
}

/** One that alarms is labelled so, chosen or not: its ring says that it is chosen. */
function tagOf({ track: { state, heard }, tone, stale, alert }: Seen, detailed: boolean, at: Moment): Tag {
  const tag = (detail: string): Tag => ({ tone: alert ?? tone, name: state.vehicle, detail });
  if (!detailed) return tag('');
  if (stale) {
    const ages = (['heartbeat', 'position'] as const).map((part) => partAgeMs(part, state, heard, at) ?? 0);
    return tag(`${ageWords(Math.max(...ages))} old`);
  }
  if (tone === 'low') return tag(`Battery ${percent(state.battery_pct)}`);
  const known = state.height_home_m !== null && phaseOf(state) === 'flying';
  return tag(known ? `${Math.round(state.height_home_m ?? 0)} m` : '');
}
