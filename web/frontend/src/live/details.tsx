/* One drone, everything that is known of it, and how old each part is. */
import type { ComponentChildren } from 'preact';

import { ageMs, type Moment } from '../bus/age';
import type { LiveVehicle, Plan, VehicleInfo } from '../generated';
import { bearing as bearingTo, distance as metresTo } from '../map/geo';
import { bearing, clock as clockOf, degrees, metres as distance, quantity, speed, UNKNOWN } from '../ui/format';
import { happened } from '../ui/happened';
import { modeWords } from '../ui/modes';
import { type Alerts, inOrder, severityOf, textOf } from './alerts';
import { Commander, CommandOrders } from './command';
import { Battery } from './drone-list';
import { batteryLeftS, homeOf, homeS, placeOf, progressOf } from './estimates';
import type { Track } from './fleet';
import { ageWords, freshness, type Part, partAgeMs } from './freshness';
import { SeverityMark } from './marks';
import type { Model } from './model';
import { Orders } from './orders';
import { VideoSlot } from './video-slot';
import type { Picture } from './picture';
import { PopOut } from './pop-out';
import { clock, fixWords, PHASE_WORDS, phaseOf } from './words';

interface Props {
  readonly model: Pick<Model, 'picture' | 'page' | 'rights' | 'selected' | 'map'>;
  readonly following: boolean;
  readonly close: () => void;
}

export function Details({ model: { picture, page, rights, map, ...model }, following, close }: Props) {
  const selected = model.selected.value;
  const at = picture.tick.value;
  if (selected === null) {
    return (
      <section class="live-details live-details-none" aria-label="Selected drone">
        <div class="empty empty-small">
          <span class="icon icon-select" aria-hidden="true" />
          <strong>No drone selected</strong>
          <p>Choose one in the list, on the map or by an alert.</p>
        </div>
      </section>
    );
  }
  const track = picture.fleet.tracks.get(selected);
  const info = picture.infos.value.get(selected);
  const camera = page.cameras.find((one) => one.vehicle === selected);
  return (
    <section class="live-details" aria-label={`Details of ${selected}`} data-testid="details" data-vehicle={selected}>
      <div class="panel-head">
        <div class="details-who">
          <h2>{selected}</h2>
          <span>{track && `${modeWords(track.state.mode)} · ${PHASE_WORDS[phaseOf(track.state)]}`}</span>
        </div>
        <button type="button" class="btn" aria-pressed={following} data-testid="btn-follow" title="Keep it in the middle of the map (F)" onClick={() => map.value?.follow(!following)}>
          Follow
        </button>
        <PopOut panel="details" vehicle={selected} />
        <button type="button" class="btn btn-quiet btn-icon" aria-label="Close details" data-testid="btn-close-details" onClick={close}>
          <span class="icon icon-close" aria-hidden="true" />
        </button>
      </div>
      <div class="details-body">
        <OwnAlerts alerts={picture.alerts.value} vehicle={selected} />
        {picture.isLive.value && <Orders vehicle={selected} rights={rights.value.find((right) => right.vehicle === selected)} observer={page.me.role === 'observer'} commands={info?.commander?.user === page.me.username} />}
        {picture.isLive.value && <CommandOrders key={selected} vehicle={selected} command={info} rights={rights.value.find((right) => right.vehicle === selected)} me={page.me} commanders={page.commanders} />}
        {!picture.isLive.value && info && heldAlready(info, at) && <Commander command={info} me={page.me} />}
        {camera?.video && picture.isLive.value && <VideoSlot key={selected} vehicle={selected} url={camera.video} />}
        {track ? <Facts track={track} at={at} plan={picture.onboard.value.get(selected)?.plan ?? null} /> : <p class="muted">{picture.isLive.value ? `Nothing has been heard of ${selected} since this page was opened.` : `Nothing was heard of ${selected} then.`}</p>}
        <About info={info} />
        <Heard picture={picture} vehicle={selected} />
      </div>
    </section>
  );
}

