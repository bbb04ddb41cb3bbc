import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../api';
import { type Candidate, type Candidates, Grade, type Incident, type IncidentCreate, type IncidentSave, type Me, Permission, type SortieView } from '../generated';
import { type Calls, Desk, type Source, UNOPENED } from './desk';
import { inOrder } from './incident-list';
import { queryOf, USUAL } from './reckoning';
import { drawingOf } from './route-layers';
import { since, whereWords } from './words';

const incident: Incident = {
  incident_id: '3',
  number: 'CAD 9',
  place: 'The Serpentine',
  lat_deg: 51.509,
  lon_deg: -0.1665,
  grade: Grade.PRIORITY,
  note: '',
  version: 1,
  opened_at: '2026-11-22T07:00:00Z',
  opened_by: 'control',
  changed_at: '2026-11-22T07:00:00Z',
  closed_at: null,
  closed_by: null,
};
const at = { lat_deg: 51.5, lon_deg: -0.16 };

function candidate(vehicle: string, part: Partial<Candidate> = {}): Candidate {
  const route = [at, { lat_deg: incident.lat_deg, lon_deg: incident.lon_deg }];
  return { vehicle, possible: true, against: [], remarks: [], eta_s: 60, distance_m: 900, route, stay_s: 600, reserve_pct: 60, battery_pct: 90, armed: false, sortie_id: null, pilot: null, ...part };
}

const pilots = [
  { username: 'nair', name: 'P. Nair' },
  { username: 'osei', name: 'K. Osei' },
];
const answer: Candidates = {
  incident_id: '3',
  candidates: [candidate('UAV-02'), candidate('UAV-01', { pilot: 'osei' }), candidate('UAV-03'), candidate('UAV-04'), candidate('UAV-09', { possible: false, against: ['Not switched on.'], route: [] })],
  stay_s: 600,
  height_m: 60,
  limits: [],
  pilots,
  offers: [],
};

/** A server with one table, which refuses what is made from an older version. */
class Server implements Calls {
  readonly kept = new Map<string, Incident>([[incident.incident_id, incident]]);
  readonly asked: string[] = [];
  readonly offered: unknown[] = [];
  broken: ApiError | null = null;

  incident = (id: string): Promise<Incident> => Promise.resolve(this.kept.get(id) as Incident);

  openIncident = (made: IncidentCreate): Promise<Incident> => {
    if (this.broken) return Promise.reject(this.broken);
    return this.put({ ...incident, ...(made as Required<IncidentCreate>), incident_id: '4' });
  };

  saveIncident = (id: string, { is_open, version, ...save }: IncidentSave): Promise<Incident> => {
    const known = this.kept.get(id) as Incident;
    if (this.broken) return Promise.reject(this.broken);
    if (version !== known.version) return Promise.reject(new ApiError(409, 'Somebody changed it meanwhile.', 'version'));
    return this.put({ ...known, ...save, version: version + 1, closed_at: is_open ? null : '2026-11-22T09:00:00Z' });
  };

  candidates = (id: string, query: string): Promise<Candidates> => {
    this.asked.push(`${id}?${query}`);
    return this.broken ? Promise.reject(this.broken) : Promise.resolve(answer);
  };

  offer = (id: string, made: unknown, query: string): Promise<SortieView> => {
    if (this.broken) return Promise.reject(this.broken);
    this.offered.push([id, made, query]);
    return Promise.resolve({} as SortieView);
  };

  private put(changed: Incident): Promise<Incident> {
    this.kept.set(changed.incident_id, changed);
    return Promise.resolve(changed);
  }
}

let server: Server;
let source: Source;
let desk: Desk;

const controller: Me = { username: 'control', name: 'Control', role: 'control_room', can: [Permission.INCIDENT_READ, Permission.INCIDENT_EDIT, Permission.INCIDENT_OFFER] };

function deskOf(me: Me): Desk {
  const incidents = signal<ReadonlyMap<string, Incident>>(new Map([[incident.incident_id, incident]]));
  source = {
    incidents,
    changed: (changed) => {
      const open = new Map(incidents.peek());
      if (changed.closed_at === null) open.set(changed.incident_id, changed);
      else open.delete(changed.incident_id);
      incidents.value = open;
    },
  };
  return new Desk(source, server, me);
}

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
  server = new Server();
  desk = deskOf(controller);
});

