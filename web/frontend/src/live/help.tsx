import { Dialog } from '../ui/Dialog';

const KEYS = [
  ['J  K', 'Next and previous drone'],
  ['/', 'Find by callsign'],
  ['F', 'Follow the chosen drone'],
  ['A', 'All drones into view'],
  ['R', 'Measure on the map; Esc ends it'],
  ['M', 'Quieten the alarm for ten minutes'],
  ['Esc', 'Close details'],
  ['?', 'This list'],
] as const;

/** What the keyboard does here. */
export function Help({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" onClose={close} testid="keys">
      <dl class="facts">
        {KEYS.map(([key, words]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </>
        ))}
      </dl>
      <button type="button" class="btn" onClick={close}>
        Close
      </button>
    </Dialog>
  );
}
