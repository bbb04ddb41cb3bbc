import { expect, test } from 'vitest';

import { Grade, type Incident } from '../generated';
import { closing, creation, draftOf, isTyped, merged, missing, namesake, NEW, saving } from './draft';

const incident: Incident = {
  incident_id: '3',
  number: 'CAD 9',
  place: 'The Serpentine',
  lat_deg: 51.509,
  lon_deg: -0.1665,
  grade: Grade.PRIORITY,
  note: 'Child missing',
  version: 4,
  opened_at: '2026-11-22T07:00:00Z',
  opened_by: 'control',
  changed_at: '2026-11-22T07:00:00Z',
  closed_at: null,
  closed_by: null,
};
const at = { lat_deg: 51.5, lon_deg: -0.16 };

test('an incident needs a number and a place, and nothing else', () => {
  expect(missing(NEW)?.where).toBe('number');
  expect(missing({ ...NEW, number: '  ' })?.where).toBe('number');
  expect(missing({ ...NEW, number: 'CAD 1' })?.where).toBe('place-words');
  expect(missing({ ...NEW, number: 'CAD 1', at })).toBeNull();
  expect(creation({ ...NEW, number: ' CAD 1 ', at })).toEqual({ number: 'CAD 1', ...at, grade: 'priority', place: '', note: '' });
});

test('what is typed is known from what was there', () => {
  expect(isTyped(NEW)).toBe(false);
  expect(isTyped({ ...NEW, at })).toBe(true);
  expect(isTyped(draftOf(incident))).toBe(false);
  expect(isTyped({ ...draftOf(incident), note: '' })).toBe(true);
});

test('a number that is open already is told before it is sent', () => {
  expect(namesake({ ...NEW, number: 'cad 9 ' }, [incident])).toBe(incident);
  expect(namesake({ ...NEW, number: 'cad 8' }, [incident])).toBeNull();
  expect(namesake({ ...draftOf(incident) }, [incident])).toBeNull();
});

test('a change is made from the version that was read, and leaves a closed one closed', () => {
  expect(saving({ ...draftOf(incident), of: incident, at, note: 'Found' })).toMatchObject({ version: 4, ...at, note: 'Found', is_open: true });
  const closed = { ...incident, closed_at: '2026-11-22T08:00:00Z' };
  expect(saving({ ...draftOf(closed), of: closed, at }).is_open).toBe(false);
  expect(closing(incident)).toEqual({ version: 4, number: 'CAD 9', lat_deg: 51.509, lon_deg: -0.1665, grade: 'priority', place: 'The Serpentine', note: 'Child missing', is_open: false });
});

test('somebody was faster: theirs is taken where nothing was typed, and both are shown where both changed', () => {
  const typed = { ...draftOf(incident), of: incident, note: 'Child found', grade: Grade.SCHEDULED };
  const newest = { ...incident, version: 5, place: 'Lido', note: 'Child seen at the Lido', grade: Grade.SCHEDULED };
  const { draft, theirs, both } = merged(typed, newest);
  expect(draft).toEqual({ of: newest, number: 'CAD 9', at: { lat_deg: 51.509, lon_deg: -0.1665 }, grade: 'scheduled', place: 'Lido', note: 'Child found' });
  expect(theirs).toEqual(['place in words']);
  expect(both).toEqual([{ field: 'note', their: 'Child seen at the Lido' }]);
});

test('a place that was moved here and there is told in degrees', () => {
  const typed = { ...draftOf(incident), of: incident, at };
  expect(merged(typed, { ...incident, version: 5, lat_deg: 51.51, lon_deg: -0.17 }).both).toEqual([{ field: 'place on the map', their: '51.51000, -0.17000' }]);
});
