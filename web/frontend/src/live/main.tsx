import '../ui/wall.css';
import './top-bar.css';
import './drone-list.css';
import './side.css';
import './live.css';

import { render } from 'preact';

import { setCsrfToken } from '../api';
import { connectBus } from '../bus/bus';
import type { LivePage } from '../generated';
import { mountPoint, pageData } from '../ui/page';
import { liveApp } from './app';
import { Watch } from './watch';

const page = pageData<LivePage>();
setCsrfToken(page.csrf_token);
const App = liveApp(page, new Watch(await connectBus()));
render(<App />, mountPoint());
