/* Every call to the server, by name. A refusal is an `ApiError` with the server's own words. */
import { decode } from '@msgpack/msgpack';

import type {
  Attachment,
  Alert,
  BusTicket,
  Candidates,
  ChartWindow,
  CheckRequest,
  Circumstances,
  Companions,
  Comparison,
  Coverage,
  DroneLogFetch,
  DroneLogs,
  Examination,
  Fleet,
  FlightList,
  FlightLogs,
  FlightNote,
  FlightSeries,
  NoteCreate,
  OfferCreate,
  ImportedPlan,
  Incident,
  IncidentCreate,
  IncidentSave,
  LiveFrameTuple,
  Order,
  PastAlerts,
  PatternsExpand,
  PatternSplit,
  Plan,
  PlanAvoid,
  OrderRights,
  PlanExport,
  PlanFence,
  PlanReport,
  Position,
  Places,
  Problem,
  Reply,
  SignOff,
  SignOffCreate,
  SortieApprove,
  SortieCreate,
  SortieReject,
  SortieSave,
  SortieSubmit,
  SortieView,
  SpotSeen,
  SplitPlans,
  UploadStart,
  UploadStarted,
} from './generated';

/** `status` 0 means that no answer came at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    text: string,
    readonly where: string | null = null,
  ) {
    super(text);
    this.name = 'ApiError';
  }

  get unreachable(): boolean {
    return this.status === 0;
  }
}

let csrfToken = '';

const PIECE_BYTES = 8 * 1024 ** 2;

/** Map pages carry the token in their JSON; it goes with every change. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

async function problemOf(response: Response): Promise<ApiError> {
  try {
    const problem = (await response.json()) as Problem;
    return new ApiError(response.status, problem.text, problem.where);
  } catch {
    // What is far too large is refused before the application hears of it.
    if (response.status === 413) return new ApiError(413, 'That is larger than the server takes.');
    return new ApiError(response.status, `The server answered ${response.status} ${response.statusText}.`);
  }
}

async function call(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The server cannot be reached.');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function getJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await call(path, { headers: { Accept: 'application/json' }, ...(signal ? { signal } : {}) });
  return (await response.json()) as Answer;
}

async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return call(path, {
    method,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

export async function sendJson<Answer>(
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  return (await (await send(method, path, body, signal)).json()) as Answer;
}

const incidentPath = (id: string): string => `/api/incidents/${encodeURIComponent(id)}`;
const sortiePath = (id: string): string => `/api/sorties/${encodeURIComponent(id)}`;

export const api = {
  busTicket: (sortieId?: string) =>
    getJson<BusTicket>(`/api/bus-ticket${sortieId ? `?sortie=${encodeURIComponent(sortieId)}` : ''}`),
  fleet: () => getJson<Fleet>('/api/fleet'),

  checkPlan: (request: CheckRequest, signal?: AbortSignal) =>
    sendJson<PlanReport>('POST', '/api/plans/check', request, signal),

  async importPlan(file: File): Promise<ImportedPlan> {
    const body = new FormData();
    body.append('file', file);
    const response = await call('/api/plans/import', { method: 'POST', headers: { 'X-CSRFToken': csrfToken }, body });
    return (await response.json()) as ImportedPlan;
  },
  exportPlan: async (request: PlanExport): Promise<Blob> => (await send('POST', '/api/plans/export', request)).blob(),

  places: (words: string, signal?: AbortSignal) =>
    getJson<Places>(`/api/places?q=${encodeURIComponent(words)}`, signal),

  expandPatterns: (request: PatternsExpand) => sendJson<Plan>('POST', '/api/plans/patterns', request),

  leadRound: (request: PlanAvoid) => sendJson<Plan>('POST', '/api/plans/avoid', request),

  drawFence: (request: PlanFence) => sendJson<Plan>('POST', '/api/plans/fence', request),

  splitPattern: (request: PatternSplit) => sendJson<SplitPlans>('POST', '/api/plans/split', request),

  createSortie: (made: SortieCreate) => sendJson<SortieView>('POST', '/api/sorties', made),
  sortie: (id: string) => getJson<SortieView>(sortiePath(id)),
  saveSortie: (id: string, save: SortieSave) => sendJson<SortieView>('PUT', sortiePath(id), save),
  submitSortie: (id: string, body: SortieSubmit) => sendJson<SortieView>('POST', `${sortiePath(id)}/submit`, body),
  approveSortie: (id: string, body: SortieApprove) => sendJson<SortieView>('POST', `${sortiePath(id)}/approve`, body),
  rejectSortie: (id: string, body: SortieReject) => sendJson<SortieView>('POST', `${sortiePath(id)}/reject`, body),
  uploadSortie: (id: string, body: UploadStart) => sendJson<UploadStarted>('POST', `${sortiePath(id)}/upload`, body),

  incident: (id: string) => getJson<Incident>(incidentPath(id)),
  openIncident: (made: IncidentCreate) => sendJson<Incident>('POST', '/api/incidents', made),
  saveIncident: (id: string, save: IncidentSave) => sendJson<Incident>('PUT', incidentPath(id), save),
  /** `query`: the stay, the height and the wind to reckon with. */
  candidates: (id: string, query: string, signal?: AbortSignal) =>
    getJson<Candidates>(`${incidentPath(id)}/candidates?${query}`, signal),
  offer: (id: string, made: OfferCreate, query: string) =>
    sendJson<SortieView>('POST', `${incidentPath(id)}/offer?${query}`, made),

  acknowledgeAlert: (id: string) => sendJson<Reply>('POST', `/api/alerts/${encodeURIComponent(id)}/acknowledge`, {}),
  orderRights: () => getJson<readonly OrderRights[]>('/api/orders'),
  flightSeries: (id: string) => getJson<FlightSeries>(`/api/flights/${encodeURIComponent(id)}/series`),
  flightLogs: (id: string) => getJson<FlightLogs>(`/api/flights/${encodeURIComponent(id)}/logs`),
  flightChart(id: string, asked: Readonly<Record<string, string | number | null>>, signal?: AbortSignal) {
    const given = Object.entries(asked).filter(([, value]) => value !== null);
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return getJson<ChartWindow>(`/api/flights/${encodeURIComponent(id)}/chart?${query}`, signal);
  },
  /** In pieces: the server takes none so long that a log or a video would fit into it. Gives the upload's name. */
  async sendPieces(id: string, file: File, told: (share: number) => void): Promise<string> {
    const upload = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const path = `/api/flights/${encodeURIComponent(id)}/logs/${upload}`;
    const headers = { 'Content-Type': 'application/octet-stream', 'X-CSRFToken': csrfToken };
    for (let at = 0; at < file.size; at += PIECE_BYTES) {
      await call(`${path}?at=${at}`, { method: 'PUT', headers, body: file.slice(at, at + PIECE_BYTES) });
      told(Math.min(1, (at + PIECE_BYTES) / file.size));
    }
    return upload;
  },
  async attachLog(id: string, file: File, told: (share: number) => void): Promise<Attachment> {
    const upload = await api.sendPieces(id, file, told);
    const path = `/api/flights/${encodeURIComponent(id)}/logs/${upload}?name=${encodeURIComponent(file.name)}`;
    return sendJson<Attachment>('POST', path, {});
  },
  droneLogs: (id: string) => getJson<DroneLogs>(`/api/flights/${encodeURIComponent(id)}/drone-logs`),
  fetchDroneLog: (id: string, number: number) =>
    sendJson<DroneLogFetch>('POST', `/api/flights/${encodeURIComponent(id)}/drone-logs/${number}`, {}),
  droneLogFetching: (id: string) => getJson<DroneLogFetch>(`/api/flights/${encodeURIComponent(id)}/drone-logs/fetching`),
  circumstances: (id: string) => getJson<Circumstances>(`/api/flights/${encodeURIComponent(id)}/circumstances`),
  coverage: (id: string) => getJson<Coverage>(`/api/flights/${encodeURIComponent(id)}/coverage`),
  spotSeen: (id: string, { lat_deg, lon_deg }: Position) =>
    getJson<SpotSeen>(`/api/flights/${encodeURIComponent(id)}/seen?lat=${lat_deg}&lon=${lon_deg}`),
  companions: (id: string) => getJson<Companions>(`/api/flights/${encodeURIComponent(id)}/companions`),
  findFlights: (text: string) => getJson<FlightList>(`/api/flights?text=${encodeURIComponent(text)}`),
  /** Both custody logs say that the two were combined. */
  compareFlights: (id: string, other: string) =>
    sendJson<Comparison>('POST', `/api/flights/${encodeURIComponent(id)}/compare/${encodeURIComponent(other)}`, {}),
  examination: (id: string) => getJson<Examination>(`/api/flights/${encodeURIComponent(id)}/examination`),
  addNote: (id: string, body: NoteCreate) =>
    sendJson<FlightNote>('POST', `/api/flights/${encodeURIComponent(id)}/notes`, body),
  /** `takenAt` is for a file that does not say itself when it was taken. */
  async attach(id: string, file: File, takenAt: string | null, told: (share: number) => void): Promise<Attachment> {
    const upload = await api.sendPieces(id, file, told);
    const query = new URLSearchParams({ upload, name: file.name, ...(takenAt ? { taken_at: takenAt } : {}) });
    return sendJson<Attachment>('POST', `/api/flights/${encodeURIComponent(id)}/attachments?${query.toString()}`, {});
  },
  signOff: (id: string, body: SignOffCreate) =>
    sendJson<SignOff>('POST', `/api/flights/${encodeURIComponent(id)}/sign-off`, body),

  /** Of at most five minutes; see `/api/past/frames`. */
  async pastFrames(since: number, until: number, everyS: number): Promise<readonly LiveFrameTuple[]> {
    const [from, to] = [since, until].map((at) => encodeURIComponent(new Date(at).toISOString()));
    const response = await call(`/api/past/frames?since=${from}&until=${to}&every_s=${everyS}`, {});
    return decode(await response.arrayBuffer()) as readonly LiveFrameTuple[];
  },
  airspace: ({ west, south, east, north }: { west: number; south: number; east: number; north: number }) =>
    getJson<GeoJSON.FeatureCollection>(`/api/airspace?west=${west}&south=${south}&east=${east}&north=${north}`),
  pastAlerts: async (): Promise<readonly Alert[]> => (await getJson<PastAlerts>('/api/past/alerts')).alerts,

  order: (vehicle: string, verb: string, body: Order = {}) =>
    sendJson<Reply>('POST', `/api/vehicles/${encodeURIComponent(vehicle)}/orders/${encodeURIComponent(verb)}`, body),
};
