/* The map's symbols again, for lists and legends: what is filled there is filled here. */
import type { Severity } from './alerts';
import type { Row } from './rows';
import { phaseOf } from './words';

/** A drone as the map draws it, nose up. */
export function DroneMark({ row }: { row: Row }) {
  const flying = row.track !== null && phaseOf(row.track.state) === 'flying';
  const look = row.track === null ? 'unheard' : row.freshness === 'stale' ? 'stale' : (row.alert ?? 'fresh');
  return (
    <svg class={`drone-mark drone-mark-${look}`} viewBox="-14 -16 28 32" aria-hidden="true">
      {flying ? <path d="M0-13 9.5 12 0 7-9.5 12z" /> : <path d="M7.5 0a7.5 7.5 0 1 1-15 0a7.5 7.5 0 1 1 15 0zM0-2V-13" />}
    </svg>
  );
}

const SHAPE: Readonly<Record<Severity, string>> = { critical: 'icon-error', warning: 'icon-warning' };

/** Octagon or triangle: told apart without colour. */
export function SeverityMark({ severity }: { severity: Severity }) {
  return <span class={`icon ${SHAPE[severity]} severity-${severity}`} role="img" aria-label={severity} />;
}
