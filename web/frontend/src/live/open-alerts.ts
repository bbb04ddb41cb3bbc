/* The open alerts, told one by one and shown in turns: of a thousand that come together the page is made anew once. */
import { type ReadonlySignal, signal } from '@preact/signals';

import type { Alert } from '../generated';
import type { Turns } from '../bus/turns';
import { type Alerts, takeIn } from './alerts';

export class OpenAlerts {
  private readonly _shown = signal<Alerts>(new Map());
  /** As they are by now; what is shown follows. */
  private readonly open = new Map<string, Alert>();
  private readonly handlers: ((alert: Alert) => void)[] = [];
  /** Told since a list was asked for: newer than that list. */
  private meanwhile: Alert[] = [];

  constructor(private readonly turns: Pick<Turns, 'take'>) {}

  get shown(): ReadonlySignal<Alerts> {
    return this._shown;
  }

  /** Whether it goes on, or nobody has said that they know of it. */
  has(id: string): boolean {
    return this.open.has(id);
  }

  /** `handler` is called once for each alert that nobody has acknowledged when it is first heard of, and at once. */
  onNew(handler: (alert: Alert) => void): void {
    this.handlers.push(handler);
  }

  take(news: Alert): void {
    this.meanwhile.push(news);
    this.add(news);
  }

  /** The server is asked for its list now. */
  ask(): void {
    this.meanwhile = [];
  }

  /** The list that was asked for: what is neither in it nor newer is over. */
  listed(alerts: readonly Alert[]): void {
    const told = [...alerts, ...this.meanwhile];
    const ids = new Set(told.map(({ alert_id }) => alert_id));
    for (const id of this.open.keys()) if (!ids.has(id)) this.open.delete(id);
    for (const alert of told) this.add(alert);
    this.turns.take(this.show);
  }

  private add(news: Alert): void {
    const isNew = !this.open.has(news.alert_id);
    takeIn(this.open, news);
    if (isNew && news.acknowledged_at === null) for (const handler of this.handlers) handler(news);
    this.turns.take(this.show);
  }

  private readonly show = (): void => {
    this._shown.value = new Map(this.open);
  };
}
