/* An incident while it is typed: what is wrong with it, and what becomes of it when somebody else was faster. */
import { type FoundPlace, Grade, type Incident, type IncidentCreate, type IncidentSave, type Position } from '../generated';

/** `of`: the incident as it was when its change was begun; null for a new one. */
export interface Draft {
  readonly of: Incident | null;
  readonly number: string;
  readonly at: Position | null;
  readonly grade: Grade;
  readonly place: string;
  readonly note: string;
}

export const NEW: Draft = { of: null, number: '', at: null, grade: Grade.PRIORITY, place: '', note: '' };

export const GRADES: readonly (readonly [Grade, string])[] = [
  [Grade.IMMEDIATE, 'Immediate'],
  [Grade.PRIORITY, 'Priority'],
  [Grade.SCHEDULED, 'Scheduled'],
];

export function gradeWords(grade: Grade): string {
  return GRADES.find(([one]) => one === grade)?.[1] ?? grade;
}

export function draftOf(of: Incident): Draft {
  const { number, lat_deg, lon_deg, grade, place, note } = of;
  return { of, number, at: { lat_deg, lon_deg }, grade, place, note };
}

/** Whether anything would be lost with it. */
export function isTyped(draft: Draft): boolean {
  const before = draft.of === null ? NEW : draftOf(draft.of);
  return FIELDS.some(([field]) => !same(draft, before, field));
}

export type Place = 'number' | 'place-words';

/** The first thing that is missing, and the field to put it in. */
export function missing({ number, at }: Draft): { readonly where: Place; readonly text: string } | null {
  if (number.trim() === '') return { where: 'number', text: 'It needs a number.' };
  if (at === null) return { where: 'place-words', text: 'Where is it? Find the place, or press it on the map.' };
  return null;
}

/** What somebody would call it; of a grid reference or degrees only the place itself says anything. */
export function namedPlace({ name, kind }: FoundPlace): string {
  return UNNAMED.has(kind) ? '' : name;
}

const UNNAMED = new Set(['grid reference', 'position']);

/** An open incident that has this number already. */
export function namesake(draft: Draft, open: Iterable<Incident>): Incident | null {
  const number = draft.number.trim().toLowerCase();
  return [...open].find((one) => one.number.toLowerCase() === number && one.incident_id !== draft.of?.incident_id) ?? null;
}

type Placed = Draft & { readonly at: Position };

export function creation({ number, at, grade, place, note }: Placed): Required<IncidentCreate> {
  return { number: number.trim(), lat_deg: at.lat_deg, lon_deg: at.lon_deg, grade, place: place.trim(), note: note.trim() };
}

export function saving(draft: Placed & { readonly of: Incident }): IncidentSave {
  return { version: draft.of.version, ...creation(draft), is_open: draft.of.closed_at === null };
}

export function closing({ version, number, lat_deg, lon_deg, grade, place, note }: Incident, is_open = false): IncidentSave {
  return { version, number, lat_deg, lon_deg, grade, place, note, is_open };
}

type Field = 'number' | 'at' | 'grade' | 'place' | 'note';

const FIELDS: readonly (readonly [Field, string])[] = [
  ['number', 'number'],
  ['at', 'place on the map'],
  ['grade', 'grade'],
  ['place', 'place in words'],
  ['note', 'note'],
];

/** `theirs`: what was changed by somebody else only, and is taken over; `both`: what stands as typed here, against `their` value. */
export interface Merge {
  readonly draft: Draft;
  readonly theirs: readonly string[];
  readonly both: readonly { readonly field: string; readonly their: string }[];
}

/** What was typed, upon the newest: nothing typed is lost, and nothing of theirs unseen. */
export function merged(typed: Draft & { readonly of: Incident }, newest: Incident): Merge {
  const [before, now] = [draftOf(typed.of), draftOf(newest)];
  const changed = FIELDS.filter(([field]) => !same(before, now, field));
  const mine = new Set(FIELDS.filter(([field]) => !same(before, typed, field)).map(([field]) => field));
  const taken = changed.filter(([field]) => !mine.has(field));
  const clashes = changed.filter(([field]) => mine.has(field) && !same(typed, now, field));
  const draft = taken.reduce<Draft>((one, [field]) => ({ ...one, [field]: now[field] }), { ...typed, of: newest });
  return { draft, theirs: taken.map(([, words]) => words), both: clashes.map(([field, words]) => ({ field: words, their: inWords(now, field) })) };
}

function same(one: Draft, other: Draft, field: Field): boolean {
  return JSON.stringify(one[field]) === JSON.stringify(other[field]);
}

function inWords(draft: Draft, field: Field): string {
  if (field === 'at') return draft.at ? `${draft.at.lat_deg.toFixed(5)}, ${draft.at.lon_deg.toFixed(5)}` : '';
  return field === 'grade' ? gradeWords(draft.grade) : draft[field] || 'nothing';
}
