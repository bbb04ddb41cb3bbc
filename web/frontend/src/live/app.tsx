/* The live page: what the room reads on top, drones at the left, the map, alerts and the chosen drone at the right. */
import { computed, type Signal, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import type { LivePage } from '../generated';
import { AlertColumn } from './alert-column';
import { waiting, worstByVehicle } from './alerts';
import { Details } from './details';
import { Help } from './help';
import { DroneList, type ListChoice } from './drone-list';
import { LiveMap } from './live-map';
import { MapTools } from './map-tools';
import { orderRights } from './orders';
import { shareSelection } from './pop-out';
import { filtered, rowsOf, sorted, summary } from './rows';
import { Alarm } from './sound';
import { BusBanner, TopBar } from './top-bar';
import { onlyPanel, rememberedView } from './view';
import type { Watch } from './watch';

type Panel = 'drones' | 'alerts' | 'details';

/** Everything on the page that changes. Made once. */
function model(page: LivePage, watch: Watch) {
  const selected = signal<string | null>(null);
  const choice = signal<ListChoice>({ sort: { key: 'vehicle', descending: false }, filter: 'all', text: '' });
  const panel = signal<Panel>('drones');
  const alarm = new Alarm();
  const all = computed(() =>
    rowsOf(watch.fleet, watch.infos.value.keys(), worstByVehicle(watch.alerts.value), watch.tick.value),
  );
  watch.onNewCritical(() => alarm.watch(1, true));
  watch.tick.subscribe(() => alarm.watch(waiting(watch.alerts.peek(), 'critical'), false));
  return {
    selected,
    choice,
    panel,
    alarm,
    rights: orderRights(page.orders),
    rows: computed(() => sorted(filtered(all.value, choice.value.filter, choice.value.text), choice.value.sort)),
    summary: computed(() => summary(all.value)),
    map: signal<LiveMap | null>(null),
    view: rememberedView(),
    help: signal(false),
  };
}
type Model = ReturnType<typeof model>;

export function liveApp(page: LivePage, watch: Watch) {
  const state = model(page, watch);
  const only = onlyPanel(location.search);
  const select = (vehicle: string | null): void => {
    state.selected.value = vehicle;
    if (vehicle === null) state.map.value?.follow(false);
    else state.map.value?.show(vehicle);
  };
  const selectAndOpen = (vehicle: string): void => {
    select(vehicle);
    state.panel.value = 'details';
  };
  listenToKeys(state, select);
  shareSelection(state.selected);

  return function App() {
    const { selected, panel, map } = state;
    return (
      <div class={`live live-bus-${watch.bus.state.value}`} data-testid="live-page" data-only={only}>
        <TopBar page={page} watch={watch} alarm={state.alarm} summary={state.summary} select={selectAndOpen} />
        <BusBanner watch={watch} />
        <div class="live-body" data-panel={panel.value}>
          <PanelTabs panel={panel} watch={watch} selected={selected.value} />
          <DroneList watch={watch} rows={state.rows} choice={state.choice} selected={selected} select={select} />
          <MapPane page={page} watch={watch} state={state} select={select} />
          <div class="live-side">
            <AlertColumn watch={watch} me={page.me} select={selectAndOpen} />
            <Details
              watch={watch}
              me={page.me}
              rights={state.rights}
              selected={selected.value}
              following={map.value?.following.value ?? false}
              follow={(on) => map.value?.follow(on)}
              close={() => {
                select(null);
                panel.value = 'drones';
              }}
            />
          </div>
        </div>
        {state.help.value && <Help close={() => (state.help.value = false)} />}
      </div>
    );
  };
}

/** On a tablet one panel at a time stands beside the map. */
function PanelTabs({ panel, watch, selected }: { panel: Signal<Panel>; watch: Watch; selected: string | null }) {
  const open = waiting(watch.alerts.value);
  const tabs: readonly (readonly [Panel, string])[] = [
    ['drones', 'Drones'],
    ['alerts', open > 0 ? `Alerts ${open}` : 'Alerts'],
    ['details', selected ?? 'Details'],
  ];
  return (
    <div class="tabs live-tabs" role="tablist">
      {tabs.map(([key, words]) => (
        <button type="button" role="tab" class={`tab ${key === 'alerts' && open > 0 ? 'tab-alert' : ''}`} key={key} aria-selected={panel.value === key} data-testid={`tab-${key}`} onClick={() => (panel.value = key)}>
          {words}
        </button>
      ))}
    </div>
  );
}

function MapPane({ page, watch, state, select }: { page: LivePage; watch: Watch; state: Model; select: (vehicle: string) => void }) {
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (container.current) state.map.value = new LiveMap(container.current, page.map, watch, state.selected, state.view, select);
  }, []);
  return (
    <section class="live-map" aria-label="Map">
      <div class="live-map-canvas" ref={container} />
      {state.map.value && <MapTools map={state.map.value} watch={watch} selected={state.selected} view={state.view} help={() => (state.help.value = true)} />}
    </section>
  );
}

function listenToKeys({ selected, rows, map, alarm, help }: Model, select: (vehicle: string | null) => void): void {
  const step = (by: number): void => {
    const all = rows.value;
    const next = all[Math.max(0, Math.min(all.length - 1, all.findIndex((row) => row.vehicle === selected.value) + by))];
    if (next) select(next.vehicle);
  };
  const actions: Readonly<Record<string, () => void>> = {
    j: () => step(1),
    k: () => step(-1),
    a: () => map.value?.fitAll(),
    f: () => selected.value !== null && map.value?.follow(!map.value.following.value),
    m: () => alarm.toggle(),
    '/': () => document.getElementById('drone-search')?.focus(),
    r: () => map.value?.measure(map.value.measured.value === null),
    '?': () => void (help.value = true),
    Escape: () => (map.value?.measured.value ? map.value.measure(false) : select(null)),
  };
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest('input, textarea, select, dialog')) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
