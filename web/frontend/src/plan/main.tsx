/* `/sorties/<id>`: draw a plan, have it checked and approved, upload it, fly it. */
import './plan.css';
import './panel.css';
import './items.css';
import './profile.css';
import './fly.css';

import { render } from 'preact';

import { api, setCsrfToken } from '../api';
import { connectBus } from '../bus/bus';
import type { PlanPage } from '../generated';
import { mountPoint, pageData } from '../ui/page';
import { Aboard } from './aboard';
import { App } from './App';
import { Store } from './store';

const page = pageData<PlanPage>();
setCsrfToken(page.csrf_token);
const store = new Store(page);
const bus = await connectBus(() => api.busTicket(page.sortie.sortie_id));
render(<App store={store} aboard={new Aboard(store, bus)} />, mountPoint());

window.addEventListener('beforeunload', (event) => {
  if (store.changed.value) event.preventDefault();
});
