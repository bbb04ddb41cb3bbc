/* All drones in one list, a screenful of rows at a time in the page however many there are. */
import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import type { LiveVehicle } from '../generated';
import { percent, quantity, speed, UNKNOWN } from '../ui/format';
import { modeWords } from '../ui/modes';
import { ageWords } from './freshness';
import { DroneMark, SeverityMark } from './marks';
import type { Picture } from './picture';
import { PopOut } from './pop-out';
import { type Filter, FRESH_LINK, linkFreshness, type Row, type Sort, type SortKey } from './rows';
import { screenScale } from '../map/screen';
import { batteryTone, missionWords, PHASE_WORDS, phaseOf } from './words';

const LIST = 'drone-list';
const ROW_REM = 3;
const SPARE_ROWS = 4;

export interface ListChoice {
  readonly sort: Sort;
  readonly filter: Filter;
  readonly text: string;
}

interface Props {
  readonly picture: Picture;
  /** Who is told of no alerts cannot ask for drones that have some. */
  readonly guest: boolean;
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly choice: Signal<ListChoice>;
  readonly selected: ReadonlySignal<string | null>;
  readonly select: (vehicle: string) => void;
  /** The same, and on a tablet shows its details. */
  readonly open: (vehicle: string) => void;
}

const COLUMNS: readonly (readonly [SortKey, string, string])[] = [
  ['vehicle', 'Drone', ''],
  ['mode', 'Mode', ''],
  ['height', 'Height', 'num'],
  ['speed', 'Speed', 'num'],
  ['battery', 'Battery', 'num'],
  ['link', 'Link', 'num'],
  ['mission', 'Item', 'num'],
];

const FILTERS: readonly (readonly [Filter, string])[] = [
  ['all', 'All'],
  ['flying', 'Flying'],
  ['alerts', 'Alerts'],
  ['stale', 'Stale'],
];

/** The first press of a column shows its worrying end first. */
const WORST_FIRST: ReadonlySet<SortKey> = new Set(['height', 'speed', 'link']);

export function DroneList({ picture, guest, rows, choice, selected, select, open }: Props) {
  const { sort, filter, text } = choice.value;
  const change = (change: Partial<ListChoice>): void => void (choice.value = { ...choice.value, ...change });
  /** By its callsign: it is shown among all others, and the arrows go on from it. */
  const found = (vehicle: string): void => {
    change({ text: '' });
    open(vehicle);
    focusList();
  };
  const sortBy = (key: SortKey): void =>
    change({ sort: key === sort.key ? { key, descending: !sort.descending } : { key, descending: WORST_FIRST.has(key) } });
  return (
    <section class="live-list" aria-label="Drones">
      <div class="live-list-head">
        <div class="list-filters" role="group" aria-label="Show">
          {FILTERS.filter(([key]) => !guest || key !== 'alerts').map(([key, words]) => (
            <button type="button" class="btn" key={key} aria-pressed={filter === key} data-testid={`filter-${key}`} onClick={() => change({ filter: key })}>
              {words}
            </button>
          ))}
        </div>
        <input
          class="input"
          type="search"
          id="drone-search"
          placeholder="Callsign  /"
          aria-label="Find by callsign"
          value={text}
          onInput={(event) => change({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') change({ text: '' });
            if (event.key === 'Enter' || event.key === 'ArrowDown') event.preventDefault();
            if (event.key === 'ArrowDown') focusList();
            if (event.key === 'Enter' && rows.value[0]) found(rows.value[0].vehicle);
          }}
        />
        <PopOut panel="drones" />
      </div>
      <div class="drone-columns" role="group" aria-label="Sort by">
        {COLUMNS.map(([key, words, kind]) => (
          <button
            type="button"
            key={key}
            class={`column-${key} ${kind}`}
            data-testid={`sort-${key}`}
            aria-pressed={sort.key === key}
            onClick={() => sortBy(key)}
          >
            {words}
            {sort.key === key && <span class={`icon ${sort.descending ? 'icon-down' : 'icon-up'}`} aria-hidden="true" />}
          </button>
        ))}
      </div>
      <Rows picture={picture} rows={rows} selected={selected} select={select} open={open} order={`${filter} ${sort.key} ${sort.descending}`} />
    </section>
  );
}

function Rows({ picture, rows, selected, select, open, order }: Omit<Props, 'choice' | 'guest'> & { readonly order: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 800 });
  const rowPx = ROW_REM * 16 * screenScale();
  const measure = (): void => {
    const element = scroller.current;
    if (element) view.value = { top: element.scrollTop, height: element.clientHeight };
  };
  const bring = (index: number): void => {
    const element = scroller.current;
    if (index < 0 || !element) return;
    if (index * rowPx < element.scrollTop) element.scrollTop = index * rowPx;
    else if ((index + 1) * rowPx > element.scrollTop + element.clientHeight) element.scrollTop = (index + 1) * rowPx - element.clientHeight;
  };
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  // Who sorts wants to see what comes first.
  useEffect(() => scroller.current?.scrollTo({ top: 0 }), [order]);
  useEffect(
    () =>
      selected.subscribe((vehicle) => {
        // What is chosen may just now be among those shown again.
        requestAnimationFrame(() => bring(rows.peek().findIndex((row) => row.vehicle === vehicle)));
      }),
    [],
  );
  const step = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && selected.value !== null) return open(selected.value);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = rows.value.findIndex((row) => row.vehicle === selected.value);
    const next = rows.value[Math.max(0, Math.min(rows.value.length - 1, at + by))];
    if (next) select(next.vehicle);
  };
  const all = rows.value;
  const first = Math.max(0, Math.floor(view.value.top / rowPx) - SPARE_ROWS);
  const shown = all.slice(first, Math.ceil((view.value.top + view.value.height) / rowPx) + SPARE_ROWS);
  return (
    <div class="drone-rows" id={LIST} ref={scroller} tabIndex={0} role="listbox" aria-label="Drones" aria-activedescendant={selected.value === null ? undefined : rowId(selected.value)} onScroll={measure} onKeyDown={step}>
      {all.length === 0 && <NoDrones picture={picture} />}
      <div class="drone-rows-all" role="presentation" style={{ height: `${all.length * rowPx}px` }}>
        {shown.map((row, index) => (
          <DroneRow
            key={row.vehicle}
            row={row}
            place={first + index}
            of={all.length}
            top={(first + index) * rowPx}
            selected={row.vehicle === selected.value}
            select={select}
          />
        ))}
      </div>
    </div>
  );
}

