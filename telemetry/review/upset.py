"""Control lost: the drone tipped over, fell, was blown away, or its motors were stopped in the air."""

from __future__ import annotations

from typing import Final

import numpy as np

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.mavlink.enums import MavCmd
from telemetry.review import readings
from telemetry.review.observation import Case, Observation, exceeded, place_at, spans, was_ordered, while_armed
from telemetry.review.track import Track, held
from telemetry.review.wind import push

TILT_DEG: Final = 60.0
"""ANGLE_MAX is 30 by default and seldom above 45; what steers itself leans further only when it is thrown."""
_BEYOND_ANGLE_MAX_DEG: Final = 15.0
FALL_M_S: Final = 6.5
"""ArduCopter descends at 5 m/s at the most (WPNAV_SPEED_DN, PILOT_SPEED_DN, LAND_SPEED_HIGH), and 30 % over."""
_FREE: Final = frozenset({"ACRO", "FLIP", "SPORT", "THROW", "TURTLE"})
"""Modes in which the pilot, or the manoeuvre, tips it over."""
_ANGLE_MAX_DEG: Final = 30.0
"""ANGLE_MAX's default."""
BLOWN_SHARE: Final = 0.9
BLOWN_M_S: Final = 0.4
BLOWN_S: Final = 8.0
"""Leaning as far as it may, the share of ANGLE_MAX, and carried the other way nevertheless. What goes slowly with the
wind leans against it too, but less; braking from 18 m/s at 30° (5.7 m/s²) takes 3 s."""
IMPACT_M_S: Final = 3.0
IMPACT_M_S2: Final = 25.0
"""Nothing but the ground stops a fall so soon: rotors would have to carry three and a half times the weight."""
_IMPACT_S: Final = 0.3
_GRAVITY: Final = 9.80665
_FIX: Final = 3
"""GPS_FIX_TYPE of a 3D fix."""
_AFTER_S: Final = 3.0
_FALLING_S: Final = 10.0
_FELL_M: Final = 2.0
_SAME_S: Final = 0.5
_METHODS: Final = {
    0: " by the pilot's rudder",
    1: " by the ground station",
    2: " by a switch",
    4: " by a script",
    5: " by termination",
    7: " by the battery failsafe",
    11: " for the parachute",
    12: " by the crash check",
    13: " because it was taken for landed",
    15: " by the fence",
    16: " by the radio failsafe",
    17: " because it was taken for landed",
    18: " by the ground station failsafe",
    20: " by a failsafe's termination",
    24: " by the EKF failsafe",
}
"""ARM.Method (AP_Arming::Method of ArduPilot 4.6)."""
_ORDERS: Final = {
    MavCmd.COMPONENT_ARM_DISARM: " by the ground station",
    MavCmd.DO_FLIGHTTERMINATION: " by termination",
    MavCmd.DO_PARACHUTE: " for the parachute",
}


def observe_upset(log: Log, track: Track | None) -> list[Observation]:
    return [
        *_tilt(log, track),
        *_fall(log, track),
        *_impact(log, track),
        *_blown(log, track),
        *_stopped(log, track),
    ]


def _tilt(log: Log, track: Track | None) -> list[Observation]:
    """The lean of the rotors' axis: acos(cos(roll) · cos(pitch))."""
    reading = readings.attitude(log)
    if reading is None:
        return []
    roll, pitch = (np.radians(reading.columns[axis]) for axis in ("roll", "pitch"))
    lean = np.degrees(np.arccos(np.clip(np.cos(roll) * np.cos(pitch), -1.0, 1.0)))
    limit = max(TILT_DEG, _angle_max_deg(log) + _BEYOND_ANGLE_MAX_DEG)
    case = Case(
        "tilt",
        Severity.ERROR,
        0.2,
        "A motor or propeller failed, it hit something, or a gust or the ground threw it over.",
        lambda worst, lasted: f"Leaned up to {worst:.0f}°, over {limit:.0f}° for {lasted:.1f} s.",
    )
    bad = (lean > limit) & ~_in_free_mode(log, reading.time_s)
    return exceeded(log, track, reading.time_s, lean, bad, case, reading.source)


