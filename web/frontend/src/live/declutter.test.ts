import { expect, test } from 'vitest';

import { type Box, Declutter, type Taken, type Wish } from './declutter';

const wish = (key: string, x: number, y: number, more: Partial<Wish> = {}): Wish => ({ key, rank: 4, must: false, x, y, reach: 10, width: 60, height: 20, ...more });

const wall = (left: number, top: number, right: number, bottom: number, rank = 0): Taken => ({ left, top, right, bottom, rank });

const VIEW: Box = { left: 0, top: 0, right: 1000, bottom: 1000 };

function overlaps(boxes: Iterable<Box>): number {
  const all = [...boxes];
  return all.flatMap((a, at) => all.slice(at + 1).filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length;
}

test('a label stands at the right where there is room', () => {
  expect(new Declutter().place([wish('a', 100, 100)], [], VIEW).get('a')).toEqual({ left: 110, top: 90, right: 170, bottom: 110 });
});

test('no label lies over another, nor over what must stay free', () => {
  const crowd = Array.from({ length: 1000 }, (_, at) => wish(`d${at}`, (at * 37) % 800, (at * 91) % 1000));
  const drones = crowd.map(({ x, y }) => wall(x - 4, y - 4, x + 4, y + 4));
  const placed = [...new Declutter().place(crowd, drones, VIEW).values()];
  expect(placed.length).toBeGreaterThan(50);
  expect(overlaps(placed)).toBe(0);
  const over = placed.filter((box) => drones.some((drone) => overlaps([box, drone]) > 0));
  expect(over).toEqual([]);
});

test('a label by the edge stands where all of it is in view', () => {
  const byTheEdge = (must: boolean): Box | undefined => new Declutter().place([wish('a', 980, 100, { must })], [], VIEW).get('a');
  expect(byTheEdge(true)).toEqual({ left: 910, top: 90, right: 970, bottom: 110 });
  expect(byTheEdge(false)).toEqual(byTheEdge(true));
});

test('the more important one keeps its label', () => {
  const both = [wish('calm', 100, 100), wish('alarming', 100, 102, { rank: 1 })];
  const walls = [wall(0, 0, 90, 300), wall(0, 112, 400, 300), wall(0, 0, 400, 90)];
  expect([...new Declutter().place(both, walls, VIEW).keys()]).toEqual(['alarming']);
});

test('what must be read is drawn though there is no room', () => {
  expect([...new Declutter().place([wish('a', 100, 100), wish('b', 300, 100, { must: true })], [wall(0, 0, 1000, 1000)], VIEW).keys()]).toEqual(['b']);
});

test('what must be read covers as few drones as it can', () => {
  const drones = [wall(115, 90, 125, 100, 5), wall(140, 95, 150, 105, 5), wall(50, 95, 60, 105, 5), wall(95, 115, 105, 125, 5)];
  const above = { left: 70, top: 70, right: 130, bottom: 90 };
  expect(new Declutter().place([wish('a', 100, 100, { rank: 1, must: true })], drones, VIEW).get('a')).toEqual(above);
  const full = [...drones, wall(0, 0, 1000, 90, 0), wall(110, 0, 1000, 1000, 1), wall(0, 110, 1000, 1000, 1)];
  expect(new Declutter().place([wish('a', 100, 100, { rank: 1, must: true })], [...full, wall(90, 70, 95, 80, 5)], VIEW).get('a')).toEqual({ left: 30, top: 90, right: 90, bottom: 110 });
});

test('a label stays where it was while drones pass by', () => {
  const declutter = new Declutter();
  const blocked = wall(105, 80, 200, 120);
  const left = declutter.place([wish('a', 100, 100)], [blocked], VIEW).get('a');
  expect(left?.right).toBe(90);
  expect(declutter.place([wish('a', 100, 100)], [], VIEW).get('a')).toEqual(left);
  const passing = wish('new', 99, 100);
  expect([...declutter.place([passing, wish('a', 100, 100)], [], VIEW).keys()][0]).toBe('a');
});

test('an important label covers drones that are not', () => {
  const calm = wall(0, 0, 1000, 1000, 5);
  expect([...new Declutter().place([wish('a', 100, 100), wish('b', 300, 100, { rank: 5 })], [calm], VIEW).keys()]).toEqual(['a']);
});

test('between two placings a label goes where its drone goes', () => {
  const declutter = new Declutter();
  declutter.place([wish('a', 100, 100)], [wall(105, 80, 200, 120)], VIEW);
  expect([declutter.has('a'), declutter.has('b')]).toEqual([true, false]);
  expect([...declutter.follow([wish('a', 103, 100), wish('b', 500, 500)])]).toEqual([['a', { left: 33, top: 90, right: 93, bottom: 110 }]]);
});
