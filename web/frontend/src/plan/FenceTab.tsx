/* Geofence, home and rally points as lists beside the map. */
import type { FenceCircle, FenceKind, FencePolygon, Home, Plan, RallyPoint } from '../generated';
import type { Selection } from '../map/plan-shapes';
import { Icon } from '../ui/Icon';
import { NumberInput } from '../ui/NumberInput';
import * as edit from './edit';
import { FENCE_ANEW, MendButton } from './mending';
import type { Store } from './store';

/** What kind of fence it is, and the press that makes it the other. */
function KindButton({
  shape,
  kind,
  disabled,
  onChange,
}: {
  shape: 'polygon' | 'circle';
  kind: FenceKind;
  disabled: boolean;
  onChange: (kind: FenceKind) => void;
}) {
  const other: FenceKind = kind === 'inclusion' ? 'exclusion' : 'inclusion';
  const words = `This is an ${kind}: make it an ${other}`;
  return (
    <button
      type="button"
      class={`btn btn-quiet btn-icon kind kind-${kind}`}
      disabled={disabled}
      aria-label={words}
      title={words}
      data-testid="btn-fence-kind"
      onClick={() => onChange(other)}
    >
      <Icon name={`${shape}-${kind === 'inclusion' ? 'in' : 'out'}`} />
    </button>
  );
}

interface PartProps {
  readonly store: Store;
  readonly index: number;
}

function isChosen(store: Store, kind: Selection['kind'], index?: number): boolean {
  const selection = store.selection.value;
  return selection?.kind === kind && (index === undefined || ('index' in selection && selection.index === index));
}

function rowClass(chosen: boolean): string {
  return chosen ? 'shape is-selected' : 'shape';
}

function Remove({ store, testid, change }: { store: Store; testid: string; change: (plan: Plan) => Plan }) {
  if (!store.rights.value.edit) return null;
  const remove = (): void => {
    store.selection.value = null;
    store.edit(change);
  };
  return (
    <button
      type="button"
      class="btn btn-quiet btn-icon"
      aria-label="Delete"
      title="Delete"
      data-testid={testid}
      onClick={remove}
    >
      <Icon name="trash" />
    </button>
  );
}

function PolygonRow({ store, index, polygon }: PartProps & { polygon: FencePolygon }) {
  const chosen = isChosen(store, 'polygon', index) || isChosen(store, 'vertex', index);
  return (
    <li class={rowClass(chosen)} data-testid="fence-polygon">
      <KindButton
        shape="polygon"
        kind={polygon.kind}
        disabled={!store.rights.value.edit}
        onChange={(kind) => store.edit((plan) => edit.setPolygon(plan, index, { kind }))}
      />
      <button type="button" class="shape-name" onClick={() => store.select({ kind: 'polygon', index })}>
        <b>Polygon {index + 1}</b>
        <span class="cell-sub">
          {polygon.kind}, {polygon.vertices.length} corners
        </span>
      </button>
      <Remove store={store} testid="btn-polygon-delete" change={(plan) => edit.removePolygon(plan, index)} />
    </li>
  );
}

function CircleRow({ store, index, circle }: PartProps & { circle: FenceCircle }) {
  const disabled = !store.rights.value.edit;
  return (
    <li class={rowClass(isChosen(store, 'circle', index))} data-testid="fence-circle">
      <KindButton
        shape="circle"
        kind={circle.kind}
        disabled={disabled}
        onChange={(kind) => store.edit((plan) => edit.setCircle(plan, index, { kind }))}
      />
      <button type="button" class="shape-name" onClick={() => store.select({ kind: 'circle', index })}>
        <b>Circle {index + 1}</b>
        <span class="cell-sub">{circle.kind}, radius</span>
      </button>
      <NumberInput
        label={`Radius of circle ${index + 1}`}
        unit="m"
        value={circle.radius_m}
        min={edit.LEAST_RADIUS_M}
        step={5}
        disabled={disabled}
        testid={`circle-radius-${index + 1}`}
        onChange={(radius_m) => store.edit((plan) => edit.setCircle(plan, index, { radius_m }), `radius ${index}`)}
      />
      <Remove store={store} testid="btn-circle-delete" change={(plan) => edit.removeCircle(plan, index)} />
    </li>
  );
}

function HomeRow({ store, home }: { store: Store; home: Home }) {
  const setHeight = (altitude_amsl_m: number): void =>
    store.edit((plan) => (plan.home ? { ...plan, home: { ...plan.home, altitude_amsl_m } } : plan), 'home height');
  return (
    <div class={rowClass(isChosen(store, 'home'))} data-testid="home">
      <span class="shape-mark shape-mark-home">H</span>
      <button type="button" class="shape-name" onClick={() => store.select({ kind: 'home' })}>
        <b>Home</b>
        <span class="cell-sub num">
          {home.position.lat_deg.toFixed(5)}, {home.position.lon_deg.toFixed(5)}
        </span>
      </button>
      <NumberInput
        label="Home above mean sea level"
        unit="m AMSL"
        value={home.altitude_amsl_m}
        placeholder="?"
        disabled={!store.rights.value.edit}
        testid="home-altitude"
        onChange={setHeight}
      />
    </div>
  );
}

function RallyRow({ store, index, rally }: PartProps & { rally: RallyPoint }) {
  return (
    <li class={rowClass(isChosen(store, 'rally', index))} data-testid="rally-point">
      <span class="shape-mark shape-mark-rally">R</span>
      <button type="button" class="shape-name" onClick={() => store.select({ kind: 'rally', index })}>
        <b>Rally {index + 1}</b>
        <span class="cell-sub">above home</span>
      </button>
      <NumberInput
        label={`Height of rally point ${index + 1} above home`}
        unit="m"
        value={rally.altitude_home_m}
        min={0}
        step={5}
        disabled={!store.rights.value.edit}
        testid={`rally-altitude-${index + 1}`}
        onChange={(altitude_home_m) =>
          store.edit((plan) => edit.setRally(plan, index, { altitude_home_m }), `rally ${index}`)
        }
      />
      <Remove store={store} testid="btn-rally-delete" change={(plan) => edit.removeRally(plan, index)} />
    </li>
  );
}

export function FenceTab({ store }: { store: Store }) {
  const { home, geofence, items, rally } = store.plan.value;
  const unfenced = geofence.polygons.length + geofence.circles.length === 0;
  return (
    <div class="shapes">
      <h2 class="overline">Geofence</h2>
      {unfenced && <p class="note note-warn">No geofence. Draw at least one inclusion around the sortie.</p>}
      {store.rights.value.edit && !unfenced && items.length > 0 && <MendButton store={store} mend={FENCE_ANEW} />}
      <ol>
        {geofence.polygons.map((polygon, index) => (
          <PolygonRow key={`p${index}`} store={store} index={index} polygon={polygon} />
        ))}
        {geofence.circles.map((circle, index) => (
          <CircleRow key={`c${index}`} store={store} index={index} circle={circle} />
        ))}
      </ol>
      <h2 class="overline">Home</h2>
      {home ? (
        <HomeRow store={store} home={home} />
      ) : (
        <p class="note note-warn">No home. Take-off sets it, or the Home tool.</p>
      )}
      <h2 class="overline">Rally points</h2>
      {rally.length === 0 && <p class="muted">None: the drone returns to home.</p>}
      <ol>
        {rally.map((point, index) => (
          <RallyRow key={index} store={store} index={index} rally={point} />
        ))}
      </ol>
    </div>
  );
}
