// Written by `python -m web.schema` from the server's structs. Do not edit.

/** An instant in UTC: ISO 8601 text in JSON, a Date out of msgpack. `new Date(instant)` takes both. */
export type Instant = string | Date;

export const Role = {
  PILOT: "pilot",
  OBSERVER: "observer",
  CONTROL_ROOM: "control_room",
  SUPERVISOR: "supervisor",
  ACCOUNTABLE_MANAGER: "accountable_manager",
  DISCLOSURE: "disclosure",
  ADMINISTRATOR: "administrator",
  GUEST: "guest",
} as const;
export type Role = (typeof Role)[keyof typeof Role];

export const Permission = {
  ACCOUNT: "account",
  MAP_VIEW: "map.view",
  PLAN_READ: "plan.read",
  PLAN_READ_ALL: "plan.read.all",
  PLAN_EDIT: "plan.edit",
  PLAN_EDIT_ALL: "plan.edit.all",
  PLAN_APPROVE: "plan.approve",
  PLAN_UPLOAD: "plan.upload",
  PLAN_OVERRIDE: "plan.override",
  VEHICLE_ORDER: "vehicle.order",
  VEHICLE_OVERRIDE: "vehicle.override",
  LIVE_VIEW: "live.view",
  LIVE_ALL: "live.all",
  ALERT_ACKNOWLEDGE: "alert.acknowledge",
  FLIGHT_READ: "flight.read",
  FLIGHT_READ_RECENT: "flight.read.recent",
  FLIGHT_READ_ALL: "flight.read.all",
  FLIGHT_NOTE: "flight.note",
  FLIGHT_EXPORT: "flight.export",
  FLIGHT_SIGN_OFF: "flight.sign_off",
  FLIGHT_READ_EXHIBITS: "flight.read.exhibits",
  FLIGHT_RECORD: "flight.record",
  EVIDENCE_READ: "evidence.read",
  EVIDENCE_READ_ALL: "evidence.read.all",
  EVIDENCE_EXPORT: "evidence.export",
  EVIDENCE_KEEP: "evidence.keep",
  DISPOSAL_PROPOSE: "disposal.propose",
  DISPOSAL_DECIDE: "disposal.decide",
  INCIDENT_READ: "incident.read",
  INCIDENT_EDIT: "incident.edit",
  INCIDENT_OFFER: "incident.offer",
  GUESTS_INVITE: "guests.invite",
  FIGURES_READ: "figures.read",
  AUDIT_READ: "audit.read",
  USERS_MANAGE: "users.manage",
  TOKENS_MANAGE: "tokens.manage",
} as const;
export type Permission = (typeof Permission)[keyof typeof Permission];

export const Frame = {
  GLOBAL: 0,
  MISSION: 2,
  GLOBAL_RELATIVE_ALT: 3,
  GLOBAL_TERRAIN_ALT: 10,
} as const;
export type Frame = (typeof Frame)[keyof typeof Frame];

export const FenceKind = {
  INCLUSION: "inclusion",
  EXCLUSION: "exclusion",
} as const;
export type FenceKind = (typeof FenceKind)[keyof typeof FenceKind];

export const Severity = {
  ERROR: "error",
  WARNING: "warning",
  INFO: "info",
} as const;
export type Severity = (typeof Severity)[keyof typeof Severity];

export const Grade = {
  IMMEDIATE: "immediate",
  PRIORITY: "priority",
  SCHEDULED: "scheduled",
} as const;
export type Grade = (typeof Grade)[keyof typeof Grade];

export const AltitudeDatum = {
  PRESSURE: "pressure",
  ELLIPSOID: "ellipsoid",
} as const;
export type AltitudeDatum = (typeof AltitudeDatum)[keyof typeof AltitudeDatum];

export const Task = {
  LOOK: "look",
  ORBIT: "orbit",
  EXPANDING_SQUARE: "expanding_square",
  SECTOR: "sector",
} as const;
export type Task = (typeof Task)[keyof typeof Task];

export const MODE_WORDS: Readonly<Record<string, string>> = {
  STABILIZE: "Manual",
  ACRO: "Acro",
  ALT_HOLD: "Height hold",
  AUTO: "Mission",
  GUIDED: "Guided",
  LOITER: "Loiter",
  RTL: "Returning",
  CIRCLE: "Circling",
  LAND: "Landing",
  DRIFT: "Drift",
  SPORT: "Sport",
  FLIP: "Flip",
  AUTOTUNE: "Autotune",
  POSHOLD: "Position hold",
  BRAKE: "Braking",
  THROW: "Throw",
  AVOID_ADSB: "Avoiding",
  GUIDED_NOGPS: "Guided, no GPS",
  SMART_RTL: "Retracing",
  FLOWHOLD: "Flow hold",
  FOLLOW: "Following",
  ZIGZAG: "Zigzag",
  SYSTEMID: "System id",
  AUTOROTATE: "Autorotation",
  AUTO_RTL: "Mission return",
  TURTLE: "Turtle",
};

export const ORDER_WORDS: Readonly<Record<string, string>> = {
  arm: "Arm",
  disarm: "Disarm",
  start: "Start",
  pause: "Pause",
  continue: "Continue",
  return: "Return",
  land: "Land",
  hold: "Hold",
  takeoff: "Take off",
  goto: "Go to a place",
  mode: "Change the mode",
  speed: "Change the speed",
  roi: "Look at a place",
  upload: "Upload",
  restore: "Restore the former plan",
  take: "Take command",
  hand_over: "Hand over command",
  release: "Release command",
  parameter: "Set a parameter",
  parameters: "Read parameters",
  logs: "List the drone's logs",
  log: "Fetch the drone's log",
};

/** One of the links that a vehicle is heard on. */
export interface LinkQuality {
  readonly link: string;
  readonly loss_pct: number | null;
  readonly heard_age_ms: number;
  readonly signed: boolean;
  readonly refused: number;
}

/**
 * All that is known of one vehicle now: words first, then numbers; all but places and clocks in single precision.
 *
 * Heights: AMSL, above home, and above ground where it reports one.
 */
