/* The recording itself: map, playback and charts, all at one moment. */
import { type Signal, signal, useComputed } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';

import { api } from '../api';
import { Chart, type Shared } from '../charts/Chart';
import { type Line, rangeOf, type Window } from '../charts/series';
import type { FlightPage, FlightSeries } from '../generated';
import { bearing, clock as duration, fixed, percent, quantity, speed } from '../ui/format';
import { Icon } from '../ui/Icon';
import { modeWords } from '../ui/modes';
import { Comparing, nameOf } from './comparing';
import type { Happening } from './events';
import { FlightMap } from './flight-map';
import { attachKeys } from './keys';
import { MapDeeds } from './map-deeds';
import { Playback, SPEEDS } from './playback';
import { SeenCard } from './seen-card';
import { type Colouring, colouringsOf, momentAt, nearestTime, sampled, SCALE } from './track';
import { type Charted, colouringOf, colourOf, Values } from './values';

const HEIGHT_LIMIT_M = 120;

export interface Review {
  readonly page: FlightPage;
  readonly series: FlightSeries;
  readonly shared: Shared;
  readonly playback: Playback;
  readonly colouring: Signal<Colouring>;
  readonly events: readonly Happening[];
  readonly values: Values;
  readonly deeds: MapDeeds;
  readonly comparing: Comparing;
}

export function review(page: FlightPage, series: FlightSeries, events: readonly Happening[]): Review {
  const whole: Window = { from: series.time_s[0] ?? 0, to: series.time_s.at(-1) ?? 1 };
  const shared: Shared = { cursor: signal(whole.from), window: signal(whole), whole };
  const id = page.flight.summary.flight_id;
  const made: Review = {
    page,
    series,
    shared,
    events,
    playback: new Playback(shared.cursor, whole),
    colouring: signal(colouringsOf(series)[0]),
    values: new Values(id),
    deeds: new MapDeeds(id, (place) => void (shared.cursor.value = nearestTime(series, place))),
    comparing: new Comparing(id),
  };
  attachKeys(made);
  return made;
}

export function MapPane({ of }: { of: Review }) {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<FlightMap | null>(null);
  const { deeds } = of;
  useEffect(() => {
    if (container.current) map.current = new FlightMap(container.current, of);
  }, []);
  return (
    <section class="flight-map" aria-label="Track on the map">
      <div class="flight-map-canvas" ref={container} />
      <div class="map-tools">
        <button type="button" class="btn" data-testid="btn-fit" onClick={() => map.current?.fitFlight()}>
          <Icon name="fit" /> Fit
        </button>
        <button type="button" class="btn btn-icon" aria-label="Zoom in" onClick={() => map.current?.zoom(1)}>
          <Icon name="plus" />
        </button>
        <button type="button" class="btn btn-icon" aria-label="Zoom out" onClick={() => map.current?.zoom(-1)}>
          <Icon name="minus" />
        </button>
        <button type="button" class="btn btn-icon" aria-label="Measure" title="Measure on the map (R)" aria-pressed={deeds.deed.value === 'measure'} data-testid="btn-measure" onClick={() => deeds.choose('measure')}>
          <Icon name="ruler" />
        </button>
        <button type="button" class="btn" title="What the camera saw, and when a spot was in view (V)" aria-pressed={deeds.deed.value === 'seen'} data-testid="btn-seen" onClick={() => deeds.choose('seen')}>
          <Icon name="layers" /> Seen
        </button>
      </div>
      {deeds.deed.value !== 'move' && <i class="map-middle" title="Enter: here" aria-hidden="true" />}
      <Legend of={of} />
      <SeenCard deeds={deeds} cursor={of.shared.cursor} />
    </section>
  );
}

