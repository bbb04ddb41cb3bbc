/* What is typed and not sent outlives a page that is loaded again; it goes with the tab. */
import { type Signal, signal } from '@preact/signals';

import type { Draft } from './draft';

export function remembered(username: string): Signal<ReadonlyMap<string, Draft>> {
  const key = `airbeat-incident-drafts-${username}`;
  const drafts = signal<ReadonlyMap<string, Draft>>(new Map(stored(key)));
  drafts.subscribe((kept) => sessionStorage.setItem(key, JSON.stringify([...kept])));
  return drafts;
}

function stored(key: string): readonly (readonly [string, Draft])[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as readonly (readonly [string, Draft])[];
  } catch {
    return [];
  }
}