function focusList(): void {
  document.getElementById(LIST)?.focus({ preventScroll: true });
}

interface RowProps {
  readonly row: Row;
  /** Among all, of which only those in view are in the page. */
  readonly place: number;
  readonly of: number;
  readonly top: number;
  readonly selected: boolean;
  readonly select: (vehicle: string) => void;
}

const rowId = (vehicle: string): string => `drone-${vehicle}`;

function DroneRow({ row, place, of, top, selected, select }: RowProps) {
  const state = row.track?.state ?? null;
  const flying = state !== null && phaseOf(state) === 'flying';
  const link = linkFreshness(row);
  return (
    <div
      class={`drone-row drone-row-${row.freshness}`}
      id={rowId(row.vehicle)}
      role="option"
      aria-selected={selected}
      aria-posinset={place + 1}
      aria-setsize={of}
      aria-label={inWords(row)}
      data-testid="drone-row"
      data-vehicle={row.vehicle}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => select(row.vehicle)}
    >
      <span class="column-vehicle">
        <DroneMark row={row} />
        <span>
          <strong>{row.vehicle}</strong>
          <small>
            {flying && <span class="row-mode">{modeWords(state.mode)}</span>}
            <span class={flying ? 'row-flying' : ''}>{state ? PHASE_WORDS[phaseOf(state)] : 'Nothing heard'}</span>
          </small>
        </span>
        {row.alert && <SeverityMark severity={row.alert} />}
      </span>
      <span class="column-mode">{modeWords(state?.mode ?? null)}</span>
      <span class="column-height num">{quantity(state?.height_home_m, 0, 'm')}</span>
      <span class="column-speed num">{speed(state?.ground_speed_m_s, 0)}</span>
      <span class="column-battery num">
        <Battery state={state} />
      </span>
      <span class={`column-link num age-${link}`} data-testid="drone-age" data-age-ms={row.linkAgeMs === null ? '' : Math.round(row.linkAgeMs)}>
        {link === 'fresh' ? FRESH_LINK : ageWords(row.linkAgeMs)}
      </span>
      <span class="column-mission num">{state ? missionWords(state) : UNKNOWN}</span>
    </div>
  );
}

/** The row as it is read out. */
function inWords(row: Row): string {
  const state = row.track?.state;
  const link = linkFreshness(row) === 'fresh' ? 'fresh' : ageWords(row.linkAgeMs);
  const known = state ? [PHASE_WORDS[phaseOf(state)], modeWords(state.mode), quantity(state.height_home_m, 0, 'm'), `battery ${percent(state.battery_pct)}`, `link ${link}`] : ['Nothing heard'];
  return [row.vehicle, ...known, ...(row.alert === null ? [] : [`${row.alert} alert`])].join(', ');
}

export function Battery({ state }: { state: LiveVehicle | null }) {
  const value = state?.battery_pct ?? null;
  return (
    <span class={`battery battery-${batteryTone(state)}`}>
      <span class="battery-bar" aria-hidden="true">
        <span style={{ width: `${Math.max(0, Math.min(100, value ?? 0))}%` }} />
      </span>
      {percent(value)}
    </span>
  );
}

function NoDrones({ picture }: { picture: Picture }) {
  const state = picture.watch.bus.state.value;
  if (state === 'connecting' || picture.watch.loading.value === 'loading') {
    return (
      <div class="empty" data-testid="live-connecting">
        <span class="icon icon-signal" aria-hidden="true" />
        <strong>Connecting</strong>
        <p>Joining the bus and asking for the fleet.</p>
      </div>
    );
  }
  const hidden = picture.fleet.tracks.size + picture.infos.value.size > 0;
  return (
    <div class="empty" data-testid="live-empty">
      <span class="icon icon-live" aria-hidden="true" />
      <strong>{hidden ? 'None of the drones is like that' : 'No drone has been heard'}</strong>
      <p>{hidden ? 'Choose “All” or clear the callsign.' : 'One appears here with its first heartbeat; nobody has to add it.'}</p>
    </div>
  );
}
