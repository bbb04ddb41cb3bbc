/* Alerts stay here until they have ended and somebody has said that they know. Many that are alike stand in one row. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

import type { Alert } from '../generated';
import { personName } from '../ui/people';
import type { AlertDesk } from './alert-desk';
import { callsigns, type Entry, ruleWords, titleOf } from './alert-groups';
import { type Alerts, isOfDrone, severityOf, textOf, waiting } from './alerts';
import { ageWords } from './freshness';
import { SeverityMark } from './marks';
import { PopOut } from './pop-out';
import type { Picture } from './picture';
import { clock } from './words';

/** Where the focus stays when what had it is gone. */
export const ALERT_LIST = 'alert-list';

interface Props {
  readonly desk: AlertDesk;
  readonly picture: Picture;
  readonly select: (vehicle: string) => void;
}

export function AlertColumn({ desk, picture, select }: Props) {
  const entries = desk.entries.value;
  const asking = picture.isLive.value && picture.watch.loading.value === 'loading';
  const known = picture.alertsKnown.value;
  const now = picture.isLive.value;
  return (
    <section class="live-alerts" aria-label="Alerts">
      <div class="panel-head">
        <h2>Alerts</h2>
        <Waiting alerts={picture.alerts.value} known={known} />
        <PopOut panel="alerts" />
      </div>
      <p class="visually-hidden" role="alert" data-testid="news-of-alerts">
        {desk.news.value}
      </p>
      <div class="alert-list" id={ALERT_LIST} tabIndex={-1}>
        {entries.length === 0 && (
          <div class="empty empty-small" data-testid="no-alerts">
            <span class={`icon ${known ? 'icon-check' : asking ? 'icon-signal' : 'icon-warning'}`} aria-hidden="true" />
            <strong>{known ? 'Nothing to report' : asking ? 'Connecting' : 'Not known'}</strong>
            <p>{known ? (now ? 'No alert is open.' : 'No alert was open then.') : asking ? 'Asking what there is to report.' : now ? 'What there is to report cannot be had just now.' : 'What there was to report then is not known.'}</p>
          </div>
        )}
        {entries.map((entry) =>
          entry.alerts.length === 1 ? (
            <AlertCard key={entry.key} alert={entry.alerts[0]} desk={desk} picture={picture} select={select} />
          ) : (
            <AlertGroup key={entry.key} entry={entry} desk={desk} picture={picture} select={select} />
          ),
        )}
      </div>
    </section>
  );
}

/** In sight however many there are below. */
function Waiting({ alerts, known }: { alerts: Alerts; known: boolean }) {
  const [critical, warnings] = [waiting(alerts, 'critical'), waiting(alerts, 'warning')];
  return (
    <span class="alerts-waiting" data-testid="waiting-alerts">
      {critical > 0 && <b>{critical} critical</b>}
      {warnings > 0 && `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`}
      {critical + warnings === 0 && (known ? 'none waiting' : 'not known')}
    </span>
  );
}

function AlertCard({ alert, desk, picture, select }: Props & { readonly alert: Alert }) {
  const severity = severityOf(alert);
  const raised = new Date(alert.raised_at).getTime();
  const known = alert.acknowledged_at !== null;
  const over = alert.ended_at !== null;
  return (
    <article
      class={`alert alert-${severity} ${known ? 'alert-known' : over ? 'alert-over' : ''}`}
      data-testid="alert"
      data-alert={alert.alert_id}
      data-entry={alert.alert_id}
      data-severity={severity}
      data-state={known ? 'acknowledged' : 'open'}
    >
      <button type="button" class="alert-what" onClick={() => isOfDrone(alert) && select(alert.vehicle)}>
        <span class="alert-title">
          <SeverityMark severity={severity} />
          <strong>{titleOf(alert)}</strong>
          <Severity severity={severity} over={over} />
          <time>{ageWords(Math.max(0, picture.tick.value.wall - raised))}</time>
        </span>
        <span class="alert-text">
          {textOf(alert)}{' '}
          <span class="alert-when">
            <time>{clock(raised)}</time>
            {alert.ended_at !== null && ` · ended ${clock(new Date(alert.ended_at).getTime())}`}
            {known && ` · known to ${whoKnows(alert)}`}
          </span>
        </span>
      </button>
      <Acknowledge desk={desk} alerts={[alert]} testid="btn-acknowledge">
        Acknowledge
      </Acknowledge>
    </article>
  );
}

