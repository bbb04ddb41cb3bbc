/* What a control room does with incidents: opens, changes and closes them, and offers the flight there to a pilot. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';

import { type api, ApiError } from '../api';
import { type FoundPlace, type Incident, type Me, Permission, type Position, Task } from '../generated';
import { closing, creation, type Draft, draftOf, isTyped, type Merge, merged, missing, namedPlace, NEW, type Place, saving } from './draft';
import { remembered } from './remembered';
import { parted, queryOf, Reckoning, type Terms, USUAL } from './reckoning';

export interface Source {
  /** The open ones. */
  readonly incidents: ReadonlySignal<ReadonlyMap<string, Incident>>;
  changed(incident: Incident): void;
}

export type Calls = Pick<typeof api, 'incident' | 'openIncident' | 'saveIncident' | 'candidates' | 'offer'>;

export interface Refusal {
  readonly text: string;
  readonly where: Place | null;
}

export interface Offering {
  readonly vehicle: string;
  readonly task: Task;
  readonly pilot: string;
}

/** A hand that rests longer than this is not about to press. */
const POINTING_MS = 25_000;

/** The key of the draft that is no incident yet. */
export const UNOPENED = '';

export class Desk {
  /** Whether incidents are in view at all. */
  readonly open = signal(false);
  readonly chosen = signal<string | null>(null);
  /** Which incident is being typed: its id, `UNOPENED`, or null. */
  readonly editing = signal<string | null>(null);
  readonly terms = signal<Terms>(USUAL);
  /** The drone whose way is pointed at. */
  readonly pointed = signal<string | null>(null);
  readonly offering = signal<Offering | null>(null);
  /** Closed just now by this page: it can be opened again. */
  readonly closed = signal<Incident | null>(null);
  /** What the map is to bring into view. */
  readonly wanted = signal<readonly Position[]>([]);
  readonly reckoning: Reckoning;
  readonly may: { readonly read: boolean; readonly edit: boolean; readonly offer: boolean };
  private readonly drafts;
  private pointedAt = 0;
  private readonly _placing = computed(() => this.open.value && this.editing.value !== null);
  private readonly _busy = signal(false);
  private readonly _refusal = signal<Refusal | null>(null);
  private readonly _merge = signal<Merge | null>(null);
  /** The chosen one as it was last known, even if it is closed by now. */
  readonly incident: ReadonlySignal<Incident | null>;
  readonly draft: ReadonlySignal<Draft | null>;

  constructor(
    readonly source: Source,
    private readonly calls: Calls,
    me: Me,
  ) {
    const can = (permission: Permission): boolean => me.can.includes(permission);
    this.may = { read: can(Permission.INCIDENT_READ), edit: can(Permission.INCIDENT_EDIT), offer: can(Permission.INCIDENT_OFFER) };
    this.drafts = remembered(me.username);
    this.reckoning = new Reckoning(calls.candidates, () => this.offering.peek() !== null || (this.pointed.peek() !== null && performance.now() - this.pointedAt < POINTING_MS));
    this.pointed.subscribe(() => (this.pointedAt = performance.now()));
    let last: Incident | null = null;
    this.incident = computed(() => {
      const { value: id } = this.chosen;
      if (id === null) return (last = null);
      const known = source.incidents.value.get(id) ?? null;
      return (last = known ?? (last?.incident_id === id ? last : null));
    });
    this.draft = computed(() => (this.editing.value === null ? null : this.draftFor(this.editing.value)));
    this.reckonWhatIsChosen();
  }

  /** Whether the next press on the map says where the incident is. */
  get placing(): ReadonlySignal<boolean> {
    return this._placing;
  }

  get busy(): ReadonlySignal<boolean> {
    return this._busy;
  }

  get refusal(): ReadonlySignal<Refusal | null> {
    return this._refusal;
  }

  /** What somebody else changed while the draft was typed. */
  get merge(): ReadonlySignal<Merge | null> {
    return this._merge;
  }

  choose(incidentId: string | null): void {
    this.open.value = true;
    this.editing.value = null;
    this.offering.value = null;
    this.pointed.value = null;
    this.chosen.value = incidentId;
    const incident = this.incident.peek();
    if (incident) this.wanted.value = [incident];
  }

  /** Types a new one, or goes on where it was left. */
  begin(incidentId: string = UNOPENED): void {
    this.open.value = true;
    this._refusal.value = null;
    this._merge.value = null;
    this.editing.value = incidentId;
  }

  type(part: Partial<Omit<Draft, 'of'>>): void {
    const { value: draft } = this.draft;
    if (draft === null) return;
    this._refusal.value = null;
    this.keep({ ...draft, ...part });
  }

  /** Words that a person typed are not overwritten by those of a search. */
  found(place: FoundPlace, former: string | null): void {
    const words = this.draft.peek()?.place ?? '';
    this.type({ at: place.position, ...(words === '' || words === former ? { place: namedPlace(place) } : {}) });
    this.wanted.value = [place.position];
  }

  /** What is typed stays for later. */
  leave(): void {
    this.editing.value = null;
  }

  discard(): void {
    const { value: key } = this.editing;
    if (key !== null) this.forget(key);
    this.leave();
  }

  isTyped(key: string): boolean {
    const draft = this.drafts.value.get(key);
    return draft !== undefined && isTyped(draft);
  }

