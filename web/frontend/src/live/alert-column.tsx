/* Alerts stay here until they have ended and somebody has said that they know. */
import { useSignal } from '@preact/signals';

import { api, ApiError } from '../api';
import { type Alert, type Me, Permission } from '../generated';
import { toast } from '../ui/toast';
import { inOrder, severityOf, textOf, waiting } from './alerts';
import { ageWords } from './freshness';
import { SeverityMark } from './marks';
import { PopOut } from './pop-out';
import { clock } from './top-bar';
import type { Picture } from './picture';

interface Props {
  readonly picture: Picture;
  readonly me: Me;
  readonly select: (vehicle: string) => void;
}

export function AlertColumn({ picture, me, select }: Props) {
  const alerts = inOrder(picture.alerts.value);
  const open = waiting(picture.alerts.value);
  const known = picture.isLive.value ? picture.watch.judged.value && picture.watch.loading.value !== 'failed' : picture.past.hour.value !== null;
  return (
    <section class="live-alerts" aria-label="Alerts">
      <div class="panel-head">
        <h2>Alerts</h2>
        <span class="muted">{open > 0 ? `${open} waiting` : known ? 'none waiting' : 'not known'}</span>
        <PopOut panel="alerts" />
      </div>
      <div class="alert-list" aria-live="polite">
        {alerts.length === 0 && (
          <div class="empty empty-small" data-testid="no-alerts">
            <span class={`icon ${known ? 'icon-check' : 'icon-warning'}`} aria-hidden="true" />
            <strong>{known ? 'Nothing to report' : 'Not known'}</strong>
            <p>{known ? 'No alert is open.' : 'What there is to report cannot be had just now.'}</p>
          </div>
        )}
        {alerts.map((alert) => (
          <AlertCard key={alert.alert_id} alert={alert} picture={picture} me={me} select={select} />
        ))}
      </div>
    </section>
  );
}

function AlertCard({ alert, picture, me, select }: Props & { readonly alert: Alert }) {
  const busy = useSignal(false);
  const severity = severityOf(alert);
  const raised = new Date(alert.raised_at).getTime();
  const known = alert.acknowledged_at !== null;
  const over = alert.ended_at !== null;
  const acknowledge = async (): Promise<void> => {
    busy.value = true;
    try {
      const reply = await api.acknowledgeAlert(alert.alert_id);
      if (reply.ok) picture.watch.take({ ...alert, acknowledged_at: new Date().toISOString(), acknowledged_by: me.name });
      else toast(`Not acknowledged: ${reply.text}`, 'crit');
    } catch (error) {
      toast(error instanceof ApiError ? `Not acknowledged: ${error.message}` : 'Not acknowledged.', 'crit');
    }
    busy.value = false;
  };
  return (
    <article
      class={`alert alert-${severity} ${known ? 'alert-known' : over ? 'alert-over' : ''}`}
      data-testid="alert"
      data-alert={alert.alert_id}
      data-severity={severity}
      data-state={known ? 'acknowledged' : 'open'}
    >
      <button type="button" class="alert-what" onClick={() => select(alert.vehicle)}>
        <span class="alert-title">
          <SeverityMark severity={severity} />
          <strong>{alert.vehicle}</strong>
          <span class="alert-severity">
            {severity === 'critical' ? 'Critical' : 'Warning'}
            {over && ', over'}
          </span>
          <time>{ageWords(Math.max(0, picture.tick.value.wall - raised))}</time>
        </span>
        <span class="alert-text">{textOf(alert)}</span>
        <span class="alert-when">
          Raised {clock(raised)}
          {alert.ended_at !== null && ` · ended ${clock(new Date(alert.ended_at).getTime())}`}
          {known && ` · known to ${alert.acknowledged_by ?? 'someone'}`}
        </span>
      </button>
      {!known && picture.isLive.value && me.can.includes(Permission.ALERT_ACKNOWLEDGE) && (
        <button type="button" class="btn alert-ack" data-testid="btn-acknowledge" disabled={busy.value} onClick={() => void acknowledge()}>
          <span class="icon icon-check" aria-hidden="true" />
          Acknowledge
        </button>
      )}
    </article>
  );
}
