"""The flown path of a recording in one shape, whatever log it comes from."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mission.position import Position
from telemetry.logs.log import Log
from telemetry.logs.table import Floats, Table
from telemetry.review.own_order import said_in_order

_HEADING_UNKNOWN: Final = 65535


class Track(NamedTuple):
    """Columns of one length, in the order of time; NaN is unknown. Velocities over the ground."""

    time_s: Floats
    lat_deg: Floats
    lon_deg: Floats
    altitude_amsl_m: Floats
    height_home_m: Floats
    velocity_north_m_s: Floats
    velocity_east_m_s: Floats
    climb_m_s: Floats
    heading_deg: Floats

    @property
    def start(self) -> Position:
        return Position(float(self.lat_deg[0]), float(self.lon_deg[0]))

    @property
    def ground_speed_m_s(self) -> Floats:
        return np.hypot(self.velocity_north_m_s, self.velocity_east_m_s)


def held(clock: Floats, at: Floats, values: Floats) -> Floats:
    """`values` reported at `at`, each held until the next, at the times of `clock`; NaN before the first."""
    if not len(at):
        return np.full(len(clock), np.nan)
    index = np.searchsorted(at, clock, side="right") - 1
    return np.where(index >= 0, values[np.maximum(index, 0)], np.nan)


def track_of(log: Log) -> Track | None:
    """The vehicle's own estimate of where it was; None where the recording holds no position.

    Damaged bytes may tell of a place that is not on the globe: such rows are left out.
    """
    track = _TRACKS[log.kind](log)
    if track is None:
        return None
    nowhere = (np.abs(track.lat_deg) > 90.0) | (np.abs(track.lon_deg) > 180.0)
    if not nowhere.any():
        return track
    return None if nowhere.all() else Track(*(column[~nowhere] for column in track))


def _from_tlog(log: Log) -> Track | None:
    """GLOBAL_POSITION_INT, but for rows at 0, 0: the autopilot has no position then."""
    table = said_in_order(log, "GLOBAL_POSITION_INT")
    if table is None:
        return None
    return _global_position(table.where((table["lat"] != 0) | (table["lon"] != 0)))


def _global_position(table: Table) -> Track | None:
    if not len(table):
        return None
    return Track(
        time_s=table.time_s,
        lat_deg=table.si("lat"),
        lon_deg=table.si("lon"),
        altitude_amsl_m=table.si("alt"),
        height_home_m=table.si("relative_alt"),
        velocity_north_m_s=table.si("vx"),
        velocity_east_m_s=table.si("vy"),
        climb_m_s=-table.si("vz"),
        heading_deg=np.where(table["hdg"] == _HEADING_UNKNOWN, np.nan, table.si("hdg")),
    )


def _from_dataflash(log: Log) -> Track | None:
    """POS, and the speeds of the EKF core in use (XKF1; else GPS). POS has rows only where there is a position."""
    pos = log.get("POS")
    if pos is None or not {"Lat", "Lng", "Alt", "RelHomeAlt"} <= set(pos.fields) or not len(pos):
        return None
    clock = pos.time_s
    north, east, climb, heading = _velocity(log, clock)
    return Track(
        time_s=clock,
        lat_deg=pos.si("Lat"),
        lon_deg=pos.si("Lng"),
        altitude_amsl_m=pos.si("Alt"),
        height_home_m=pos.si("RelHomeAlt"),
        velocity_north_m_s=north,
        velocity_east_m_s=east,
        climb_m_s=climb,
        heading_deg=heading,
    )


def _velocity(log: Log, clock: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    core = log.get("XKF1")
    if core is not None and {"VN", "VE", "VD", "Yaw"} <= set(core.fields):
        core = core.of(0)
        at = core.time_s
        return (
            held(clock, at, core.si("VN")),
            held(clock, at, core.si("VE")),
            held(clock, at, -core.si("VD")),
            held(clock, at, core.si("Yaw") % 360.0),
        )
    unknown = np.full(len(clock), np.nan)
    gps = log.get("GPS")
    if gps is None or not {"Spd", "GCrs", "VZ"} <= set(gps.fields):
        return unknown, unknown, unknown, unknown
    gps = gps.of(0)
    course, speed = np.radians(gps.si("GCrs")), gps.si("Spd")
    at = gps.time_s
    return (
        held(clock, at, speed * np.cos(course)),
        held(clock, at, speed * np.sin(course)),
        held(clock, at, -gps.si("VZ")),
        unknown,
    )


def _from_ulog(log: Log) -> Track | None:
    """vehicle_global_position and vehicle_local_position, the estimator's own."""
    place, local = log.get("vehicle_global_position"), log.get("vehicle_local_position")
    if place is None or not {"lat", "lon", "alt"} <= set(place.fields) or not len(place):
        return None
    clock, unknown = place.time_s, np.full(len(place), np.nan)
    north = east = climb = heading = height = unknown
    if local is not None and {"vx", "vy", "vz", "z", "heading"} <= set(local.fields):
        at = local.time_s
        north, east = held(clock, at, local.si("vx")), held(clock, at, local.si("vy"))
        climb, height = held(clock, at, -local.si("vz")), held(clock, at, -local.si("z"))
        heading = np.degrees(held(clock, at, local.si("heading"))) % 360.0
    return Track(clock, place.si("lat"), place.si("lon"), place.si("alt"), height, north, east, climb, heading)


_TRACKS: Final = {
    "tlog": _from_tlog,
    "dataflash": _from_dataflash,
    "dataflash text": _from_dataflash,
    "ulog": _from_ulog,
}
