/* The mission as a table: heights are edited in place, the rest of an item where it is selected. */
import { memo } from 'preact/compat';
import { useEffect, useRef } from 'preact/hooks';

import type { MissionItem } from '../generated';
import { commandInfo } from '../map/commands';
import { Icon } from '../ui/Icon';
import { NumberInput } from '../ui/NumberInput';
import { ItemEditor } from './ItemEditor';
import { PatternRow } from './PatternRow';
import * as edit from './edit';
import { blocks, hasPatterns, patternOf } from './patterns';
import type { Store } from './store';

interface RowProps {
  readonly store: Store;
  readonly item: MissionItem;
  readonly index: number;
  readonly selected: boolean;
  readonly editable: boolean;
}

function details(item: MissionItem): string {
  const info = commandInfo(item.command);
  const said = info.fields.flatMap(({ index, label, unit }) => {
    const value = item.params[index];
    return value ? [`${label.toLowerCase()} ${value}${unit && ` ${unit}`}`] : [];
  });
  return [...said, ...(item.pattern !== null ? ['pattern'] : [])].join(', ');
}

const Row = memo(function Row({ store, item, index, selected, editable }: RowProps) {
  const info = commandInfo(item.command);
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!selected) return;
    element.current?.scrollIntoView({ block: 'nearest' });
    // Where the editor is taller than the list, its head is what must be seen.
    element.current?.firstElementChild?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return (
    <li
      class={`item ${selected ? 'is-selected' : ''}`}
      ref={element}
      data-testid="mission-item"
      data-index={index}
      data-command={item.command}
    >
      <div class="item-line">
        <button
          type="button"
          class="item-name"
          aria-expanded={selected}
          data-testid={`item-${index + 1}`}
          onClick={() => store.select(selected ? null : { kind: 'item', index })}
        >
          <span class="item-number num">{index + 1}</span>
          <span class="item-words">
            <b>{info.name}</b>
            <span class="cell-sub">{details(item)}</span>
          </span>
        </button>
        {info.hasAltitude && (
          <NumberInput
            label={`Height of item ${index + 1}`}
            unit="m"
            value={item.altitude_m}
            step={5}
            disabled={!editable}
            testid={`item-altitude-${index + 1}`}
            onChange={(altitude_m) =>
              store.edit((plan) => edit.setItem(plan, index, { altitude_m }), `height ${index}`)
            }
          />
        )}
      </div>
      {selected && <ItemEditor store={store} item={item} index={index} />}
    </li>
  );
});

function Rows({ store }: { store: Store }) {
  const plan = store.plan.value;
  const selection = store.selection.value;
  const found = blocks(plan);
  // A pattern that has no items yet, or cannot have any, is still there to be mended.
  const bare = plan.patterns
    .filter(({ pattern_id }) => patternOf(plan, pattern_id) && !found.some(({ pattern }) => pattern === pattern_id))
    .map(({ pattern_id }) => ({ first: plan.items.length, items: [], pattern: pattern_id }));
  const row = (item: MissionItem, index: number) => (
    <Row
      key={index}
      store={store}
      item={item}
      index={index}
      editable={store.rights.value.edit}
      selected={selection?.kind === 'item' && selection.index === index}
    />
  );
  return (
    <ol class="items" data-testid="mission-table">
      {[...found, ...bare].map((block) =>
        block.pattern !== null && patternOf(plan, block.pattern) ? (
          <PatternRow key={block.pattern} store={store} block={block} />
        ) : (
          block.items.map((item, at) => row(item, block.first + at))
        ),
      )}
    </ol>
  );
}

function ForAll({ store }: { store: Store }) {
  const { items, cruise_speed_m_s } = store.plan.value;
  const heights = new Set(items.filter((item) => commandInfo(item.command).hasAltitude).map((item) => item.altitude_m));
  const disabled = !store.rights.value.edit;
  return (
    <div class="item-all">
      <div class="field">
        <span class="label">All heights</span>
        <NumberInput
          label="Height of all items"
          unit="m"
          value={heights.size === 1 ? ([...heights][0] ?? null) : null}
          step={5}
          disabled={disabled}
          testid="all-heights"
          onChange={(altitude_m) => store.edit((plan) => edit.setAllHeights(plan, altitude_m), 'all heights')}
        />
      </div>
      <div class="field">
        <span class="label">Speed</span>
        <NumberInput
          label="Cruise speed"
          unit="m/s"
          value={cruise_speed_m_s}
          min={0.5}
          disabled={disabled}
          testid="cruise-speed"
          placeholder="drone's"
          onChange={(speed) => store.edit((plan) => ({ ...plan, cruise_speed_m_s: speed }), 'speed')}
          onClear={() => store.edit((plan) => ({ ...plan, cruise_speed_m_s: null }), 'speed')}
        />
      </div>
    </div>
  );
}

export function MissionTab({ store }: { store: Store }) {
  const plan = store.plan.value;
  if (plan.items.length === 0 && !hasPatterns(plan)) {
    return (
      <div class="empty" data-testid="mission-empty">
        <Icon name="waypoint" />
        <strong>No mission yet</strong>
        <p>
          {store.rights.value.edit
            ? 'Press Take-off and then the map: that is home, too. Then waypoints, and Return. Or drop a plan file here.'
            : 'The pilot has not drawn one.'}
        </p>
      </div>
    );
  }
  return (
    <>
      <ForAll store={store} />
      <Rows store={store} />
    </>
  );
}
