/* A modal question, by the browser's own dialog: focus stays in it, Escape closes it, and then goes back to where it was. */
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
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // Closing, and not only taking it out of the page, is what gives the focus back.
    return () => dialog?.close();
  }, []);
  return (
    <dialog class="dialog" ref={element} onClose={onClose} aria-label={title} data-testid={testid}>
      <div class="card-head">
        <h2>{title}</h2>
      </div>
      <div class="card-body form">{children}</div>
    </dialog>
  );
}
