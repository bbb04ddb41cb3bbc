/* The plan page: header, tools, map, profile, panel. Files may be dropped anywhere on it. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { FoundPlace } from '../generated';
import { fit } from '../map/map';
import { Icon } from '../ui/Icon';
import { PlaceSearch } from '../ui/PlaceSearch';
import type { Aboard } from './aboard';
import { importFile } from './deeds';
import { addPolygon } from './edit';
import { Header } from './Header';
import { attachKeys } from './keys';
import { Panel } from './Panel';
import { PlanMap, ROOM, showPlan } from './PlanMap';
import { putPattern } from './pointer';
import { Profile } from './Profile';
import type { Store } from './store';
import { Toolbar, ToolHint } from './Toolbar';

declare global {
  interface Window {
    /** For the console and the browser tests: where on the screen a place is. */
    airbeatMap?: MapLibreMap;
  }
}

function MapButtons({ map, showAll }: { map: { current: MapLibreMap | null }; showAll: () => void }) {
  const button = (name: string, icon: string, testid: string, act: () => void) => (
    <button type="button" class="btn btn-icon" aria-label={name} title={name} data-testid={testid} onClick={act}>
      <Icon name={icon} />
    </button>
  );
  return (
    <div class="map-buttons" role="group" aria-label="Map">
      {button('Closer', 'plus', 'btn-zoom-in', () => map.current?.zoomIn())}
      {button('Farther', 'minus', 'btn-zoom-out', () => map.current?.zoomOut())}
      {button('Show all of the plan', 'fit', 'btn-fit', showAll)}
    </div>
  );
}

/** Goes to a place; an area can at once be searched, or be the fence. */
function Places({ store, map }: { store: Store; map: { current: MapLibreMap | null } }) {
  const show = ({ position, bounds }: FoundPlace): void => {
    if (bounds && map.current) fit(map.current, [...bounds], ROOM);
    else store.focus.value = { ...position };
  };
  const actions = (place: FoundPlace, done: () => void) => {
    const { outline } = place;
    if (outline.length < 3 || !store.rights.value.edit) return null;
    const button = (words: string, testid: string, act: () => void) => (
      <button
        type="button"
        class="btn"
        data-testid={testid}
        onClick={() => {
          show(place);
          act();
          done();
        }}
      >
        {words}
      </button>
    );
    return (
      <div class="place-actions">
        {button('Search it', 'btn-search-place', () => putPattern(store, 'area', outline))}
        {button('Fence it', 'btn-fence-place', () => store.edit((plan) => addPolygon(plan, 'inclusion', outline)))}
      </div>
    );
  };
  return <PlaceSearch onFound={show} actions={actions} />;
}

/** Takes a file that is dropped anywhere on the page. */
function useDrop(editable: boolean, onFile: (file: File) => void) {
  const [dropping, setDropping] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent): void => {
      event.preventDefault();
      setDropping(editable);
    },
    onDragLeave: (event: DragEvent): void => {
      const page = event.currentTarget as HTMLElement;
      if (!page.contains(event.relatedTarget as Node | null)) setDropping(false);
    },
    onDrop: (event: DragEvent): void => {
      event.preventDefault();
      setDropping(false);
      const file = event.dataTransfer?.files[0];
      if (file && editable) onFile(file);
    },
  };
  return { dropping, handlers };
}

export function App({ store, aboard }: { store: Store; aboard: Aboard }) {
  const map = useRef<MapLibreMap | null>(null);
  const editable = store.rights.value.edit;
  const showAll = (): void => {
    if (map.current) showPlan(map.current, store);
  };
  const { dropping, handlers } = useDrop(editable, (file) => {
    void importFile(store, file).then((read) => read && showAll());
  });
  const onMap = (made: MapLibreMap): void => {
    map.current = made;
    window.airbeatMap = made;
  };
  useEffect(() => attachKeys(store), [store]);
  return (
    <div class="plan" {...handlers}>
      <Header store={store} onImported={showAll} />
      <div class="plan-stage">
        <PlanMap store={store} onMap={onMap} />
        {editable && <Toolbar store={store} />}
        {editable && <ToolHint store={store} />}
        {store.tool.value === 'select' && <Places store={store} map={map} />}
        <MapButtons map={map} showAll={showAll} />
      </div>
      <Profile store={store} />
      <Panel store={store} aboard={aboard} />
      {dropping && (
        <div class="drop-zone">
          <Icon name="upload" />
          Drop a plan file
        </div>
      )}
    </div>
  );
}
