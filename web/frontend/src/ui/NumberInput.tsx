/* A number with its unit. A change counts as soon as it is a number in range; anything else stays marked and unused. */
import { useEffect, useState } from 'preact/hooks';

import './number-input.css';

export interface NumberInputProps {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number) => void;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly disabled?: boolean;
  readonly testid?: string;
  /** What an empty field means, where it means something; `onClear` is called when it is emptied. */
  readonly placeholder?: string;
  readonly onClear?: () => void;
}

export function parsed(text: string, min = -Infinity, max = Infinity): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && Number.isFinite(value) && value >= min && value <= max ? value : null;
}

export function NumberInput({
  label,
  value,
  onChange,
  unit,
  min,
  max,
  step = 1,
  disabled = false,
  testid,
  placeholder,
  onClear,
}: NumberInputProps) {
  const shown = value === null ? '' : String(Math.round(value * 100) / 100);
  const [text, setText] = useState(shown);
  // The value may change from outside (undo, drag); what is being typed stays when it already says the same.
  useEffect(() => {
    if (parsed(text, min, max) !== value) setText(shown);
  }, [shown]);
  const cleared = onClear !== undefined && text.trim() === '';
  const invalid = !cleared && text !== shown && parsed(text, min, max) === null;
  return (
    <span class="number">
      <input
        class="input num"
        inputMode="decimal"
        aria-label={unit ? `${label} (${unit})` : label}
        aria-invalid={invalid}
        value={text}
        disabled={disabled}
        placeholder={placeholder}
        data-testid={testid}
        onInput={(event) => {
          setText(event.currentTarget.value);
          const next = parsed(event.currentTarget.value, min, max);
          if (next !== null && next !== value) onChange(next);
          if (event.currentTarget.value.trim() === '' && value !== null) onClear?.();
        }}
        onKeyDown={(event) => {
          const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
          const next = parsed(String((value ?? 0) + direction * step), min, max);
          if (direction === 0 || next === null) return;
          event.preventDefault();
          onChange(next);
        }}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={() => setText(shown)}
      />
      {unit && <span class="number-unit">{unit}</span>}
    </span>
  );
}
