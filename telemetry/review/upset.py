"""Control lost: the drone tipped over, fell, was blown away, or its motors were stopped in the air."""

from __future__ import annotations

from typing import Final

import numpy as np

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.review import readings
from telemetry.review.observation import Case, Observation, exceeded, place_at
from telemetry.review.track import Track, held
from telemetry.review.wind import push

TILT_DEG: Final = 60.0
"""ANGLE_MAX is 30 by default and seldom above 45; what steers itself leans further only when it is thrown."""
_BEYOND_ANGLE_MAX_DEG: Final = 15.0
FALL_M_S: Final = 6.5
"""ArduCopter descends at 5 m/s at the most (WPNAV_SPEED_DN, PILOT_SPEED_DN, LAND_SPEED_HIGH), and 30 % over."""
_FREE: Final = frozenset({"ACRO", "FLIP", "SPORT", "THROW", "TURTLE"})
"""Modes in which the pilot, or the manoeuvre, tips it over."""
BLOWN_DEG: Final = 15.0
BLOWN_S: Final = 8.0
"""Braking leans against the way it flies, too: from 18 m/s at 15° (2.6 m/s²) for 7 s."""
_GRAVITY: Final = 9.80665
_AFTER_S: Final = 3.0
_FELL_M: Final = 2.0


def observe_upset(log: Log, track: Track | None) -> list[Observation]:
    return [*_tilt(log, track), *_fall(log, track), *_blown(log, track), *_stopped(log, track)]


def _tilt(log: Log, track: Track | None) -> list[Observation]:
    """The lean of the rotors' axis: acos(cos(roll) · cos(pitch))."""
    reading = readings.attitude(log)
    if reading is None:
        return []
    roll, pitch = (np.radians(reading.columns[axis]) for axis in ("roll", "pitch"))
    lean = np.degrees(np.arccos(np.clip(np.cos(roll) * np.cos(pitch), -1.0, 1.0)))
    limit = max(TILT_DEG, (log.story.parameter("ANGLE_MAX") or 0.0) / 100.0 + _BEYOND_ANGLE_MAX_DEG)
    case = Case(
        "tilt",
        Severity.ERROR,
        0.2,
        "A motor or propeller failed, it hit something, or a gust or the ground threw it over.",
        lambda worst, lasted: f"Leaned up to {worst:.0f}°, over {limit:.0f}° for {lasted:.1f} s.",
    )
    bad = (lean > limit) & ~_in_free_mode(log, reading.time_s)
    return exceeded(log, track, reading.time_s, lean, bad, case, reading.source)


def _in_free_mode(log: Log, clock: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    modes = log.story.modes
    begun = np.array([mode.time_s for mode in modes])
    return np.asarray(held(clock, begun, np.array([float(mode.name in _FREE) for mode in modes])) == 1.0)


def _fall(log: Log, track: Track | None) -> list[Observation]:
    if track is None:
        return []
    down = -np.nan_to_num(track.climb_m_s)
    case = Case(
        "fall",
        Severity.ERROR,
        0.3,
        "The thrust no longer carried it: motors stopped, a propeller lost, or it had tipped over.",
        lambda worst, lasted: f"Came down at up to {worst:.1f} m/s, over {FALL_M_S:g} m/s for {lasted:.1f} s.",
    )
    return exceeded(log, track, track.time_s, down, down > FALL_M_S, case, "velocity")


def _blown(log: Log, track: Track | None) -> list[Observation]:
    """Leaning hard one way and carried the other: velocity · lean < -1 m/s."""
    reading = readings.attitude(log)
    if track is None or reading is None or not len(reading.time_s):
        return []
    north, east = push(track.time_s, reading)
    strength = np.hypot(north, east)
    along = north * track.velocity_north_m_s + east * track.velocity_east_m_s
    against = np.nan_to_num(-along / np.maximum(strength, 1e-6))
    bad = (against > 1.0) & (strength > _GRAVITY * np.tan(np.radians(BLOWN_DEG)))
    case = Case(
        "blown away",
        Severity.ERROR,
        BLOWN_S,
        "The wind was stronger than the drone could fly against.",
        lambda worst, lasted: (
            f"Carried at up to {worst:.1f} m/s against its own lean of over {BLOWN_DEG:.0f}°, for {lasted:.0f} s."
        ),
        join_s=2.0,
    )
    return exceeded(log, track, track.time_s, against, bad, case, f"{reading.source}, velocity")


def _stopped(log: Log, track: Track | None) -> list[Observation]:
    """Disarmed, and within three seconds two metres lower: a drone on the ground stays where it is."""
    if track is None:
        return []
    found = []
    for at in (arming.to_s for arming in log.story.armings if arming.to_s is not None):
        rows = np.flatnonzero((track.time_s >= at - 1.0) & (track.time_s <= at + _AFTER_S))
        if len(rows) < 2:
            continue
        fell = float(track.altitude_amsl_m[rows[0]] - track.altitude_amsl_m[rows[-1]])
        position, height = place_at(track, at)
        if fell > _FELL_M and (height or 0.0) > _FELL_M:
            found.append(
                Observation(
                    check="motors stopped in the air",
                    severity=Severity.ERROR,
                    from_s=at,
                    to_s=None,
                    text=f"Disarmed {height:.0f} m above home, and {fell:.0f} m lower {_AFTER_S:.0f} s later.",
                    meaning="Disarmed by order or switch, by a failsafe or the crash check: it fell.",
                    evidence="arming state, height",
                    position=position,
                    height_home_m=height,
                )
            )
    return found
