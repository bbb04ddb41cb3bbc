/* Who can be there first: the drones in the server's order, and what speaks for and against each in words. */
import { useSignal } from '@preact/signals';

import type { Candidate, Candidates, SortieSummary } from '../generated';
import { NumberInput } from '../ui/NumberInput';
import type { Desk } from './desk';
import { OfferForm } from './offer-form';
import { parted, type Reckoned, type Terms } from './reckoning';
import { facts, minutes, offerWords } from './words';

/** Of those that can go, so many are shown before somebody asks for more. */
const FIRST = 6;
const OLD_MS = 30_000;

export function CandidateList({ desk }: { desk: Desk }) {
  const { value: reckoned } = desk.reckoning.state;
  return (
    <section class="candidates" aria-label="Who can be there first" data-testid="candidates">
      <div class="candidates-head">
        <h3>Who can be there first</h3>
        <Freshness reckoned={reckoned} />
      </div>
      <TermsRow desk={desk} />
      <div class="incident-scroll" aria-busy={reckoned.asking}>
        {reckoned.answer ? <Ranked desk={desk} answer={reckoned.answer} problem={reckoned.problem} /> : <Waiting desk={desk} problem={reckoned.problem} />}
      </div>
    </section>
  );
}

function Freshness({ reckoned: { asking, at } }: { reckoned: Reckoned }) {
  if (at === null) return null;
  return (
    <span class={Date.now() - at > OLD_MS ? 'reckoned-old' : 'muted'} data-testid="reckoned-at">
      {asking ? 'Reckoning…' : `as of ${new Date(at).toISOString().slice(11, 19)} UTC`}
    </span>
  );
}

/** What the room knows and the drones do not say. */
function TermsRow({ desk }: { desk: Desk }) {
  const { value: terms } = desk.terms;
  const change = (part: Partial<Terms>): void => void (desk.terms.value = { ...terms, ...part });
  return (
    <div class="terms" role="group" aria-label="Reckon with">
      <Term words="Wind">
        <NumberInput label="Wind speed" unit="m/s" min={0} max={40} placeholder="?" testid="wind-speed" value={terms.wind_m_s} onChange={(wind_m_s) => change({ wind_m_s })} onClear={() => change({ wind_m_s: null })} />
      </Term>
      <Term words="from">
        <NumberInput label="Wind from" unit="°" min={0} max={360} step={10} placeholder="?" testid="wind-from" value={terms.wind_from_deg} onChange={(wind_from_deg) => change({ wind_from_deg })} onClear={() => change({ wind_from_deg: null })} />
      </Term>
      <Term words="Stay">
        <NumberInput label="Stay" unit="min" min={0.5} max={60} testid="stay" value={terms.stay_min} onChange={(stay_min) => change({ stay_min })} />
      </Term>
      <Term words="Height">
        <NumberInput label="Height above home" unit="m" min={10} max={500} step={10} testid="offer-height" value={terms.height_m} onChange={(height_m) => change({ height_m })} />
      </Term>
      {(terms.wind_m_s === null) !== (terms.wind_from_deg === null) && <p class="terms-lack">The wind counts when its speed and where it comes from are both known.</p>}
    </div>
  );
}

function Term({ words, children }: { words: string; children: preact.ComponentChildren }) {
  return (
    <div class="term">
      <span class="label" aria-hidden="true">
        {words}
      </span>
      {children}
    </div>
  );
}

function Waiting({ desk, problem }: { desk: Desk; problem: string | null }) {
  if (problem === null) {
    return (
      <div class="empty" role="status" data-testid="candidates-loading">
        <span class="icon icon-clock" aria-hidden="true" />
        <strong>Reckoning the ways there</strong>
        <p>Airspace, battery and wind, for every drone.</p>
      </div>
    );
  }
  return (
    <div class="empty" role="alert" data-testid="candidates-failed">
      <span class="icon icon-warning" aria-hidden="true" />
      <strong>The drones could not be reckoned</strong>
      <p>{problem} It is asked again every five seconds.</p>
      <button type="button" class="btn" onClick={() => (desk.terms.value = { ...desk.terms.value })}>
        Ask now
      </button>
    </div>
  );
}

