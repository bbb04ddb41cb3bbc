/* One chart over time. Charts on a page share the cursor and the window they show, and so does the map. */
import 'uplot/dist/uPlot.min.css';
import './chart.css';

import { effect, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

import { Icon } from '../ui/Icon';
import { onThemeChange, token } from '../ui/theme';
import { attachGestures } from './gestures';
import { type Line, spliced, type Window, withGaps } from './series';

/** What all charts of a page share. Times are seconds since 1970, UTC. */
export interface Shared {
  readonly cursor: Signal<number>;
  readonly window: Signal<Window>;
  readonly whole: Window;
}

interface Props {
  readonly title: string;
  readonly unit: string;
  /** The whole of it, thinned. */
  readonly line: Line;
  /** Another one to hold it against, drawn dashed. */
  readonly other?: { readonly name: string; readonly line: Line };
  /** Name of a design token. */
  readonly colour: string;
  /** The line between two times with the peaks of so many stretches; absent where `line` is all there is. */
  readonly detail?: (window: Window, stretches: number, stop: AbortSignal) => Promise<Line>;
  readonly shared: Shared;
  readonly testid: string;
  /** A height that must be in view, drawn across: a limit. */
  readonly limit?: { readonly value: number; readonly name: string };
  /** Less than this above and below the line would make waves of noise; in the unit of the values. */
  readonly leastRoom: number;
  /** The last chart of a stack bears the times. */
  readonly showsTime: boolean;
  /** Takes the chart off the page. */
  readonly remove?: () => void;
}

export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    let chart = draw(element, props);
    const stopTheme = onThemeChange(() => {
      chart.remove();
      chart = draw(element, props);
    });
    return () => {
      stopTheme();
      chart.remove();
    };
  }, [props.line, props.showsTime]);
  const known = props.line[1].some((value) => value !== null);
  return (
    <figure class="chart" data-testid={props.testid}>
      <figcaption>
        {props.title} <span class="muted">{props.unit}</span>
        {props.other && (
          <span class="chart-other">
            <i class="other-line" aria-hidden="true" />
            {props.other.name}
          </span>
        )}
        {!known && <span class="chart-none">not in this recording</span>}
        {props.remove && (
          <button type="button" class="chart-remove" aria-label={`Remove the chart of ${props.title}`} onClick={props.remove}>
            <Icon name="close" />
          </button>
        )}
      </figcaption>
      <div class="chart-box" ref={box} />
    </figure>
  );
}

function draw(box: HTMLElement, props: Props): { remove(): void } {
  const { shared, other } = props;
  const whole = gapped(props.line);
  const drawn = (own: [number[], (number | null)[]]): uPlot.AlignedData => (other ? uPlot.join([own, gapped(other.line)]) : own);
  const plot = new uPlot(options(box, props), drawn(whole), box);
  const placeCursor = (): void => {
    const left = plot.valToPos(shared.cursor.value, 'x');
    if (Math.abs((plot.cursor.left ?? -1) - left) > 0.5) plot.setCursor({ left, top: 0 }, false);
  };
  const stopCursor = effect(placeCursor);
  // A drawing may have moved the scale under the cursor.
  (plot.hooks.draw ??= []).push(placeCursor);
  const stopWindow = effect(() => {
    const { from, to } = shared.window.value;
    plot.setScale('x', { min: from, max: to });
  });
  const stopDetail = props.detail ? followDetail(plot, props.detail, shared, (fine) => drawn(spliced(whole, gapped(fine)))) : () => undefined;
  const observer = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: box.clientHeight }));
  observer.observe(box);
  const stopGestures = attachGestures(plot, shared);
  return {
    remove() {
      stopCursor();
      stopWindow();
      stopDetail();
      stopGestures();
      observer.disconnect();
      plot.destroy();
    },
  };
}

function gapped([times, values]: Line): [number[], (number | null)[]] {
  const [outTimes, outValues = []] = withGaps(times, [values]);
  return [outTimes, outValues];
}

const SETTLED_MS = 120;

