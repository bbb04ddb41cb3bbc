/* The right panel: totals, one of four views, and the findings that never hide. */
import { metres, clock, percent } from '../ui/format';
import type { Aboard } from './aboard';
import { FenceTab } from './FenceTab';
import { Findings } from './Findings';
import { AbortBar, FlyTab } from './FlyTab';
import { MissionTab } from './MissionTab';
import { SortieTab } from './SortieTab';
import type { Store, Tab } from './store';
import { StandsOff } from './VehicleState';

const TABS: readonly (readonly [Tab, string])[] = [
  ['mission', 'Mission'],
  ['fence', 'Geofence'],
  ['sortie', 'Sortie'],
  ['fly', 'Fly'],
];

function Totals({ store }: { store: Store }) {
  const report = store.report.value;
  const highest = report?.profile.length ? Math.max(...report.profile.map(([, height]) => height)) : null;
  const hasPath = (report?.profile.length ?? 0) > 1;
  const total = (name: string, value: string, testid: string) => (
    <div>
      <dt>{name}</dt>
      <dd class="num" data-testid={testid}>
        {value}
      </dd>
    </div>
  );
  return (
    <dl class={`totals ${store.checkState.value.kind === 'unreachable' ? 'is-stale' : ''}`}>
      {total('Distance', metres(hasPath ? report?.distance_m : null), 'total-distance')}
      {total('Time', clock(hasPath ? report?.duration_s : null), 'total-time')}
      {total('Battery', percent(hasPath ? report?.battery_pct : null), 'total-battery')}
      {total('Highest', metres(hasPath ? highest : null), 'total-height')}
    </dl>
  );
}

export function Panel({ store, aboard }: { store: Store; aboard: Aboard }) {
  const tab = store.tab.value;
  const armed = aboard.named.value !== null && aboard.heartbeat.value?.live.armed === true;
  return (
    <aside class="panel" aria-label="Sortie">
      <Totals store={store} />
      <div class="tabs" role="tablist">
        {TABS.map(([key, name]) => (
          <button
            type="button"
            key={key}
            class="tab"
            role="tab"
            aria-selected={tab === key}
            data-testid={`tab-${key}`}
            onClick={() => (store.tab.value = key)}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="panel-body" role="tabpanel" key={tab}>
        {tab === 'mission' && <MissionTab store={store} />}
        {tab === 'fence' && <FenceTab store={store} />}
        {tab === 'sortie' && <SortieTab store={store} />}
        {tab === 'fly' && <FlyTab store={store} aboard={aboard} />}
      </div>
      <StandsOff store={store} aboard={aboard} />
      <Findings store={store} />
      {(tab === 'fly' || armed) && <AbortBar aboard={aboard} named={tab !== 'fly'} />}
    </aside>
  );
}
