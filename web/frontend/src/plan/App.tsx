/* The plan page: header, tools, map, profile, panel. Files may be dropped anywhere on it. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import { useEffect, useRef, useState } from 'preact/hooks';

import { Icon } from '../ui/Icon';
import type { Aboard } from './aboard';
import { importFile } from './deeds';
import { Header } from './Header';
import { attachKeys } from './keys';
import { Panel } from './Panel';
import { PlanMap, showPlan } from './PlanMap';
import { Profile } from './Profile';
import type { Store } from './store';
import { Toolbar, ToolHint } from './Toolbar';

declare global {
  interface Window {
    /** For the console and the browser tests: where on the screen a place is. */
    airbeatMap?: MapLibreMap;
  }
}

export function App({ store, aboard }: { store: Store; aboard: Aboard }) {
  const map = useRef<MapLibreMap | null>(null);
  const [dropping, setDropping] = useState(false);
  const editable = store.rights.value.edit;
  const showAll = (): void => {
    if (map.current) showPlan(map.current, store);
  };
  useEffect(() => attachKeys(store), [store]);
  return (
    <div
      class="plan"
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(editable);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setDropping(false);
        const file = event.dataTransfer?.files[0];
        if (file && editable) void importFile(store, file).then((read) => read && showAll());
      }}
    >
      <Header store={store} onImported={showAll} />
      <div class="plan-stage">
        <PlanMap
          store={store}
          onMap={(made) => {
            map.current = made;
            window.airbeatMap = made;
          }}
        />
        {editable && <Toolbar store={store} />}
        {editable && <ToolHint store={store} />}
        <div class="map-buttons" role="group" aria-label="Map">
          <button
            type="button"
            class="btn btn-icon"
            aria-label="Closer"
            title="Closer"
            data-testid="btn-zoom-in"
            onClick={() => map.current?.zoomIn()}
          >
            <Icon name="plus" />
          </button>
          <button
            type="button"
            class="btn btn-icon"
            aria-label="Farther"
            title="Farther"
            data-testid="btn-zoom-out"
            onClick={() => map.current?.zoomOut()}
          >
            <Icon name="minus" />
          </button>
          <button
            type="button"
            class="btn btn-icon"
            aria-label="Show all of the plan"
            title="Show all of the plan"
            data-testid="btn-fit"
            onClick={showAll}
          >
            <Icon name="fit" />
          </button>
        </div>
      </div>
      <Profile store={store} />
      <Panel store={store} aboard={aboard} />
      {dropping && (
        <div class="drop-zone">
          <Icon name="upload" />
          Drop a .plan or .waypoints file
        </div>
      )}
    </div>
  );
}
