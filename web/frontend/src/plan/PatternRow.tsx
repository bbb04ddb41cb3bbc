/* A pattern among the mission's items: one row, and where it is selected every number it is made of. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';

import { Icon } from '../ui/Icon';
import { NumberInput, parsed } from '../ui/NumberInput';
import { breakUpPattern } from './edit';
import {
  asKind,
  type Block,
  type Field,
  type Kind,
  KINDS,
  kindsOf,
  patternOf,
  setPattern,
  type Spec,
} from './patterns';
import { removeSelected } from './pointer';
import { SplitDialog } from './SplitDialog';
import type { Store } from './store';

/** How wide a strip one pass searches; of the thing looked for and the ground, not of the plan. */
const sweepWidth = signal<number | null>(null);

export function PatternRow({ store, block }: { store: Store; block: Block }) {
  const id = block.pattern ?? '';
  const pattern = patternOf(store.plan.value, id);
  const element = useRef<HTMLLIElement>(null);
  const selected = store.selection.value?.kind === 'pattern' && store.selection.value.id === id;
  useEffect(() => {
    if (selected) element.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  if (!pattern) return null;
  const [first, last] = [block.first + 1, block.first + block.items.length];
  return (
    <li
      class={`item ${selected ? 'is-selected' : ''}`}
      ref={element}
      data-testid="pattern"
      data-kind={pattern.spec.kind}
      data-items={block.items.length}
    >
      <div class="item-line">
        <button
          type="button"
          class="item-name"
          aria-expanded={selected}
          data-testid={`pattern-${id}`}
          onClick={() => store.select(selected ? null : { kind: 'pattern', id })}
        >
          <span class="item-number">
            <Icon name="survey" />
          </span>
          <span class="item-words">
            <b>{KINDS[pattern.spec.kind].name}</b>
            <span class="cell-sub">{block.items.length ? `items ${first}–${last}` : 'being laid out…'}</span>
          </span>
        </button>
      </div>
      {selected && <Editor store={store} id={id} spec={pattern.spec} />}
    </li>
  );
}

function Editor({ store, id, spec }: { store: Store; id: string; spec: Spec }) {
  const editable = store.rights.value.edit;
  const info = KINDS[spec.kind];
  const [splitting, setSplitting] = useState(false);
  const set = (change: Partial<Record<string, unknown>>, subject: string | null): void =>
    store.edit((plan) => setPattern(plan, id, { ...spec, ...change } as Spec), subject);
  return (
    <div class="item-editor">
      <div class="field field-row">
        <label for="pattern-kind">Pattern</label>
        <select
          id="pattern-kind"
          class="input"
          data-testid="pattern-kind"
          disabled={!editable}
          value={spec.kind}
          onChange={(event) => {
            const kind = event.currentTarget.value as Kind;
            store.edit((plan) => setPattern(plan, id, asKind(spec, kind)));
          }}
        >
          {kindsOf(info.shape).map((kind) => (
            <option key={kind} value={kind}>
              {KINDS[kind].name}
            </option>
          ))}
        </select>
      </div>
      {store.patternProblem.value && (
        <p class="note note-crit field-row" data-testid="pattern-problem">
          {store.patternProblem.value}
        </p>
      )}
      {info.fields.map((field) => (
        <PatternField
          key={`${spec.kind} ${field.key}`}
          field={field}
          spec={spec}
          disabled={!editable}
          onChange={(value) => set({ [field.key]: value }, `${id} ${field.key}`)}
        />
      ))}
      {info.flags.map(([key, label]) => (
        <label class="check" key={key}>
          <input
            type="checkbox"
            checked={Boolean(spec[key as keyof Spec])}
            disabled={!editable}
            data-testid={`pattern-${key}`}
            onChange={(event) => set({ [key]: event.currentTarget.checked }, null)}
          />
          {label}
        </label>
      ))}
      {'spacing_m' in spec && spec.spacing_m !== null && <Detection spacing_m={spec.spacing_m} />}
      {editable && (
        <div class="btn-row item-actions">
          <button
            type="button"
            class="btn"
            data-testid="btn-pattern-loose"
            title="Keep the items, edit each by hand"
            onClick={() => {
              store.selection.value = null;
              store.edit((plan) => breakUpPattern(plan, id));
            }}
          >
            Break up
          </button>
          {store.page.vehicles.length > 1 && (
            <button
              type="button"
              class="btn"
              data-testid="btn-pattern-split"
              title="Share it out over several drones"
              onClick={() => setSplitting(true)}
            >
              Split…
            </button>
          )}
          <span class="spring" />
          <button
            type="button"
            class="btn btn-icon"
            aria-label="Delete"
            title="Delete"
            data-testid="btn-pattern-delete"
            onClick={() => removeSelected(store)}
          >
            <Icon name="trash" />
          </button>
        </div>
      )}
      {splitting && <SplitDialog store={store} patternId={id} onClose={() => setSplitting(false)} />}
    </div>
  );
}

interface PatternFieldProps {
  readonly field: Field;
  readonly spec: Spec;
  readonly disabled: boolean;
  readonly onChange: (value: number | null | readonly number[]) => void;
}

function PatternField({ field, spec, disabled, onChange }: PatternFieldProps) {
  const value = spec[field.key as keyof Spec] as unknown as number | null | readonly number[];
  return (
    <div class="field">
      <span class="label">{field.label}</span>
      {Array.isArray(value) ? (
        <ListInput
          label={field.label}
          unit={field.unit}
          value={value as readonly number[]}
          disabled={disabled}
          onChange={onChange}
        />
      ) : (
        <NumberInput
          label={field.label}
          unit={field.unit}
          value={value as number | null}
          disabled={disabled}
          testid={`pattern-${field.key}`}
          {...(field.min === undefined ? {} : { min: field.min })}
          {...(field.optional ? { placeholder: 'auto', onClear: () => onChange(null) } : {})}
          onChange={onChange}
        />
      )}
    </div>
  );
}

/** Several heights, `20, 35, 50`. */
function ListInput({
  label,
  unit,
  value,
  disabled,
  onChange,
}: {
  label: string;
  unit: string;
  value: readonly number[];
  disabled: boolean;
  onChange: (value: readonly number[]) => void;
}) {
  const [text, setText] = useState(value.join(', '));
  const numbers = text
    .split(/[,;\s]+/)
    .filter(Boolean)
    .map((part) => parsed(part));
  const invalid = numbers.length === 0 || numbers.includes(null);
  return (
    <span class="number">
      <input
        class="input num"
        aria-label={`${label} (${unit})`}
        aria-invalid={invalid}
        value={text}
        disabled={disabled}
        data-testid="pattern-heights_m"
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={() => {
          if (!invalid) onChange(numbers as number[]);
        }}
      />
      <span class="number-unit">{unit}</span>
    </span>
  );
}

/** Koopman's chance for a random pass, the cautious one; parallel passes do better. */
function Detection({ spacing_m }: { spacing_m: number }) {
  const width = sweepWidth.value;
  const coverage = width === null ? null : width / spacing_m;
  return (
    <>
      <div class="field">
        <span class="label">Sweep width</span>
        <NumberInput
          label="Sweep width"
          unit="m"
          value={width}
          min={0.1}
          testid="sweep-width"
          onChange={(value) => (sweepWidth.value = value)}
        />
      </div>
      <p class="detection" data-testid="detection">
        {coverage === null ? (
          'Give the sweep width for the probability of detection.'
        ) : (
          <>
            <b class="num">POD {Math.round((1 - Math.exp(-coverage)) * 100)} %</b> at coverage {coverage.toFixed(2)} (1
            − e<sup>−C</sup>, random pass)
          </>
        )}
      </p>
    </>
  );
}