def _angle_max_deg(log: Log) -> float:
    return (log.story.parameter("ANGLE_MAX") or 0.0) / 100.0


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


def _impact(log: Log, track: Track | None) -> list[Observation]:
    """Sinking, and stopped within a moment; also in the seconds after disarming, in which it may still fall."""
    if track is None or len(track.time_s) < 2:
        return []
    clock, up = track.time_s, np.nan_to_num(track.climb_m_s)
    after = np.clip(np.searchsorted(clock, clock + _IMPACT_S, side="right") - 1, 0, len(clock) - 1)
    after = np.maximum(after, np.minimum(np.arange(len(clock)) + 1, len(clock) - 1))
    took = np.maximum(clock[after] - clock, 1e-3)
    flying = while_armed(log, clock) | while_armed(log, clock - _FALLING_S)
    hit = flying & (up < -IMPACT_M_S) & ((up[after] - up) / took > IMPACT_M_S2) & (took < 2.0 * _IMPACT_S)
    found = []
    for first, last in spans(clock, hit, _FALLING_S):
        at = float(clock[last])
        position, height = place_at(track, at)
        text = f"Hit the ground at {-float(up[first : last + 1].min()):.1f} m/s."
        meaning = "Flown into it, or fallen on it: the airframe took a blow and must be inspected."
        found.append(
            Observation("impact", Severity.ERROR, at, None, text, meaning, "vertical velocity", position, height)
        )
    return found


def _blown(log: Log, track: Track | None) -> list[Observation]:
    """Leaning hard one way and carried the other, where GPS tells the velocity: velocity · lean < 0."""
    reading = readings.attitude(log)
    if track is None or reading is None or not len(reading.time_s):
        return []
    north, east = push(track.time_s, reading)
    strength = np.hypot(north, east)
    along = north * track.velocity_north_m_s + east * track.velocity_east_m_s
    against = np.nan_to_num(-along / np.maximum(strength, 1e-6))
    hard = BLOWN_SHARE * (_angle_max_deg(log) or _ANGLE_MAX_DEG)
    bad = (against > BLOWN_M_S) & (strength > _GRAVITY * np.tan(np.radians(hard)))
    satellites = readings.satellites(log)
    if satellites is not None:
        fix = held(track.time_s, satellites.time_s, satellites.columns["fix"])
        bad &= ~(fix < _FIX)
    case = Case(
        "blown away",
        Severity.ERROR,
        BLOWN_S,
        "The wind was stronger than the drone could fly against.",
        lambda worst, lasted: (
            f"Carried away at up to {worst:.1f} m/s for {lasted:.0f} s, although it leaned against that by more than "
            f"{hard:.0f}°."
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
            text = f"Disarmed{_why(log, at)} {height:.0f} m above home, and {fell:.0f} m lower {_AFTER_S:.0f} s later."
            meaning = "Disarmed by order or switch, by a failsafe or the crash check: it fell."
            evidence = "arming state, height"
            check = "motors stopped in the air"
            found.append(Observation(check, Severity.ERROR, at, None, text, meaning, evidence, position, height))
    return found


def _why(log: Log, at: float) -> str:
    """By whom: ARM's method of a .bin; in a .tlog the order that came shortly before."""
    if log.kind == "tlog":
        return next((why for command, why in _ORDERS.items() if was_ordered(log, at, (command,))), "")
    told = log.get("ARM")
    if told is None or "Method" not in told:
        return ""
    rows = np.flatnonzero((np.abs(told.time_s - at) < _SAME_S) & (told["ArmState"] == 0))
    return _METHODS.get(int(told["Method"][rows[0]]), "") if len(rows) else ""
