/* What the server can mend by itself: offered where the finding stands, and one step that can be undone. */
import { useState } from 'preact/hooks';

import { api } from '../api';
import type { Finding, Plan } from '../generated';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/toast';
import type { Store } from './store';

interface Mend {
  readonly id: string;
  readonly words: string;
  readonly icon: string;
  /** Whether this mends the finding. */
  readonly fits: (finding: Finding, plan: Plan) => boolean;
  readonly mended: (plan: Plan) => Promise<Plan>;
}

function hasInclusion({ geofence }: Plan): boolean {
  return [...geofence.polygons, ...geofence.circles].some(({ kind }) => kind === 'inclusion');
}

const LEAD_ROUND: Mend = {
  id: 'lead-round',
  words: 'Lead the legs round it',
  icon: 'corridor',
  fits: ({ check, place }) => (check === 'fence_breach' || check === 'fence_margin') && place.kind === 'leg',
  mended: (plan) => api.leadRound({ plan }),
};

const DRAW_FENCE: Mend = {
  id: 'draw-fence',
  words: 'Draw a fence around the plan',
  icon: 'polygon-in',
  fits: ({ check }, plan) => check === 'fence_storage' && !hasInclusion(plan) && plan.items.length > 0,
  mended: (plan) => api.drawFence({ plan }),
};

/** For a plan that grew out of its fence; exclusions stay. */
export const FENCE_ANEW: Mend = {
  ...DRAW_FENCE,
  id: 'fence-anew',
  words: 'Draw the inclusion anew',
  fits: ({ check, text }, plan) => check === 'fence_breach' && text.includes('inclusion') && hasInclusion(plan),
};

const MENDS: readonly Mend[] = [LEAD_ROUND, DRAW_FENCE, FENCE_ANEW];

/** What mends any of the findings, each once. */
export function mendsOf(findings: readonly Finding[], plan: Plan): readonly Mend[] {
  return MENDS.filter(({ fits }) => findings.some((finding) => fits(finding, plan)));
}

async function apply(store: Store, { mended }: Mend): Promise<void> {
  const before = store.history.value.present;
  try {
    const after = await mended(before);
    if (store.history.value.present === before) store.edit(() => after);
    else toast('The plan was changed meanwhile, so nothing was done. Try again.', 'warn');
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), 'crit');
  }
}

export function MendButton({ store, mend }: { store: Store; mend: Mend }) {
  const [busy, setBusy] = useState(false);
  const press = async (): Promise<void> => {
    setBusy(true);
    await apply(store, mend);
    setBusy(false);
  };
  return (
    <button
      type="button"
      class="btn"
      disabled={busy}
      data-testid={`btn-${mend.id}`}
      onClick={() => void press()}
    >
      <Icon name={mend.icon} />
      {mend.words}
    </button>
  );
}
