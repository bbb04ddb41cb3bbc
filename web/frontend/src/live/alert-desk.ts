/* What is done with alerts: the next one is gone to, and whoever knows of one says so by name. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';

import { type api, ApiError } from '../api';
import { type Alert, type Me, Permission } from '../generated';
import { toast } from '../ui/toast';
import { callsigns, type Entry, entriesOf, grouped, ruleWords, titleOf } from './alert-groups';
import { severityOf, textOf } from './alerts';
import type { Picture } from './picture';

/** So many are acknowledged at a time. */
const AT_ONCE = 4;
/** More new ones than this are not told one by one. */
const TOLD = 3;

export class AlertDesk {
  readonly entries: ReadonlySignal<readonly Entry[]>;
  /** What has come since the page was last told of something: for whoever does not see the column. */
  readonly news = signal('');
  private readonly _sending = signal<ReadonlySet<string>>(new Set());
  /** As it is by now; what is shown follows in the next turn, with what became of them. */
  private readonly inHand = new Set<string>();
  private readonly answered = new Set<string>();
  /** Those that stood in the column long enough to be seen: one that came under the finger is not known to anybody. */
  private readonly stood = signal<ReadonlySet<string>>(new Set());
  private listed: ReadonlySet<string> = new Set();
  private arrived: Alert[] = [];

  constructor(
    private readonly picture: Picture,
    private readonly me: Me,
    private readonly send: typeof api.acknowledgeAlert,
  ) {
    const gatewayOf = (vehicle: string): string | null => picture.infos.value.get(vehicle)?.gateway ?? null;
    this.entries = computed(() => entriesOf(picture.alerts.value, gatewayOf));
    picture.watch.open.onNew((alert) => this.arrived.push(alert));
    picture.watch.tick.subscribe(() => this.look());
  }

  /** Twice a second. */
  private look(): void {
    this.stood.value = this.listed;
    this.listed = new Set(this.picture.watch.alerts.peek().keys());
    if (this.arrived.length > 0) this.news.value = told(this.arrived);
    this.arrived = [];
  }

  get sending(): ReadonlySignal<ReadonlySet<string>> {
    return this._sending;
  }

  /** Whether anything here may be acknowledged by this person, now. */
  get may(): boolean {
    return this.picture.isLive.value && this.me.can.includes(Permission.ALERT_ACKNOWLEDGE);
  }

  /** Those of them that wait and that nobody can have overlooked. */
  open(alerts: readonly Alert[]): Alert[] {
    if (!this.may) return [];
    return alerts.filter((alert) => this.waits(alert) && this.stood.value.has(alert.alert_id));
  }

  /** The entry that waits after the one named `key`, in the column's order and round again. */
  nextWaiting(key: string | undefined): Entry | undefined {
    const waiting = this.entries.value.filter(({ alerts }) => alerts.some((alert) => this.waits(alert)));
    return waiting[(waiting.findIndex((entry) => entry.key === key) + 1) % waiting.length];
  }

  /** For somebody to say that they know of it. */
  private waits({ acknowledged_at, alert_id }: Alert): boolean {
    return acknowledged_at === null && !this.inHand.has(alert_id);
  }

  /** The alerts of an entry, or the one of that id; none if it is gone. */
  at(key: string): readonly Alert[] {
    const one = this.picture.alerts.value.get(key);
    return this.entries.value.find((entry) => entry.key === key)?.alerts ?? (one ? [one] : []);
  }

  /** Each of them by itself and by name; those that could not be are said. */
  async acknowledge(alerts: readonly Alert[]): Promise<void> {
    const left = this.open(alerts);
    const refused: { readonly vehicle: string; readonly text: string }[] = [];
    for (const { alert_id } of left) this.inHand.add(alert_id);
    this.show();
    const sendOn = async (): Promise<void> => {
      for (let alert = left.shift(); alert; alert = left.shift()) {
        const problem = await this.sendOne(alert);
        if (problem) refused.push({ vehicle: alert.vehicle, text: problem.text });
        // Who does not answer for one answers for none of the others either.
        if (problem?.lasts) for (const { vehicle, alert_id } of left.splice(0)) {
          refused.push({ vehicle, text: problem.text });
          this.sent(alert_id);
        }
        this.sent(alert.alert_id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
    for (const [text, some] of grouped(refused, (one) => one.text)) toast(`Not acknowledged: ${callsigns(some.map(({ vehicle }) => vehicle))}. ${text}`, 'crit');
  }

  private async sendOne(alert: Alert): Promise<{ readonly text: string; readonly lasts: boolean } | null> {
    try {
      const reply = await this.send(alert.alert_id);
      if (!reply.ok) return { text: reply.text, lasts: false };
    } catch (error) {
      if (!(error instanceof ApiError)) return { text: 'What the server answered cannot be read.', lasts: true };
      return { text: error.message, lasts: error.unreachable || error.status >= 500 };
    }
    const { open } = this.picture.watch;
    // Over meanwhile, and told so before this answer came: it is off the list.
    if (open.has(alert.alert_id)) open.take({ ...alert, acknowledged_at: new Date().toISOString(), acknowledged_by: this.me.name });
    return null;
  }

  private sent(id: string): void {
    this.answered.add(id);
    this.picture.watch.bus.turns.take(this.show);
  }

  private readonly show = (): void => {
    for (const id of this.answered) this.inHand.delete(id);
    this.answered.clear();
    this._sending.value = new Set(this.inHand);
  };
}

/** A sentence for each of a few; of many how many, of what, and of which drones. */
function told(alerts: readonly Alert[]): string {
  if (alerts.length <= TOLD) return alerts.map((alert) => `${severityOf(alert)}: ${titleOf(alert)}. ${textOf(alert)}`).join(' ');
  const each = [...grouped(alerts, ({ rule }) => rule)].map(([rule, some]) => `${ruleWords(rule)}: ${callsigns(some.map(({ vehicle }) => vehicle))}.`);
  return `${alerts.length} new alerts. ${each.join(' ')}`;
}
