/* The altitude profile: the path's height over the ground and the 120 m line, sharing its pointer with the map. */
import { useEffect, useRef, useState } from 'preact/hooks';

import type { ProfilePointTuple } from '../generated';
import { Icon } from '../ui/Icon';
import { metres } from '../ui/format';
import type { Store } from './store';

/** Open category, and the ceiling of the usual police authorisation: metres above the ground below. */
const CEILING_M = 120;
const PAD = { left: 52, right: 16, top: 14, bottom: 24 } as const;

export interface ProfilePoint {
  readonly distance: number;
  readonly height: number;
  readonly ground: number | null;
  readonly item: number | null;
}

export interface Scale {
  readonly width: number;
  readonly height: number;
  readonly length: number;
  readonly low: number;
  readonly high: number;
}

export function pointsOf(rows: readonly ProfilePointTuple[]): ProfilePoint[] {
  return rows.map(([distance, height, ground, item]) => ({ distance, height, ground, item }));
}

/** Room for the path, the ground below it and the 120 m line above it. */
export function scaleOf(points: readonly ProfilePoint[], width: number, height: number): Scale {
  const grounds = points.map((point) => point.ground ?? 0);
  const low = Math.min(0, ...grounds);
  const high = Math.max(CEILING_M + Math.max(0, ...grounds), ...points.map((point) => point.height)) * 1.06;
  return { width, height, length: Math.max(points.at(-1)?.distance ?? 0, 1), low, high };
}

export function x(scale: Scale, distance: number): number {
  return PAD.left + (distance / scale.length) * (scale.width - PAD.left - PAD.right);
}

export function y(scale: Scale, height: number): number {
  return PAD.top + ((scale.high - height) / (scale.high - scale.low)) * (scale.height - PAD.top - PAD.bottom);
}

/** Round steps that leave about `wanted` marks. */
export function ticks(from: number, to: number, wanted: number): number[] {
  const rough = (to - from) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const marks: number[] = [];
  for (let mark = Math.ceil(from / step) * step; mark <= to; mark += step) marks.push(mark);
  return marks;
}

export function heightAt(
  points: readonly ProfilePoint[],
  distance: number,
): { height: number; ground: number | null } | null {
  const after = points.findIndex((point) => point.distance >= distance);
  const next = points[after];
  const before = points[after - 1] ?? next;
  if (!next || !before) return null;
  const span = next.distance - before.distance;
  const t = span === 0 ? 1 : (distance - before.distance) / span;
  const mix = (a: number, b: number): number => a + (b - a) * t;
  return {
    height: mix(before.height, next.height),
    ground: before.ground === null || next.ground === null ? null : mix(before.ground, next.ground),
  };
}

function line(scale: Scale, points: readonly ProfilePoint[], value: (point: ProfilePoint) => number | null): string {
  let pen = 'M';
  let path = '';
  for (const point of points) {
    const height = value(point);
    if (height === null) {
      pen = 'M';
      continue;
    }
    path += `${pen}${x(scale, point.distance).toFixed(1)} ${y(scale, height).toFixed(1)}`;
    pen = 'L';
  }
  return path;
}

function useSize(): [{ current: HTMLDivElement | null }, number, number] {
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<[number, number]>([800, 150]);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(
      ([entry]) => entry && setSize([entry.contentRect.width, entry.contentRect.height]),
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, ...size];
}

export function Profile({ store }: { store: Store }) {
  const [element, width, height] = useSize();
  const [open, setOpen] = useState(true);
  const points = pointsOf(store.report.value?.profile ?? []);
  const stale = store.checkState.value.kind === 'unreachable' || store.checkState.value.kind === 'refused';
  return (
    <section
      class={`profile ${open ? '' : 'is-closed'} ${stale ? 'is-stale' : ''}`}
      aria-label="Altitude profile"
      data-testid="profile"
    >
      <header class="profile-head">
        <button
          type="button"
          class="btn btn-quiet"
          aria-expanded={open}
          data-testid="btn-profile"
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'down' : 'up'} />
          Altitude profile
        </button>
        <Readout store={store} points={points} />
      </header>
      {open && (
        <div class="profile-chart" ref={element}>
          {(points.at(-1)?.distance ?? 0) > 0 ? (
            <Chart store={store} points={points} width={width} height={height} />
          ) : (
            <p class="profile-empty">The profile appears with the first leg.</p>
          )}
        </div>
      )}
    </section>
  );
}

