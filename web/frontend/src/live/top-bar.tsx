/* What is read from the other end of the room: how many, how stale, how alarming, and what time it is. */
import { elapsedMs } from '../bus/age';
import type { Instant } from '../generated';
import { percent, UNKNOWN } from '../ui/format';
import { type Alerts, waiting } from './alerts';
import { Banner } from './banner';
import { ageWords } from './freshness';
import type { Model } from './model';
import type { Picture } from './picture';
import { FRESH_LINK, linkFreshness, type Row } from './rows';
import { SoundButton, VoiceButton } from './sound-button';
import { type BatteryTone, batteryTone, clock } from './words';

export function TopBar({ model: { page, picture, alarm, voice, summary, open: select } }: { model: Model }) {
  const { heard, flying, stale, lowestBattery, oldestLink } = summary.value;
  const lowest = lowestBattery?.track?.state ?? null;
  const told = heard > 0 || picture.watch.whole.value; // before that nobody has said how many there are
  const linksFresh = oldestLink !== null && linkFreshness(oldestLink) === 'fresh';
  const hearsAlerts = page.guest_until === null; // guests are told of none, which is not the same as that there is none
  return (
    <header class="live-top">
      <h1 class="visually-hidden">{page.unit}: live</h1>
      {page.guest_until !== null && <GuestMark until={page.guest_until} />}
      <BusMark picture={picture} />
      <Count testid="count-drones" number={told ? heard : null} label={heard === 1 ? 'drone' : 'drones'} />
      <Count testid="count-flying" number={told ? flying : null} label="flying" />
      <Count testid="count-stale" number={told ? stale : null} label="stale" tone={stale > 0 ? 'stale' : ''} />
      {hearsAlerts && <AlertCount alerts={picture.alerts.value} known={picture.alertsKnown.value} />}
      <div class="live-extremes">
        <Extreme label="Lowest battery" flying={flying > 0} testid="lowest-battery" row={lowestBattery} value={percent(lowest?.battery_pct)} tone={batteryTone(lowest)} select={select} />
        {linksFresh ? (
          <Extreme label="Oldest link" flying={flying > 0} testid="oldest-link" row={null} value={FRESH_LINK} name="all of them" tone="ok" select={select} />
        ) : (
          <Extreme label="Oldest link" flying={flying > 0} testid="oldest-link" row={oldestLink} value={ageWords(oldestLink?.linkAgeMs ?? null)} tone={oldestLink ? 'warning' : 'unknown'} select={select} />
        )}
      </div>
      {hearsAlerts && (
        <div class="live-sounds">
          <SoundButton alarm={alarm} picture={picture} />
          <VoiceButton voice={voice} />
        </div>
      )}
      <Clock picture={picture} />
    </header>
  );
}

/** A guest's link shows what it names, and ends. */
function GuestMark({ until }: { until: Instant }) {
  return (
    <p class="guest-mark" data-testid="guest-until">
      Guest view, until <strong>{clock(new Date(until).getTime()).slice(0, 5)}</strong> UTC
    </p>
  );
}

function Count({ testid, number, label, tone = '' }: { testid: string; number: number | null; label: string; tone?: string }) {
  return (
    <div class={`count ${tone && `count-${tone}`}`} data-testid={testid}>
      <strong>{number ?? UNKNOWN}</strong>
      <span>{label}</span>
    </div>
  );
}

function AlertCount({ alerts, known }: { alerts: Alerts; known: boolean }) {
  const open = waiting(alerts);
  const critical = waiting(alerts, 'critical');
  const tone = critical > 0 ? 'critical' : open > 0 ? 'warning' : '';
  return (
    <div class={`count ${tone && `count-${tone}`}`} data-testid="count-alerts">
      <strong>{open > 0 || known ? open : UNKNOWN}</strong>
      <span>
        {open === 1 ? 'alert' : 'alerts'}
        {critical > 0 && <b class="count-sub">{critical} critical</b>}
      </span>
    </div>
  );
}

interface ExtremeProps {
  readonly label: string;
  /** Whether it is of those flying only. */
  readonly flying: boolean;
  readonly testid: string;
  /** Null where none stands out. */
  readonly row: Row | null;
  readonly value: string;
  readonly name?: string;
  readonly tone: BatteryTone;
  readonly select: (vehicle: string) => void;
}

function Extreme({ label, flying, testid, row, value, name = UNKNOWN, tone, select }: ExtremeProps) {
  return (
    <button type="button" class={`extreme extreme-${tone}`} data-testid={testid} disabled={row === null} onClick={() => row && select(row.vehicle)}>
      <span>{flying ? `${label}, flying` : label}</span>
      <strong>{value}</strong>
      <b>{row?.vehicle ?? name}</b>
    </button>
  );
}

const BUS_WORDS = { connecting: 'Connecting', live: 'Live', lost: 'Bus lost' } as const;

export function BusMark({ picture }: { picture: Picture }) {
  const state = picture.watch.bus.state.value;
  if (picture.watch.ended.value) {
    return (
      <div class="bus-mark bus-lost" data-testid="bus-state" data-state="ended" role="status">
        <span class="bus-dot" aria-hidden="true" />
        Ended
      </div>
    );
  }
  const relieved = state === 'live' && picture.watch.relieved.value;
  if (!picture.isLive.value) {
    return (
      <div class="bus-mark" data-testid="bus-state" data-state="past" role="status">
        PAST
      </div>
    );
  }
  return (
    <div class={`bus-mark bus-${state}`} data-testid="bus-state" data-state={state} role="status">
      <span class="bus-dot" aria-hidden="true" />
      {relieved ? <span title="This screen cannot keep up with more">Live, once a second</span> : BUS_WORDS[state]}
    </div>
  );
}

/** Says how old the picture is whenever it is not live, and when it never will be again. */
export function BusBanner({ picture: { watch }, guest }: { picture: Picture; guest: boolean }) {
  const at = watch.tick.value;
  if (watch.ended.value && guest) {
    return (
      <Banner tone="crit" title="This link has expired or was revoked">
        Nothing comes any more; ask whoever sent it.
      </Banner>
    );
  }
  if (watch.ended.value) {
    return (
      <Banner tone="crit" title="You are logged out">
        Nothing can be done here until you <a href={`/login?next=${encodeURIComponent(location.pathname + location.search)}`}>log in again</a>.
      </Banner>
    );
  }
  const { state, problem } = watch.bus;
  const last = watch.fleet.lastHeard;
  if (state.value === 'live') {
    const silence = last === null ? 0 : elapsedMs(last, at);
    if (silence < 3000 || watch.fleet.tracks.size === 0) return null;
    return (
      <Banner tone="warn" title="No gateway sends" since={`for ${ageWords(silence)}`}>
        The bus is live. What you see is as old as that.
      </Banner>
    );
  }
  if (last === null) {
    return state.value === 'lost' ? (
      <Banner tone="crit" title="No connection to the bus">
        {problem.value} Trying again.
      </Banner>
    ) : null;
  }
  return (
    <Banner tone="crit" title="Data is old" since={ageWords(elapsedMs(last, at))}>
      {problem.value} Nothing has come since {clock(last.wall)} UTC. Trying again.
    </Banner>
  );
}

function Clock({ picture }: { picture: Picture }) {
  const now = new Date(picture.tick.value.wall);
  return (
    <div class="live-clock">
      <time data-testid="clock-utc">
        {clock(now.getTime())} <small>UTC</small>
      </time>
      <span>{now.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })} local</span>
    </div>
  );
}
