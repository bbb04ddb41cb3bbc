/* Which labels are drawn, and on which side of their drones: none over another, the important ones first. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Taken extends Box {
  readonly rank: number;
}

export interface Wish {
  readonly key: string;
  /** The lower ones choose first. */
  readonly rank: number;
  /** Drawn in any case, over others where there is no room. */
  readonly must: boolean;
  readonly x: number;
  readonly y: number;
  /** From the middle of the drone to the nearest edge of the label. */
  readonly reach: number;
  readonly width: number;
  readonly height: number;
}

type Side = 0 | 1 | 2 | 3;

/** Right, left, below, above. */
const SIDES: readonly Side[] = [0, 1, 2, 3];
const CELL = 64;
/** A label that nobody can read whole is worse than any that covers something. */
const OUTSIDE = 1e6;

export class Declutter {
  private sides = new Map<string, Side>();

  /** Whether there was room for its label. */
  has(key: string): boolean {
    return this.sides.has(key);
  }

  /** Labels that have been placed, on the sides where they are, by their drones as they have moved on. */
  follow(wishes: readonly Wish[]): Map<string, Box> {
    return new Map(wishes.flatMap((wish) => {
      const side = this.sides.get(wish.key);
      return side === undefined ? [] : [[wish.key, boxAt(wish, side)] as const];
    }));
  }

  /**
   * Boxes of the labels that are drawn, whole in the `view`. Of `taken` those stay free that are as important as the
   * label; of the others it covers as few as it can. Where that is the same a label stays on the side where it was, and
   * one that was drawn comes before one of the same rank that was not: labels do not flicker while drones move.
   */
  place(wishes: readonly Wish[], taken: readonly Taken[], view: Box): Map<string, Box> {
    const room = new Room();
    const symbols = new Room();
    for (const one of taken) symbols.take(one);
    const covered = (box: Box): number => (isIn(box, view) && room.isFree(box) ? symbols.count(box) : Infinity);
    const hidden = (box: Box): number => symbols.count(box) + (isIn(box, view) ? 0 : OUTSIDE);
    const walls = [...taken].sort((a, b) => a.rank - b.rank);
    let walled = 0;
    const before = this.sides;
    this.sides = new Map();
    const placed = new Map<string, Box>();
    const first = (wish: Wish): number => wish.rank * 2 + (before.has(wish.key) ? 0 : 1);
    for (const wish of [...wishes].sort((a, b) => first(a) - first(b))) {
      for (let wall = walls[walled]; wall && wall.rank <= wish.rank; wall = walls[(walled += 1)]) room.take(wall);
      const last = before.get(wish.key);
      const sides = last === undefined ? SIDES : [last, ...SIDES.filter((side) => side !== last)];
      const least = (costOf: (box: Box) => number): Side | undefined => leastOf(sides, (side) => costOf(boxAt(wish, side)));
      const side = least(covered) ?? (wish.must ? least(hidden) : undefined);
      if (side === undefined) continue;
      const box = boxAt(wish, side);
      room.take(box);
      this.sides.set(wish.key, side);
      placed.set(wish.key, box);
    }
    return placed;
  }
}

/** The first of those that cost least; none where nothing is possible. */
function leastOf<Item>(items: readonly Item[], costOf: (item: Item) => number): Item | undefined {
  let [best, least]: [Item | undefined, number] = [undefined, Infinity];
  for (const item of items) {
    const cost = costOf(item);
    if (cost < least) [best, least] = [item, cost];
    if (least === 0) break;
  }
  return best;
}

function isIn(box: Box, view: Box): boolean {
  return box.left >= view.left && box.top >= view.top && box.right <= view.right && box.bottom <= view.bottom;
}

/** Whole pixels, so that letters are sharp. */
function boxAt({ x, y, reach, width, height }: Wish, side: Side): Box {
  const left = Math.round(side === 0 ? x + reach : side === 1 ? x - reach - width : x - width / 2);
  const top = Math.round(side === 2 ? y + reach : side === 3 ? y - reach - height : y - height / 2);
  return { left, top, right: left + width, bottom: top + height };
}

/** What is taken, in a grid of cells, so that a thousand boxes need not all be looked at for each. */
class Room {
  private readonly cells = new Map<number, Box[]>();

  take(box: Box): void {
    for (const cell of cellsOf(box)) {
      const held = this.cells.get(cell);
      if (held) held.push(box);
      else this.cells.set(cell, [box]);
    }
  }

  isFree(box: Box): boolean {
    return !cellsOf(box).some((cell) => this.cells.get(cell)?.some((other) => overlap(box, other)));
  }

  /** How many of them a box would cover. */
  count(box: Box): number {
    const covered = new Set<Box>();
    for (const cell of cellsOf(box)) for (const other of this.cells.get(cell) ?? []) if (overlap(box, other)) covered.add(other);
    return covered.size;
  }
}

function cellsOf({ left, top, right, bottom }: Box): number[] {
  const cells: number[] = [];
  for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x += 1) {
    for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y += 1) cells.push(x * 65_536 + y);
  }
  return cells;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
