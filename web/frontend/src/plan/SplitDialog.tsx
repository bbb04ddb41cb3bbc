/* Which drones share a pattern. */
import { useState } from 'preact/hooks';

import { Dialog } from '../ui/Dialog';
import { split } from './deeds';
import { plural } from './Findings';
import type { Store } from './store';

export function SplitDialog({ store, patternId, onClose }: { store: Store; patternId: string; onClose: () => void }) {
  const { vehicles } = store.page;
  const [chosen, setChosen] = useState<readonly string[]>(vehicles.slice(0, 3));
  const toggle = (vehicle: string): void =>
    setChosen(vehicles.filter((candidate) => (candidate === vehicle) !== chosen.includes(candidate)));
  return (
    <Dialog title="Split over several drones" onClose={onClose} testid="split-dialog">
      <p>
        All finish together, at different heights. This sortie keeps the first part; each other drone gets a draft of
        its own.
      </p>
      <div class="split-drones">
        {vehicles.map((vehicle) => (
          <label class="check" key={vehicle}>
            <input
              type="checkbox"
              checked={chosen.includes(vehicle)}
              data-testid={`split-${vehicle}`}
              onChange={() => toggle(vehicle)}
            />
            {vehicle}
          </label>
        ))}
      </div>
      <div class="form-actions">
        <button
          type="button"
          class="btn btn-primary"
          disabled={chosen.length < 2}
          data-testid="btn-split"
          onClick={() => {
            onClose();
            void split(store, patternId, chosen);
          }}
        >
          Split over {plural(chosen.length, 'drone')}
        </button>
        <button type="button" class="btn" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
