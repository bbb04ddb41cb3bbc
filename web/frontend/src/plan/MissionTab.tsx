/* The mission as a table: heights are edited in place, the rest of an item where it is selected. */
import { memo } from 'preact/compat';
import { useEffect, useRef } from 'preact/hooks';

import { Frame, type MissionItem } from '../generated';
import { Icon } from '../ui/Icon';
import { NumberInput } from '../ui/NumberInput';
import { CHOICES, commandInfo, FRAME_NAMES } from './commands';
import * as edit from './edit';
import { blocks, hasPatterns, patternOf } from './patterns';
import { PatternRow } from './PatternRow';
import { removeSelected } from './pointer';
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
    if (selected) element.current?.scrollIntoView({ block: 'nearest' });
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
      {selected && <ItemEditor store={store} item={item} index={index} editable={editable} />}
    </li>
  );
});

function ItemEditor({ store, item, index, editable }: Omit<RowProps, 'selected'>) {
  const info = commandInfo(item.command);
  const choices = CHOICES.includes(item.command) ? CHOICES : [item.command, ...CHOICES];
  return (
    <div class="item-editor">
      <div class="field">
        <label for="item-command">Command</label>
        <select
          id="item-command"
          class="input"
          data-testid="item-command"
          disabled={!editable}
          value={item.command}
          onChange={(event) => {
            const command = Number(event.currentTarget.value);
            store.edit((plan) => edit.setCommand(plan, index, command));
          }}
        >
          {choices.map((command) => (
            <option key={command} value={command}>
              {commandInfo(command).name}
            </option>
          ))}
        </select>
      </div>
      {info.hasAltitude && (
        <div class="field">
          <label for="item-frame">Height above</label>
          <select
            id="item-frame"
            class="input"
            data-testid="item-frame"
            disabled={!editable}
            value={item.frame}
            onChange={(event) => {
              const frame = Number(event.currentTarget.value) as Frame;
              store.edit((plan) => edit.setItem(plan, index, { frame }));
            }}
          >
            {[...FRAME_NAMES]
              .filter(([frame]) => frame !== Frame.MISSION)
              .map(([frame, name]) => (
                <option key={frame} value={frame}>
                  {name}
                </option>
              ))}
          </select>
        </div>
      )}
      {info.fields.map((field) => (
        <div class="field" key={field.index}>
          <span class="label">{field.label}</span>
          <NumberInput
            label={field.label}
            unit={field.unit}
            value={item.params[field.index]}
            disabled={!editable}
            testid={`item-param-${field.index + 1}`}
            {...(field.min === undefined ? {} : { min: field.min })}
            onChange={(value) =>
              store.edit((plan) => edit.setParam(plan, index, field.index, value), `param ${index} ${field.index}`)
            }
          />
        </div>
      ))}
      {item.position && (
        <p class="item-place num">
          {item.position.lat_deg.toFixed(6)}, {item.position.lon_deg.toFixed(6)}
        </p>
      )}
      {editable && (
        <div class="btn-row item-actions">
          <button
            type="button"
            class="btn btn-icon"
            aria-label="Earlier"
            title="Earlier"
            data-testid="btn-item-up"
            disabled={index === 0}
            onClick={() => move(store, index, index - 1)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            class="btn btn-icon"
            aria-label="Later"
            title="Later"
            data-testid="btn-item-down"
            disabled={index === store.plan.value.items.length - 1}
            onClick={() => move(store, index, index + 1)}
          >
            <Icon name="down" />
          </button>
          <span class="spring" />
          <button type="button" class="btn" data-testid="btn-item-delete" onClick={() => removeSelected(store)}>
            <Icon name="trash" />
            Delete
          </button>
        </div>
      )}
    </div>
  );
}

function move(store: Store, from: number, to: number): void {
  store.edit((plan) => edit.reorderItem(plan, from, to));
  store.select({ kind: 'item', index: to });
}

export function MissionTab({ store }: { store: Store }) {
  const plan = store.plan.value;
  const { items, cruise_speed_m_s } = plan;
  const rows = blocks(plan);
  // A pattern that has no items yet, or cannot have any, is still there to be mended.
  const bare = plan.patterns.filter(
    ({ pattern_id }) => patternOf(plan, pattern_id) && !rows.some((block) => block.pattern === pattern_id),
  );
  const editable = store.rights.value.edit;
  const selection = store.selection.value;
  const heights = new Set(items.filter((item) => commandInfo(item.command).hasAltitude).map((item) => item.altitude_m));
  if (items.length === 0 && !hasPatterns(plan)) {
    return (
      <div class="empty" data-testid="mission-empty">
        <Icon name="waypoint" />
        <strong>No mission yet</strong>
        <p>
          {editable
            ? 'Start with Take-off, then add waypoints on the map. Or drop a .plan or .waypoints file here.'
            : 'The pilot has not drawn one.'}
        </p>
      </div>
    );
  }
  return (
    <>
      <div class="item-all">
        <div class="field">
          <span class="label">All heights</span>
          <NumberInput
            label="Height of all items"
            unit="m"
            value={heights.size === 1 ? ([...heights][0] ?? null) : null}
            step={5}
            disabled={!editable}
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
            disabled={!editable}
            testid="cruise-speed"
            onChange={(speed) => store.edit((plan) => ({ ...plan, cruise_speed_m_s: speed }), 'speed')}
          />
        </div>
      </div>
      <ol class="items" data-testid="mission-table">
        {rows.map((block) =>
          block.pattern !== null && patternOf(plan, block.pattern) ? (
            <PatternRow key={block.pattern} store={store} block={block} />
          ) : (
            block.items.map((item, at) => (
              <Row
                key={block.first + at}
                store={store}
                item={item}
                index={block.first + at}
                editable={editable}
                selected={selection?.kind === 'item' && selection.index === block.first + at}
              />
            ))
          ),
        )}
        {bare.map(({ pattern_id }) => (
          <PatternRow key={pattern_id} store={store} block={{ first: items.length, items: [], pattern: pattern_id }} />
        ))}
      </ol>
    </>
  );
}
