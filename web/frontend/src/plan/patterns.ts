/* Planning patterns as a person gives them: what is drawn, which numbers, and the ways from one kind to another.
   What they fly is expanded by the server, which knows the fence. */
import { Frame, type MissionItem, type Pattern, type Plan, type Position } from '../generated';
import { rounded } from '../map/geo';
import { breakUpPattern, heightBefore, nextIndex } from './edit';

export type Spec = Exclude<Pattern['spec'], { kind: 'foreign' }>;
export type Kind = Spec['kind'];
export type Shape = 'area' | 'line' | 'point';

export interface Field {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly min?: number;
  /** An empty field lets the server choose. */
  readonly optional?: boolean;
}

interface KindInfo {
  readonly name: string;
  readonly shape: Shape;
  readonly fields: readonly Field[];
  /** Yes-or-no properties. */
  readonly flags: readonly (readonly [key: string, label: string])[];
}

const height: Field = { key: 'altitude_m', label: 'Height', unit: 'm' };
const heights: Field = { key: 'heights_m', label: 'Heights', unit: 'm' };
const spacing: Field = { key: 'spacing_m', label: 'Spacing', unit: 'm', min: 1 };
const firstLeg: Field = { key: 'first_leg_deg', label: 'First leg', unit: '°' };
const sweepWidth: Field = { key: 'sweep_width_m', label: 'Sweep width', unit: 'm', min: 1, optional: true };
const speed: Field = { key: 'speed_m_s', label: 'Speed', unit: 'm/s', min: 0.5, optional: true };

export const KINDS: Readonly<Record<Kind, KindInfo>> = {
  survey: {
    name: 'Survey grid',
    shape: 'area',
    fields: [
      height,
      spacing,
      { key: 'angle_deg', label: 'Angle', unit: '°', optional: true },
      { key: 'turnaround_m', label: 'Turn-around', unit: 'm', min: 0 },
      speed,
    ],
    flags: [['crosshatch', 'Crosshatch']],
  },
  track_search: {
    name: 'Parallel search',
    shape: 'area',
    fields: [height, spacing, sweepWidth, speed],
    flags: [['creeping', 'Creeping line']],
  },
  perimeter: {
    name: 'Perimeter',
    shape: 'area',
    fields: [heights, { key: 'standoff_m', label: 'Stand-off', unit: 'm', min: 0 }, speed],
    flags: [
      ['clockwise', 'Clockwise'],
      ['look_in', 'Look inwards'],
    ],
  },
  corridor: {
    name: 'Corridor',
    shape: 'line',
    fields: [height, { key: 'width_m', label: 'Width', unit: 'm', min: 1 }, spacing, speed],
    flags: [],
  },
  hasty_route: {
    name: 'Route search',
    shape: 'line',
    fields: [height, { key: 'offset_m', label: 'Way back beside', unit: 'm', min: 0 }, sweepWidth, speed],
    flags: [],
  },
  expanding_square: {
    name: 'Expanding square',
    shape: 'point',
    fields: [height, spacing, { key: 'legs', label: 'Legs', unit: '', min: 1 }, firstLeg, sweepWidth, speed],
    flags: [['clockwise', 'Clockwise']],
  },
  sector: {
    name: 'Sector search',
    shape: 'point',
    fields: [
      height,
      { key: 'radius_m', label: 'Radius', unit: 'm', min: 1 },
      firstLeg,
      { key: 'passes', label: 'Passes', unit: '', min: 1 },
      sweepWidth,
      speed,
    ],
    flags: [],
  },
  containment: {
    name: 'Containment ring',
    shape: 'point',
    fields: [
      height,
      { key: 'radius_m', label: 'Radius', unit: 'm', min: 1, optional: true },
      { key: 'travel_speed_m_s', label: 'Walking speed', unit: 'm/s', min: 0, optional: true },
      { key: 'since_s', label: 'Last seen', unit: 's ago', min: 0, optional: true },
      { key: 'turns', label: 'Turns', unit: '', min: 1 },
      sweepWidth,
      speed,
    ],
    flags: [['clockwise', 'Clockwise']],
  },
  orbit: {
    name: 'Orbit',
    shape: 'point',
    fields: [
      heights,
      { key: 'radius_m', label: 'Radius', unit: 'm', min: 1 },
      { key: 'turns', label: 'Turns', unit: '', min: 1 },
      speed,
    ],
    flags: [['clockwise', 'Clockwise']],
  },
};

const FIRST: Readonly<Record<Shape, Kind>> = { area: 'survey', line: 'corridor', point: 'expanding_square' };

export function kindsOf(shape: Shape): readonly Kind[] {
  return (Object.keys(KINDS) as Kind[]).filter((kind) => KINDS[kind].shape === shape);
}

