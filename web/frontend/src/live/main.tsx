import '../ui/wall.css';
import './top-bar.css';
import './drone-list.css';
import './side.css';
import './details.css';
import './live.css';
import './replay.css';
import '../tasking/tasking.css';
import './wall.css';

import { render } from 'preact';

import { setCsrfToken } from '../api';
import { connectBus } from '../bus/bus';
import { type LivePage, Permission } from '../generated';
import { mountPoint, pageData } from '../ui/page';
import { liveApp } from './app';
import { Model } from './model';
import { Pulses } from './pulses';
import { showsOf } from './view';
import { Watch } from './watch';

const page = pageData<LivePage>();
setCsrfToken(page.csrf_token);
const bus = await connectBus();
const pulses = new Pulses(page.guest_until === null ? bus : null);
const watch = new Watch(bus, page.me.can.includes(Permission.LIVE_ALL), pulses);
const App = liveApp(new Model(page, watch, showsOf(location.search)));
render(<App />, mountPoint());
