"""Live state: where every vehicle is now, and the aircraft that they hear of. Core NATS, ten times a second."""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

AREA_ZOOM: Final = 12
_TILES: Final = 1 << AREA_ZOOM


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
    """All that is known of one vehicle now: words first, then numbers; all but places and clocks in single precision.

    Heights: AMSL, above home, and above ground where it reports one."""

    vehicle: str
    mode: str | None = None
    """ArduCopter's name, e.g. ``AUTO``."""
    link: str | None = None
    """Name of the link that commands go out on."""
    links: tuple[LinkQuality, ...] = ()
    """All links it is heard on, where there are several or they are signed; `link` is the one of them in use."""
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
    """As MISSION_CURRENT counts them: without home, as the plan does."""
    home_lat_deg: float | None = None
    home_lon_deg: float | None = None
    home_amsl_m: float | None = None
    link_loss_pct: float | None = None
    """Frames missing by sequence number over the last 10 s."""
    round_trip_ms: float | None = None
    heartbeat_age_ms: int | None = None
    position_age_ms: int | None = None
    attitude_age_ms: int | None = None
    battery_age_ms: int | None = None
    gps_age_ms: int | None = None
    mission_age_ms: int | None = None
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


class Pulse(msgspec.Struct, frozen=True):
    """A service is at work. When it is silent for longer than it says, nobody does that work."""

    service: str
    """``monitor``, ``recorder``, ``web``, or a gateway's name."""
    within_s: float
    """By then the next one has come."""


class TrafficFrame(msgspec.Struct, frozen=True):
    """The aircraft that one gateway has heard of since its last one, at most one entry a second for each."""

    gateway: str
    sent_at: datetime
    aircraft: tuple[Aircraft, ...]


def tile_of(lat_deg: float, lon_deg: float) -> int:
    """The Web Mercator tile at zoom 12 (about 6 km wide in London) by its number, column by column."""
    phi = math.radians(lat_deg if -85.05 < lat_deg < 85.05 else math.copysign(85.05, lat_deg))
    column = int((lon_deg + 180.0) / 360.0 * _TILES) % _TILES
    row = int((1.0 - math.atanh(math.sin(phi)) / math.pi) / 2.0 * _TILES)
    return column * _TILES + row


def area(tile: int | None) -> str:
    """A tile as ``x-y``; ``nowhere`` for none."""
    return "nowhere" if tile is None else f"{tile // _TILES}-{tile % _TILES}"


def area_of(lat_deg: float | None, lon_deg: float | None) -> str:
    """The tile of a place as ``x-y``; ``nowhere`` for no position."""
    return area(None if lat_deg is None or lon_deg is None else tile_of(lat_deg, lon_deg))
