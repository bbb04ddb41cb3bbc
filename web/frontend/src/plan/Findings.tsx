/* What the server finds in the plan: most serious first, each with what to do; a press shows the place. */
import { useEffect, useState } from 'preact/hooks';

import type { DataSet, Finding } from '../generated';
import { Icon } from '../ui/Icon';
import { MendButton, mendsOf } from './mending';
import type { Store } from './store';

const RANK: Record<string, number> = { error: 0, warning: 1, info: 2 };
const WORDS: Record<string, string> = { error: 'Error', warning: 'Warning', info: 'Note' };

function State({ store }: { store: Store }) {
  const state = store.checkState.value;
  switch (state.kind) {
    case 'checking':
      return (
        <span class="check-state is-checking" data-testid="check-state" data-state="checking">
          checking…
        </span>
      );
    case 'unreachable':
      return (
        <span class="badge badge-warn" data-testid="check-state" data-state="unreachable">
          server not reachable
        </span>
      );
    case 'refused':
      return (
        <span class="badge badge-crit" data-testid="check-state" data-state="refused">
          cannot be read
        </span>
      );
    case 'current':
      return (
        <span
          class="check-state"
          data-testid="check-state"
          data-state="current"
          title="The checks are of the plan as it is now"
        >
          <Icon name="check" />
          <span class="visually-hidden">checked</span>
        </span>
      );
  }
}

function Row({ store, finding }: { store: Store; finding: Finding }) {
  return (
    <li>
      <button
        type="button"
        class={`finding finding-${finding.severity}`}
        data-testid="finding"
        data-severity={finding.severity}
        data-check={finding.check}
        aria-pressed={store.highlighted.value === finding}
        onClick={() => store.show(finding)}
      >
        <Icon name={finding.severity} />
        <span>
          <span class="visually-hidden">{WORDS[finding.severity]}: </span>
          <b>{finding.text}</b>
          <span class="finding-remedy">{finding.remedy}</span>
        </span>
      </button>
    </li>
  );
}

/** Findings of one check together, in the order the first of each has. */
export function grouped(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.check}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()];
}

/** A fence moved over a survey is one mistake and fifty findings: the first few say it. */
const SHOWN = 3;

function Group({ store, findings }: { store: Store; findings: readonly Finding[] }) {
  const [all, setAll] = useState(false);
  const more = findings.length - SHOWN;
  const shown = all || more <= 1 ? findings : findings.slice(0, SHOWN);
  const mends = store.rights.value.edit ? mendsOf(findings, store.plan.value) : [];
  return (
    <ol>
      {shown.map((finding, index) => (
        <Row key={index} store={store} finding={finding} />
      ))}
      {more > 1 && (
        <li>
          <button
            type="button"
            class="finding-more"
            data-testid="findings-more"
            aria-expanded={all}
            onClick={() => setAll(!all)}
          >
            <Icon name={all ? 'up' : 'down'} />
            {all ? 'Fewer' : `${more} more of the same check`}
          </button>
        </li>
      )}
      {mends.length > 0 && (
        <li class="finding-mend btn-row">
          {mends.map((mend) => (
            <MendButton key={mend.id} store={store} mend={mend} />
          ))}
        </li>
      )}
    </ol>
  );
}

/** The airspace files behind the findings; the whole hash is in the audit of the submission. */
function Against({ sources }: { sources: readonly DataSet[] }) {
  if (sources.length === 0) return null;
  return (
    <p class="findings-against" data-testid="data-sets">
      Checked against{' '}
      {sources.map((source) => (
        <span key={source.sha256} title={`SHA-256 ${source.sha256}`}>
          {source.name}
          {source.airac && ` in force from ${source.airac}`} ({source.sha256.slice(0, 8)}){' '}
        </span>
      ))}
    </p>
  );
}

/** Folded by itself while flying, where the room belongs to the drone, and while there is nothing but notes; the counts
    stay. */
export function Findings({ store }: { store: Store }) {
  const [folded, setFolded] = useState<boolean | null>(null);
  const flying = store.tab.value === 'fly';
  useEffect(() => setFolded(null), [flying]);
  const state = store.checkState.value;
  const findings = [...store.findings.value].sort((a, b) => (RANK[a.severity] ?? 3) - (RANK[b.severity] ?? 3));
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const quiet = findings.length > 0 && count('info') === findings.length;
  const stale = state.kind === 'unreachable' || state.kind === 'refused';
  const open = !(folded ?? (flying || (quiet && !stale)));
  return (
    <section class={`findings ${stale ? 'is-stale' : ''}`} aria-label="Checks" data-testid="findings">
      <button
        type="button"
        class="findings-head"
        aria-expanded={open}
        data-testid="btn-findings"
        onClick={() => setFolded(open)}
      >
        <Icon name={open ? 'down' : 'up'} />
        <b>Checks</b>
        {count('error') > 0 && (
          <span class="badge badge-crit" data-testid="error-count">
            {plural(count('error'), 'error')}
          </span>
        )}
        {count('warning') > 0 && (
          <span class="badge badge-warn" data-testid="warning-count">
            {plural(count('warning'), 'warning')}
          </span>
        )}
        {quiet && <span class="badge">{plural(findings.length, 'note')}</span>}
        <span class="spring" />
        <State store={store} />
      </button>
      <div class="findings-list" hidden={!open}>
        {state.kind === 'unreachable' && (
          <p class="note note-warn">
            The plan is not being checked. Your edits are kept on this page; checking goes on by itself when the server
            answers.
          </p>
        )}
        {state.kind === 'refused' && <p class="note note-crit">{state.text}</p>}
        {store.report.value && findings.length === 0 && !stale && (
          <p class="findings-none" data-testid="no-findings">
            <Icon name="check" /> No findings. Every check passed.
          </p>
        )}
        {grouped(findings).map((group) => (
          <Group key={`${group[0]?.severity} ${group[0]?.check}`} store={store} findings={group} />
        ))}
        <Against sources={store.report.value?.data_sets ?? []} />
      </div>
    </section>
  );
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
