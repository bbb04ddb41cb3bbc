/* The tools, grouped as a plan is: mission, geofence, places. */
import { Icon } from '../ui/Icon';
import { canFinish, finishDrawing } from './pointer';
import type { Store, Tool } from './store';

interface ToolButton {
  readonly tool: Tool;
  readonly icon: string;
  readonly name: string;
  readonly title: string;
}

const GROUPS: readonly { readonly name: string; readonly tools: readonly ToolButton[] }[] = [
  {
    name: 'Mission',
    tools: [
      { tool: 'waypoint', icon: 'waypoint', name: 'Waypoint', title: 'Add waypoints (W)' },
      { tool: 'takeoff', icon: 'takeoff', name: 'Take-off', title: 'Take off from here (T)' },
      { tool: 'land', icon: 'land', name: 'Land', title: 'Land here (L)' },
    ],
  },
  {
    name: 'Inclusion',
    tools: [
      { tool: 'inclusion-polygon', icon: 'polygon-in', name: 'Polygon', title: 'Fence to stay inside: polygon' },
      { tool: 'inclusion-circle', icon: 'circle-in', name: 'Circle', title: 'Fence to stay inside: circle' },
    ],
  },
  {
    name: 'Exclusion',
    tools: [
      { tool: 'exclusion-polygon', icon: 'polygon-out', name: 'Polygon', title: 'Fence to stay out of: polygon' },
      { tool: 'exclusion-circle', icon: 'circle-out', name: 'Circle', title: 'Fence to stay out of: circle' },
    ],
  },
  {
    name: 'Patterns',
    tools: [
      { tool: 'pattern-area', icon: 'survey', name: 'Area', title: 'Survey or search an area' },
      { tool: 'pattern-line', icon: 'corridor', name: 'Line', title: 'Search along a line' },
      { tool: 'pattern-point', icon: 'square', name: 'Point', title: 'Search or orbit around a point' },
    ],
  },
  {
    name: 'Places',
    tools: [
      { tool: 'home', icon: 'home', name: 'Home', title: 'Set home (H)' },
      { tool: 'rally', icon: 'rally', name: 'Rally', title: 'Add a rally point (R)' },
    ],
  },
];

const HINTS: Record<Tool, string> = {
  select: '',
  waypoint: 'Press the map to add waypoints. Drag one to move it.',
  takeoff: 'Press where the drone takes off; that is home, too.',
  land: 'Press where the drone lands.',
  'inclusion-polygon': 'Press the corners of the area to stay inside.',
  'exclusion-polygon': 'Press the corners of the area to stay out of.',
  'inclusion-circle': 'Press at the centre and drag outwards.',
  'exclusion-circle': 'Press at the centre and drag outwards.',
  'pattern-area': 'Press the corners of the area to fly over.',
  'pattern-line': 'Press along the line to follow.',
  'pattern-point': 'Press the point to search around.',
  home: 'Press where home is.',
  rally: 'Press where the drone may come down instead of home.',
};

export function Toolbar({ store }: { store: Store }) {
  const chosen = store.tool.value;
  const button = ({ tool, icon, name, title }: ToolButton) => (
    <button
      type="button"
      key={tool}
      class="tool"
      aria-pressed={chosen === tool}
      title={title}
      aria-label={`${name}: ${title}`}
      data-testid={`tool-${tool}`}
      onClick={() => chosen !== tool && store.choose(tool)}
    >
      <Icon name={icon} />
      {name}
    </button>
  );
  return (
    <div class="toolbar" role="toolbar" aria-label="Drawing tools" aria-orientation="vertical">
      <div class="tool-group tool-group-wide">
        {button({ tool: 'select', icon: 'select', name: 'Select', title: 'Select and move (Esc)' })}
      </div>
      {GROUPS.map((group) => (
        <div class="tool-group" role="group" aria-label={group.name} key={group.name}>
          <span class="tool-group-name">{group.name}</span>
          {group.tools.map(button)}
          {group.name === 'Mission' && (
            <button
              type="button"
              class="tool"
              title="End with a return to home"
              aria-label="Return: end with a return to home"
              data-testid="tool-return"
              onClick={() => store.end()}
            >
              <Icon name="return" />
              Return
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

/** What the chosen tool waits for, and the way to end or leave it. */
export function ToolHint({ store }: { store: Store }) {
  const tool = store.tool.value;
  const drawing = store.drawing.value;
  if (tool === 'select') return null;
  return (
    <div class="tool-hint" role="status">
      <span>{HINTS[tool]}</span>
      {drawing?.shape !== 'circle' && canFinish(drawing) && (
        <button
          type="button"
          class="btn btn-primary"
          data-testid="btn-finish-shape"
          onClick={() => finishDrawing(store)}
        >
          {drawing?.shape === 'line' ? 'End line' : 'Close shape'}
        </button>
      )}
      <button type="button" class="btn" data-testid="btn-leave-tool" onClick={() => store.choose('select')}>
        {tool === 'waypoint' ? 'Done' : 'Cancel'}
      </button>
    </div>
  );
}