/** Once a zoom or pan rests, what was recorded there, and half a window to either side, replaces the thinned rows. */
function followDetail(plot: uPlot, detail: NonNullable<Props['detail']>, shared: Shared, drawn: (fine: Line) => uPlot.AlignedData): () => void {
  let timer = 0;
  let stop = new AbortController();
  let shown: Window | null = null;
  const load = async ({ from, to }: Window): Promise<void> => {
    const half = (to - from) / 2;
    const wanted = { from: Math.max(shared.whole.from, from - half), to: Math.min(shared.whole.to, to + half) };
    stop = new AbortController();
    const { signal } = stop;
    try {
      const line = await detail(wanted, 2 * plot.width, signal);
      if (signal.aborted) return;
      shown = { from, to };
      plot.setData(drawn(line), false);
      plot.redraw();
    } catch {
      // The thinned rows stay: they are right, only coarser.
    }
  };
  const stopEffect = effect(() => {
    const window = shared.window.value;
    clearTimeout(timer);
    stop.abort();
    if (window === shared.whole || (shown && shown.from === window.from && shown.to === window.to)) return;
    timer = self.setTimeout(() => void load(window), SETTLED_MS);
  });
  return () => {
    stopEffect();
    clearTimeout(timer);
    stop.abort();
  };
}

function options(box: HTMLElement, { title, colour, limit, leastRoom, showsTime, other }: Props): uPlot.Options {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const axis = {
    stroke: token('text-2'),
    font: `${Math.round(rem * 0.75)}px "Inter Variable", sans-serif`,
    grid: { stroke: token('line'), width: 1 },
    ticks: { show: false },
  };
  const line = { width: 1.75, points: { show: false }, spanGaps: false };
  return {
    width: box.clientWidth,
    height: box.clientHeight,
    padding: [6, 12, showsTime ? 0 : 4, 0],
    legend: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    // The shared cursor is moved by our own gestures, for a mouse, a finger and the playback alike.
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 8, width: 2 }, bind: { mousemove: () => null, mouseleave: () => null } },
    scales: { x: { time: true }, y: { range: (_, min, max) => span(min, max, leastRoom, limit?.value) } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    axes: [
      { ...axis, space: rem * 4.25, size: showsTime ? rem * 1.75 : 0, values: showsTime ? clockLabels : () => [] },
      { ...axis, size: rem * 3.25, space: rem * 1.75 },
    ],
    series: [{}, { ...line, label: title, stroke: token(colour) }, ...(other ? [{ ...line, label: other.name, stroke: token('past'), dash: [5, 4] }] : [])],
    hooks: limit ? { draw: [(plot) => drawLimit(plot, limit.value)] } : {},
  };
}

/** Room above and below the line; a flat one lies in the middle, not on the edge. */
function span(min: number | null, max: number | null, leastRoom: number, limit: number | undefined): [number, number] {
  if (min === null || max === null) return [0, 1];
  const top = limit !== undefined && max > limit * 0.6 ? Math.max(max, limit) : max;
  const room = Math.max((top - min) * 0.08, leastRoom) || Math.abs(top) * 0.05 || 1;
  return [min >= 0 && min < room * 4 ? 0 : min - room, top + room];
}

function clockLabels(_: uPlot, splits: number[]): string[] {
  const fine = splits.length > 1 && (splits[1] as number) - (splits[0] as number) < 60;
  return splits.map((seconds) => new Date(seconds * 1000).toISOString().slice(11, fine ? 19 : 16));
}

function drawLimit(plot: uPlot, value: number): void {
  const y = plot.valToPos(value, 'y', true);
  const { ctx: pen, bbox } = plot;
  if (y < bbox.top) return;
  pen.save();
  pen.strokeStyle = token('warn');
  pen.lineWidth = 1.5 * devicePixelRatio;
  pen.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  pen.beginPath();
  pen.moveTo(bbox.left, y);
  pen.lineTo(bbox.left + bbox.width, y);
  pen.stroke();
  pen.restore();
}
