/* Dark for the control room, light for the van: as was chosen here, else as the machine is set, else dark. A choice is
   kept in a cookie, and so is what the machine is set to: the server already renders the page in it. Every open map
   follows at once. */

export type Theme = 'dark' | 'light';

const COOKIE = 'theme';
const MACHINE = 'machine_theme';
const YEAR_S = 365 * 86400;

const machine = window.matchMedia('(prefers-color-scheme: light)');

function chosen(): Theme | null {
  const cookies = document.cookie.split('; ');
  return (['dark', 'light'] as const).find((theme) => cookies.includes(`${COOKIE}=${theme}`)) ?? null;
}

function keep(cookie: string, theme: Theme): void {
  document.cookie = `${cookie}=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
}

/** The theme of now, and of whenever the machine's setting changes while nobody has chosen. */
export function followTheme(): void {
  const follow = (): void => {
    const set: Theme = machine.matches ? 'light' : 'dark';
    keep(MACHINE, set);
    applyTheme(chosen() ?? set);
  };
  machine.addEventListener('change', follow);
  follow();
}

export function currentTheme(): Theme {
  return document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark';
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  document.dispatchEvent(new CustomEvent('airbeat:theme', { detail: theme }));
}

export function switchTheme(): void {
  const theme: Theme = currentTheme() === 'dark' ? 'light' : 'dark';
  keep(COOKIE, theme);
  applyTheme(theme);
}

/** Calls `handler` at each change of theme; returns the way to stop. */
export function onThemeChange(handler: (theme: Theme) => void): () => void {
  const listener = (event: Event): void => handler((event as CustomEvent<Theme>).detail);
  document.addEventListener('airbeat:theme', listener);
  return () => document.removeEventListener('airbeat:theme', listener);
}

/** The value of a design token now, e.g. `token('plan-path')`, for what is not drawn by CSS. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
