import { Dialog } from '../ui/Dialog';
import { keysFor } from './keys';
import type { Model } from './model';

/** What the keyboard does here. */
export function Help({ model, close }: { model: Pick<Model, 'page' | 'desk'>; close: () => void }) {
  return (
    <Dialog title="Keys" onClose={close} testid="keys">
      <div class="keys">
        {keysFor(model).map(([group, keys]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {keys.map(({ cap, words }) => (
                <div key={cap}>
                  <dt>
                    {cap.split('  ').map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{words}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <button type="button" class="btn" onClick={close}>
        Close
      </button>
    </Dialog>
  );
}
