"""What travels on the bus. Everything is msgpack of these structs; TypeScript types are generated from them.

Units are in the names. Unknown is None. Times are UTC (`datetime` with timezone); ages are milliseconds at the
moment the frame was sent, taken from a monotonic clock, so that a stepped wall clock never makes old data fresh.
"""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from mission.finding import Finding
from mission.plan import Plan

AREA_ZOOM: Final = 12


class LinkQuality(msgspec.Struct, frozen=True):
    """One of the links that a vehicle is heard on."""

    link: str
    loss_pct: float | None
    """Frames missing by sequence number over the last 10 s."""
    heard_age_ms: int
    signed: bool
    """Everything on it is signed, and what is not is refused."""
    refused: int
    """Frames refused since the gateway's start because they came in the vehicle's name without its right signature."""


class LiveVehicle(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that is known of one vehicle now. Heights: AMSL, above home, and above ground where it reports one."""

    vehicle: str
    mode: str | None = None
    """ArduCopter's name, e.g. ``AUTO``."""
    armed: bool | None = None
    landed: bool | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    altitude_amsl_m: float | None = None
    height_home_m: float | None = None
    height_ground_m: float | None = None
    velocity_north_m_s: float | None = None
    velocity_east_m_s: float | None = None
    climb_m_s: float | None = None
    ground_speed_m_s: float | None = None
    heading_deg: float | None = None
    roll_deg: float | None = None
    pitch_deg: float | None = None
    battery_v: float | None = None
    battery_a: float | None = None
    battery_pct: float | None = None
    battery_used_mah: float | None = None
    gps_fix: int | None = None
    """GPS_FIX_TYPE."""
    satellites: int | None = None
    hdop: float | None = None
    ekf_ok: bool | None = None
    vibration_m_s2: float | None = None
    """Largest of the three axes of VIBRATION."""
    prearm_ok: bool | None = None
    """MAV_SYS_STATUS_PREARM_CHECK healthy."""
    fence_enabled: bool | None = None
    fence_breached: bool | None = None
    mission_item: int | None = None
    """Item now flown to, as MISSION_CURRENT numbers it (0 is home)."""
    mission_items: int | None = None
    home_lat_deg: float | None = None
    home_lon_deg: float | None = None
    home_amsl_m: float | None = None
    link: str | None = None
    """Name of the link that commands go out on."""
    link_loss_pct: float | None = None
    """Frames missing by sequence number over the last 10 s."""
    round_trip_ms: float | None = None
    heartbeat_age_ms: int | None = None
    position_age_ms: int | None = None
    attitude_age_ms: int | None = None
    battery_age_ms: int | None = None
    gps_age_ms: int | None = None
    mission_age_ms: int | None = None
    links: tuple[LinkQuality, ...] = ()
    """All links it is heard on, where there are several or they are signed; `link` is the one of them in use."""
    clock_offset_s: float | None = None
    """UTC in seconds since 1970 = the vehicle's own clock + this."""
    camera_pitch_deg: float | None = None
    """Where the gimbal points its camera: 0 at the horizon, -90 straight down."""
    camera_yaw_deg: float | None = None
    """The same, from true north."""


class LiveFrame(msgspec.Struct, frozen=True, array_like=True):
    """One gateway's vehicles of one area at one tick. `sequence` counts up by one per gateway and area."""

    gateway: str
    area: str
    sequence: int
    sent_at: datetime
    vehicles: tuple[LiveVehicle, ...]


class AltitudeDatum(StrEnum):
    """What the altitude of another aircraft is measured from. Neither is AMSL: convert or widen before comparing."""

    PRESSURE = "pressure"
    """Above the 1013.25 hPa surface: about 8 m too high or too low for each hPa that QNH differs from it."""
    ELLIPSOID = "ellipsoid"
    """Above WGS 84 (about 46 m above mean sea level at London)."""


class Aircraft(msgspec.Struct, frozen=True):
    """Another aircraft, as it says of itself by ADS-B or remote identification. `age_ms` is that of its position."""

    aircraft: str
    """``icao-4ca1b2`` or ``rid-<serial or sender>``: the same from whichever receiver."""
    source: str
    """``adsb`` or ``remote_id``."""
    heard_by: str
    """The vehicle or receiver that passed it on."""
    lat_deg: float
    lon_deg: float
    age_ms: int
    altitude_m: float | None = None
    altitude_datum: AltitudeDatum | None = None
    height_ground_m: float | None = None
    """Above ground or its take-off, where it reports that (remote identification)."""
    ground_speed_m_s: float | None = None
    track_deg: float | None = None
    climb_m_s: float | None = None
    callsign: str | None = None
    kind: str | None = None
    """ADSB_EMITTER_TYPE or MAV_ODID_UA_TYPE in words, e.g. ``rotorcraft``."""
    squawk: str | None = None
    """Four octal digits; 7500, 7600, 7700 are the emergencies."""
    on_ground: bool | None = None


class TrafficFrame(msgspec.Struct, frozen=True):
    """The aircraft that one gateway has heard of since its last one, at most one entry a second for each."""

    gateway: str
    sent_at: datetime
    aircraft: tuple[Aircraft, ...]


class RawVehicle(msgspec.Struct, frozen=True, array_like=True):
    """Frames of one vehicle, both directions, as tlog bytes: 8-byte big-endian µs since 1970, then the frame."""

    vehicle: str
    tlog: bytes
    frames: int
    frames_before: int
    """Frames this gateway run has recorded of this vehicle before this chunk: a hole shows as a jump."""


class RawChunk(msgspec.Struct, frozen=True, array_like=True):
    """What one gateway received and sent since its last chunk. `run` is new at each start of the gateway."""

    gateway: str
    run: str
    sequence: int
    vehicles: tuple[RawVehicle, ...]


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a vehicle. `text` is a whole sentence for people, `data` is for programs."""

    event_id: str
    at: datetime
    vehicle: str
    kind: str
    text: str
    actor: str | None = None
    data: dict[str, Any] = {}


class Actor(msgspec.Struct, frozen=True):
    user: str
    role: str


class Request(msgspec.Struct, frozen=True):
    """A person's order to a vehicle, already allowed by `web`. Verbs are in `telemetry.services.orders`."""

    actor: Actor
    arguments: dict[str, Any] = {}
    sortie: str | None = None
    reason: str | None = None


class Reply(msgspec.Struct, frozen=True):
    """`ok` only when the vehicle itself said yes. `said` are its STATUSTEXTs meanwhile."""

    ok: bool
    text: str
    said: tuple[str, ...] = ()
    data: dict[str, Any] = {}


class UploadOrder(msgspec.Struct, frozen=True):
    """`arguments` of the request ``upload``."""

    upload_id: str
    plan: Plan
    plan_sha256: str


class LogOrder(msgspec.Struct, frozen=True):
    """`arguments` of the request ``log``: fetch the vehicle's own log into the flight's bundle folder.

    Without `flight_id` it goes into ``vehicle-logs/<vehicle>/``; without `number` it is the newest. The request
    ``logs`` lists them in `data`. A log that was broken off is taken up again where it was.
    """

    job: str
    flight_id: str | None = None
    number: int | None = None


class LogReceipt(msgspec.Struct, frozen=True):
    """`data` of the event ``log``, the end of a request ``log``. Where it failed `file` is None and `problem` why."""

    job: str
    vehicle: str
    flight_id: str | None
    number: int | None
    file: str | None
    bytes: int
    sha256: str | None
    problem: str | None = None


class Progress(msgspec.Struct, frozen=True):
    """Where a long job stands. `stage`: mission, geofence, rally, parameters, log; `phase`: write or read back."""

    job: str
    vehicle: str
    stage: str
    phase: str
    done: int
    total: int


class TransferReceipt(msgspec.Struct, frozen=True):
    """One of the three transfers: what was sent, what was read back, and whether they are equal."""

    stage: str
    items: int
    sent_sha256: str
    read_sha256: str | None
    verified: bool
    problem: str | None = None


class UploadReceipt(msgspec.Struct, frozen=True):
    """`verified` only if every stage's read-back equals what was sent and passes its checks again.

    `findings` are those of the read-back that the plan as sent has not. Also `data` of the event ``upload``.
    """

    upload_id: str
    vehicle: str
    sortie: str | None
    plan_sha256: str
    actor: Actor
    started_at: datetime
    finished_at: datetime
    verified: bool
    stages: tuple[TransferReceipt, ...]
    problem: str | None = None
    findings: tuple[Finding, ...] = ()


class UploadUnderWay(msgspec.Struct, frozen=True):
    """An upload that has begun and not ended: a gateway that finds one at its start reports it as failed."""

    order: UploadOrder
    actor: Actor
    sortie: str | None
    started_at: datetime


class FormerPlan(msgspec.Struct, frozen=True):
    """The plan last verified on board before uploads that failed."""

    plan: Plan
    plan_sha256: str
    sortie: str | None


class Onboard(msgspec.Struct, frozen=True):
    """The plan a vehicle holds, as last verified. `verified` is False after a failed or half upload."""

    vehicle: str
    plan: Plan
    receipt: UploadReceipt
    former: FormerPlan | None = None
    """After an upload that failed: what the request ``restore`` (no arguments) puts back; it ends as an upload does."""


class VehicleInfo(msgspec.Struct, frozen=True):
    """Slow facts about a vehicle. `known` is False for one that no settings file names."""

    vehicle: str
    gateway: str
    link: str
    system_id: int
    known: bool
    autopilot: str | None = None
    firmware: str | None = None
    serial: str | None = None
    capabilities: int | None = None
    statustexts: tuple[str, ...] = ()
    """The latest, oldest first, at most 20, with PreArm ones in the autopilot's own words."""
    commander: Actor | None = None
    """Who holds command: nobody else's orders are carried out, but for return, land, hold and pause."""
    command_since: datetime | None = None
    command_offered_to: str | None = None
    """The user whom the commander wants to take over."""
    command_override_reason: str | None = None
    """Why a supervisor took command from another."""


class Alert(msgspec.Struct, frozen=True):
    """Raised once; open until it has ended *and* been acknowledged. `severity`: warning or critical."""

    alert_id: str
    vehicle: str
    rule: str
    severity: str
    text: str
    raised_at: datetime
    ended_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None


class Grade(StrEnum):
    """How soon an incident needs somebody there, as UK control rooms grade their calls."""

    IMMEDIATE = "immediate"
    PRIORITY = "priority"
    SCHEDULED = "scheduled"


class Incident(msgspec.Struct, frozen=True):
    """Something that a drone may be wanted at. `number` is the force's own; `place` is in words. Open until closed.

    `version` counts changes: of two messages about one incident the greater one is true.
    """

    incident_id: str
    number: str
    place: str
    lat_deg: float
    lon_deg: float
    grade: Grade
    note: str
    version: int
    opened_at: datetime
    opened_by: str
    changed_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None


class GuestView(msgspec.Struct, frozen=True):
    """What the holder of a guest link may watch. It is told on ``guest.<id>`` until it expires."""

    guest_id: str
    vehicles: tuple[str, ...]
    expires_at: datetime


class OpenFlight(msgspec.Struct, frozen=True):
    """A flight being recorded."""

    flight_id: str
    vehicle: str
    started_at: datetime
    bundle: str


class RecordedFile(msgspec.Struct, frozen=True):
    sha256: str
    bytes: int


class RecordingHole(msgspec.Struct, frozen=True):
    """A time in which nothing was received because the gateway itself was not running."""

    from_at: datetime
    to_at: datetime


class FlightRecord(msgspec.Struct, frozen=True):
    """``manifest.json`` of a closed bundle, and `data` of the event ``flight_closed``.

    `frames_received` is what the gateway counted of this vehicle, both directions, from the first recorded frame to the
    last; `frames_recorded` are those in ``telemetry.tlog``; `frames_lost` is the difference. `outcome`: ``landed``,
    ``disarmed in the air``, ``contact lost``.
    """

    flight_id: str
    vehicle: str
    gateway: str
    bundle: str
    started_at: datetime
    """Armed; the recording begins up to 10 s before."""
    ended_at: datetime
    """Disarmed, or last heard."""
    duration_s: float
    outcome: str
    frames_received: int
    frames_recorded: int
    frames_lost: int
    holes: tuple[RecordingHole, ...]
    distance_m: float
    max_height_m: float | None
    """Above home."""
    sortie: str | None
    upload_id: str | None
    upload_verified: bool | None
    plan_sha256: str | None
    files: dict[str, RecordedFile]


def area_of(lat_deg: float | None, lon_deg: float | None) -> str:
    """The Web Mercator tile at zoom 12 (about 6 km wide in London) as ``x-y``; ``nowhere`` for no position."""
    if lat_deg is None or lon_deg is None:
        return "nowhere"
    scale = 1 << AREA_ZOOM
    phi = math.radians(lat_deg if -85.05 < lat_deg < 85.05 else math.copysign(85.05, lat_deg))
    x = int((lon_deg + 180.0) / 360.0 * scale) % scale
    y = int((1.0 - math.atanh(math.sin(phi)) / math.pi) / 2.0 * scale)
    return f"{x}-{y}"
