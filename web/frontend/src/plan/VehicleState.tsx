/* What the drone says of itself: its values with their age, and whether it would arm. */
import { HEARTBEAT_LATE_MS } from '../bus/age';
import { clock, metres, percent, UNKNOWN } from '../ui/format';
import { Icon } from '../ui/Icon';
import { modeWords } from '../ui/modes';
import type { Aboard } from './aboard';
import { setHome } from './edit';
import { armsIn } from './orders';
import type { Store } from './store';

export function VehicleState({ aboard }: { aboard: Aboard }) {
  const live = aboard.heartbeat.value?.live;
  const age = aboard.age.value;
  const fact = (name: string, value: string) => (
    <div>
      <dt>{name}</dt>
      <dd class="num">{value}</dd>
    </div>
  );
  return (
    <div class={`vehicle-state ${aboard.stale.value ? 'is-stale' : ''}`} data-testid="vehicle-state">
      <div class="vehicle-state-head">
        <b>{aboard.vehicle.value ?? 'No drone'}</b>
        {live && <span class="badge badge-info">{modeWords(live.mode)}</span>}
        {live?.armed && <span class="badge badge-warn">armed</span>}
        <span class="spring" />
        <span class="age num" data-testid="vehicle-age">
          {age === null ? 'no signal' : age < HEARTBEAT_LATE_MS ? 'now' : `${clock(age / 1000)} ago`}
        </span>
      </div>
      <dl>
        {fact('Height', metres(live?.height_home_m))}
        {fact('Speed', live?.ground_speed_m_s == null ? UNKNOWN : `${live.ground_speed_m_s.toFixed(1)} m/s`)}
        {fact('Battery', percent(live?.battery_pct))}
        {fact('Item', live?.mission_item == null || live.mission_items === null ? UNKNOWN : `${live.mission_item}/${live.mission_items}`)}
      </dl>
    </div>
  );
}

/** Whether the autopilot would arm, in its own words. */
export function PreArm({ aboard }: { aboard: Aboard }) {
  const live = aboard.heartbeat.value?.live;
  const ok = live?.prearm_ok ?? null;
  const words = (aboard.info.value?.statustexts ?? []).filter((text) => /^(pre)?arm/i.test(text));
  const latest = [...new Set([...words].reverse())].slice(0, 6);
  if (live?.armed) {
    if (live.landed !== true) return null;
    return (
      <p class="note note-warn" data-testid="prearm" data-state="armed">
        <Icon name="clock" />
        Armed. Start now: on the ground it disarms by itself after ten seconds.
      </p>
    );
  }
  if (aboard.stale.value || ok === null) {
    return (
      <p class="note" data-testid="prearm" data-state="unknown">
        <Icon name="info" />
        Whether it is ready to arm is not known: {aboard.stale.value ? 'nothing is heard from it.' : 'it does not say.'}
      </p>
    );
  }
  if (ok) {
    return (
      <p class="note note-ok" data-testid="prearm" data-state="ready">
        <Icon name="check" />
        {armsIn(live?.mode ?? null) ? 'Ready to arm: the' : 'The'} autopilot's own checks pass.
      </p>
    );
  }
  return (
    <div class="note note-warn" data-testid="prearm" data-state="not-ready">
      <Icon name="warning" />
      <div>
        <b>Not ready to arm</b>
        {latest.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </div>
  );
}

/** A drone flies from where it stands, whatever the plan calls home. Said before anybody approves the plan. */
export function StandsOff({ store, aboard }: { store: Store; aboard: Aboard }) {
  const off = aboard.standsOff.value;
  if (!off) return null;
  return (
    <div class="note note-warn stands-off" role="status" data-testid="stands-off">
      <span>
        <b>{aboard.named.value}</b> stands {metres(off.distance_m)} from home.
      </span>
      {store.rights.value.edit && (
        <button
          type="button"
          class="btn"
          data-testid="btn-home-here"
          onClick={() => store.edit((plan) => setHome(plan, off.position))}
        >
          <Icon name="home" />
          Move home
        </button>
      )}
    </div>
  );
}
