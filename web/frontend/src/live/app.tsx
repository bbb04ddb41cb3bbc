/* The live page: what the room reads on top, drones at the left, the map, alerts and the chosen drone at the right. */
import { useEffect, useRef } from 'preact/hooks';

import { AlertColumn } from './alert-column';
import { waiting } from './alerts';
import { Details } from './details';
import { DroneList } from './drone-list';
import { Help } from './help';
import { listenToKeys } from './keys';
import { LiveMap } from './live-map';
import { MapTools } from './map-tools';
import type { Model, Panel } from './model';
import { PastMark, Replay } from './replay';
import { BusBanner, TopBar } from './top-bar';
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
        <BusBanner picture={picture} />
        <div class="live-body" data-panel={panel.value}>
          <PanelTabs model={model} />
          <DroneList picture={picture} rows={model.rows} choice={model.choice} selected={selected} select={model.select} />
          {(only === null || only === 'map' || only === 'wall') && <MapPane model={model} />}
          <div class="live-side">
            <AlertColumn picture={picture} me={page.me} select={model.open} />
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
        {model.help.value && <Help close={() => (model.help.value = false)} />}
      </div>
    );
  };
}

/** On a tablet one panel at a time stands beside the map. */
function PanelTabs({ model: { panel, picture, selected } }: { model: Model }) {
  const open = waiting(picture.alerts.value);
  const tabs: readonly (readonly [Panel, string])[] = [
    ['drones', 'Drones'],
    ['alerts', open > 0 ? `Alerts ${open}` : 'Alerts'],
    ['details', selected.value ?? 'Details'],
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

function MapPane({ model }: { model: Model }) {
  const container = useRef<HTMLDivElement>(null);
  const { map, page, picture, selected, view, select } = model;
  useEffect(() => {
    if (container.current) map.value = new LiveMap(container.current, page.map, picture, page.cameras, selected, view, select);
  }, []);
  return (
    <section class="live-map" aria-label="Map">
      <div class="live-map-canvas" ref={container} />
      <PastMark picture={picture} />
      {map.value && <MapTools map={map.value} model={model} />}
    </section>
  );
}