/** On a tablet the alerts' own panel is not in sight. */
function OwnAlerts({ alerts, vehicle }: { alerts: Alerts; vehicle: string }) {
  const own = inOrder(alerts).filter((alert) => alert.vehicle === vehicle);
  if (own.length === 0) return null;
  return (
    <ul class="own-alerts" data-testid="details-alerts">
      {own.map((alert) => (
        <li key={alert.alert_id}>
          <SeverityMark severity={severityOf(alert)} />
          <span>
            {textOf(alert)} <time>{clock(new Date(alert.raised_at).getTime())}</time>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Facts({ track, at, plan }: { track: Track; at: Moment; plan: Plan | null }) {
  const { state } = track;
  const [left, needed] = [batteryLeftS(state), homeS(state)];
  const [home, here] = [homeOf(state), placeOf(state)];
  return (
    <>
      <Group title="Position" part="position" track={track} at={at}>
        <Fact label="Above home" value={quantity(state.height_home_m, 1, 'm')} strong />
        <Fact label="Speed" value={speed(state.ground_speed_m_s)} strong />
        <Fact label="Above ground" value={quantity(state.height_ground_m, 1, 'm')} />
        <Fact label="Climb" value={speed(state.climb_m_s)} />
        <Fact label="Above sea" value={quantity(state.altitude_amsl_m, 1, 'm')} />
        <Fact label="Heading" value={bearing(state.heading_deg)} />
        <Fact label="Home away" value={home && here ? distance(metresTo(here, home)) : UNKNOWN} />
        <Fact label="Way home" value={home && here ? bearing(bearingTo(here, home)) : UNKNOWN} />
        <Fact label="Place" value={here ? `${here.lat_deg.toFixed(6)}, ${here.lon_deg.toFixed(6)}` : UNKNOWN} wide testid="details-position" />
      </Group>
      <Group title="Link" part="heartbeat" track={track} at={at} testid="details-link-age">
        <Fact label="Via" value={state.link ?? UNKNOWN} />
        <Fact label="Loss" value={quantity(state.link_loss_pct, 1, '%')} />
        <Fact label="Round trip" value={quantity(state.round_trip_ms, 0, 'ms')} />
        <Fact label="Pre-arm" value={yesNo(state.prearm_ok, 'Ready', 'Not ready')} alarming={state.prearm_ok === false} />
      </Group>
      {state.links.length > 1 && <Links track={track} at={at} />}
      <Group title="Battery" part="battery" track={track} at={at}>
        <div class="fact fact-strong">
          <dt>Left</dt>
          <dd>
            <Battery state={state} />
          </dd>
        </div>
        <Fact label="Time left" value={clockOf(left)} strong alarming={left !== null && needed !== null && left < needed} testid="battery-left" />
        <Fact label="Time home" value={clockOf(needed)} testid="time-home" />
        <Fact label="Voltage" value={quantity(state.battery_v, 1, 'V')} />
        <Fact label="Current" value={quantity(state.battery_a, 1, 'A')} />
        <Fact label="Used" value={quantity(state.battery_used_mah, 0, 'mAh')} />
      </Group>
      <Mission track={track} at={at} plan={plan} />
      <Group title="GPS and estimate" part="gps" track={track} at={at}>
        <Fact label="Fix" value={fixWords(state.gps_fix)} alarming={state.gps_fix !== null && state.gps_fix < 3} />
        <Fact label="Satellites" value={state.satellites === null ? UNKNOWN : String(state.satellites)} />
        <Fact label="HDOP" value={state.hdop === null ? UNKNOWN : state.hdop.toFixed(2)} />
        <Fact label="EKF" value={yesNo(state.ekf_ok, 'Good', 'Bad')} alarming={state.ekf_ok === false} />
        <Fact label="Vibration" value={quantity(state.vibration_m_s2, 1, 'm/s²')} />
      </Group>
      <Group title="Attitude" part="attitude" track={track} at={at}>
        <Horizon roll={state.roll_deg} pitch={state.pitch_deg} />
        <Fact label="Roll" value={degrees(state.roll_deg, 1)} />
        <Fact label="Pitch" value={degrees(state.pitch_deg, 1)} />
      </Group>
    </>
  );
}

function Mission({ track, at, plan }: { track: Track; at: Moment; plan: Plan | null }) {
  const { state } = track;
  const progress = progressOf(state, plan);
  const item = state.mission_items ? `${state.mission_item ?? UNKNOWN} of ${state.mission_items}` : state.mission_items === 0 ? 'None on board' : UNKNOWN;
  return (
    <Group title="Mission" part="mission" track={track} at={at}>
      {progress && (
        <div class="fact fact-wide">
          <progress max={1} value={progress.share} aria-label="Share of the mission flown" data-testid="mission-progress" />
        </div>
      )}
      <Fact label="Item" value={item} />
      {progress && <Fact label="To fly" value={distance(progress.left_m)} />}
      {progress && <Fact label="There in" value={clockOf(progress.left_s)} testid="mission-eta" />}
      {progress?.left_s != null && <Fact label="At" value={`≈ ${clock(at.wall + progress.left_s * 1000).slice(0, 5)} UTC`} />}
      <Fact label="Geofence" {...fence(state)} />
    </Group>
  );
}

function Group(props: { title: string; part: Part; track: Track; at: Moment; testid?: string; children: ComponentChildren }) {
  const { title, part, track, at, testid, children } = props;
  const age = partAgeMs(part, track.state, track.heard, at);
  const fresh = freshness(part, age, track.everyMs);
  return (
    <section class={`facts-group facts-${fresh}`}>
      <h3>
        {title}
        <span class={`age-chip age-${fresh}`} data-testid={testid ?? `details-${part}-age`}>
          {age === null ? 'never reported' : fresh === 'stale' ? `stale · ${ageWords(age)}` : ageWords(age)}
        </span>
      </h3>
      <dl>{children}</dl>
    </section>
  );
}

function Fact(props: { label: string; value: string; strong?: boolean; wide?: boolean; alarming?: boolean; testid?: string }) {
  const { label, value, strong = false, wide = false, alarming = false, testid } = props;
  return (
    <div class={`fact ${strong ? 'fact-strong' : ''} ${wide ? 'fact-wide' : ''} ${alarming ? 'fact-alarming' : ''}`}>
      <dt>{label}</dt>
      <dd data-testid={testid}>{value}</dd>
    </div>
  );
}

/** Each of several links by itself; the one that orders go out on is marked. */
function Links({ track: { state, heard }, at }: { track: Track; at: Moment }) {
  return (
    <section class="facts-group">
      <h3>Links</h3>
      <ul class="links" data-testid="details-links">
        {state.links.map((link) => {
          const age = ageMs(link.heard_age_ms, heard, at);
          const fresh = freshness('heartbeat', age);
          return (
            <li key={link.link} class={link.link === state.link ? 'link-used' : ''}>
              <strong>{link.link}</strong>
              <span>{link.link === state.link ? 'in use' : ''}</span>
              <span>{quantity(link.loss_pct, 1, '%')} lost</span>
              <span class={`age-chip age-${fresh}`}>{ageWords(age)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Only who holds command now is known; of the past, whether they held it then. */
function heldAlready({ command_since }: VehicleInfo, at: Moment): boolean {
  return command_since !== null && new Date(command_since).getTime() <= at.wall;
}

function yesNo(value: boolean | null, yes: string, no: string): string {
  return value === null ? UNKNOWN : value ? yes : no;
}

function fence(state: LiveVehicle): { value: string; alarming: boolean } {
  if (state.fence_breached) return { value: 'Breached', alarming: true };
  if (state.fence_enabled === null) return { value: UNKNOWN, alarming: false };
  return state.fence_enabled ? { value: 'On, kept', alarming: false } : { value: 'Off', alarming: true };
}

/** An artificial horizon; still and empty without an attitude. */
function Horizon({ roll, pitch }: { roll: number | null; pitch: number | null }) {
  const known = roll !== null && pitch !== null;
  const shift = Math.max(-26, Math.min(26, pitch ?? 0));
  return (
    <svg class="horizon" viewBox="-32 -32 64 64" aria-hidden="true">
      <clipPath id="horizon-dial">
        <circle r="30" />
      </clipPath>
      <g clip-path="url(#horizon-dial)">
        <rect class="horizon-sky" x="-64" y="-64" width="128" height="128" />
        {known && (
          <g transform={`rotate(${-roll}) translate(0 ${shift})`}>
            <rect class="horizon-ground" x="-64" y="0" width="128" height="96" />
            <path class="horizon-line" d="M-64 0H64M-8-10H8M-8 10H8" />
          </g>
        )}
      </g>
      <circle class="horizon-rim" r="30" />
      <path class="horizon-wings" d="M-20 0H-8L0 5 8 0H20" />
    </svg>
  );
}

function About({ info }: { info: VehicleInfo | undefined }) {
  if (!info) return null;
  return (
    <section class="facts-group">
      <h3>Aircraft</h3>
      <dl>
        <Fact label="System id" value={String(info.system_id)} />
        <Fact label="Serial" value={info.serial ?? UNKNOWN} />
        <Fact label="Firmware" value={[info.autopilot, info.firmware].filter(Boolean).join(' ') || UNKNOWN} wide />
        {!info.known && <Fact label="Known" value="In no settings file of the unit" wide alarming />}
      </dl>
    </section>
  );
}

/** What the autopilot and the unit's own services said of it, newest first. */
function Heard({ picture, vehicle }: { picture: Picture; vehicle: string }) {
  const told = picture.eventsOf(vehicle);
  const events = told.filter(({ kind }) => kind !== 'statustext');
  const words = told.filter(({ kind }) => kind === 'statustext').map(({ text }) => text);
  const said = !picture.isLive.value ? words : [...words, ...[...(picture.infos.value.get(vehicle)?.statustexts ?? [])].reverse()];
  if (events.length === 0 && said.length === 0) return null;
  return (
    <section class="facts-group">
      {events.length > 0 && (
        <>
          <h3>Events</h3>
          <ol class="said" data-testid="details-events">
            {events.slice(0, 12).map((event) => {
              const { text, by } = happened(event);
              return (
                <li key={event.event_id}>
                  <time>{clock(new Date(event.at).getTime())}</time> {text}
                  {by && ` by ${by}`}
                </li>
              );
            })}
          </ol>
        </>
      )}
      {said.length > 0 && (
        <>
          <h3>The autopilot’s words</h3>
          <ol class="said" data-testid="details-statustexts">
            {said.map((text, index) => (
              <li key={`${index} ${text}`}>{text}</li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
