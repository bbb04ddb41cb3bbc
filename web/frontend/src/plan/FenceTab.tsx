/* Geofence, home and rally points as lists beside the map. */
import type { FenceKind } from '../generated';
import { Icon } from '../ui/Icon';
import { NumberInput } from '../ui/NumberInput';
import * as edit from './edit';
import type { Selection } from './handles';
import type { Store } from './store';

function KindSwitch({ kind, disabled, onChange }: { kind: FenceKind; disabled: boolean; onChange: (kind: FenceKind) => void }) {
  const option = (value: FenceKind, words: string) => (
    <button type="button" class="segment" aria-pressed={kind === value} disabled={disabled} onClick={() => onChange(value)}>
      {words}
    </button>
  );
  return (
    <span class="segments" role="group" aria-label="Kind of fence">
      {option('inclusion', 'Inside')}
      {option('exclusion', 'Outside')}
    </span>
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
          <li class={`shape shape-${polygon.kind} ${isChosen('polygon', index) || isChosen('vertex', index) ? 'is-selected' : ''}`} key={`p${index}`} data-testid="fence-polygon">
            <button type="button" class="shape-name" onClick={() => store.select({ kind: 'polygon', index })}>
              <b>Polygon {index + 1}</b>
              <span class="cell-sub">{polygon.vertices.length} corners</span>
            </button>
            <KindSwitch kind={polygon.kind} disabled={!editable} onChange={(kind) => store.edit((plan) => edit.setPolygon(plan, index, { kind }))} />
            {remove('btn-polygon-delete', (plan) => edit.removePolygon(plan, index))}
          </li>
        ))}
        {geofence.circles.map((circle, index) => (
          <li class={`shape shape-${circle.kind} ${isChosen('circle', index) ? 'is-selected' : ''}`} key={`c${index}`} data-testid="fence-circle">
            <button type="button" class="shape-name" onClick={() => store.select({ kind: 'circle', index })}>
              <b>Circle {index + 1}</b>
            </button>
            <NumberInput
              label={`Radius of circle ${index + 1}`}
              unit="m"
              value={circle.radius_m}
              min={edit.LEAST_RADIUS_M}
              step={5}
              disabled={!editable}
              testid={`circle-radius-${index + 1}`}
              onChange={(radius_m) => store.edit((plan) => edit.setCircle(plan, index, { radius_m }), `radius ${index}`)}
            />
            <KindSwitch kind={circle.kind} disabled={!editable} onChange={(kind) => store.edit((plan) => edit.setCircle(plan, index, { kind }))} />
            {remove('btn-circle-delete', (plan) => edit.removeCircle(plan, index))}
          </li>
        ))}
      </ol>

      <h3>Home</h3>
      {home ? (
        <div class={`shape ${isChosen('home') ? 'is-selected' : ''}`} data-testid="home">
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
            onChange={(altitude_amsl_m) => store.edit((plan) => (plan.home ? { ...plan, home: { ...plan.home, altitude_amsl_m } } : plan), 'home height')}
          />
        </div>
      ) : (
        <p class="note note-warn">No home. Take-off sets it, or the Home tool.</p>
      )}

      <h3>Rally points</h3>
      {rally.length === 0 && <p class="muted">None: the drone returns to home.</p>}
      <ol>
        {rally.map((point, index) => (
          <li class={`shape shape-rally ${isChosen('rally', index) ? 'is-selected' : ''}`} key={index} data-testid="rally-point">
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
              onChange={(altitude_home_m) => store.edit((plan) => edit.setRally(plan, index, { altitude_home_m }), `rally ${index}`)}
            />
            {remove('btn-rally-delete', (plan) => edit.removeRally(plan, index))}
          </li>
        ))}
      </ol>
    </div>
  );
}