function Legend({ of }: { of: Review }) {
  const { series, colouring, values } = of;
  const usual = useMemo(() => colouringsOf(series), [series]);
  const charted = useMemo(() => values.charted.value.map((one) => colouringOf(one, sampled(one.line, series.time_s))), [values.charted.value]);
  const choices = [...usual, ...charted];
  const { key, unit, digits, column } = colouring.value;
  const range = rangeOf(column);
  return (
    <div class="flight-legend">
      <label>
        <span class="visually-hidden">Colour of the track</span>
        <select class="input" data-testid="track-colour" value={key} onChange={(event) => (colouring.value = choices[event.currentTarget.selectedIndex] ?? usual[0])}>
          {choices.map((choice) => (
            <option key={choice.key} value={choice.key}>
              {choice.words}
            </option>
          ))}
        </select>
      </label>
      {range ? (
        <div class="legend-scale">
          <span style={{ background: `linear-gradient(90deg, ${SCALE.join(', ')})` }} />
          <small>{fixed(range[0], digits)}</small>
          <small>
            {fixed(range[1], digits)} {unit}
          </small>
        </div>
      ) : (
        <small class="muted">not in this recording</small>
      )}
    </div>
  );
}

export function PlaybackBar({ of }: { of: Review }) {
  const { playback, shared, events, series } = of;
  const { whole, cursor } = shared;
  const length = Math.max(1, whole.to - whole.from);
  /** What happened before the first position, or after the last, stands at the end. */
  const at = (time_s: number): string => `${(100 * (Math.max(whole.from, Math.min(whole.to, time_s)) - whole.from)) / length}%`;
  const ends = series.modes.map((_, index) => series.modes[index + 1]?.time_s ?? whole.to);
  return (
    <section class="playback" aria-label="Playback">
      <div class="playback-line">
        <button type="button" class="btn btn-icon btn-primary" aria-label={playback.playing.value ? 'Pause' : 'Play'} title="Space; arrows step a second, with Shift ten" data-testid="btn-play" onClick={() => playback.toggle()}>
          <Icon name={playback.playing.value ? 'pause' : 'play'} />
        </button>
        <div class="playback-speeds" role="group" aria-label="Speed">
          {SPEEDS.map((speed) => (
            <button type="button" key={speed} class="btn" aria-pressed={playback.speed.value === speed} data-testid={`speed-${speed}`} onClick={() => (playback.speed.value = speed)}>
              {speed}×
            </button>
          ))}
        </div>
        <Readout of={of} />
      </div>
      <div class="playback-track">
        <div class="playback-modes" aria-hidden="true">
          {series.modes.map((mode, index) => {
            const from = Math.max(mode.time_s, whole.from);
            return (
              <span key={mode.time_s} style={{ left: at(from), width: `${(100 * ((ends[index] as number) - from)) / length}%` }} title={modeWords(mode.mode)}>
                <b>{modeWords(mode.mode)}</b>
              </span>
            );
          })}
        </div>
        <SeenTimes of={of} at={at} />
        <div class="playback-events" aria-hidden="true">
          {events.map((event) => (
            <i key={event.id} class={`event-${event.tone}`} style={{ left: at(event.time_s) }} title={event.text} />
          ))}
        </div>
        <input
          type="range"
          class="playback-range"
          aria-label="Moment of the flight"
          data-testid="playback-range"
          min={whole.from}
          max={whole.to}
          step={0.1}
          value={cursor.value}
          onInput={(event) => (cursor.value = Number(event.currentTarget.value))}
        />
      </div>
    </section>
  );
}

/** When the spot that was asked about lay in view. */
function SeenTimes({ of, at }: { of: Review; at: (time_s: number) => string }) {
  const times = of.deeds.spot.value?.times;
  if (!Array.isArray(times)) return null;
  return (
    <div class="playback-seen" aria-hidden="true">
      {times.map((one) => (
        <i key={one.from_s} style={{ left: at(one.from_s), right: `calc(100% - ${at(one.to_s)})` }} />
      ))}
    </div>
  );
}

