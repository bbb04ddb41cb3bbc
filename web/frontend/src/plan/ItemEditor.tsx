/* All of one mission item that can be edited, below its row. */
import { Frame, type MissionItem } from '../generated';
import { CHOICES, type CommandField, commandInfo, FRAME_NAMES } from '../map/commands';
import { Choice } from '../ui/Choice';
import { Icon } from '../ui/Icon';
import { NumberInput } from '../ui/NumberInput';
import * as edit from './edit';
import { removeSelected } from './pointer';
import type { Store } from './store';

interface EditorProps {
  readonly store: Store;
  readonly item: MissionItem;
  readonly index: number;
}

const FRAMES = [...FRAME_NAMES].filter(([frame]) => frame !== Frame.MISSION);

function ParamField({ store, item, index, field }: EditorProps & { field: CommandField }) {
  return (
    <div class="field">
      <span class="label">{field.label}</span>
      <NumberInput
        label={field.label}
        unit={field.unit}
        value={item.params[field.index]}
        disabled={!store.rights.value.edit}
        testid={`item-param-${field.index + 1}`}
        {...(field.min === undefined ? {} : { min: field.min })}
        onChange={(value) =>
          store.edit((plan) => edit.setParam(plan, index, field.index, value), `param ${index} ${field.index}`)
        }
      />
    </div>
  );
}

function Actions({ store, index }: Omit<EditorProps, 'item'>) {
  const move = (name: string, icon: string, to: number) => (
    <button
      type="button"
      class="btn btn-icon"
      aria-label={name}
      title={name}
      data-testid={`btn-item-${icon}`}
      disabled={to < 0 || to >= store.plan.value.items.length}
      onClick={() => {
        store.edit((plan) => edit.reorderItem(plan, index, to));
        store.select({ kind: 'item', index: to });
      }}
    >
      <Icon name={icon} />
    </button>
  );
  return (
    <div class="btn-row item-actions">
      {move('Earlier', 'up', index - 1)}
      {move('Later', 'down', index + 1)}
      <span class="spring" />
      <button type="button" class="btn" data-testid="btn-item-delete" onClick={() => removeSelected(store)}>
        <Icon name="trash" />
        Delete
      </button>
    </div>
  );
}

export function ItemEditor({ store, item, index }: EditorProps) {
  const info = commandInfo(item.command);
  const editable = store.rights.value.edit;
  const commands = CHOICES.includes(item.command) ? CHOICES : [item.command, ...CHOICES];
  return (
    <div class="item-editor">
      <Choice
        id="item-command"
        label="Command"
        value={item.command}
        disabled={!editable}
        options={commands.map((command) => [command, commandInfo(command).name])}
        onChange={(command) => store.edit((plan) => edit.setCommand(plan, index, command))}
      />
      {info.hasAltitude && (
        <Choice
          id="item-frame"
          label="Height above"
          value={item.frame}
          disabled={!editable}
          options={FRAMES}
          onChange={(frame) => store.edit((plan) => edit.setItem(plan, index, { frame }))}
        />
      )}
      {info.fields.map((field) => (
        <ParamField key={field.index} store={store} item={item} index={index} field={field} />
      ))}
      {item.position && (
        <p class="item-place num">
          {item.position.lat_deg.toFixed(6)}, {item.position.lon_deg.toFixed(6)}
        </p>
      )}
      {editable && <Actions store={store} index={index} />}
    </div>
  );
}