function whoKnows({ acknowledged_by }: Alert): string {
  return acknowledged_by === null ? 'someone' : personName(acknowledged_by);
}

/** How many, which drones, where from; each by itself when it is opened. */
function AlertGroup({ entry: { key, alerts, gateway }, desk, picture, select }: Props & { readonly entry: Entry }) {
  const opened = useSignal(false);
  const [{ rule, acknowledged_at }] = alerts;
  const severity = severityOf(alerts[0]);
  const known = acknowledged_at !== null;
  const over = alerts.filter(({ ended_at }) => ended_at !== null).length;
  const raised = alerts.map(({ raised_at }) => new Date(raised_at).getTime());
  const [first, last] = [Math.min(...raised), Math.max(...raised)];
  const ready = desk.open(alerts);
  const whom = new Set(alerts.map(whoKnows));
  const drones = useMemo(() => callsigns(alerts.map(({ vehicle }) => vehicle)), [alerts]);
  return (
    <article
      class={`alert alert-group alert-${severity} ${known ? 'alert-known' : over === alerts.length ? 'alert-over' : ''}`}
      data-testid="alert-group"
      data-entry={key}
      data-rule={rule}
      data-severity={severity}
      data-state={known ? 'acknowledged' : 'open'}
    >
      <button type="button" class="alert-what" aria-expanded={opened.value} onClick={() => (opened.value = !opened.value)}>
        <span class="alert-title">
          <SeverityMark severity={severity} />
          <strong>
            {ruleWords(rule)} <b class="alert-number">{alerts.length}</b>
          </strong>
          <time>{ageWords(Math.max(0, picture.tick.value.wall - last))}</time>
          <span class={`icon ${opened.value ? 'icon-up' : 'icon-down'}`} aria-hidden="true" />
        </span>
        <span class="alert-text alert-drones">{drones}</span>
        <span class="alert-when">
          <Severity severity={severity} over={over === alerts.length} /> {clock(first)}
          {clock(last) !== clock(first) && ` to ${clock(last)}`}
          {gateway !== null && ` · all by ${gateway}`}
          {over > 0 && over < alerts.length && ` · ${over} over`}
          {known && ` · known to ${[...whom].join(', ')}`}
        </span>
      </button>
      <Acknowledge desk={desk} alerts={alerts} testid="btn-acknowledge-all">
        Acknowledge {ready.length > 1 ? `these ${ready.length}` : ''}
      </Acknowledge>
      {opened.value && (
        <div class="alert-each" data-testid="alert-each">
          {alerts.map((alert) => (
            <AlertCard key={alert.alert_id} alert={alert} desk={desk} picture={picture} select={select} />
          ))}
        </div>
      )}
    </article>
  );
}

function Severity({ severity, over }: { severity: string; over: boolean }) {
  return (
    <span class="alert-severity">
      {severity === 'critical' ? 'Critical' : 'Warning'}
      {over && ', over'}
    </span>
  );
}

/** What it does is what it says: those that came this moment are not among them yet. */
function Acknowledge({ desk, alerts, testid, children }: { desk: AlertDesk; alerts: readonly Alert[]; testid: string; children: ComponentChildren }) {
  if (!desk.may || alerts.every(({ acknowledged_at }) => acknowledged_at !== null)) return null;
  const sending = alerts.filter(({ alert_id }) => desk.sending.value.has(alert_id)).length;
  const acknowledge = (event: MouseEvent): void => {
    if (event.detail > 1) return; // the second half of a double click: by now another alert stands here
    void desk.acknowledge(alerts);
    document.getElementById(ALERT_LIST)?.focus({ preventScroll: true });
  };
  return (
    <button type="button" class="btn alert-ack" data-testid={testid} disabled={desk.open(alerts).length === 0} onClick={acknowledge}>
      <span class="icon icon-check" aria-hidden="true" />
      {sending > 0 && alerts.length > 1 ? `Acknowledging, ${sending} left` : children}
    </button>
  );
}
