/* The mission commands a pilot may choose, in the words of MAVLink and ArduCopter. Others are kept and shown by number. */
import { Frame } from '../generated';

export const Command = {
  WAYPOINT: 16,
  LOITER_UNLIMITED: 17,
  LOITER_TURNS: 18,
  LOITER_TIME: 19,
  RETURN: 20,
  LAND: 21,
  TAKEOFF: 22,
  SPLINE_WAYPOINT: 82,
  CONDITION_YAW: 115,
  CHANGE_SPEED: 178,
  SET_ROI: 201,
  CAMERA_TRIGGER_DISTANCE: 206,
} as const;

export interface CommandInfo {
  readonly name: string;
  readonly short: string;
  /** Whether the item lies at a place of its own. */
  readonly placed: boolean;
  readonly hasAltitude: boolean;
  /** The parameters worth a field: index, label, unit, smallest value. */
  readonly fields: readonly CommandField[];
}

export interface CommandField {
  readonly index: 0 | 1 | 2 | 3;
  readonly label: string;
  readonly unit: string;
  readonly min?: number;
}

const hold: CommandField = { index: 0, label: 'Hold', unit: 's', min: 0 };

const TABLE: ReadonlyMap<number, CommandInfo> = new Map<number, CommandInfo>([
  [Command.TAKEOFF, { name: 'Take-off', short: 'TO', placed: false, hasAltitude: true, fields: [] }],
  [Command.WAYPOINT, { name: 'Waypoint', short: '', placed: true, hasAltitude: true, fields: [hold] }],
  [Command.SPLINE_WAYPOINT, { name: 'Spline waypoint', short: '', placed: true, hasAltitude: true, fields: [hold] }],
  [
    Command.LOITER_TIME,
    { name: 'Loiter (time)', short: 'L', placed: true, hasAltitude: true, fields: [{ ...hold, label: 'Time' }] },
  ],
  [
    Command.LOITER_TURNS,
    {
      name: 'Orbit (turns)',
      short: 'O',
      placed: true,
      hasAltitude: true,
      fields: [
        { index: 0, label: 'Turns', unit: '', min: 0 },
        { index: 2, label: 'Radius', unit: 'm' },
      ],
    },
  ],
  [Command.LOITER_UNLIMITED, { name: 'Loiter (unlimited)', short: 'L', placed: true, hasAltitude: true, fields: [] }],
  [Command.LAND, { name: 'Land', short: 'LD', placed: true, hasAltitude: false, fields: [] }],
  [Command.RETURN, { name: 'Return to launch', short: 'RTL', placed: false, hasAltitude: false, fields: [] }],
  [
    Command.CHANGE_SPEED,
    {
      name: 'Change speed',
      short: 'SPD',
      placed: false,
      hasAltitude: false,
      fields: [{ index: 1, label: 'Speed', unit: 'm/s', min: 0 }],
    },
  ],
  [
    Command.CONDITION_YAW,
    {
      name: 'Set heading',
      short: 'YAW',
      placed: false,
      hasAltitude: false,
      fields: [{ index: 0, label: 'Heading', unit: '°', min: 0 }],
    },
  ],
  [Command.SET_ROI, { name: 'Look at', short: 'ROI', placed: true, hasAltitude: true, fields: [] }],
  [
    Command.CAMERA_TRIGGER_DISTANCE,
    {
      name: 'Camera every',
      short: 'CAM',
      placed: false,
      hasAltitude: false,
      fields: [{ index: 0, label: 'Distance', unit: 'm', min: 0 }],
    },
  ],
]);

export const CHOICES: readonly number[] = [...TABLE.keys()];

export function commandInfo(command: number): CommandInfo {
  return (
    TABLE.get(command) ?? {
      name: `Command ${command}`,
      short: String(command),
      placed: false,
      hasAltitude: false,
      fields: [],
    }
  );
}

/** Whether the vehicle flies to this item's position, so that the path goes through it. */
export function isOnPath(command: number): boolean {
  return commandInfo(command).placed && command !== Command.SET_ROI;
}

export const FRAME_NAMES: ReadonlyMap<Frame, string> = new Map<Frame, string>([
  [Frame.GLOBAL_RELATIVE_ALT, 'home'],
  [Frame.GLOBAL_TERRAIN_ALT, 'ground'],
  [Frame.GLOBAL, 'AMSL'],
  [Frame.MISSION, '–'],
]);
