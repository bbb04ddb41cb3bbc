/* What is read from the other end of the room: how many, how stale, how alarming, and what time it is. */
import type { ReadonlySignal } from '@preact/signals';

import { elapsedMs } from '../bus/age';
import type { LivePage } from '../generated';
import { percent } from '../ui/format';
import { type Alerts, waiting } from './alerts';
import { ageWords } from './freshness';
import type { Row, Summary } from './rows';
import type { Alarm } from './sound';
import type { Watch } from './watch';

interface Props {
  readonly page: LivePage;
  readonly watch: Watch;
  readonly alarm: Alarm;
  readonly summary: ReadonlySignal<Summary>;
  readonly select: (vehicle: string) => void;
}

export function TopBar({ page, watch, alarm, summary, select }: Props) {
  const { heard, flying, stale, lowestBattery, oldestLink } = summary.value;
  return (
    <header class="live-top">
      <h1 class="visually-hidden">{page.unit}: live</h1>
      <BusMark watch={watch} />
      <Count testid="count-drones" number={heard} label={heard === 1 ? 'drone' : 'drones'} />
      <Count testid="count-flying" number={flying} label="flying" />
      <Count testid="count-stale" number={stale} label="stale" tone={stale > 0 ? 'stale' : ''} />
      <AlertCount alerts={watch.alerts.value} />
      <div class="live-extremes">
        <Extreme label="Lowest battery" testid="lowest-battery" row={lowestBattery} select={select}>
          {percent(lowestBattery?.track?.state.battery_pct ?? null)}
        </Extreme>
        <Extreme label="Oldest link" testid="oldest-link" row={oldestLink} select={select}>
          {ageWords(oldestLink?.linkAgeMs ?? null)}
        </Extreme>
      </div>
      <SoundButton alarm={alarm} watch={watch} />
      <Clock watch={watch} />
    </header>
  );
}

function Count({ testid, number, label, tone = '' }: { testid: string; number: number; label: string; tone?: string }) {
  return (
    <div class={`count ${tone && `count-${tone}`}`} data-testid={testid}>
      <strong>{number}</strong>
      <span>{label}</span>
    </div>
  );
}

function AlertCount({ alerts }: { alerts: Alerts }) {
  const open = waiting(alerts);
  const critical = waiting(alerts, 'critical');
  const tone = critical > 0 ? 'critical' : open > 0 ? 'warning' : '';
  return (
    <div class={`count ${tone && `count-${tone}`}`} data-testid="count-alerts">
      <strong>{open}</strong>
      <span>{open === 1 ? 'alert' : 'alerts'}</span>
      {critical > 0 && <b class="count-sub">{critical} critical</b>}
    </div>
  );
}

function Extreme(props: { label: string; testid: string; row: Row | null; select: (vehicle: string) => void; children: preact.ComponentChildren }) {
  const { label, testid, row, select, children } = props;
  return (
    <button type="button" class="extreme" data-testid={testid} disabled={row === null} onClick={() => row && select(row.vehicle)}>
      <span>{label}</span>
      <strong>
        {row ? row.vehicle : '–'} <em>{row && children}</em>
      </strong>
    </button>
  );
}

const BUS_WORDS = { connecting: 'Connecting', live: 'Live', lost: 'Bus lost' } as const;

function BusMark({ watch }: { watch: Watch }) {
  const state = watch.bus.state.value;
  return (
    <div class={`bus-mark bus-${state}`} data-testid="bus-state" data-state={state} role="status">
      <span class="bus-dot" aria-hidden="true" />
      {BUS_WORDS[state]}
    </div>
  );
}

/** Says how old the picture is whenever it is not live. */
export function BusBanner({ watch }: { watch: Watch }) {
  const at = watch.tick.value;
  const { state, problem } = watch.bus;
  const last = watch.fleet.lastHeard;
  if (state.value === 'live') {
    const silence = last === null ? 0 : elapsedMs(last, at);
    if (silence < 3000 || watch.fleet.tracks.size === 0) return null;
    return (
      <Banner tone="warn" title={`No gateway has sent for ${ageWords(silence)}`}>
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
    <Banner tone="crit" title={`Data is ${ageWords(elapsedMs(last, at))} old`}>
      {problem.value} Nothing has come since {clock(last.wall)} UTC. Trying again.
    </Banner>
  );
}

function Banner({ tone, title, children }: { tone: 'warn' | 'crit'; title: string; children: preact.ComponentChildren }) {
  return (
    <div class={`live-banner live-banner-${tone}`} role="alert" data-testid="bus-banner">
      <span class={`icon ${tone === 'crit' ? 'icon-error' : 'icon-warning'}`} aria-hidden="true" />
      <strong>{title}</strong>
      <span>{children}</span>
    </div>
  );
}

function SoundButton({ alarm, watch }: { alarm: Alarm; watch: Watch }) {
  void watch.tick.value;
  const state = alarm.state.value;
  const until = alarm.mutedUntil.value;
  const left = until === null ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const words = {
    on: 'Sound on',
    blocked: 'Sound off: touch the page',
    muted: `Sound off ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`,
  }[state];
  return (
    <button
      type="button"
      class={`btn sound sound-${state}`}
      data-testid="btn-sound"
      aria-pressed={state === 'muted'}
      title={state === 'muted' ? 'Sound comes back by itself; press for now' : 'Quieten the alarm for ten minutes (M)'}
      onClick={() => alarm.toggle()}
    >
      <span class="icon icon-bell" aria-hidden="true" />
      {words}
    </button>
  );
}

function Clock({ watch }: { watch: Watch }) {
  const now = new Date(watch.tick.value.wall);
  return (
    <div class="live-clock">
      <time data-testid="clock-utc">
        {clock(now.getTime())} <small>UTC</small>
      </time>
      <span>{now.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })} local</span>
    </div>
  );
}

/** `07:41:05` in UTC. */
export function clock(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 19);
}
