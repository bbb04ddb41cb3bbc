/* What happened in a flight, in the order it happened. */
import type { Event } from '../generated';
import { happened } from '../ui/happened';

export type Tone = 'crit' | 'warn' | 'ok' | 'info';

export interface Happening {
  readonly id: string;
  readonly time_s: number;
  readonly tone: Tone;
  readonly text: string;
  /** By name. */
  readonly by: string | null;
}

const CRITICAL = /^(breach|failsafe|crash|link_lost|reboot)$/;
const WARNING = /^(alert_raised|link_late|prearm|upload_failed)$/;
const GOOD = /^(link_back|breach_ended|alert_ended|mission_finished)$/;

/** MAV_SEVERITY: warning, and all that is worse. */
const WARNING_SEVERITY = 4;

function toneOf({ kind, data }: Event): Tone {
  if (kind === 'statustext') return Number(data['severity']) <= WARNING_SEVERITY ? 'warn' : 'info';
  if (kind === 'command') return data['ok'] === false ? 'warn' : 'info';
  if (GOOD.test(kind)) return 'ok';
  if (CRITICAL.test(kind) || (kind === 'alert_raised' && data['severity'] === 'critical')) return 'crit';
  return WARNING.test(kind) ? 'warn' : 'info';
}

export function happenings(events: readonly Event[]): Happening[] {
  return events
    .map((event) => ({
      id: event.event_id,
      time_s: new Date(event.at).getTime() / 1000,
      tone: toneOf(event),
      ...happened(event),
    }))
    .sort((a, b) => a.time_s - b.time_s);
}
