"""How long ArduCopter takes over each leg: jerk-limited ramps, and corners it rounds instead of stopping at.

From rest to rest a leg takes the time of a trapezoid of speed whose accelerations ramp up at a limited jerk. At a
waypoint without a hold the next leg begins before this one ends, as early as the middle of the turn stays within
the waypoint radius and no faster than either leg (SCurve::advance_target_along_track); the overlap is time saved.
Against a real ArduCopter 4.6.3 over Hyde Park the legs come out within 4 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np

from mission.context import Vehicle
from mission.geodesy import FloatArray
from mission.leg import Leg, LegKind

JERK_RISE_S: Final = 0.3
"""How long the jerk takes to rise, as a raised cosine, at ArduCopter's own attitude gains (AC_WPNav: snap)."""
ACROSS_SHARE: Final = 0.5
"""Of the acceleration, for the bends of a spline (SplineCurve)."""
_TABLE: Final = 512


class Kinematics:
    """Vectors of one entry per leg: length, direction, and the limits along it."""

    def __init__(self, legs: Sequence[Leg], vehicle: Vehicle) -> None:
        ends = np.array([(*leg.start, *leg.end) for leg in legs], dtype=np.float64).reshape(-1, 6)
        vector = ends[:, 3:] - ends[:, :3]
        self.start, self.end = ends[:, :3], ends[:, 3:]
        self.horizontal = np.hypot(vector[:, 0], vector[:, 1])
        self.length = np.linalg.norm(vector, axis=1)
        self.direction = vector / np.maximum(self.length, 1e-9)[:, None]
        level = np.hypot(self.direction[:, 0], self.direction[:, 1])
        slope = np.abs(self.direction[:, 2])
        wanted = np.array([leg.speed_m_s for leg in legs], dtype=np.float64)
        descending = np.array([leg.kind is LegKind.LAND for leg in legs], dtype=bool)
        vertical = np.where(self.direction[:, 2] > 0, vehicle.climb_speed_m_s, vehicle.descent_speed_m_s)
        vertical = np.where(descending, np.minimum(wanted, vertical), vertical)
        self.speed = np.minimum(wanted / np.maximum(level, 1e-9), vertical / np.maximum(slope, 1e-9))
        self.accel = np.minimum(
            vehicle.acceleration_m_s2 / np.maximum(level, 1e-9),
            vehicle.vertical_acceleration_m_s2 / np.maximum(slope, 1e-9),
        )
        self.jerk = np.full(len(legs), vehicle.jerk_m_s3)


def leg_times(legs: Sequence[Leg], vehicle: Vehicle) -> FloatArray:
    """Seconds for each leg, its hold included; the time a rounded corner saves is taken from the leg after it."""
    if not legs:
        return np.zeros(0)
    k = Kinematics(legs, vehicle)
    times = _rest_to_rest(k.length, k.speed, k.accel, k.jerk)
    times[1:] -= corner_overlap(k, legs, vehicle)
    for first, last in _curves(legs):
        times[first:last] = _along_curve(k, first, last)
    holds = np.array([leg.hold_s for leg in legs], dtype=np.float64)
    return np.asarray(np.maximum(times, 0.0) + holds, dtype=np.float64)


def corner_overlap(k: Kinematics, legs: Sequence[Leg], vehicle: Vehicle) -> FloatArray:
    """Seconds by which leg i + 1 begins before leg i ends, one entry for each corner.

    Midway through the turn both legs have half of it left, or done: at distance d(t) from the corner and speed v(t),
    each. The turn is as long as d stays within the radius over the bend, and both speeds together below either leg's.
    """
    rounded = np.array([_is_rounded(a, b) for a, b in pairwise(legs)], dtype=bool)
    bend = np.linalg.norm(k.direction[1:] - k.direction[:-1], axis=1)
    along = np.linalg.norm(k.direction[1:] + k.direction[:-1], axis=1)
    half, covered, speed = from_rest(vehicle.acceleration_m_s2, vehicle.jerk_m_s3)
    within_radius = np.interp(vehicle.waypoint_radius_m / np.maximum(bend, 1e-6), covered, half)
    slower = np.minimum(k.speed[1:], k.speed[:-1])
    no_faster = np.interp(slower / np.maximum(along, 1e-6), speed, half)
    alone = _rest_to_rest(k.length, k.speed, k.accel, k.jerk)
    shortest = 0.5 * np.minimum(alone[1:], alone[:-1])
    moving = (k.length[1:] > 0.1) & (k.length[:-1] > 0.1)
    turn = np.minimum(2.0 * np.minimum(within_radius, no_faster), shortest)
    return np.asarray(np.where(rounded & moving, turn, 0.0), dtype=np.float64)


