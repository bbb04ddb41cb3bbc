/* A labelled list of which one is chosen. */

export interface ChoiceProps<Value extends string | number> {
  readonly id: string;
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
  readonly class?: string;
}

/** `id` is its test id, too. */
export function Choice<Value extends string | number>(props: ChoiceProps<Value>) {
  const { id, label, value, options, onChange, disabled = false } = props;
  return (
    <div class={`field ${props.class ?? ''}`}>
      <label for={id}>{label}</label>
      <select
        id={id}
        class="input"
        data-testid={id}
        disabled={disabled}
        value={value}
        onChange={(event) => {
          const chosen = options[event.currentTarget.selectedIndex];
          if (chosen) onChange(chosen[0]);
        }}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