function Ranked({ desk, answer, problem }: { desk: Desk; answer: Candidates; problem: string | null }) {
  const everyone = useSignal(false);
  const [able, unable] = parted(answer.candidates);
  const shown = everyone.value ? able : able.slice(0, FIRST);
  const row = (candidate: Candidate, rank: number | null) => (
    <CandidateRow key={candidate.vehicle} desk={desk} candidate={candidate} rank={rank} answer={answer} offers={answer.offers.filter(({ vehicle }) => vehicle === candidate.vehicle)} />
  );
  return (
    <>
      {problem !== null && (
        <div class="note note-warn" role="alert">
          Not reckoned anew: {problem}
        </div>
      )}
      {able.length === 0 && (
        <div class="note note-crit" data-testid="no-candidate">
          <span>
            <strong>{answer.candidates.length === 0 ? 'The unit has no drone.' : 'None of the drones can go.'}</strong>
            {answer.candidates.length > 0 && ' Why stands with each.'}
          </span>
        </div>
      )}
      <ol class="candidate-rows">{shown.map((candidate, index) => row(candidate, index + 1))}</ol>
      {shown.length < able.length && (
        <button type="button" class="btn btn-block" onClick={() => (everyone.value = true)}>
          {able.length - shown.length} more that can go
        </button>
      )}
      {unable.length > 0 && (
        <>
          <h4>Cannot go</h4>
          <ul class="candidate-rows candidate-unable">{unable.map((candidate) => row(candidate, null))}</ul>
        </>
      )}
      {answer.limits.length > 0 && (
        <ul class="candidate-limits" data-testid="limits">
          {answer.limits.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
        </ul>
      )}
    </>
  );
}

interface RowProps {
  readonly desk: Desk;
  readonly candidate: Candidate;
  /** Null for one that cannot go. */
  readonly rank: number | null;
  readonly answer: Candidates;
  readonly offers: readonly SortieSummary[];
}

function CandidateRow({ desk, candidate, rank, answer, offers }: RowProps) {
  const { vehicle, against, remarks, route } = candidate;
  const { value: offering } = desk.offering;
  const offered = offering?.vehicle === vehicle;
  const first = rank === 1 && desk.pointed.value === null && offering === null;
  const point = (): void => void (desk.pointed.value = vehicle);
  const unpoint = (): void => void (desk.pointed.value = null);
  return (
    <li
      class={`candidate ${first || offered || desk.pointed.value === vehicle ? 'candidate-shown' : ''}`}
      data-testid="candidate"
      data-vehicle={vehicle}
      data-possible={rank !== null}
      onMouseEnter={point}
      onMouseLeave={unpoint}
      onFocusIn={point}
      onFocusOut={unpoint}
    >
      <div class="candidate-line">
        {rank !== null && <span class="candidate-rank">{rank}</span>}
        <strong class="candidate-name">{vehicle}</strong>
        {candidate.eta_s !== null && rank !== null && (
          <strong class="candidate-eta" data-testid="eta">
            {minutes(candidate.eta_s)}
          </strong>
        )}
        {route.length > 1 && (
          <button type="button" class={`btn ${rank === 1 && offers.length === 0 && !offered ? 'btn-primary' : ''}`} data-testid="btn-offer" aria-expanded={offered} onClick={() => (offered ? (desk.offering.value = null) : desk.startOffer(vehicle, candidate.pilot))}>
            {offered ? 'Cancel' : rank === null ? 'Offer all the same' : offers.length > 0 ? 'Offer again' : 'Offer'}
          </button>
        )}
      </div>
      {candidate.eta_s !== null && <p class="candidate-facts">{[...(rank === null ? [`${minutes(candidate.eta_s)} if it could`] : []), ...facts(candidate)].join(' · ')}</p>}
      {[...against.map((text) => [text, 'against'] as const), ...remarks.map((text) => [text, 'remark'] as const)].map(([text, kind]) => (
        <p class={`candidate-${kind}`} key={text}>
          {text}
        </p>
      ))}
      {offers.map((sortie) => (
        <Offered key={sortie.sortie_id} sortie={sortie} pilots={answer.pilots} />
      ))}
      {offered && <OfferForm desk={desk} offering={offering} pilots={answer.pilots} />}
    </li>
  );
}

function Offered({ sortie, pilots }: { sortie: SortieSummary; pilots: Candidates['pilots'] }) {
  const name = pilots.find(({ username }) => username === sortie.pilot)?.name ?? sortie.pilot;
  return (
    <p class="candidate-offered" role="status" data-testid="offered" data-state={sortie.offered_by === null ? sortie.state : 'offered'}>
      <span class="icon icon-check" aria-hidden="true" />
      Offered to {name}:{' '}
      <a href={`/sorties/${sortie.sortie_id}`} target="_blank" data-testid="offered-link">
        sortie {sortie.sortie_id}
      </a>
      , {offerWords(sortie)}
    </p>
  );
}
