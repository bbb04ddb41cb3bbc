import { expect, test } from 'vitest';

/** Each page's folders. All others are everybody's, and import none of these. */
const PAGES: Readonly<Record<string, string>> = {
  plan: 'plan',
  live: 'live',
  tasking: 'live',
  flight: 'flight',
  flights: 'flights',
  base: 'base',
};

const sources = import.meta.glob<string>('./*/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });

test("no page imports from another page's folder, and what pages share from none", () => {
  const through = Object.entries(sources).flatMap(([path, text]) => {
    const page = PAGES[path.split('/')[1] as string];
    return [...text.matchAll(/from '\.\.\/(\w+)\/[^']+'/g)]
      .filter(([, folder]) => folder && folder in PAGES && PAGES[folder] !== page)
      .map(([words]) => `${path}: ${words}`);
  });
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  expect(through).toEqual([]);
});
