/* What the plan is for, and where it stands. */
import { instant, UNKNOWN } from '../ui/format';
import { personName } from '../ui/people';
import type { Form, Store } from './store';

interface FieldProps {
  readonly store: Store;
  readonly field: keyof Form;
  readonly label: string;
}

function attributes(store: Store, field: keyof Form) {
  return {
    id: `sortie-${field}`,
    class: 'input',
    value: store.form.value[field],
    disabled: !store.rights.value.edit,
    'data-testid': `sortie-${field}`,
    onInput: (event: { currentTarget: { value: string } }) => {
      store.form.value = { ...store.form.value, [field]: event.currentTarget.value };
    },
  };
}

function Text({ store, field, label, long = false }: FieldProps & { long?: boolean }) {
  return (
    <div class="field">
      <label for={`sortie-${field}`}>{label}</label>
      {long ? <textarea rows={2} {...attributes(store, field)} /> : <input {...attributes(store, field)} />}
    </div>
  );
}

/** `none` is the choice that stands for nobody or nothing. */
function Choice({
  store,
  field,
  label,
  none,
  options,
}: FieldProps & { none: string; options: readonly [string, string][] }) {
  return (
    <div class="field">
      <label for={`sortie-${field}`}>{label}</label>
      <select {...attributes(store, field)}>
        <option value="">{none}</option>
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Facts({ store }: { store: Store }) {
  const { pilot, approved_by, approved_at, version, updated_at, plan_sha256 } = store.sortie.value;
  return (
    <dl class="facts">
      <dt>Pilot</dt>
      <dd>{personName(pilot)}</dd>
      <dt>Approved</dt>
      <dd>{approved_by ? `${personName(approved_by)}, ${instant(approved_at)}` : UNKNOWN}</dd>
      <dt>Saved</dt>
      <dd>
        version {version}, {instant(updated_at)}
      </dd>
      <dt>Plan SHA-256</dt>
      <dd class="mono hash" title={plan_sha256} data-testid="plan-hash">
        {plan_sha256.slice(0, 16)}…
      </dd>
    </dl>
  );
}

export function SortieTab({ store }: { store: Store }) {
  const { vehicles, observers } = store.page;
  return (
    <form class="form sortie-form" onSubmit={(event) => event.preventDefault()}>
      <Text store={store} field="title" label="Title" />
      <Text store={store} field="purpose" label="Purpose" long />
      <div class="fields">
        <Text store={store} field="incident" label="Incident number" />
        <Choice store={store} field="vehicle" label="Drone" none="Any" options={vehicles.map((name) => [name, name])} />
        <Choice
          store={store}
          field="observer"
          label="Observer"
          none="None"
          options={observers.map(({ username, name }) => [username, name])}
        />
      </div>
      <Facts store={store} />
    </form>
  );
}
