/* Geofence, home and rally points as lists beside the map. */
import type { FenceKind } from '../generated';
import { Icon } from '../ui/Icon';
import { NumberInput } from '../ui/NumberInput';
import * as edit from './edit';
import type { Selection } from './handles';
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

export function FenceTab({ store }: { store: Store }) {
  const { home, geofence, rally } = store.plan.value;
  const editable = store.rights.value.edit;
  const selection = store.selection.value;
  const isChosen = (kind: Selection['kind'], index?: number): boolean =>
    selection?.kind === kind && (index === undefined || ('index' in selection && selection.index === index));
  const remove = (testid: string, change: Parameters<Store['edit']>[0]) =>
    editable && (
      <button
        type="button"
        class="btn btn-quiet btn-icon"
        aria-label="Delete"
        title="Delete"
        data-testid={testid}
        onClick={() => {
          store.selection.value = null;
          store.edit(change);
        }}
      >
        <Icon name="trash" />
      </button>
    );
  return (
    <div class="shapes">
      <h3>Geofence</h3>
      {geofence.polygons.length + geofence.circles.length === 0 && (
        <p class="note note-warn">No geofence. Draw at least one inclusion around the sortie.</p>
      )}
      <ol>
        {geofence.polygons.map((polygon, index) => (
          <li
            class={`shape ${isChosen('polygon', index) || isChosen('vertex', index) ? 'is-selected' : ''}`}
            key={`p${index}`}
            data-testid="fence-polygon"
          >
            <KindButton
              shape="polygon"
              kind={polygon.kind}
              disabled={!editable}
              onChange={(kind) => store.edit((plan) => edit.setPolygon(plan, index, { kind }))}
            />
            <button type="button" class="shape-name" onClick={() => store.select({ kind: 'polygon', index })}>
              <b>Polygon {index + 1}</b>
              <span class="cell-sub">
                {polygon.kind}, {polygon.vertices.length} corners
              </span>
            </button>
            {remove('btn-polygon-delete', (plan) => edit.removePolygon(plan, index))}
          </li>
        ))}
        {geofence.circles.map((circle, index) => (
          <li
            class={`shape ${isChosen('circle', index) ? 'is-selected' : ''}`}
            key={`c${index}`}
            data-testid="fence-circle"
          >
            <KindButton
              shape="circle"
              kind={circle.kind}
              disabled={!editable}
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
              disabled={!editable}
              testid={`circle-radius-${index + 1}`}
              onChange={(radius_m) =>
                store.edit((plan) => edit.setCircle(plan, index, { radius_m }), `radius ${index}`)
              }
            />
            {remove('btn-circle-delete', (plan) => edit.removeCircle(plan, index))}
          </li>
        ))}
      </ol>

      <h3>Home</h3>
      {home ? (
        <div class={`shape ${isChosen('home') ? 'is-selected' : ''}`} data-testid="home">
          <span class="shape-mark shape-mark-home">H</span>
          <button type="button" class="shape-name" onClick={() => store.select({ kind: 'home' })}>
            <b>Home</b>
            <span class="cell-sub num">
              {home.position.lat_deg.toFixed(6)}, {home.position.lon_deg.toFixed(6)}
            </span>
          </button>
          <NumberInput
            label="Home above mean sea level"
            unit="m AMSL"
            value={home.altitude_amsl_m}
            disabled={!editable}
            testid="home-altitude"
            onChange={(altitude_amsl_m) =>
              store.edit(
                (plan) => (plan.home ? { ...plan, home: { ...plan.home, altitude_amsl_m } } : plan),
                'home height',
              )
            }
          />
        </div>
      ) : (
        <p class="note note-warn">No home. Take-off sets it, or the Home tool.</p>
      )}

      <h3>Rally points</h3>
      {rally.length === 0 && <p class="muted">None: the drone returns to home.</p>}
      <ol>
        {rally.map((point, index) => (
          <li class={`shape ${isChosen('rally', index) ? 'is-selected' : ''}`} key={index} data-testid="rally-point">
            <span class="shape-mark shape-mark-rally">R</span>
            <button type="button" class="shape-name" onClick={() => store.select({ kind: 'rally', index })}>
              <b>Rally {index + 1}</b>
            </button>
            <NumberInput
              label={`Height of rally point ${index + 1} above home`}
              unit="m"
              value={point.altitude_home_m}
              min={0}
              step={5}
              disabled={!editable}
              testid={`rally-altitude-${index + 1}`}
              onChange={(altitude_home_m) =>
                store.edit((plan) => edit.setRally(plan, index, { altitude_home_m }), `rally ${index}`)
              }
            />
            {remove('btn-rally-delete', (plan) => edit.removeRally(plan, index))}
          </li>
        ))}
      </ol>
    </div>
  );
}