@lru_cache(maxsize=16)
def from_rest(accel: float, jerk: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Times, and the distance covered from rest and the speed reached by each, while speeding up at these limits."""
    rise = min(JERK_RISE_S, accel / jerk)
    steady = accel / jerk - rise
    times = np.linspace(0.0, 4.0 * (2.0 * rise + steady), _TABLE)
    up = _smooth(times / rise)
    down = _smooth((times - rise - steady) / rise)
    step = np.diff(times, prepend=0.0)
    acceleration = _summed(jerk * (up - down), step)
    speed = _summed(acceleration, step)
    return times, _summed(speed, step), speed


def _smooth(share: FloatArray) -> FloatArray:
    """From 0 to 1 as a raised cosine."""
    return np.asarray(0.5 - 0.5 * np.cos(math.pi * np.clip(share, 0.0, 1.0)), dtype=np.float64)


def _summed(rate: FloatArray, step: FloatArray) -> FloatArray:
    """The integral by the trapezoid rule, 0 at the first entry."""
    middle = 0.5 * (rate + np.concatenate((rate[:1], rate[:-1])))
    return np.asarray(np.cumsum(middle * step), dtype=np.float64)


def _is_rounded(leg: Leg, following: Leg) -> bool:
    """Whether the autopilot flies round the corner between the two without stopping."""
    if following.kind is LegKind.CIRCLE:
        return True
    passing = (LegKind.TRAVEL, LegKind.CURVE)
    return leg.kind in passing and following.kind in passing and leg.hold_s == 0 and not leg.stops


def _curves(legs: Sequence[Leg]) -> list[tuple[int, int]]:
    """First leg and end of each run of pieces of one spline."""
    runs: list[tuple[int, int]] = []
    for index, leg in enumerate(legs):
        if leg.kind is not LegKind.CURVE:
            continue
        if runs and runs[-1][1] == index and legs[index - 1].item == leg.item and legs[index - 1].hold_s == 0:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def _along_curve(k: Kinematics, first: int, last: int) -> FloatArray:
    """Seconds for each piece of a spline, flown at the speed that its bends allow."""
    length, direction = k.length[first:last], k.direction[first:last]
    bend = np.linalg.norm(np.diff(direction, axis=0, append=direction[-1:]), axis=1)
    radius = length / np.maximum(bend, 1e-6)
    return np.asarray(length / np.minimum(k.speed[first:last], np.sqrt(ACROSS_SHARE * k.accel[first:last] * radius)))


def _rest_to_rest(length: FloatArray, speed: FloatArray, accel: FloatArray, jerk: FloatArray) -> FloatArray:
    """Seconds from rest to rest over `length` m, limits along the leg."""
    full = speed * (speed / accel + accel / jerk)
    top = np.where(
        length >= full,
        speed,
        accel * (-accel / jerk + np.sqrt((accel / jerk) ** 2 + 4.0 * length / accel)) / 2.0,
    )
    gentle = top < accel**2 / jerk
    top = np.where(gentle & (length < full), np.cbrt(length**2 * jerk / 4.0), top)
    ramps = np.where(
        top < accel**2 / jerk, 4.0 * np.sqrt(np.maximum(top, 0.0) / jerk), 2.0 * (top / accel + accel / jerk)
    )
    cruise = np.maximum(length - top * ramps / 2.0, 0.0) / np.maximum(top, 1e-9)
    return np.asarray(np.where(length > 1e-6, ramps + cruise, 0.0), dtype=np.float64)
