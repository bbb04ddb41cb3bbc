/* A pilot hears of a flight that the control room offers, on whichever page that pilot is. */
import type { SortieSummary } from '../generated';
import { notice } from '../ui/toast';

const EVERY_MS = 15_000;
/** Those that were opened or closed in this browser window. */
const SEEN = 'airbeat-offers-seen';

/** Asks the address in `data-offers`, and shows on `link` how many there are.
 *
 * Each is told, with a way to the draft, until it is looked at or closed, or no longer offered.
 */
export function tellOffers(link: HTMLElement): void {
  const count = document.createElement('span');
  count.className = 'rail-count';
  count.dataset['testid'] = 'offers-count';
  const told = new Map<string, HTMLElement>();
  const look = async (): Promise<void> => {
    const answer = await fetch(`${link.dataset['offers']}?unasked`).catch(() => null); // the next one may come through
    if (answer?.status === 401) return clearInterval(timer);
    if (!answer?.ok) return;
    const offers = (await answer.json()) as readonly SortieSummary[];
    tell(offers, told);
    count.textContent = String(offers.length);
    count.title = `${offers.length} offered to you`;
    if (offers.length > 0) link.append(count);
    else count.remove();
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  void look();
}

function tell(offers: readonly SortieSummary[], told: Map<string, HTMLElement>): void {
  const open = new Set(offers.map((offer) => offer.sortie_id));
  for (const [id, message] of told) if (!open.has(id)) message.remove();
  for (const { sortie_id: id, title } of offers) {
    const href = `/sorties/${id}`;
    if (window.location.pathname === href) see(id);
    if (told.has(id) || seen().has(id)) continue;
    told.set(id, notice(`Offered to you: ${title}`, 'warn', href, 'Open the draft', () => see(id)));
  }
}

function seen(): Set<string> {
  return new Set<string>(JSON.parse(sessionStorage.getItem(SEEN) ?? '[]'));
}

function see(id: string): void {
  sessionStorage.setItem(SEEN, JSON.stringify([...seen().add(id)]));
}
