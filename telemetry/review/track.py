"""The flown path of a recording in one shape, whatever log it comes from."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from telemetry.logs.log import Log
from telemetry.logs.table import Floats, Table
from telemetry.logs.telling_tlog import said_by_vehicle

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
    def ground_speed_m_s(self) -> Floats:
        return np.hypot(self.velocity_north_m_s, self.velocity_east_m_s)


def held(clock: Floats, at: Floats, values: Floats) -> Floats:
    """`values` reported at `at`, each held until the next, at the times of `clock`; NaN before the first."""
    if not len(at):
        return np.full(len(clock), np.nan)
    index = np.searchsorted(at, clock, side="right") - 1
    return np.where(index >= 0, values[np.maximum(index, 0)], np.nan)


def track_of(log: Log) -> Track | None:
    """The vehicle's own estimate of where it was; None where the recording holds no position."""
    return _TRACKS[log.kind](log)


def _from_tlog(log: Log) -> Track | None:
    """GLOBAL_POSITION_INT, but for rows at 0, 0: the autopilot has no position then."""
    table = said_by_vehicle(log, "GLOBAL_POSITION_INT")
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


_TRACKS: Final = {"tlog": _from_tlog}
