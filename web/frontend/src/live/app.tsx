/* The live page: what the room reads on top, drones at the left, the map, alerts and the chosen drone at the right. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { IncidentBoard } from '../tasking/incident-board';
import { UNKNOWN } from '../ui/format';
import { AlertColumn } from './alert-column';
import { waiting } from './alerts';
import { CommandOffers } from './command';
import { Details } from './details';
import { DroneList } from './drone-list';
import { Help } from './help';
import { listenToKeys } from './keys';
import { LiveMap } from './live-map';
import { MapTools } from './map-tools';
import type { Model } from './model';
import { PastMark, Replay } from './replay';
import { ServiceBanners } from './services';
import { BusBanner, TopBar } from './top-bar';
import type { Shows } from './view';
import { Worst } from './worst';

export function liveApp(model: Model) {
  listenToKeys(model);
  const { only } = model.shows;
  return function App() {
    const { picture, page, panel, selected, map } = model;
    const past = picture.isLive.value ? '' : 'live-past';
    return (
      <div class={`live live-bus-${picture.watch.bus.state.value} ${past}`} data-testid="live-page" data-only={only}>
        <TopBar model={model} />
        {!hasMap(only) && <Banners model={model} />}
        <div class="live-body" data-panel={panel.value}>
          <PanelTabs model={model} />
          <div class="live-left">
            <BoardTabs model={model} />
            {model.desk.open.value && only === null ? <IncidentBoard desk={model.desk} picture={picture} /> : <DroneList picture={picture} guest={page.guest_until !== null} rows={model.rows} choice={model.choice} selected={selected} select={model.select} open={model.open} />}
          </div>
          {hasMap(only) && <MapPane model={model} />}
          <div class="live-side">
            {page.guest_until === null && <AlertColumn desk={model.alertDesk} picture={picture} select={model.open} />}
            {only === 'wall' && <Worst rows={model.all} select={model.open} />}
            <Details
              model={model}
              following={map.value?.following.value ?? false}
              close={() => {
                model.select(null);
                panel.value = 'drones';
              }}
            />
          </div>
        </div>
        <Replay picture={picture} />
        {model.help.value && <Help model={model} close={() => (model.help.value = false)} />}
      </div>
    );
  };
}

const hasMap = (only: Shows['only']): boolean => only === null || only === 'map' || only === 'wall';

/** Over the map where there is one: nothing that somebody is about to press moves away when one of them comes. */
function Banners({ model: { picture, page, open } }: { model: Model }) {
  return (
    <div class="live-banners">
      <BusBanner picture={picture} guest={page.guest_until !== null} />
      {picture.isLive.value && <ServiceBanners picture={picture} />}
      {picture.isLive.value && <CommandOffers infos={picture.infos.value.values()} me={page.me} open={open} />}
    </div>
  );
}

/** The left column shows the drones, or the incidents to whoever may see them. */
function BoardTabs({ model }: { model: Model }) {
  const { desk, board, all, watch } = model;
  const count = (number: number): number | string => (watch.loading.value === 'ready' ? number : UNKNOWN);
  if (!desk.may.read) return null;
  return (
    <div class="tabs board-tabs" role="tablist" aria-label="Left column" onKeyDown={alongTabs}>
      <Tab testid="board-drones" chosen={!desk.open.value} choose={() => board('drones')}>
        Drones <b class="tab-count">{count(all.value.length)}</b>
      </Tab>
      <Tab testid="board-incidents" title="Incidents (I)" chosen={desk.open.value} choose={() => board('incidents')}>
        Incidents <b class="tab-count">{count(desk.source.incidents.value.size)}</b>
      </Tab>
    </div>
  );
}

/** On a tablet one panel at a time stands beside the map. */
function PanelTabs({ model }: { model: Model }) {
  const { panel, picture, page, selected, desk, board } = model;
  const open = waiting(picture.alerts.value);
  const tone = waiting(picture.alerts.value, 'critical') > 0 ? 'tab-critical' : open > 0 ? 'tab-warning' : '';
  const incidents = desk.source.incidents.value.size;
  const left = panel.value === 'drones';
  return (
    <div class="tabs live-tabs" role="tablist" aria-label="Panel beside the map" onKeyDown={alongTabs}>
      <Tab testid="tab-drones" chosen={left && !desk.open.value} choose={() => board('drones')}>
        Drones
      </Tab>
      {desk.may.read && (
        <Tab testid="tab-incidents" chosen={left && desk.open.value} choose={() => board('incidents')}>
          {incidents > 0 ? `Incidents ${incidents}` : 'Incidents'}
        </Tab>
      )}
      {page.guest_until === null && (
        <Tab testid="tab-alerts" tone={tone} chosen={panel.value === 'alerts'} choose={() => (panel.value = 'alerts')}>
          {open > 0 ? `Alerts ${open}` : 'Alerts'}
        </Tab>
      )}
      <Tab testid="tab-details" chosen={panel.value === 'details'} choose={() => (panel.value = 'details')}>
        {selected.value ?? 'Details'}
      </Tab>
    </div>
  );
}

interface TabProps {
  readonly testid: string;
  readonly chosen: boolean;
  readonly choose: () => void;
  readonly tone?: string;
  readonly title?: string;
  readonly children: ComponentChildren;
}

function Tab({ testid, chosen, choose, tone = '', title, children }: TabProps) {
  return (
    <button type="button" role="tab" tabIndex={chosen ? 0 : -1} class={`tab ${tone}`} title={title} aria-selected={chosen} data-testid={testid} onClick={choose}>
      {children}
    </button>
  );
}

/** One of them is reached by Tab, the others from it by the arrows. */
function alongTabs(event: KeyboardEvent): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')];
  const next = tabs[(tabs.findIndex((tab) => tab === document.activeElement) + by + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
}

function MapPane({ model }: { model: Model }) {
  const container = useRef<HTMLDivElement>(null);
  const { map, picture } = model;
  useEffect(() => {
    if (container.current) map.value = new LiveMap(container.current, model);
  }, []);
  return (
    <section class="live-map" aria-label="Drones on the map">
      <div class="live-map-canvas" ref={container} />
      <PastMark picture={picture} />
      <Banners model={model} />
      {map.value && <MapTools map={map.value} model={model} />}
    </section>
  );
}