afterEach(() => {
  desk.choose(null); // nothing is asked for after the test
  vi.useRealTimers();
});

test('a new incident is opened, and the drones for it are asked for at once', async () => {
  desk.begin();
  await desk.send();
  expect(desk.refusal.value?.where).toBe('number');
  desk.type({ number: 'CAD 10' });
  await desk.send();
  expect(desk.refusal.value?.where).toBe('place-words');
  desk.type({ at });
  await desk.send();
  expect([desk.editing.value, desk.chosen.value, desk.incident.value?.number]).toEqual([null, '4', 'CAD 10']);
  await vi.advanceTimersByTimeAsync(0);
  expect(server.asked).toEqual([`4?${queryOf(USUAL)}`]);
});

test('what is typed survives a way back, a broken line and a page that is loaded again', async () => {
  desk.begin();
  desk.type({ number: 'CAD 11', at, note: 'Armed' });
  expect(desk.back()).toBe(true);
  desk.choose('3');
  desk.begin();
  server.broken = new ApiError(0, 'The server cannot be reached.');
  await desk.send();
  expect(desk.refusal.value?.text).toBe('The server cannot be reached.');
  const again = deskOf(controller);
  again.begin();
  expect(again.draft.value).toMatchObject({ number: 'CAD 11', at, note: 'Armed' });
  expect(deskOf({ ...controller, username: 'somebody else' }).isTyped(UNOPENED)).toBe(false);
});

test('a change that comes second is laid upon the first, and saved at the next press', async () => {
  desk.choose('3');
  desk.begin('3');
  desk.type({ note: 'Child found' });
  server.kept.set('3', { ...incident, version: 2, grade: Grade.IMMEDIATE });
  await desk.send();
  expect(desk.merge.value?.theirs).toEqual(['grade']);
  expect(desk.draft.value).toMatchObject({ note: 'Child found', grade: 'immediate' });
  await desk.send();
  expect(server.kept.get('3')).toMatchObject({ version: 3, note: 'Child found', grade: 'immediate' });
  expect([desk.editing.value, desk.merge.value]).toEqual([null, null]);
});

test('one that is closed can be opened again; closing an older version says who was faster and closes nothing', async () => {
  server.kept.set('3', { ...incident, version: 2, note: 'Seen again' });
  await desk.close(incident);
  expect(desk.refusal.value?.text).toBe('Somebody changed it meanwhile.');
  expect(source.incidents.value.get('3')?.note).toBe('Seen again');
  await desk.close(source.incidents.value.get('3') as Incident);
  expect(source.incidents.value.size).toBe(0);
  await desk.reopen(desk.closed.value as Incident);
  expect(source.incidents.value.get('3')?.version).toBe(4);
});

test('one that somebody else closes stays in view as it was known last, and no drones are reckoned for it', async () => {
  desk.choose('3');
  await vi.advanceTimersByTimeAsync(0);
  source.changed({ ...incident, version: 2, closed_at: '2026-11-22T09:00:00Z' });
  expect(desk.incident.value?.number).toBe('CAD 9');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toHaveLength(1);
});

test('drones are reckoned anew while they fly, but not under the hand that is about to press', async () => {
  desk.choose('3');
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.asked).toHaveLength(2);
  desk.pointed.value = 'UAV-02';
  await vi.advanceTimersByTimeAsync(20_000);
  expect(server.asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(6000);
  expect(server.asked).toHaveLength(3);
  desk.startOffer('UAV-02', null);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toHaveLength(3);
});

test('the wind counts when both its parts are known, and a failure keeps what was known', async () => {
  desk.choose('3');
  await vi.advanceTimersByTimeAsync(0);
  desk.terms.value = { ...USUAL, wind_m_s: 9 };
  await vi.advanceTimersByTimeAsync(1000);
  server.broken = new ApiError(503, 'The bus is down.');
  desk.terms.value = { ...USUAL, wind_m_s: 9, wind_from_deg: 270 };
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.asked.map((asked) => asked.includes('wind'))).toEqual([false, false, true]);
  expect(desk.reckoning.state.value).toMatchObject({ problem: 'The bus is down.', answer });
});

