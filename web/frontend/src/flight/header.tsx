/* Whose flight it was, how it went in one line of figures, and what of it can be taken away. */
import { useSignal } from '@preact/signals';

import type { Flight } from '../generated';
import { clock, instant, metres, UNKNOWN } from '../ui/format';
import { Icon } from '../ui/Icon';
import { personName } from '../ui/people';
import { Reviewed, SignOffButton } from './sign-off';

const DOWNLOADS = [
  ['bundle', 'bundle.zip', 'Bundle', 'Every file of the recording with its manifest, unchanged'],
  ['report', 'report.pdf', 'Report', 'The flight on paper: map, findings, charts, record, custody'],
  ['tlog', 'telemetry.tlog', 'MAVLink recording', 'The .tlog, both directions'],
  ['kml', 'track.kml', 'Track as KML', 'For Google Earth'],
  ['gpx', 'track.gpx', 'Track as GPX', 'For mapping tools'],
  ['csv', 'track.csv', 'Track as CSV', 'For a spreadsheet'],
  ['map', 'map.html', 'Map in one file', 'Opens in any browser'],
] as const;

export function Header({ flight }: { flight: Flight }) {
  const { summary, against_plan: against } = flight;
  const signOff = useSignal(summary.sign_off);
  return (
    <header class="flight-top">
      <div class="flight-title">
        <h1>
          {summary.vehicle} <span>{instant(summary.started_at)}</span>
        </h1>
        <p>
          {summary.sortie_id ? <a href={`/sorties/${summary.sortie_id}`}>{summary.title ?? 'Sortie'}</a> : 'Flown without a sortie'}
          {summary.pilot && ` · ${personName(summary.pilot)}`}
          {summary.incident && ` · incident ${summary.incident}`}
          {` · ${summary.outcome ?? 'not yet closed'}`}
        </p>
      </div>
      <dl class="flight-figures">
        <Figure name="Duration" value={clock(summary.duration_s)} />
        <Figure name="Distance" value={metres(summary.distance_m)} />
        <Figure name="Highest" value={metres(summary.max_height_m)} />
        <Figure name="Off track, p95" value={against?.cross_track_p95_m == null ? UNKNOWN : `${against.cross_track_p95_m.toFixed(1)} m`} testid="cross-track-p95" />
        <Figure name="Frames lost" value={summary.frames_lost === null ? UNKNOWN : summary.frames_lost.toLocaleString('en-GB')} bad={(summary.frames_lost ?? 0) > 0} />
        <div>
          <dt>Plan on board</dt>
          <dd>{verdict(summary.upload_verified)}</dd>
        </div>
        <div>
          <dt>Review</dt>
          <dd>
            <Reviewed given={signOff} />
          </dd>
        </div>
      </dl>
      <div class="flight-deeds">
        <SignOffButton flight={flight} given={signOff} />
        {flight.may_see_evidence && (
          <a class="btn" data-testid="link-evidence" title="Its record, who did what with it, sealed exports, how it is kept" href={`/flights/${encodeURIComponent(summary.flight_id)}/evidence`}>
            <Icon name="lock" />
            Evidence
          </a>
        )}
        {flight.may_export && <Downloads id={summary.flight_id} />}
      </div>
    </header>
  );
}

function Downloads({ id }: { id: string }) {
  return (
    <details class="flight-downloads" data-testid="downloads">
      <summary class="btn">
        <Icon name="download" />
        Download
      </summary>
      <nav aria-label="Downloads">
        {DOWNLOADS.map(([key, path, words, title]) => (
          <a key={key} class="btn btn-quiet" data-testid={`download-${key}`} href={`/flights/${encodeURIComponent(id)}/${path}`} download>
            {words}
            <small>{title}</small>
          </a>
        ))}
      </nav>
    </details>
  );
}

function Figure({ name, value, bad = false, testid }: { name: string; value: string; bad?: boolean; testid?: string }) {
  return (
    <div class={bad ? 'figure-bad' : ''}>
      <dt>{name}</dt>
      <dd data-testid={testid}>{value}</dd>
    </div>
  );
}

function verdict(verified: boolean | null) {
  if (verified === null) return <span class="badge">No upload</span>;
  return verified ? <span class="badge badge-ok">Verified</span> : <span class="badge badge-crit">Not verified</span>;
}
