import { afterEach, expect, test, vi } from 'vitest';

const COOKIE = 'theme=; path=/; max-age=0';

async function themeWhere(machine: 'dark' | 'light', cookie = COOKIE): Promise<string | undefined> {
  vi.resetModules();
  vi.stubGlobal('matchMedia', () => ({ matches: machine === 'light', addEventListener: () => undefined }));
  document.cookie = cookie;
  const { followTheme } = await import('./theme');
  followTheme();
  return document.documentElement.dataset['theme'];
}

afterEach(() => {
  document.cookie = COOKIE;
  vi.unstubAllGlobals();
});

test('without a choice the theme is the one that the machine is set to', async () => {
  expect(await themeWhere('light')).toBe('light');
  expect(await themeWhere('dark')).toBe('dark');
});

test('the server is told what the machine is set to, for the next page', async () => {
  await themeWhere('light');
  expect(document.cookie).toContain('machine_theme=light');
});

test('what was chosen here goes before what the machine is set to', async () => {
  expect(await themeWhere('light', 'theme=dark')).toBe('dark');
  expect(await themeWhere('dark', 'theme=light')).toBe('light');
});