export interface LiveVehicle {
  readonly vehicle: string;
  readonly mode: string | null;
  readonly link: string | null;
  readonly links: readonly LinkQuality[];
  readonly armed: boolean | null;
  readonly landed: boolean | null;
  readonly lat_deg: number | null;
  readonly lon_deg: number | null;
  readonly altitude_amsl_m: number | null;
  readonly height_home_m: number | null;
  readonly height_ground_m: number | null;
  readonly velocity_north_m_s: number | null;
  readonly velocity_east_m_s: number | null;
  readonly climb_m_s: number | null;
  readonly ground_speed_m_s: number | null;
  readonly heading_deg: number | null;
  readonly roll_deg: number | null;
  readonly pitch_deg: number | null;
  readonly battery_v: number | null;
  readonly battery_a: number | null;
  readonly battery_pct: number | null;
  readonly battery_used_mah: number | null;
  readonly gps_fix: number | null;
  readonly satellites: number | null;
  readonly hdop: number | null;
  readonly ekf_ok: boolean | null;
  readonly vibration_m_s2: number | null;
  readonly prearm_ok: boolean | null;
  readonly fence_enabled: boolean | null;
  readonly fence_breached: boolean | null;
  readonly mission_item: number | null;
  readonly mission_items: number | null;
  readonly home_lat_deg: number | null;
  readonly home_lon_deg: number | null;
  readonly home_amsl_m: number | null;
  readonly link_loss_pct: number | null;
  readonly round_trip_ms: number | null;
  readonly heartbeat_age_ms: number | null;
  readonly position_age_ms: number | null;
  readonly attitude_age_ms: number | null;
  readonly battery_age_ms: number | null;
  readonly gps_age_ms: number | null;
  readonly mission_age_ms: number | null;
  readonly clock_offset_s: number | null;
  readonly camera_pitch_deg: number | null;
  readonly camera_yaw_deg: number | null;
}

export const LiveVehicleFields = [
  "vehicle",
  "mode",
  "link",
  "links",
  "armed",
  "landed",
  "lat_deg",
  "lon_deg",
  "altitude_amsl_m",
  "height_home_m",
  "height_ground_m",
  "velocity_north_m_s",
  "velocity_east_m_s",
  "climb_m_s",
  "ground_speed_m_s",
  "heading_deg",
  "roll_deg",
  "pitch_deg",
  "battery_v",
  "battery_a",
  "battery_pct",
  "battery_used_mah",
  "gps_fix",
  "satellites",
  "hdop",
  "ekf_ok",
  "vibration_m_s2",
  "prearm_ok",
  "fence_enabled",
  "fence_breached",
  "mission_item",
  "mission_items",
  "home_lat_deg",
  "home_lon_deg",
  "home_amsl_m",
  "link_loss_pct",
  "round_trip_ms",
  "heartbeat_age_ms",
  "position_age_ms",
  "attitude_age_ms",
  "battery_age_ms",
  "gps_age_ms",
  "mission_age_ms",
  "clock_offset_s",
  "camera_pitch_deg",
  "camera_yaw_deg",
] as const;
export type LiveVehicleTuple = readonly [
  vehicle: string,
  mode: string | null,
  link: string | null,
  links: readonly LinkQuality[],
  armed: boolean | null,
  landed: boolean | null,
  lat_deg: number | null,
  lon_deg: number | null,
  altitude_amsl_m: number | null,
  height_home_m: number | null,
  height_ground_m: number | null,
  velocity_north_m_s: number | null,
  velocity_east_m_s: number | null,
  climb_m_s: number | null,
  ground_speed_m_s: number | null,
  heading_deg: number | null,
  roll_deg: number | null,
  pitch_deg: number | null,
  battery_v: number | null,
  battery_a: number | null,
  battery_pct: number | null,
  battery_used_mah: number | null,
  gps_fix: number | null,
  satellites: number | null,
  hdop: number | null,
  ekf_ok: boolean | null,
  vibration_m_s2: number | null,
  prearm_ok: boolean | null,
  fence_enabled: boolean | null,
  fence_breached: boolean | null,
  mission_item: number | null,
  mission_items: number | null,
  home_lat_deg: number | null,
  home_lon_deg: number | null,
  home_amsl_m: number | null,
  link_loss_pct: number | null,
  round_trip_ms: number | null,
  heartbeat_age_ms: number | null,
  position_age_ms: number | null,
  attitude_age_ms: number | null,
  battery_age_ms: number | null,
  gps_age_ms: number | null,
  mission_age_ms: number | null,
  clock_offset_s: number | null,
  camera_pitch_deg: number | null,
  camera_yaw_deg: number | null,
];
export function liveVehicle(row: LiveVehicleTuple): LiveVehicle {
  return {
    vehicle: row[0],
    mode: row[1],
    link: row[2],
    links: row[3],
    armed: row[4],
    landed: row[5],
    lat_deg: row[6],
    lon_deg: row[7],
    altitude_amsl_m: row[8],
    height_home_m: row[9],
    height_ground_m: row[10],
    velocity_north_m_s: row[11],
    velocity_east_m_s: row[12],
    climb_m_s: row[13],
    ground_speed_m_s: row[14],
    heading_deg: row[15],
    roll_deg: row[16],
    pitch_deg: row[17],
    battery_v: row[18],
    battery_a: row[19],
    battery_pct: row[20],
    battery_used_mah: row[21],
    gps_fix: row[22],
    satellites: row[23],
    hdop: row[24],
    ekf_ok: row[25],
    vibration_m_s2: row[26],
    prearm_ok: row[27],
    fence_enabled: row[28],
    fence_breached: row[29],
    mission_item: row[30],
    mission_items: row[31],
    home_lat_deg: row[32],
    home_lon_deg: row[33],
    home_amsl_m: row[34],
    link_loss_pct: row[35],
    round_trip_ms: row[36],
    heartbeat_age_ms: row[37],
    position_age_ms: row[38],
    attitude_age_ms: row[39],
    battery_age_ms: row[40],
    gps_age_ms: row[41],
    mission_age_ms: row[42],
    clock_offset_s: row[43],
    camera_pitch_deg: row[44],
    camera_yaw_deg: row[45],
  };
}

/** One gateway's vehicles of one area at one tick. `sequence` counts up by one per gateway and area. */
export interface LiveFrame {
  readonly gateway: string;
  readonly area: string;
  readonly sequence: number;
  readonly sent_at: Instant;
  readonly vehicles: readonly LiveVehicle[];
}

export const LiveFrameFields = [
  "gateway",
  "area",
  "sequence",
  "sent_at",
  "vehicles",
] as const;
export type LiveFrameTuple = readonly [
  gateway: string,
  area: string,
  sequence: number,
  sent_at: Instant,
  vehicles: readonly LiveVehicleTuple[],
];
export function liveFrame(row: LiveFrameTuple): LiveFrame {
  return {
    gateway: row[0],
    area: row[1],
    sequence: row[2],
    sent_at: row[3],
    vehicles: row[4].map(liveVehicle),
  };
}