  /** One step back for the Escape key; false where there is none. */
  back(): boolean {
    if (!this.open.value) return false;
    if (this.offering.value !== null) this.offering.value = null;
    else if (this.editing.value !== null) this.leave();
    else if (this.chosen.value !== null) this.choose(null);
    else return false;
    return true;
  }

  async send(): Promise<void> {
    const draft = this.draft.peek();
    if (draft === null || this._busy.peek()) return;
    const lacks = missing(draft);
    if (lacks !== null || draft.at === null) {
      this._refusal.value = lacks;
      return;
    }
    const typed = { ...draft, at: draft.at };
    await this.tried(async () => {
      const incident = await (typed.of === null ? this.calls.openIncident(creation(typed)) : this.calls.saveIncident(typed.of.incident_id, saving({ ...typed, of: typed.of })));
      this.source.changed(incident);
      this.forget(this.editing.peek() ?? UNOPENED);
      this.choose(incident.incident_id);
    }, draft.of);
  }

  async close(incident: Incident): Promise<void> {
    await this.tried(async () => {
      const closed = await this.calls.saveIncident(incident.incident_id, closing(incident));
      this.source.changed(closed);
      this.choose(null);
      this.closed.value = closed;
    }, incident);
  }

  async reopen(incident: Incident): Promise<void> {
    await this.tried(async () => {
      const opened = await this.calls.saveIncident(incident.incident_id, closing(incident, true));
      this.source.changed(opened);
      this.closed.value = null;
      this.choose(opened.incident_id);
    }, incident);
  }

  /** `pilot`: the one whose sortie the drone is loaded with, else nobody yet. */
  startOffer(vehicle: string, pilot: string | null): void {
    const pilots = this.reckoning.state.peek().answer?.pilots ?? [];
    const known = pilots.find(({ username }) => username === pilot) ?? (pilots.length === 1 ? pilots[0] : undefined);
    this._refusal.value = null;
    this.offering.value = { vehicle, task: this.offering.peek()?.task ?? Task.LOOK, pilot: known?.username ?? '' };
  }

  async offer(): Promise<void> {
    const [incident, offering] = [this.incident.peek(), this.offering.peek()];
    if (!incident || !offering || offering.pilot === '') return;
    const terms = this.terms.peek();
    await this.tried(async () => {
      await this.calls.offer(incident.incident_id, { ...offering, height_m: terms.height_m }, queryOf(terms));
      this.offering.value = null;
      // Who is offered what stands in the server's answer, whoever offered it.
      this.reckoning.follow(incident.incident_id, terms);
    }, null);
  }

  private draftFor(key: string): Draft {
    const kept = this.drafts.value.get(key);
    if (kept || key === UNOPENED) return kept ?? NEW;
    const incident = this.source.incidents.value.get(key);
    return incident ? draftOf(incident) : NEW;
  }

  private keep(draft: Draft): void {
    this.drafts.value = new Map(this.drafts.peek()).set(draft.of?.incident_id ?? UNOPENED, draft);
  }

  private forget(key: string): void {
    const drafts = new Map(this.drafts.peek());
    drafts.delete(key);
    this.drafts.value = drafts;
    this._merge.value = null;
  }

  private async tried(deed: () => Promise<void>, of: Incident | null): Promise<void> {
    this._busy.value = true;
    this._refusal.value = null;
    try {
      await deed();
    } catch (error) {
      await this.refused(error, of);
    }
    this._busy.value = false;
  }

  /** Where somebody was faster, the newest is fetched and what was typed is laid upon it. */
  private async refused(error: unknown, of: Incident | null): Promise<void> {
    const told = error instanceof ApiError ? error : null;
    this._refusal.value = { text: told?.message ?? 'It could not be sent.', where: told?.where === 'number' ? 'number' : null };
    if (told?.status !== 409 || told.where !== 'version' || of === null) return;
    try {
      const newest = await this.calls.incident(of.incident_id);
      this.source.changed(newest);
      const draft = this.drafts.peek().get(of.incident_id);
      if (draft?.of == null || this.editing.peek() !== of.incident_id) return;
      const merge = merged({ ...draft, of: draft.of }, newest);
      this.keep(merge.draft);
      this._merge.value = merge;
      this._refusal.value = null;
    } catch {
      // Its own words are shown already; what is typed stays, and sending it again asks once more.
    }
  }

  private reckonWhatIsChosen(): void {
    let told: string | null = null;
    const place = computed(() => {
      const incident = this.open.value && this.may.offer ? this.incident.value : null;
      return incident && this.source.incidents.value.has(incident.incident_id) ? `${incident.incident_id} ${incident.lat_deg} ${incident.lon_deg}` : null;
    });
    effect(() => this.reckoning.follow(place.value?.split(' ')[0] ?? null, this.terms.value));
    // The ways there are brought into view once, when they are first known.
    effect(() => {
      const { answer } = this.reckoning.state.value;
      const incident = this.incident.peek();
      if (answer === null || incident?.incident_id !== answer.incident_id || told === answer.incident_id) return;
      told = answer.incident_id;
      this.wanted.value = [incident, ...parted(answer.candidates)[0].slice(0, 3).flatMap(({ route }) => route)];
    });
  }
}
