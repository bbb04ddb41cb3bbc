/* A modal question, by the browser's own dialog: focus stays in it, Escape closes it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function Dialog({
  title,
  onClose,
  children,
  testid,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  testid: string;
}) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog class="dialog" ref={element} onClose={onClose} aria-label={title} data-testid={testid}>
      <div class="card-head">
        <h2>{title}</h2>
      </div>
      <div class="card-body form">{children}</div>
    </dialog>
  );
}
