/* Short messages at the lower right. Errors stay until they are closed; the rest leave by themselves. */

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
  close.addEventListener('click', () => box.remove());
  box.append(words, close);
  container().append(box);
  if (tone !== 'crit') window.setTimeout(() => box.remove(), STAY_MS);
}
