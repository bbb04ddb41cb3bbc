/* A pilot hears of a flight that the control room offers him, on whichever page he is. */
import type { SortieSummary } from '../generated';
import { toast } from '../ui/toast';

const EVERY_MS = 15_000;
/** Those that this browser window has told of. */
const TOLD = 'airbeat-offers-told';

/** Asks the address in `data-offers`, shows on `link` how many there are, and says when one has come. */
export function tellOffers(link: HTMLElement): void {
  const count = document.createElement('span');
  count.className = 'rail-count';
  count.dataset['testid'] = 'offers-count';
  const look = async (): Promise<void> => {
    const answer = await fetch(`${link.dataset['offers']}?unasked`).catch(() => null); // the next one may come through
    if (answer?.status === 401) return clearInterval(timer);
    if (!answer?.ok) return;
    const offers = (await answer.json()) as readonly SortieSummary[];
    const told = new Set<string>(JSON.parse(sessionStorage.getItem(TOLD) ?? '[]'));
    for (const offer of offers) if (!told.has(offer.sortie_id)) toast(`Offered to you: ${offer.title}`, 'warn');
    sessionStorage.setItem(TOLD, JSON.stringify(offers.map((offer) => offer.sortie_id)));
    count.textContent = String(offers.length);
    count.title = `${offers.length} offered to you`;
    if (offers.length > 0) link.append(count);
    else count.remove();
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  void look();
}