/** What was known at the cursor. */
function Readout({ of }: { of: Review }) {
  const { shared, series } = of;
  const moment = useComputed(() => momentAt(series, shared.cursor.value)).value;
  const time = shared.cursor.value;
  return (
    <dl class="readout" data-testid="readout">
      <Value name="UTC" value={new Date(time * 1000).toISOString().slice(11, 19)} wide />
      <Value name="Flown" value={duration(time - shared.whole.from)} />
      <Value name="Height" value={quantity(moment?.height_home_m, 1, 'm')} wide />
      <Value name="Speed" value={speed(moment?.ground_speed_m_s)} wide />
      <Value name="Heading" value={bearing(moment?.heading_deg ?? null)} />
      <Value name="Battery" value={percent(moment?.battery_pct)} />
      <Value name="Link loss" value={quantity(moment?.link_loss_pct ?? null, 1, '%')} />
    </dl>
  );
}

function Value({ name, value, wide = false }: { name: string; value: string; wide?: boolean }) {
  return (
    <div class={wide ? 'readout-wide' : ''}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

type Column = 'height_home_m' | 'ground_speed_m_s' | 'battery_pct' | 'link_loss_pct';

export function Charts({ of }: { of: Review }) {
  const { page, series, shared, values, comparing } = of;
  const id = page.flight.summary.flight_id;
  const beside = comparing.other.value;
  const shift_s = comparing.shift_s.value;
  const isThinned = series.rows_recorded > series.time_s.length;
  const usual = useMemo(() => {
    const detail = (field: Column) => async (window: Window, stretches: number, stop: AbortSignal): Promise<Line> => {
      const found = await api.flightChart(id, { field, ...window, stretches }, stop);
      return [found.time_s, found.values];
    };
    const other = (field: Column) => beside && { other: { name: nameOf(beside.other), line: comparing.beside(beside.series.time_s, beside.series[field]) } };
    return (field: Column) => ({ line: [series.time_s, series[field]] as Line, ...(isThinned ? { detail: detail(field) } : {}), ...other(field), shared, leastRoom: 0.5 });
  }, [series, beside, shift_s]);
  const lines = useMemo(() => ({ height: usual('height_home_m'), speed: usual('ground_speed_m_s'), battery: usual('battery_pct'), link: usual('link_loss_pct') }), [usual]);
  const apart = useMemo(() => (beside?.apart ? ([beside.apart.time_s, beside.apart.distance_m] as Line) : null), [beside]);
  const isZoomed = shared.window.value !== shared.whole;
  const charted = values.charted.value;
  return (
    <section class="flight-charts" aria-label="Charts">
      {charted.map((one, index) => (
        <Added key={one.key} of={of} one={one} colour={colourOf(index)} />
      ))}
      {beside && apart && comparing.alignment.value === 'time' && <Chart line={apart} shared={shared} leastRoom={0.5} title={`Distance to ${beside.other.vehicle}`} unit="m" colour="past" showsTime={false} testid="chart-apart" />}
      <Chart {...lines.height} title="Height above home" unit="m" colour="accent" limit={{ value: HEIGHT_LIMIT_M, name: '120 m' }} showsTime={false} testid="chart-height" />
      <Chart {...lines.speed} title="Speed over ground" unit="m/s" colour="ok" showsTime={false} testid="chart-speed" />
      <Chart {...lines.battery} title="Battery" unit="%" colour="warn" showsTime={false} testid="chart-battery" />
      <Chart {...lines.link} title="Link: frames lost" unit="%" colour="plan-path" showsTime testid="chart-link" />
      {isZoomed && (
        <button type="button" class="btn chart-reset" data-testid="btn-chart-reset" onClick={() => (shared.window.value = shared.whole)}>
          Show the whole flight
        </button>
      )}
    </section>
  );
}

function Added({ of, one, colour }: { of: Review; one: Charted; colour: string }) {
  const { shared, values } = of;
  const detail = (window: Window, stretches: number, stop: AbortSignal): Promise<Line> => values.detail(one, window, stretches, stop);
  return <Chart line={one.line} detail={detail} shared={shared} leastRoom={0} title={one.words} unit={one.unit} colour={colour} showsTime={false} testid="chart-added" remove={() => values.remove(one.key)} />;
}
