/* Short messages at the foot of the page. Errors, and those that lead on, stay until they are closed; the rest leave by
   themselves. */

export type Tone = 'info' | 'ok' | 'warn' | 'crit';

const STAY_MS = 6000;

function container(): HTMLElement {
  const found = document.querySelector<HTMLElement>('.toasts');
  if (found) return found;
  const made = document.createElement('div');
  made.className = 'toasts';
  made.setAttribute('aria-live', 'polite');
  document.body.append(made);
  return made;
}

export function toast(text: string, tone: Tone = 'info'): void {
  const box = message(text, tone, () => undefined);
  if (tone !== 'crit') window.setTimeout(() => box.remove(), STAY_MS);
}

/** Stays until it was followed to `href` or closed, of which `onSeen` hears; or until whoever showed it removes it. */
export function notice(text: string, tone: Tone, href: string, words: string, onSeen: () => void): HTMLElement {
  const box = message(text, tone, onSeen);
  const link = document.createElement('a');
  link.className = 'btn';
  link.href = href;
  link.textContent = words;
  if (document.querySelector('.page-map')) link.target = '_blank'; // a drone in the air keeps its page
  link.addEventListener('click', () => {
    box.remove();
    onSeen();
  });
  box.lastElementChild?.before(link);
  return box;
}

function message(text: string, tone: Tone, onClose: () => void): HTMLElement {
  const box = document.createElement('div');
  box.className = `toast toast-${tone}`;
  box.dataset['testid'] = 'toast';
  if (tone === 'crit') box.setAttribute('role', 'alert');
  const words = document.createElement('p');
  words.textContent = text;
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'btn btn-quiet btn-icon';
  close.setAttribute('aria-label', 'Close message');
  close.innerHTML = '<span class="icon icon-close" aria-hidden="true"></span>';
  close.addEventListener('click', () => {
    box.remove();
    onClose();
  });
  box.append(words, close);
  container().append(box);
  return box;
}
