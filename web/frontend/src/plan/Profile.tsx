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
          {points.length > 1 ? (
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

function Chart({
  store,
  points,
  width,
  height,
}: {
  store: Store;
  points: readonly ProfilePoint[];
  width: number;
  height: number;
}) {
  const scale = scaleOf(points, width, height);
  const grounded = points.some((point) => point.ground !== null);
  const ground = line(scale, points, (point) => point.ground);
  const ceiling = grounded
    ? (point: ProfilePoint) => (point.ground === null ? null : point.ground + CEILING_M)
    : () => CEILING_M;
  const bottom = y(scale, scale.low);
  const at = store.hover.value;
  const here = at === null ? null : heightAt(points, at * scale.length);
  const chosen = store.selection.value?.kind === 'item' ? store.selection.value.index : null;
  const items = points.filter((point) => point.item !== null);
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
      {grounded && (
        <path class="profile-ground" d={`${ground}L${x(scale, scale.length)} ${bottom}L${PAD.left} ${bottom}Z`} />
      )}
      <path class="profile-ceiling" d={line(scale, points, ceiling)} />
      <text
        class="profile-ceiling-label"
        x={width - PAD.right}
        y={y(scale, ceiling(points.at(-1) as ProfilePoint) ?? CEILING_M) - 5}
        text-anchor="end"
      >
        120 m {grounded ? 'above ground' : 'above home · ground not known'}
      </text>
      <path
        class="profile-area"
        d={`${line(scale, points, (point) => point.height)}L${x(scale, scale.length)} ${bottom}L${PAD.left} ${bottom}Z`}
      />
      <path class="profile-path" d={line(scale, points, (point) => point.height)} />
      {items.map((point, index) => (
        <circle
          key={index}
          class={`profile-item ${point.item === chosen ? 'is-selected' : ''}`}
          cx={x(scale, point.distance)}
          cy={y(scale, point.height)}
          r={point.item === chosen ? 6 : items.length > 80 ? 2 : 4}
          onClick={() => store.select({ kind: 'item', index: point.item ?? 0 })}
        />
      ))}
      {at !== null && here && (
        <g class="profile-cursor">
          <line
            x1={x(scale, at * scale.length)}
            x2={x(scale, at * scale.length)}
            y1={PAD.top}
            y2={height - PAD.bottom}
          />
          <circle cx={x(scale, at * scale.length)} cy={y(scale, here.height)} r={5} />
        </g>
      )}
    </svg>
  );
}