function Readout({ store, points }: { store: Store; points: readonly ProfilePoint[] }) {
  const at = store.hover.value;
  const length = points.at(-1)?.distance ?? 0;
  const here = at === null ? null : heightAt(points, at * length);
  if (at === null || !here) return <span class="profile-key">heights in metres above home</span>;
  return (
    <span class="profile-readout num" data-testid="profile-readout">
      {metres(at * length)} along · <b>{Math.round(here.height)} m</b> above home
      {here.ground !== null && ` · ${Math.round(here.height - here.ground)} m above ground`}
    </span>
  );
}

interface ChartProps {
  readonly store: Store;
  readonly points: readonly ProfilePoint[];
  readonly width: number;
  readonly height: number;
}

function Axes({ scale }: { scale: Scale }) {
  const { width, height } = scale;
  return (
    <>
      {ticks(scale.low, scale.high, height / 34).map((mark) => (
        <g key={mark}>
          <line class="profile-grid" x1={PAD.left} x2={width - PAD.right} y1={y(scale, mark)} y2={y(scale, mark)} />
          <text class="profile-tick" x={PAD.left - 8} y={y(scale, mark) + 4} text-anchor="end">
            {mark}
          </text>
        </g>
      ))}
      {ticks(0, scale.length, width / 130).map((mark) => (
        <text
          key={mark}
          class="profile-tick"
          x={x(scale, mark)}
          y={height - 7}
          text-anchor={mark === 0 ? 'start' : 'middle'}
        >
          {metres(mark)}
        </text>
      ))}
    </>
  );
}

/** The ground where it is known, and 120 m above it; above home, and saying so, where it is not. */
function Ground({ scale, points }: { scale: Scale; points: readonly ProfilePoint[] }) {
  const known = points.some((point) => point.ground !== null);
  const ceiling = (point: ProfilePoint): number | null => {
    if (!known) return CEILING_M;
    return point.ground === null ? null : point.ground + CEILING_M;
  };
  const last = points.at(-1);
  return (
    <>
      {known && (
        <path
          class="profile-ground"
          d={closedBelow(
            scale,
            line(scale, points, (point) => point.ground),
          )}
        />
      )}
      <path class="profile-ceiling" d={line(scale, points, ceiling)} />
      <text
        class="profile-ceiling-label"
        x={scale.width - PAD.right}
        y={y(scale, (last && ceiling(last)) ?? CEILING_M) - 5}
        text-anchor="end"
      >
        120 m {known ? 'above ground' : 'above home · ground not known'}
      </text>
    </>
  );
}

function closedBelow(scale: Scale, path: string): string {
  const bottom = y(scale, scale.low);
  return `${path}L${x(scale, scale.length)} ${bottom}L${PAD.left} ${bottom}Z`;
}

function Items({ store, scale, points }: { store: Store; scale: Scale; points: readonly ProfilePoint[] }) {
  const chosen = store.selection.value?.kind === 'item' ? store.selection.value.index : null;
  const items = points.filter((point) => point.item !== null);
  const radius = items.length > 80 ? 2 : 4;
  return (
    <>
      {items.map((point, index) => (
        <circle
          key={index}
          class={`profile-item ${point.item === chosen ? 'is-selected' : ''}`}
          cx={x(scale, point.distance)}
          cy={y(scale, point.height)}
          r={point.item === chosen ? 6 : radius}
          onClick={() => store.select({ kind: 'item', index: point.item ?? 0 })}
        />
      ))}
    </>
  );
}

function Cursor({ store, scale, points }: { store: Store; scale: Scale; points: readonly ProfilePoint[] }) {
  const at = store.hover.value;
  const here = at === null ? null : heightAt(points, at * scale.length);
  if (at === null || !here) return null;
  const left = x(scale, at * scale.length);
  return (
    <g class="profile-cursor">
      <line x1={left} x2={left} y1={PAD.top} y2={scale.height - PAD.bottom} />
      <circle cx={left} cy={y(scale, here.height)} r={5} />
    </g>
  );
}

function Chart({ store, points, width, height }: ChartProps) {
  const scale = scaleOf(points, width, height);
  const path = line(scale, points, (point) => point.height);
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={`Height along ${metres(scale.length)} of path`}
      onPointerMove={(event) => {
        const left = event.currentTarget.getBoundingClientRect().left;
        const fraction = (event.clientX - left - PAD.left) / (width - PAD.left - PAD.right);
        store.hover.value = fraction < 0 || fraction > 1 ? null : fraction;
      }}
      onPointerLeave={() => (store.hover.value = null)}
    >
      <Axes scale={scale} />
      <Ground scale={scale} points={points} />
      <path class="profile-area" d={closedBelow(scale, path)} />
      <path class="profile-path" d={path} />
      <Items store={store} scale={scale} points={points} />
      <Cursor store={store} scale={scale} points={points} />
    </svg>
  );
}
