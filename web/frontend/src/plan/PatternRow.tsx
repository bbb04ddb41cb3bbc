/* A pattern among the mission's items: one row, and where it is selected every number it is made of. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';

import { Choice } from '../ui/Choice';
import { Icon } from '../ui/Icon';
import { NumberInput, parsed } from '../ui/NumberInput';
import { breakUpPattern } from './edit';
import { asKind, type Block, type Field, KINDS, kindsOf, patternOf, setPattern, type Spec } from './patterns';
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

interface EditorProps {
  readonly store: Store;
  readonly id: string;
  readonly spec: Spec;
}

function Actions({ store, id }: Omit<EditorProps, 'spec'>) {
  const [splitting, setSplitting] = useState(false);
  const breakUp = (): void => {
    store.selection.value = null;
    store.edit((plan) => breakUpPattern(plan, id));
  };
  const button = (name: string, title: string, testid: string, act: () => void) => (
    <button type="button" class="btn" title={title} data-testid={testid} onClick={act}>
      {name}
    </button>
  );
  return (
    <div class="btn-row item-actions">
      {button('Break up', 'Keep the items, edit each by hand', 'btn-pattern-loose', breakUp)}
      {store.page.vehicles.length > 1 &&
        button('Split…', 'Share it out over several drones', 'btn-pattern-split', () => setSplitting(true))}
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
      {splitting && <SplitDialog store={store} patternId={id} onClose={() => setSplitting(false)} />}
    </div>
  );
}

function Editor({ store, id, spec }: EditorProps) {
  const disabled = !store.rights.value.edit;
  const info = KINDS[spec.kind];
  const set = (key: string, value: unknown): void =>
    store.edit((plan) => setPattern(plan, id, { ...spec, [key]: value } as Spec), `${id} ${key}`);
  return (
    <div class="item-editor">
      <Choice
        class="field-row"
        id="pattern-kind"
        label="Pattern"
        value={spec.kind}
        disabled={disabled}
        options={kindsOf(info.shape).map((kind) => [kind, KINDS[kind].name])}
        onChange={(kind) => store.edit((plan) => setPattern(plan, id, asKind(spec, kind)))}
      />
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
          disabled={disabled}
          onChange={(value) => set(field.key, value)}
        />
      ))}
      {info.flags.map(([key, label]) => (
        <label class="check" key={key}>
          <input
            type="checkbox"
            checked={Boolean(spec[key as keyof Spec])}
            disabled={disabled}
            data-testid={`pattern-${key}`}
            onChange={(event) => set(key, event.currentTarget.checked)}
          />
          {label}
        </label>
      ))}
      {'spacing_m' in spec && spec.spacing_m !== null && <Detection spacing_m={spec.spacing_m} />}
      {!disabled && <Actions store={store} id={id} />}
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