/** Where a long job stands. `stage`: mission, geofence, rally, parameters; `phase`: write or read back. */
export interface Progress {
  readonly job: string;
  readonly vehicle: string;
  readonly stage: string;
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** Something that happened to a vehicle. `text` is a whole sentence for people, `data` is for programs. */
export interface Event {
  readonly event_id: string;
  readonly at: Instant;
  readonly vehicle: string;
  readonly kind: string;
  readonly text: string;
  readonly actor: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Raised once; open until it has ended *and* been acknowledged. `severity`: warning or critical. */
export interface Alert {
  readonly alert_id: string;
  readonly vehicle: string;
  readonly rule: string;
  readonly severity: string;
  readonly text: string;
  readonly raised_at: Instant;
  readonly ended_at: Instant | null;
  readonly acknowledged_at: Instant | null;
  readonly acknowledged_by: string | null;
  readonly lat_deg: number | null;
  readonly lon_deg: number | null;
}

/** WGS 84 degrees. */
export interface Position {
  readonly lat_deg: number;
  readonly lon_deg: number;
}

export interface Home {
  readonly position: Position;
  readonly altitude_amsl_m: number | null;
}

/** One MAVLink mission item. `params` are param1..param4; None is MAVLink's NaN (let the autopilot choose). */
export interface MissionItem {
  readonly command: number;
  readonly frame: Frame;
  readonly position: Position | null;
  readonly altitude_m: number;
  readonly params: readonly [number | null, number | null, number | null, number | null];
  readonly autocontinue: boolean;
  readonly raw_xy: readonly [number, number];
  readonly pattern: string | null;
}

/** A ring of at least three corners, not closed (the first corner is not repeated). */
export interface FencePolygon {
  readonly kind: FenceKind;
  readonly vertices: readonly Position[];
}

export interface FenceCircle {
  readonly kind: FenceKind;
  readonly centre: Position;
  readonly radius_m: number;
}

export interface Geofence {
  readonly polygons: readonly FencePolygon[];
  readonly circles: readonly FenceCircle[];
}

export interface RallyPoint {
  readonly position: Position;
  readonly altitude_home_m: number;
}

/** A camera that looks straight down, its image width across the track. */
export interface Camera {
  readonly name: string;
  readonly sensor_width_mm: number;
  readonly sensor_height_mm: number;
  readonly focal_length_mm: number;
  readonly image_width_px: number;
  readonly image_height_px: number;
}

/** Parallel lines over an area. `spacing_m` None takes it from the camera and `side_overlap_pct`. */
export interface Survey {
  readonly kind: "survey";
  readonly area: readonly Position[];
  readonly altitude_m: number;
  readonly holes: readonly (readonly Position[])[];
  readonly frame: Frame;
  readonly spacing_m: number | null;
  readonly angle_deg: number | null;
  readonly crosshatch: boolean;
  readonly camera: Camera | null;
  readonly front_overlap_pct: number;
  readonly side_overlap_pct: number;
  readonly turnaround_m: number;
  readonly speed_m_s: number | null;
}

/** Parallel lines along a line such as a road or a canal, `width_m` wide in all. */
export interface CorridorScan {
  readonly kind: "corridor";
  readonly line: readonly Position[];
  readonly width_m: number;
  readonly altitude_m: number;
  readonly frame: Frame;
  readonly spacing_m: number | null;
  readonly camera: Camera | null;
  readonly front_overlap_pct: number;
  readonly side_overlap_pct: number;
  readonly speed_m_s: number | null;
}

/** Round an area at a standoff, looking in; at several heights (bottom first) for a building or structure. */
export interface Perimeter {
  readonly kind: "perimeter";
  readonly area: readonly Position[];
  readonly standoff_m: number;
  readonly heights_m: readonly number[];
  readonly frame: Frame;
  readonly clockwise: boolean;
  readonly look_in: boolean;
  readonly speed_m_s: number | null;
}

/** Circles round a point, looking at it; at several heights (bottom first). */
export interface Orbit {
  readonly kind: "orbit";
  readonly centre: Position;
  readonly radius_m: number;
  readonly heights_m: readonly number[];
  readonly turns: number;
  readonly frame: Frame;
  readonly clockwise: boolean;
  readonly speed_m_s: number | null;
}

/** IAMSAR expanding square (SS): legs of 1, 1, 2, 2, 3, 3… track spacings from the datum outwards. */
export interface ExpandingSquare {
  readonly kind: "expanding_square";
  readonly datum: Position;
  readonly spacing_m: number;
  readonly legs: number;
  readonly altitude_m: number;
  readonly first_leg_deg: number;
  readonly frame: Frame;
  readonly clockwise: boolean;
  readonly speed_m_s: number | null;
  readonly sweep_width_m: number | null;
}

/** IAMSAR sector search (VS): nine legs in three triangles through the datum; a second pass is turned by 30°. */
export interface SectorSearch {
  readonly kind: "sector";
  readonly datum: Position;
  readonly radius_m: number;
  readonly altitude_m: number;
  readonly first_leg_deg: number;
  readonly passes: number;
  readonly frame: Frame;
  readonly speed_m_s: number | null;
  readonly sweep_width_m: number | null;
}

/**
 * IAMSAR parallel sweep (PS) or, with `creeping`, creeping line (CS) over an area.
 *
 * Both are parallel tracks half a spacing in from the sides; a parallel sweep runs along the longer side, a
 * creeping line along the shorter.
 */
export interface TrackSearch {
  readonly kind: "track_search";
  readonly area: readonly Position[];
  readonly spacing_m: number;
  readonly altitude_m: number;
  readonly creeping: boolean;
  readonly holes: readonly (readonly Position[])[];
  readonly frame: Frame;
  readonly speed_m_s: number | null;
  readonly sweep_width_m: number | null;
}

/** Along a path a missing person may have taken, there and, with `offset_m`, back beside it. */
export interface HastyRoute {
  readonly kind: "hasty_route";
  readonly line: readonly Position[];
  readonly altitude_m: number;
  readonly offset_m: number;
  readonly frame: Frame;
  readonly speed_m_s: number | null;
  readonly sweep_width_m: number | null;
}

/**
 * Round the place where somebody was last seen, to meet whoever leaves.
 *
 * The ring's radius is given, or as far as the person may have come: `travel_speed_m_s` times `since_s`.
 */
export interface Containment {
  readonly kind: "containment";
  readonly datum: Position;
  readonly altitude_m: number;
  readonly radius_m: number | null;
  readonly travel_speed_m_s: number | null;
  readonly since_s: number | null;
  readonly turns: number;
  readonly frame: Frame;
  readonly clockwise: boolean;
  readonly speed_m_s: number | null;
  readonly sweep_width_m: number | null;
}

/** A complex item of another program, kept as it was so that it can be saved again. `document` is its JSON. */
export interface Foreign {
  readonly kind: "foreign";
  readonly name: string;
  readonly document: string;
}

/** One pattern of a plan. Its items are those whose `pattern` is this id; they lie together, in order. */
export interface Pattern {
  readonly pattern_id: string;
  readonly spec: Survey | CorridorScan | Perimeter | Orbit | ExpandingSquare | SectorSearch | TrackSearch | HastyRoute | Containment | Foreign;
}

/**
 * The whole plan.
 *
 * People read "item n of m": n is `index + 1`, the autopilot's own number, for its item 0 is home; m is `len(items)`.
 */
export interface Plan {
  readonly home: Home | null;
  readonly items: readonly MissionItem[];
  readonly geofence: Geofence;
  readonly rally: readonly RallyPoint[];
  readonly cruise_speed_m_s: number | null;
  readonly hover_speed_m_s: number | null;
  readonly patterns: readonly Pattern[];
}

export interface Actor {
  readonly user: string;
  readonly role: string;
}

/**
 * One of the three transfers: what was sent, what was read back, and whether they are equal.
 *
 * `items` are MAVLink's: the mission's count item 0, home, which no page counts among the plan's items.
 */
export interface TransferReceipt {
  readonly stage: string;
  readonly items: number;
  readonly sent_sha256: string;
  readonly read_sha256: string | null;
  readonly verified: boolean;
  readonly problem: string | null;
}

/** What a finding points at. `kind`: item, leg (from `index` to `index`+1), polygon, circle, rally, home, plan. */
export interface Place {
  readonly kind: string;
  readonly index: number | null;
  readonly position: Position | null;
}

/** `check` is the check's name, `text` says what is wrong with numbers, `remedy` what to do. */
export interface Finding {
  readonly check: string;
  readonly severity: Severity;
  readonly text: string;
  readonly remedy: string;
  readonly place: Place;
}

/**
 * `verified` only if every stage's read-back equals what was sent and passes its checks again.
 *
 * `findings` are those of the read-back that the plan as sent has not. Also `data` of the event ``upload``.
 */
export interface UploadReceipt {
  readonly upload_id: string;
  readonly vehicle: string;
  readonly sortie: string | null;
  readonly plan_sha256: string;
  readonly actor: Actor;
  readonly started_at: Instant;
  readonly finished_at: Instant;
  readonly verified: boolean;
  readonly stages: readonly TransferReceipt[];
  readonly problem: string | null;
  readonly findings: readonly Finding[];
  readonly former_sha256: string | null;
}

/** The plan last verified on board before uploads that failed. */
export interface FormerPlan {
  readonly plan: Plan;
  readonly plan_sha256: string;
  readonly sortie: string | null;
}

/** The plan a vehicle holds, as last verified. `verified` is False after a failed or half upload. */
export interface Onboard {
  readonly vehicle: string;
  readonly plan: Plan;
  readonly receipt: UploadReceipt;
  readonly former: FormerPlan | null;
}

/** `ok` only when the vehicle itself said yes. `said` are its STATUSTEXTs meanwhile. */
export interface Reply {
  readonly ok: boolean;
  readonly text: string;
  readonly said: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Something that a drone may be wanted at. `number` is the force's own; `place` is in words. Open until closed.
 *
 * `version` counts changes: of two messages about one incident the greater one is true.
 */
export interface Incident {
  readonly incident_id: string;
  readonly number: string;
  readonly place: string;
  readonly lat_deg: number;
  readonly lon_deg: number;
  readonly grade: Grade;
  readonly note: string;
  readonly version: number;
  readonly opened_at: Instant;
  readonly opened_by: string;
  readonly changed_at: Instant;
  readonly closed_at: Instant | null;
  readonly closed_by: string | null;
}

/** Another aircraft, as it says of itself by ADS-B or remote identification. `age_ms` is that of its position. */
export interface Aircraft {
  readonly aircraft: string;
  readonly source: string;
  readonly heard_by: string;
  readonly lat_deg: number;
  readonly lon_deg: number;
  readonly age_ms: number;
  readonly altitude_m: number | null;
  readonly altitude_datum: AltitudeDatum | null;
  readonly height_ground_m: number | null;
  readonly ground_speed_m_s: number | null;
  readonly track_deg: number | null;
  readonly climb_m_s: number | null;
  readonly callsign: string | null;
  readonly kind: string | null;
  readonly squawk: string | null;
  readonly on_ground: boolean | null;
}

/** The aircraft that one gateway has heard of since its last one, at most one entry a second for each. */
export interface TrafficFrame {
  readonly gateway: string;
  readonly sent_at: Instant;
  readonly aircraft: readonly Aircraft[];
}

/** A service is at work. When it is silent for longer than it says, nobody does that work. */
export interface Pulse {
  readonly service: string;
  readonly within_s: number;
}

export interface Me {
  readonly username: string;
  readonly name: string;
  readonly role: string;
  readonly can: readonly string[];
}

/** How a browser joins the bus: a NATS WebSocket address and a subscribe-only credential that expires. */
export interface BusTicket {
  readonly url: string;
  readonly jwt: string;
  readonly seed: string;
  readonly subjects: readonly string[];
  readonly expires_at: Instant;
}

/** One point of the altitude profile along the path; `item` is the index of the item reached here, if one is. */
export interface ProfilePoint {
  readonly distance_m: number;
  readonly height_home_m: number;
  readonly ground_home_m: number | null;
  readonly item: number | null;
}

export const ProfilePointFields = [
  "distance_m",
  "height_home_m",
  "ground_home_m",
  "item",
] as const;
export type ProfilePointTuple = readonly [
  distance_m: number,
  height_home_m: number,
  ground_home_m: number | null,
  item: number | null,
];
export function profilePoint(row: ProfilePointTuple): ProfilePoint {
  return {
    distance_m: row[0],
    height_home_m: row[1],
    ground_home_m: row[2],
    item: row[3],
  };
}

/** One point of the line that the autopilot flies, on the way to item `item`. */
export interface FlownPoint {
  readonly lat_deg: number;
  readonly lon_deg: number;
  readonly height_home_m: number;
  readonly item: number;
}

export const FlownPointFields = [
  "lat_deg",
  "lon_deg",
  "height_home_m",
  "item",
] as const;
export type FlownPointTuple = readonly [
  lat_deg: number,
  lon_deg: number,
  height_home_m: number,
  item: number,
];
export function flownPoint(row: FlownPointTuple): FlownPoint {
  return {
    lat_deg: row[0],
    lon_deg: row[1],
    height_home_m: row[2],
    item: row[3],
  };
}

/** Of one search pattern. `formula` says in words what the coverage factor was reckoned by. */
export interface Odds {
  readonly pattern_id: string;
  readonly coverage: number;
  readonly probability: number;
  readonly formula: string;
}

/** What a plan was checked against. */
export interface DataSet {
  readonly name: string;
  readonly sha256: string;
  readonly airac: string | null;
}

/** Answer of ``POST /api/plans/check``: the server's judgement of one state of a plan. */
export interface PlanReport {
  readonly revision: number;
  readonly plan_sha256: string;
  readonly findings: readonly Finding[];
  readonly profile: readonly ProfilePointTuple[];
  readonly flown: readonly FlownPointTuple[];
  readonly searches: readonly Odds[];
  readonly distance_m: number;
  readonly duration_s: number;
  readonly battery_pct: number | null;
  readonly may_submit: boolean;
  readonly data_sets: readonly DataSet[];
}

/** `sortie_id`: whose plan it is, to compare it with the other approved ones. */
export interface CheckRequest {
  readonly revision: number;
  readonly plan: Plan;
  readonly sortie_id?: string | null;
}

/** `state`: draft, submitted, approved, rejected, uploaded, flown. */
export interface Sortie {
  readonly sortie_id: string;
  readonly title: string;
  readonly purpose: string;
  readonly incident: string | null;
  readonly pilot: string;
  readonly observer: string | null;
  readonly vehicle: string | null;
  readonly state: string;
  readonly version: number;
  readonly plan: Plan;
  readonly plan_sha256: string;
  readonly approved_by: string | null;
  readonly approved_at: Instant | null;
  readonly approved_sha256: string | null;
  readonly rejected_reason: string | null;
  readonly receipt: UploadReceipt | null;
  readonly updated_at: Instant | null;
}

export interface SortieSave {
  readonly version: number;
  readonly title: string;
  readonly purpose: string;
  readonly plan: Plan;
  readonly incident?: string | null;
  readonly observer?: string | null;
  readonly vehicle?: string | null;
}

/** ``POST /api/sorties``: a new draft, of which the caller is the pilot. */
export interface SortieCreate {
  readonly title: string;
  readonly purpose: string;
  readonly plan?: Plan;
  readonly incident?: string | null;
  readonly observer?: string | null;
  readonly vehicle?: string | null;
}

/** ``POST /api/sorties/<id>/submit``: refused (409) unless `version` is the newest. */
export interface SortieSubmit {
  readonly version: number;
}

/** ``POST /api/sorties/<id>/approve``: of exactly this plan. */
export interface SortieApprove {
  readonly plan_sha256: string;
}

/** ``POST /api/sorties/<id>/reject``: `reason` is shown to the pilot. */
export interface SortieReject {
  readonly plan_sha256: string;
  readonly reason: string;
}

/** What the reader may do with this sortie in its present state; for drawing only, the server decides. */
export interface SortieRights {
  readonly edit: boolean;
  readonly submit: boolean;
  readonly approve: boolean;
  readonly upload: boolean;
  readonly override: boolean;
}

export interface SortieSummary {
  readonly sortie_id: string;
  readonly title: string;
  readonly purpose: string;
  readonly incident: string | null;
  readonly pilot: string;
  readonly observer: string | null;
  readonly vehicle: string | null;
  readonly state: string;
  readonly version: number;
  readonly approved_by: string | null;
  readonly updated_at: Instant;
  readonly offered_by: string | null;
}

export interface SortieList {
  readonly sorties: readonly SortieSummary[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** One saved state of a sortie's plan; every one is kept. */
export interface SortieVersion {
  readonly version: number;
  readonly plan_sha256: string;
  readonly saved_by: string;
  readonly saved_at: Instant;
  readonly plan: Plan;
}

/** ``POST /api/sorties/<id>/upload``. `override_reason`: a supervisor's emergency upload without approval. */
export interface UploadStart {
  readonly vehicle: string;
  readonly override_reason?: string | null;
}

/** The upload runs; `job` of the coming ``progress.<vehicle>`` messages is `upload_id`. */
export interface UploadStarted {
  readonly upload_id: string;
  readonly vehicle: string;
  readonly text: string;
}

/** Answer of ``POST /api/plans/import`` (multipart field ``file``). Nothing is saved by it. */
export interface ImportedPlan {
  readonly plan: Plan;
  readonly format: string;
  readonly name: string;
}

/** ``POST /api/plans/patterns`` answers with the `Plan`, every pattern in it expanded anew. Nothing is saved. */
export interface PatternsExpand {
  readonly plan: Plan;
}

/** ``POST /api/plans/split``: the pattern shared out over `drones`. Nothing is saved by it. */
export interface PatternSplit {
  readonly plan: Plan;
  readonly pattern_id: string;
  readonly drones: number;
}

/** One plan for each drone; they finish together and keep apart in height. */
export interface SplitPlans {
  readonly plans: readonly Plan[];
}

/** ``POST /api/plans/avoid`` answers with the `Plan`, its legs led round what is forbidden. Nothing is saved. */
export interface PlanAvoid {
  readonly plan: Plan;
}

/** ``POST /api/plans/fence`` answers with the `Plan`, one inclusion about all it flies. Nothing is saved by it. */
export interface PlanFence {
  readonly plan: Plan;
  readonly margin_m?: number;
}

/** ``POST /api/plans/export`` answers with the file. `format`: a key of `mission.formats.FORMATS`. */
export interface PlanExport {
  readonly plan: Plan;
  readonly format: string;
  readonly name?: string;
}

/** `kind`: area, point, grid reference, position, postcode. `position` is its middle, for an area a point in it. */
export interface FoundPlace {
  readonly name: string;
  readonly kind: string;
  readonly position: Position;
  readonly bounds: readonly [number, number, number, number] | null;
  readonly outline: readonly Position[];
  readonly grid_reference: string | null;
  readonly source: string | null;
}

/** Answer of ``GET /api/places?q=``: what the words may mean, likeliest first; maybe none. */
export interface Places {
  readonly query: string;
  readonly found: readonly FoundPlace[];
}

/**
 * ``POST /api/vehicles/<vehicle>/orders/<verb>`` answers with the vehicle's `Reply`.
 *
 * A supervisor who commands a drone that is not on a sortie of theirs must give a `reason`.
 */
export interface Order {
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly reason?: string | null;
}

/** The verbs the reader may order `vehicle` to do now; none for a vehicle that is not in the list. */
export interface OrderRights {
  readonly vehicle: string;
  readonly verbs: readonly string[];
  readonly reason_required: boolean;
  readonly sortie_id: string | null;
}

/** Where the ground comes from; a graticule is drawn when both are None. `layers`: GeoJSON drawn over it. */
export interface MapConfig {
  readonly style_url: string | null;
  readonly pmtiles_url: string | null;
  readonly layers: readonly string[];
}

export interface Person {
  readonly username: string;
  readonly name: string;
}

/**
 * The JSON in ``<script id="page">`` of ``/sorties/<id>``. `vehicles`: callsigns a sortie may name. `names`: of
 * people, by their accounts.
 */
export interface PlanPage {
  readonly me: Me;
  readonly csrf_token: string;
  readonly unit: string;
  readonly map: MapConfig;
  readonly sortie: Sortie;
  readonly rights: SortieRights;
  readonly vehicles: readonly string[];
  readonly observers: readonly Person[];
  readonly names: Readonly<Record<string, string>>;
}

/** Answer of every ``/api/sorties/<id>…`` that changes or reads a sortie. */
export interface SortieView {
  readonly sortie: Sortie;
  readonly rights: SortieRights;
}

/** What the settings say of a vehicle's camera. `view_deg`: across and up. */
export interface VehicleCamera {
  readonly vehicle: string;
  readonly video: string | null;
  readonly view_deg: readonly [number, number] | null;
}

/** The JSON in ``<script id="page">`` of ``/live``. */
export interface LivePage {
  readonly me: Me;
  readonly csrf_token: string;
  readonly unit: string;
  readonly map: MapConfig;
  readonly orders: readonly OrderRights[];
  readonly guest_until: Instant | null;
  readonly cameras: readonly VehicleCamera[];
  readonly commanders: readonly Person[];
  readonly names: Readonly<Record<string, string>>;
}

/** Slow facts about a vehicle. `known` is False for one that no settings file names. */
export interface VehicleInfo {
  readonly vehicle: string;
  readonly gateway: string;
  readonly link: string;
  readonly system_id: number;
  readonly known: boolean;
  readonly autopilot: string | null;
  readonly firmware: string | null;
  readonly serial: string | null;
  readonly capabilities: number | null;
  readonly statustexts: readonly string[];
  readonly commander: Actor | null;
  readonly command_since: Instant | null;
  readonly command_offered_to: string | null;
  readonly command_override_reason: string | null;
}

/** Answer of ``GET /api/fleet``: what a live page needs before its first frame. */
export interface Fleet {
  readonly vehicles: readonly VehicleInfo[];
  readonly onboard: readonly Onboard[];
  readonly alerts: readonly Alert[];
  readonly incidents: readonly Incident[];
}

/** Answer of ``GET /api/past/alerts``: those raised or changed in the last hour, and those open longer. */
export interface PastAlerts {
  readonly alerts: readonly Alert[];
}

/** Body of every 4xx/5xx answer under /api. `where` names the field or the place in a file. */
export interface Problem {
  readonly text: string;
  readonly where: string | null;
}

/** That a supervisor, who did not fly it, has reviewed a flight. It is given once and stays. */
export interface SignOff {
  readonly by: string;
  readonly at: Instant;
  readonly remark: string | null;
}

/** One row of the flights list. What the recording did not tell is None. */
export interface FlightSummary {
  readonly flight_id: string;
  readonly vehicle: string;
  readonly started_at: Instant;
  readonly ended_at: Instant | null;
  readonly duration_s: number | null;
  readonly pilot: string | null;
  readonly sortie_id: string | null;
  readonly title: string | null;
  readonly incident: string | null;
  readonly outcome: string | null;
  readonly distance_m: number | null;
  readonly max_height_m: number | null;
  readonly upload_verified: boolean | null;
  readonly frames_recorded: number | null;
  readonly frames_lost: number | null;
  readonly sign_off: SignOff | null;
  readonly exhibit: boolean;
}

export interface FlightList {
  readonly flights: readonly FlightSummary[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** `at` is when it was written, `moment` the moment of the flight that it is about, if it is about one. */
export interface FlightNote {
  readonly note_id: number;
  readonly author: string;
  readonly at: Instant;
  readonly text: string;
  readonly moment: Instant | null;
}

/** ``POST /api/flights/<id>/notes`` answers with the `FlightNote`. */
export interface NoteCreate {
  readonly text: string;
  readonly moment?: Instant | null;
}

/**
 * When a photograph was taken or a video began. `source`: the ``file`` itself, or ``given`` by who attached it.
 *
 * None where neither tells.
 */
export interface Taken {
  readonly at: Instant | null;
  readonly source: string | null;
}

/** A photograph, video or log. ``POST /api/flights/<id>/attachments?name=&taken_at=`` with one as body gives it. */
export interface Attachment {
  readonly attachment_id: number;
  readonly name: string;
  readonly media_type: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly by: string;
  readonly at: Instant;
  readonly taken: Taken;
}

/** ``POST /api/flights/<id>/sign-off`` answers with the `SignOff`; 409 if the flight has one. */
export interface SignOffCreate {
  readonly remark?: string | null;
}

/**
 * One mission item's leg as flown. Distances in metres; None where no position was recorded on it.
 *
 * `item` is the index in `plan.items`; `height_error_m` is flown minus planned at the end of the leg.
 */
export interface LegFlown {
  readonly item: number;
  readonly from_s: number;
  readonly to_s: number;
  readonly cross_track_p95_m: number | null;
  readonly cross_track_max_m: number | null;
  readonly height_error_m: number | null;
  readonly passed_at_m: number | null;
}

/** How the flown track lay to the planned path, in metres, and which items were reached (by index in the plan). */
export interface FlownAgainstPlan {
  readonly cross_track_p50_m: number | null;
  readonly cross_track_p95_m: number | null;
  readonly cross_track_max_m: number | null;
  readonly items_reached: readonly number[];
  readonly items_total: number;
  readonly height_error_p95_m: number | null;
  readonly legs: readonly LegFlown[];
}

export interface RecordedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** A time in which nothing was received because the gateway itself was not running. */
export interface RecordingHole {
  readonly from_at: Instant;
  readonly to_at: Instant;
}

/**
 * Answer of ``GET /api/flights/<id>``. `files`: names in the bundle with their SHA-256 from the manifest.
 *
 * `holes` are times that were not recorded, to be drawn as such.
 */
export interface Flight {
  readonly summary: FlightSummary;
  readonly plan: Plan | null;
  readonly receipt: UploadReceipt | null;
  readonly events: readonly Event[];
  readonly against_plan: FlownAgainstPlan | null;
  readonly notes: readonly FlightNote[];
  readonly files: Readonly<Record<string, RecordedFile>>;
  readonly holes: readonly RecordingHole[];
  readonly may_export: boolean;
  readonly may_note: boolean;
  readonly may_sign_off: boolean;
  readonly attachments: readonly Attachment[];
  readonly may_see_evidence: boolean;
}

/** `mode` was flown from `time_s` on. */
export interface FlightMode {
  readonly time_s: number;
  readonly mode: string;
}

/**
 * Answer of ``GET /api/flights/<id>/series``: columns of equal length over one clock, at most 5,000 rows.
 *
 * `time_s` are seconds since 1970 (UTC) of the receive time; None where nothing was known yet.
 */
export interface FlightSeries {
  readonly rows_recorded: number;
  readonly time_s: readonly number[];
  readonly lat_deg: readonly (number | null)[];
  readonly lon_deg: readonly (number | null)[];
  readonly height_home_m: readonly (number | null)[];
  readonly altitude_amsl_m: readonly (number | null)[];
  readonly ground_speed_m_s: readonly (number | null)[];
  readonly climb_m_s: readonly (number | null)[];
  readonly heading_deg: readonly (number | null)[];
  readonly battery_pct: readonly (number | null)[];
  readonly battery_v: readonly (number | null)[];
  readonly link_loss_pct: readonly (number | null)[];
  readonly modes: readonly FlightMode[];
}

/**
 * One thing that was not as it should be, with its evidence.
 *
 * `check` names the rule that found it, `text` says what happened with numbers, `meaning` what that usually means.
 * Times as in `Table.time_s`; `to_s` is None for a moment, or for what had not ended when the recording did.
 */
export interface Observation {
  readonly check: string;
  readonly severity: Severity;
  readonly from_s: number;
  readonly to_s: number | null;
  readonly text: string;
  readonly meaning: string;
  readonly evidence: string;
  readonly position: Position | null;
  readonly height_home_m: number | null;
}

/** Answer of ``GET /api/flights/<id>/examination``: what an examiner writes down. A quiet flight has none. */
export interface Examination {
  readonly observations: readonly Observation[];
  readonly against_plan: FlownAgainstPlan | null;
}

/** Where a listed flight was: pairs of longitude and latitude, thinned. */
export interface ListedTrack {
  readonly flight_id: string;
  readonly vehicle: string;
  readonly started_at: Instant;
  readonly path: readonly (readonly [number, number])[];
}

/** The JSON in ``<script id="page">`` of ``/flights``. `area`: what was asked for, one place or a ring. */
export interface FlightsMap {
  readonly map: MapConfig;
  readonly area: readonly Position[];
  readonly within_m: number;
  readonly tracks: readonly ListedTrack[];
}

/** The JSON in ``<script id="page">`` of ``/flights/<id>``. `names`: of people, by their accounts. */
export interface FlightPage {
  readonly me: Me;
  readonly csrf_token: string;
  readonly unit: string;
  readonly map: MapConfig;
  readonly flight: Flight;
  readonly names: Readonly<Record<string, string>>;
}

/** `unit` is what a chart's values are in: SI, degrees, times as logged; None where the log does not tell. */
export interface LoggedField {
  readonly name: string;
  readonly unit: string | null;
}

/** Its fields that a chart can show: single numbers. */
export interface LoggedMessage {
  readonly name: string;
  readonly rows: number;
  readonly fields: readonly LoggedField[];
}

/**
 * One log of a flight. `source` is ``recording`` for our own, else the number of the attachment.
 *
 * `offset_s` is what was added to its times so that it tells the same as the recording; None: they have nothing in
 * common to go by, and its own times stand. `problem` says why a log cannot be read.
 */
export interface FlightLog {
  readonly source: string;
  readonly name: string;
  readonly kind: string | null;
  readonly bytes: number;
  readonly offset_s: number | null;
  readonly messages: readonly LoggedMessage[];
  readonly problem: string | null;
}

/** Answer of ``GET /api/flights/<id>/logs``: our own recording first. */
export interface FlightLogs {
  readonly logs: readonly FlightLog[];
}

/**
 * Answer of ``GET /api/flights/<id>/chart?source=&message=&field=&instance=&from=&to=&stretches=``.
 *
 * Of the rows between the two times (and one beyond either end) the extremes of so many stretches: the line drawn of
 * them is that of all rows. Without `message`, `field` names a column of `FlightSeries`. Times as there.
 */
export interface ChartWindow {
  readonly rows: number;
  readonly time_s: readonly number[];
  readonly values: readonly (number | null)[];
  readonly instance: number | null;
  readonly instances: readonly number[];
}

/** A log on board of the drone. `written_at`: when last, as it tells. */
export interface DroneLog {
  readonly number: number;
  readonly size: number;
  readonly written_at: Instant | null;
}

/** Answer of ``GET /api/flights/<id>/drone-logs``: newest first. `likely` is the one that should hold the flight. */
export interface DroneLogs {
  readonly logs: readonly DroneLog[];
  readonly likely: number | null;
}

/**
 * `arguments` of the request ``log``: fetch the vehicle's own log into ``vehicle-logs/<vehicle>/``.
 *
 * `flight_id` is the flight that it is fetched for; without `number` it is the newest. The request ``logs`` lists them
 * in `data`. A log that was broken off is taken up again where it was.
 */
export interface LogOrder {
  readonly job: string;
  readonly flight_id: string | null;
  readonly number: number | null;
}

/** `data` of the event ``log``, the end of a request ``log``. Where it failed `file` is None and `problem` why. */
export interface LogReceipt {
  readonly job: string;
  readonly vehicle: string;
  readonly flight_id: string | null;
  readonly number: number | null;
  readonly file: string | null;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly problem: string | null;
}

/** `data.fetch` of the answer to ``fetching``: how the log that was asked for last is coming, in bytes. */
export interface LogFetch {
  readonly order: LogOrder;
  readonly done: number;
  readonly total: number;
  readonly receipt: LogReceipt | null;
}

/** Answer of ``POST /api/flights/<id>/drone-logs/<number>`` and of ``GET …/fetching``: None where none is asked. */
export interface DroneLogFetch {
  readonly fetch: LogFetch | null;
}

/**
 * Another flight at the same time, and the closest the two came; None where its recording does not tell.
 *
 * `height_m`: how much higher this flight's drone was.
 */
export interface OtherDrone {
  readonly flight_id: string;
  readonly vehicle: string;
  readonly nearest_at_s: number | null;
  readonly horizontal_m: number | null;
  readonly height_m: number | null;
}

/** Mean over the flight. `from_deg`: where it came from, clockwise from true north. */
export interface Wind {
  readonly speed_m_s: number;
  readonly from_deg: number;
  readonly strongest_m_s: number;
  readonly drag_per_s: number;
}

/** One zone that came near. `inside`: times within it, sideways and by height; empty where it stayed outside. */
export interface NearZone {
  readonly zone_id: string;
  readonly name: string;
  readonly kind: string;
  readonly nearest_m: number;
  readonly nearest_at_s: number;
  readonly inside: readonly (readonly [number, number])[];
}

/**
 * Answer of ``GET /api/flights/<id>/circumstances``. None is unknown: the flight does not tell the wind, or no
 * airspace is configured.
 */
export interface Circumstances {
  readonly wind: Wind | null;
  readonly zones: readonly NearZone[] | null;
  readonly others: readonly OtherDrone[];
}

/**
 * One piece of ground that was in view. `rings`: the outer one and its holes, as pairs of longitude and latitude.
 *
 * GeoJSON's Polygon.
 */
export interface SeenArea {
  readonly rings: readonly (readonly (readonly [number, number])[])[];
}

/**
 * Answer of ``GET /api/flights/<id>/coverage``. `camera`: whose view it is; None: nobody said, so nothing is known.
 *
 * `aimed`: the recording tells where it looked; if not, it is taken to have looked straight down. The ground is taken
 * to be level (`telemetry.review.coverage`).
 */
export interface Coverage {
  readonly camera: string | null;
  readonly aimed: boolean;
  readonly area_m2: number;
  readonly areas: readonly SeenArea[];
}

/** A spot was in view from `from_s` to `to_s`; the nearest it then lay to the drone, in the air line. */
export interface Seen {
  readonly from_s: number;
  readonly to_s: number;
  readonly nearest_m: number;
}

/** Answer of ``GET /api/flights/<id>/seen?lat=&lon=``: when that place was in view, first time first. */
export interface SpotSeen {
  readonly times: readonly Seen[];
}

/** Answer of ``GET /api/flights/<id>/companions``: flights at the same time, of the same incident or sortie. */
export interface Companions {
  readonly flights: readonly FlightSummary[];
}

/** The closest two drones came, horizontally and in all. `height_m` is the difference of heights then. */
export interface Separation {
  readonly at_s: number;
  readonly horizontal_m: number;
  readonly height_m: number;
  readonly distance_m: number;
}

/** How far apart two drones were that flew at the same time: the distance over time, thinned, and its least. */
export interface Apart {
  readonly time_s: readonly number[];
  readonly distance_m: readonly number[];
  readonly nearest: Separation;
}

/**
 * Answer of ``POST /api/flights/<id>/compare/<other>``: the other flight. That the two were combined is in both
 * custody logs. `took_off_s` is this flight's, None where it stayed on the ground; `apart` None: not at one time.
 */
export interface Comparison {
  readonly other: FlightSummary;
  readonly series: FlightSeries;
  readonly took_off_s: number | null;
  readonly other_took_off_s: number | null;
  readonly apart: Apart | null;
}

/** ``POST /api/incidents`` answers with the `Incident` (201); 409 if there is one of that number. */
export interface IncidentCreate {
  readonly number: string;
  readonly lat_deg: number;
  readonly lon_deg: number;
  readonly grade?: Grade;
  readonly place?: string;
  readonly note?: string;
}

/** ``PUT /api/incidents/<id>``: all of it anew, made from `version`. `is_open` closes it, or opens it again. */
export interface IncidentSave {
  readonly version: number;
  readonly number: string;
  readonly lat_deg: number;
  readonly lon_deg: number;
  readonly grade: Grade;
  readonly place: string;
  readonly note: string;
  readonly is_open?: boolean;
}

/**
 * A drone that could go. `against` says in words why it cannot, `remarks` what to think of if it can.
 *
 * `eta_s`: from now until it is over the place, take-off and the way round forbidden ground included. `route` begins
 * where the drone is. `stay_s`: how long it could remain there and still come home with the reserve. `reserve_pct` is
 * the battery left when it has gone there, stayed `Candidates.stay_s`, and landed at home. None is not known.
 */
export interface Candidate {
  readonly vehicle: string;
  readonly possible: boolean;
  readonly against: readonly string[];
  readonly remarks: readonly string[];
  readonly eta_s: number | null;
  readonly distance_m: number | null;
  readonly route: readonly Position[];
  readonly stay_s: number | null;
  readonly reserve_pct: number | null;
  readonly battery_pct: number | null;
  readonly armed: boolean | null;
  readonly sortie_id: string | null;
  readonly pilot: string | null;
}

/**
 * ``GET /api/incidents/<id>/candidates``: every drone, the one that can be there first before the others.
 *
 * `limits` says what the reckoning did not know, such as the wind. `pilots` may be offered it. `offers`: what was
 * offered because of it, by whomever, and what has become of it.
 */
export interface Candidates {
  readonly incident_id: string;
  readonly candidates: readonly Candidate[];
  readonly stay_s: number;
  readonly height_m: number;
  readonly limits: readonly string[];
  readonly pilots: readonly Person[];
  readonly offers: readonly SortieSummary[];
}

/**
 * ``POST /api/incidents/<id>/offer``: a new draft for `pilot`, who checks it and submits it as any other.
 *
 * Answers with the `SortieView` (201). Heights above home.
 */
export interface OfferCreate {
  readonly vehicle: string;
  readonly pilot: string;
  readonly task?: Task;
  readonly height_m?: number;
}
