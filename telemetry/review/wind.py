"""The wind that a multirotor flew in, from how it leaned and how it moved."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.review import readings
from telemetry.review.observation import while_armed
from telemetry.review.track import Track, track_of

_GRAVITY: Final = 9.80665
_STEP_S: Final = 0.5
_SMOOTHED_S: Final = 10.0
"""Gusts shorter than that are not told from what the autopilot does against them."""
_LEAST_ROWS: Final = 40
_LEAST_SPREAD_M_S: Final = 1.5
"""Of the ground speed's vectors: a drone that only stands in the wind leans the same for a light wind and much drag."""
_LEAST_DRAG: Final = 0.01
_LEAST_SHARE: Final = 0.5
"""So much of what the leaning varies by must be told by drag and a steady wind."""


class Wind(msgspec.Struct, frozen=True):
    """Mean over the flight. `from_deg`: where it came from, clockwise from true north."""

    speed_m_s: float
    from_deg: float
    strongest_m_s: float
    """Of the means over ten seconds."""
    drag_per_s: float
    """Deceleration per speed through the air."""


class WindColumns(msgspec.Struct, frozen=True):
    """The wind's velocity, towards north and east, smoothed over ten seconds."""

    time_s: Floats
    north_m_s: Floats
    east_m_s: Floats


def wind_columns(log: Log) -> tuple[WindColumns, float] | None:
    """The wind over time, and the drag it was found with; None where the flight does not tell.

    A rotor pushes along its axis, so a vehicle that leans is accelerated by g · tan(lean) that way, and drag takes
    k · (v - w) of it: g · tan(lean) - dv/dt = k · (v - w), with v over the ground and w the wind. That is linear in
    k and k · w; both are fitted by least squares over the flight, then w(t) = v - (g · tan(lean) - dv/dt) / k.
    Neumann and Bartholmai, "Real-time wind estimation on a micro unmanned aerial vehicle using its inertial
    measurement unit", Sensors and Actuators A 235 (2015); linear drag as in Leishman et al., "Quadrotors and
    accelerometers", IEEE Control Systems 34 (2014).
    """
    track, attitude = track_of(log), readings.attitude(log)
    if track is None or attitude is None or len(track.time_s) < 2 or len(attitude.time_s) < 2:
        return None
    clock = np.arange(max(track.time_s[0], attitude.time_s[0]), min(track.time_s[-1], attitude.time_s[-1]), _STEP_S)
    clock = clock[_flying(log, track, clock)]
    if len(clock) < _LEAST_ROWS:
        return None
    north, east = (_at(clock, track.time_s, axis) for axis in (track.velocity_north_m_s, track.velocity_east_m_s))
    pushed = push(clock, attitude) - np.gradient(np.vstack((north, east)), clock, axis=1)
    drag = _drag(north, east, pushed)
    if drag is None:
        return None
    blown = np.vstack((north, east)) - pushed / drag
    width = round(_SMOOTHED_S / _STEP_S)
    smooth = np.vstack([np.convolve(axis, np.ones(width) / width, mode="valid") for axis in blown])
    return WindColumns(clock[width // 2 : width // 2 + smooth.shape[1]], smooth[0], smooth[1]), drag


def wind_of(log: Log) -> Wind | None:
    """None where the flight does not tell: too short, no attitude recorded, or always the same velocity."""
    found = wind_columns(log)
    if found is None:
        return None
    columns, drag = found
    north, east = float(columns.north_m_s.mean()), float(columns.east_m_s.mean())
    return Wind(
        speed_m_s=round(float(np.hypot(north, east)), 1),
        from_deg=round(float(np.degrees(np.arctan2(-east, -north)) % 360.0)),
        strongest_m_s=round(float(np.hypot(columns.north_m_s, columns.east_m_s).max()), 1),
        drag_per_s=round(drag, 3),
    )


def _flying(log: Log, track: Track, clock: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    high = np.interp(clock, track.time_s, np.nan_to_num(track.height_home_m)) > 2.0
    return np.asarray(while_armed(log, clock) & high)


def _at(clock: Floats, at: Floats, values: Floats) -> Floats:
    known = ~np.isnan(values)
    return np.interp(clock, at[known], values[known]) if known.any() else np.zeros(len(clock))


def push(clock: Floats, attitude: readings.Reading) -> Floats:
    """g · tan(lean) towards north and east, m/s²: what a vehicle that holds its height is accelerated by."""
    yaw = np.unwrap(np.radians(attitude.columns["yaw"]))
    roll, pitch = np.radians(attitude.columns["roll"]), np.radians(attitude.columns["pitch"])
    roll, pitch, yaw = (np.interp(clock, attitude.time_s, angle) for angle in (roll, pitch, yaw))
    ahead, right = -np.tan(pitch), np.tan(roll) / np.cos(pitch)
    return _GRAVITY * np.vstack((ahead * np.cos(yaw) - right * np.sin(yaw), ahead * np.sin(yaw) + right * np.cos(yaw)))


def _drag(north: Floats, east: Floats, push: Floats) -> float | None:
    if float(np.hypot(north.std(), east.std())) < _LEAST_SPREAD_M_S:
        return None
    one, none = np.ones(len(north)), np.zeros(len(north))
    known = np.vstack((np.column_stack((north, one, none)), np.column_stack((east, none, one))))
    told = push.ravel()
    (drag, *_), *_ = np.linalg.lstsq(known, told, rcond=None)
    north_mean, east_mean = push.mean(axis=1)
    varies = float(((push[0] - north_mean) ** 2).sum() + ((push[1] - east_mean) ** 2).sum())
    moved = float(((north - north.mean()) ** 2).sum() + ((east - east.mean()) ** 2).sum())
    share = drag * drag * moved / varies if varies else 0.0
    return float(drag) if drag >= _LEAST_DRAG and share >= _LEAST_SHARE else None
