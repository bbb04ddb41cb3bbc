/* A button that must be held: what it does cannot happen by a brush of the glove. Space or Enter held does the same. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import './hold-button.css';

export const HOLD_MS = 800;

export interface HoldButtonProps {
  readonly onConfirm: () => void;
  readonly children: ComponentChildren;
  readonly disabled?: boolean;
  readonly danger?: boolean;
  readonly testid: string;
}

export function HoldButton({ onConfirm, children, disabled = false, danger = false, testid }: HoldButtonProps) {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const stop = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHeld(false);
  };
  const start = (): void => {
    if (disabled || timer.current !== undefined) return;
    setHeld(true);
    timer.current = setTimeout(() => {
      stop();
      onConfirm();
    }, HOLD_MS);
  };
  useEffect(() => stop, []);
  return (
    <button
      type="button"
      class={`btn hold ${danger ? 'hold-danger' : ''} ${held ? 'is-held' : ''}`}
      disabled={disabled}
      data-testid={testid}
      title="Press and hold"
      onPointerDown={(event) => {
        if (event.button === 0) start();
      }}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        if (!event.repeat) start();
      }}
      onKeyUp={stop}
      onBlur={stop}
    >
      <span class="hold-fill" style={{ transitionDuration: held ? `${HOLD_MS}ms` : '120ms' }} />
      <span class="hold-label">{children}</span>
      <span class="hold-hint">hold</span>
    </button>
  );
}
