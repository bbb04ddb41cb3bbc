/* What happened in a flight, in the order it happened. */
import type { Event } from '../generated';

export type Tone = 'crit' | 'warn' | 'ok' | 'info';

export interface Happening {
  readonly id: string;
  readonly time_s: number;
  readonly tone: Tone;
  readonly text: string;
  readonly actor: string | null;
}

const CRITICAL = /^(breach|failsafe|crash|link_lost|reboot)$/;
const WARNING = /^(alert_raised|link_late|prearm|upload_failed)$/;
const GOOD = /^(link_back|breach_ended|alert_ended|mission_finished)$/;

/** An order's event names its verb, and so does the drone's answer in it: `pause. pause: denied`. */
const SAID_TWICE = /^(\w+)\. \1: /;

/** MAV_SEVERITY: warning, and all that is worse. */
const WARNING_SEVERITY = 4;

function toneOf({ kind, data }: Event): Tone {
  if (kind === 'statustext') return Number(data['severity']) <= WARNING_SEVERITY ? 'warn' : 'info';
  if (kind === 'command') return data['ok'] === false ? 'warn' : 'info';
  if (GOOD.test(kind)) return 'ok';
  if (CRITICAL.test(kind) || (kind === 'alert_raised' && data['severity'] === 'critical')) return 'crit';
  return WARNING.test(kind) ? 'warn' : 'info';
}

/** Without the account that did it, which is told beside it by name: `ann: pause.`, `Upload by ann: verified.` */
function whatHappened({ text, actor }: Event): string {
  if (actor === null) return text;
  return text.startsWith(`${actor}: `) ? text.slice(actor.length + 2) : text.replace(` by ${actor}: `, ': ');
}

export function happenings(events: readonly Event[]): Happening[] {
  return events
    .map((event) => ({
      id: event.event_id,
      time_s: new Date(event.at).getTime() / 1000,
      tone: toneOf(event),
      text: event.kind === 'statustext' ? `“${event.text}”` : whatHappened(event).replace(SAID_TWICE, '$1: '),
      actor: event.actor,
    }))
    .sort((a, b) => a.time_s - b.time_s);
}
