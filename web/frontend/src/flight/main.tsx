import '../ui/wall.css';
import './flight.css';
import './playback.css';
import './beside.css';

import { signal } from '@preact/signals';
import { render } from 'preact';

import { api, ApiError, setCsrfToken } from '../api';
import type { Circumstances, FlightPage } from '../generated';
import { mountPoint, pageData } from '../ui/page';
import { Icon } from '../ui/Icon';
import { happenings } from './events';
import type { Findings } from './findings-tab';
import { Header } from './header';
import { Panels } from './panels';
import { Charts, MapPane, PlaybackBar, type Review, review } from './review';

const page = pageData<FlightPage>();
setCsrfToken(page.csrf_token);
const { flight } = page;
const events = happenings(flight.events);

/** The recording: coming, here, or why it is not. */
const recording = signal<'loading' | Review | { readonly problem: string }>('loading');

async function load(): Promise<void> {
  recording.value = 'loading';
  try {
    const series = await api.flightSeries(flight.summary.flight_id);
    recording.value = series.time_s.length > 1 ? review(page, series, events) : { problem: 'The recording holds no position of the drone.' };
  } catch (error) {
    recording.value = { problem: error instanceof ApiError ? error.message : 'The recording could not be read.' };
  }
}

const findings = signal<Findings>('loading');
/** The flight, and once it has been examined, how it lay to its plan. */
const known = signal(flight);

async function examine(): Promise<void> {
  try {
    const { observations, against_plan } = await api.examination(flight.summary.flight_id);
    findings.value = observations;
    known.value = { ...flight, against_plan };
  } catch (error) {
    findings.value = { problem: error instanceof ApiError ? error.message : 'The recording could not be examined.' };
  }
}

const circumstances = signal<Circumstances | null>(null);

async function findCircumstances(): Promise<void> {
  circumstances.value = await api.circumstances(flight.summary.flight_id).catch(() => null);
}

async function listValues(): Promise<void> {
  const shown = recording.value;
  if (shown === 'loading' || !('series' in shown)) return;
  try {
    shown.values.logs.value = (await api.flightLogs(flight.summary.flight_id)).logs;
  } catch (error) {
    shown.values.logs.value = { problem: error instanceof ApiError ? error.message : 'The logs could not be read.' };
  }
}

function App() {
  const state = recording.value;
  const shown = state !== 'loading' && 'series' in state ? state : null;
  return (
    <div class="flight" data-testid="flight-page" data-state={state === 'loading' ? 'loading' : shown ? 'ready' : 'failed'}>
      <Header flight={known.value} />
      {flight.holes.length > 0 && (
        <p class="note note-warn flight-holes">
          <Icon name="warning" />
          {flight.holes.length === 1 ? 'One time' : `${flight.holes.length} times`} in this flight nothing was received because the gateway was not running. Charts and track leave it empty.
        </p>
      )}
      {shown ? (
        <div class="flight-left">
          <MapPane of={shown} />
          <PlaybackBar of={shown} />
        </div>
      ) : (
        <Waiting problem={state === 'loading' ? null : (state as { problem: string }).problem} />
      )}
      <div class={`flight-right ${shown ? '' : 'flight-right-bare'}`}>
        {shown && <Charts of={shown} />}
        <Panels flight={known.value} events={events} shown={shown} findings={findings} circumstances={circumstances} />
      </div>
    </div>
  );
}

function Waiting({ problem }: { problem: string | null }) {
  return (
    <div class="flight-left flight-waiting">
      {problem === null ? (
        <div class="empty" data-testid="flight-loading">
          <Icon name="clock" />
          <strong>Reading the recording</strong>
        </div>
      ) : (
        <div class="empty" data-testid="flight-problem" role="alert">
          <Icon name="error" />
          <strong>The recording cannot be shown</strong>
          <p>{problem}</p>
          <button type="button" class="btn" onClick={() => void load()}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

render(<App />, mountPoint());
void load().then(listValues).then(examine).then(findCircumstances);
