/* What the plan is for, and where it stands. */
import { instant } from '../ui/format';
import { UNKNOWN } from '../ui/format';
import type { Form, Store } from './store';

export function SortieTab({ store }: { store: Store }) {
  const form = store.form.value;
  const editable = store.rights.value.edit;
  const { sortie } = store;
  const set = (field: keyof Form) => (event: { currentTarget: { value: string } }) => {
    store.form.value = { ...form, [field]: event.currentTarget.value };
  };
  const text = (field: keyof Form, label: string) => (
    <div class="field">
      <label for={`sortie-${field}`}>{label}</label>
      <input
        id={`sortie-${field}`}
        class="input"
        value={form[field]}
        disabled={!editable}
        data-testid={`sortie-${field}`}
        onInput={set(field)}
      />
    </div>
  );
  return (
    <form class="form sortie-form" onSubmit={(event) => event.preventDefault()}>
      {text('title', 'Title')}
      <div class="field">
        <label for="sortie-purpose">Purpose</label>
        <textarea
          id="sortie-purpose"
          class="input"
          rows={2}
          value={form.purpose}
          disabled={!editable}
          data-testid="sortie-purpose"
          onInput={set('purpose')}
        />
      </div>
      <div class="fields">
        {text('incident', 'Incident number')}
        <div class="field">
          <label for="sortie-vehicle">Drone</label>
          <select
            id="sortie-vehicle"
            class="input"
            value={form.vehicle}
            disabled={!editable}
            data-testid="sortie-vehicle"
            onChange={set('vehicle')}
          >
            <option value="">Any</option>
            {store.page.vehicles.map((vehicle) => (
              <option key={vehicle} value={vehicle}>
                {vehicle}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="sortie-observer">Observer</label>
          <select
            id="sortie-observer"
            class="input"
            value={form.observer}
            disabled={!editable}
            data-testid="sortie-observer"
            onChange={set('observer')}
          >
            <option value="">None</option>
            {store.page.observers.map((person) => (
              <option key={person.username} value={person.username}>
                {person.name}
              </option>
            ))}
          </select>
        </div>
      </div>
      <dl class="facts">
        <dt>Pilot</dt>
        <dd>{sortie.value.pilot}</dd>
        <dt>Approved</dt>
        <dd>
          {sortie.value.approved_by ? `${sortie.value.approved_by}, ${instant(sortie.value.approved_at)}` : UNKNOWN}
        </dd>
        <dt>Saved</dt>
        <dd>
          version {sortie.value.version}, {instant(sortie.value.updated_at)}
        </dd>
        <dt>Plan SHA-256</dt>
        <dd class="mono hash" title={sortie.value.plan_sha256} data-testid="plan-hash">
          {sortie.value.plan_sha256.slice(0, 16)}…
        </dd>
      </dl>
    </form>
  );
}