test('the way of the first is drawn, that of the one pointed at instead, and of no more than three besides', async () => {
  desk.choose('3');
  await vi.advanceTimersByTimeAsync(0);
  const drawn = (): string[] => drawingOf(desk).ways.map(({ candidate: { vehicle }, shown }) => (shown ? `${vehicle}!` : vehicle));
  expect(drawn()).toEqual(['UAV-02!', 'UAV-01', 'UAV-03']);
  desk.pointed.value = 'UAV-04';
  expect(drawn()).toEqual(['UAV-02', 'UAV-01', 'UAV-03', 'UAV-04!']);
  desk.open.value = false;
  expect(drawn()).toEqual([]);
});

test('the flight is offered as it was reckoned, to the pilot of the drone unless somebody chooses another', async () => {
  desk.choose('3');
  desk.terms.value = { wind_m_s: 5, wind_from_deg: 90, stay_min: 20, height_m: 80 };
  await vi.advanceTimersByTimeAsync(500);
  desk.startOffer('UAV-02', null);
  expect(desk.offering.value?.pilot).toBe('');
  await desk.offer();
  expect(server.offered).toEqual([]);
  desk.startOffer('UAV-01', 'osei');
  await desk.offer();
  const query = 'wind_m_s=5&wind_from_deg=90&stay_s=1200&height_m=80';
  expect(server.offered).toEqual([['3', { vehicle: 'UAV-01', task: 'look', pilot: 'osei', height_m: 80 }, query]]);
  expect(desk.offering.value).toBeNull();
  const before = server.asked.length;
  await vi.advanceTimersByTimeAsync(0);
  expect(server.asked.length, 'what was offered stands in the answer: asked for at once').toBe(before + 1);
});

test('a pilot reads incidents, and no drones are reckoned for him', async () => {
  desk = deskOf({ ...controller, role: 'pilot', can: [Permission.INCIDENT_READ] });
  desk.choose('3');
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.asked).toEqual([]);
  expect(desk.may).toEqual({ read: true, edit: false, offer: false });
});

test('the gravest come first, then the oldest', () => {
  const later = { ...incident, incident_id: '5', opened_at: '2026-11-22T08:00:00Z' };
  const grave = { ...later, incident_id: '6', grade: Grade.IMMEDIATE };
  expect(inOrder([later, incident, grave]).map(({ incident_id }) => incident_id)).toEqual(['6', '3', '5']);
});

test('words that somebody typed for a place are not replaced by those of a search', () => {
  const ward = { name: 'Knightsbridge', kind: 'ward', position: at, bounds: null, outline: [], grid_reference: null, source: null };
  desk.begin();
  desk.found({ ...ward, name: 'TQ 2790 8020', kind: 'grid reference' }, null);
  expect(desk.draft.value).toMatchObject({ at, place: '' });
  desk.found(ward, '');
  desk.found({ ...ward, name: 'Belgravia' }, 'Knightsbridge');
  expect(desk.draft.value?.place).toBe('Belgravia');
  desk.type({ place: 'Back door' });
  desk.found(ward, 'Belgravia');
  expect(desk.draft.value?.place).toBe('Back door');
});

test('a place is told to ten metres', () => {
  expect(whereWords({ lat_deg: 51.50631, lon_deg: -0.15845 })).toBe('TQ 2790 8020');
  expect(whereWords({ lat_deg: 48.2, lon_deg: 16.37 })).toBe('48.20000, 16.37000');
});

test('an age is told in minutes, then in hours', () => {
  const now = new Date('2026-11-22T10:05:30Z').getTime();
  expect(['2026-11-22T10:06:00Z', '2026-11-22T10:01:00Z', '2026-11-22T08:00:00Z'].map((opened) => since(opened, now))).toEqual(['now', '4 min', '2 h 05']);
});