/** A spec with sensible numbers on `points` (one for a point shape). */
export function specOf(kind: Kind, points: readonly Position[], altitude_m: number): Spec {
  const frame = Frame.GLOBAL_RELATIVE_ALT;
  const ring = points.map(rounded);
  const [datum] = ring as [Position];
  const shared = { frame, speed_m_s: null };
  const search = { sweep_width_m: null };
  const camera = { camera: null, front_overlap_pct: 75, side_overlap_pct: 60 };
  switch (kind) {
    case 'survey':
      return {
        ...shared,
        ...camera,
        kind,
        area: ring,
        altitude_m,
        holes: [],
        spacing_m: 30,
        angle_deg: null,
        crosshatch: false,
        turnaround_m: 0,
      };
    case 'track_search':
      return { ...shared, ...search, kind, area: ring, spacing_m: 30, altitude_m, creeping: false, holes: [] };
    case 'perimeter':
      return { ...shared, kind, area: ring, standoff_m: 20, heights_m: [altitude_m], clockwise: true, look_in: true };
    case 'corridor':
      return { ...shared, ...camera, kind, line: ring, width_m: 60, altitude_m, spacing_m: 30 };
    case 'hasty_route':
      return { ...shared, ...search, kind, line: ring, altitude_m, offset_m: 0 };
    case 'expanding_square':
      return {
        ...shared,
        ...search,
        kind,
        datum,
        spacing_m: 40,
        legs: 10,
        altitude_m,
        first_leg_deg: 0,
        clockwise: true,
      };
    case 'sector':
      return { ...shared, ...search, kind, datum, radius_m: 150, altitude_m, first_leg_deg: 0, passes: 1 };
    case 'containment':
      return {
        ...shared,
        ...search,
        kind,
        datum,
        altitude_m,
        radius_m: 200,
        travel_speed_m_s: null,
        since_s: null,
        turns: 1,
        clockwise: true,
      };
    case 'orbit':
      return { ...shared, kind, centre: datum, radius_m: 60, heights_m: [altitude_m], turns: 1, clockwise: true };
  }
}

export function pointsOf(spec: Spec): readonly Position[] {
  if ('area' in spec) return spec.area;
  if ('line' in spec) return spec.line;
  return [spec.kind === 'orbit' ? spec.centre : spec.datum];
}

export function withPoint(spec: Spec, index: number, position: Position): Spec {
  const points = pointsOf(spec).map((old, at) => (at === index ? rounded(position) : old));
  const [first] = points as [Position];
  if ('area' in spec) return { ...spec, area: points };
  if ('line' in spec) return { ...spec, line: points };
  return spec.kind === 'orbit' ? { ...spec, centre: first } : { ...spec, datum: first };
}

/** The same ground and height flown as another kind. */
export function asKind(spec: Spec, kind: Kind): Spec {
  const altitude = 'heights_m' in spec ? (spec.heights_m[0] ?? 40) : spec.altitude_m;
  return { ...specOf(kind, pointsOf(spec), altitude), speed_m_s: spec.speed_m_s };
}

export function patternOf(plan: Plan, id: string): { id: string; spec: Spec } | null {
  const found = plan.patterns.find((pattern) => pattern.pattern_id === id);
  return found && found.spec.kind !== 'foreign' ? { id, spec: found.spec } : null;
}

/** A new pattern without items yet: the server expands it where it stands. */
export function addPattern(plan: Plan, shape: Shape, points: readonly Position[]): { plan: Plan; id: string } {
  const used = new Set(plan.patterns.map((pattern) => pattern.pattern_id));
  let number = 1;
  while (used.has(`pattern-${number}`)) number += 1;
  const id = `pattern-${number}`;
  const spec = specOf(FIRST[shape], points, heightBefore(plan, nextIndex(plan, null)));
  return { plan: { ...plan, patterns: [...plan.patterns, { pattern_id: id, spec }] }, id };
}

export function setPattern(plan: Plan, id: string, spec: Spec): Plan {
  return {
    ...plan,
    patterns: plan.patterns.map((pattern) => (pattern.pattern_id === id ? { ...pattern, spec } : pattern)),
  };
}

export function removePattern(plan: Plan, id: string): Plan {
  const loose = breakUpPattern(plan, id);
  return { ...loose, items: plan.items.filter((item) => item.pattern !== id) };
}

/** Whether anything in the plan has to be expanded by the server. */
export function hasPatterns(plan: Plan): boolean {
  return plan.patterns.some((pattern) => pattern.spec.kind !== 'foreign');
}

/** What the expansion follows from: while this stays, the items stay. */
export function groundOf(plan: Plan): string {
  return JSON.stringify([plan.patterns, plan.geofence, plan.home]);
}

export interface Block {
  readonly first: number;
  readonly items: readonly MissionItem[];
  /** Set when the items are one pattern's, which are edited together. */
  readonly pattern: string | null;
}

/** The mission as rows: a loose item by itself, a pattern's items as one. */
export function blocks(plan: Plan): readonly Block[] {
  const found: { first: number; items: MissionItem[]; pattern: string | null }[] = [];
  for (const [index, item] of plan.items.entries()) {
    const last = found.at(-1);
    if (last && item.pattern !== null && last.pattern === item.pattern) last.items.push(item);
    else found.push({ first: index, items: [item], pattern: item.pattern });
  }
  return found;
}
