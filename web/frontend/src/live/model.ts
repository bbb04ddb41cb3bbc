/* Everything on the live page that changes, made once. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';

import { api } from '../api';
import type { LivePage } from '../generated';
import { areaOf, areasIn } from '../map/area';
import { Desk } from '../tasking/desk';
import { AlertDesk } from './alert-desk';
import { titleOf } from './alert-groups';
import { severityOf, textOf, waiting } from './alerts';
import type { ListChoice } from './drone-list';
import type { LiveMap } from './live-map';
import { orderRights } from './orders';
import { Picture } from './picture';
import { shareSelection } from './pop-out';
import { filtered, rowsOf, type Row, sorted, summary } from './rows';
import { Alarm } from './sound';
import { rememberedView, type Shows } from './view';
import { Voice } from './voice';
import type { Watch } from './watch';

export type Panel = 'drones' | 'alerts' | 'details';
export type Board = 'drones' | 'incidents';

export class Model {
  readonly picture: Picture;
  readonly selected = signal<string | null>(null);
  readonly choice: Signal<ListChoice> = signal({ sort: { key: 'vehicle', descending: false }, filter: 'all', text: '' });
  /** On a tablet: the panel beside the map. */
  readonly panel = signal<Panel>('drones');
  readonly alarm = new Alarm();
  readonly voice: Voice;
  readonly rights;
  readonly map = signal<LiveMap | null>(null);
  readonly view = rememberedView();
  readonly help = signal(false);
  readonly layersOpen = signal(false);
  readonly desk: Desk;
  readonly alertDesk: AlertDesk;
  /** All there are. */
  readonly all: ReadonlySignal<readonly Row[]>;
  /** Those that the list shows, in its order. */
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly summary;

  constructor(
    readonly page: LivePage,
    readonly watch: Watch,
    readonly shows: Shows,
  ) {
    const picture = (this.picture = new Picture(watch, { frames: api.pastFrames, alerts: api.pastAlerts }));
    this.voice = new Voice(page.me.username);
    this.rights = orderRights(page.orders, watch);
    this.desk = new Desk(watch, api, page.me);
    this.alertDesk = new AlertDesk(picture, page.me, api.acknowledgeAlert);
    this.showIncidentsWhenWorkedWith();
    // With the tick as all words: thousands of rows are not made anew for each of a thousand alerts.
    this.all = computed(() => rowsOf(picture.fleet, picture.infos.value.keys(), picture.worst.peek(), picture.tick.value));
    this.rows = computed(() => sorted(filtered(this.all.value, this.choice.value.filter, this.choice.value.text), this.choice.value.sort));
    this.summary = computed(() => summary(this.all.value));
    this.soundAlerts();
    this.lookWhereThePageDoes();
    if (shows.vehicle === null) shareSelection(this.selected);
    else this.selected.value = shows.vehicle;
  }

  /** Also shows it on the map. */
  readonly select = (vehicle: string | null): void => {
    this.selected.value = vehicle;
    if (vehicle === null) this.map.value?.follow(false);
    else this.map.value?.show(vehicle);
  };

  /** What the left column shows: the drones, or the incidents. */
  readonly board = (board: Board): void => {
    this.desk.open.value = board === 'incidents';
    this.panel.value = 'drones';
  };

  readonly open = (vehicle: string): void => {
    this.select(vehicle);
    this.panel.value = 'details';
  };

  /** On a tablet an incident pressed on the map is shown in the panel beside it. */
  private showIncidentsWhenWorkedWith(): void {
    const { open, chosen, editing } = this.desk;
    effect(() => {
      if (open.value && (chosen.value !== null || editing.value !== null)) this.panel.value = 'drones';
    });
  }

  /** Whatever is looked at: an alert is of now. */
  private soundAlerts(): void {
    const { watch, alarm, voice } = this;
    watch.open.onNew((alert) => {
      alarm.raise(severityOf(alert));
      if (alarm.state.peek() === 'on') voice.say(titleOf(alert), severityOf(alert), textOf(alert));
    });
    watch.tick.subscribe(() => alarm.remind(waiting(watch.alerts.peek(), 'critical')));
  }

  /** The bus is asked for what is in view, and for the chosen drone wherever it is. */
  private lookWhereThePageDoes(): void {
    let chosenArea: string | null = null;
    const chosenIn = signal<string | null>(null);
    this.watch.tick.subscribe(() => {
      const state = this.watch.fleet.tracks.get(this.selected.peek() ?? '')?.state;
      chosenArea = state ? areaOf(state.lat_deg, state.lon_deg) : null;
      if (chosenIn.peek() !== chosenArea) chosenIn.value = chosenArea;
    });
    effect(() => {
      const box = this.map.value?.box.value;
      const seen = box === undefined ? new Set<string>() : areasIn(box);
      this.watch.look(seen === null ? null : new Set([...seen, ...(chosenIn.value === null ? [] : [chosenIn.value])]));
    });
  }
}
