"""How long ArduCopter takes over each leg: jerk-limited ramps, and corners it rounds instead of stopping at.

From rest to rest a leg takes the time of a trapezoid of speed whose accelerations ramp up at a limited jerk. At a
waypoint without a hold the next leg begins before this one ends, as early as the middle of the turn stays within
the waypoint radius (SCurve::advance_target_along_track); the overlap is time saved. Against a real ArduCopter
4.6.3 over Hyde Park the legs come out within 4 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from mission.context import Vehicle
from mission.geodesy import FloatArray
from mission.leg import Leg, LegKind

_TABLE: Final = 256


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
    holds = np.array([leg.hold_s for leg in legs], dtype=np.float64)
    return np.asarray(np.maximum(times, 0.0) + holds, dtype=np.float64)


def corner_overlap(k: Kinematics, legs: Sequence[Leg], vehicle: Vehicle) -> FloatArray:
    """Seconds by which leg i + 1 begins before leg i ends, one entry for each corner."""
    rounded = np.array([_is_rounded(a, b) for a, b in pairwise(legs)], dtype=bool)
    bend = np.linalg.norm(k.direction[1:] - k.direction[:-1], axis=1)
    half, covered = _from_rest(vehicle)
    within_radius = 2.0 * np.interp(vehicle.waypoint_radius_m / np.maximum(bend, 1e-6), covered, half)
    alone = _rest_to_rest(k.length, k.speed, k.accel, k.jerk)
    shortest = 0.5 * np.minimum(alone[1:], alone[:-1])
    moving = (k.length[1:] > 0.1) & (k.length[:-1] > 0.1)
    return np.asarray(np.where(rounded & moving, np.minimum(within_radius, shortest), 0.0), dtype=np.float64)


def _is_rounded(leg: Leg, following: Leg) -> bool:
    """Whether the autopilot flies round the corner between the two without stopping."""
    if following.kind is LegKind.CIRCLE:
        return True
    return leg.kind is LegKind.TRAVEL and following.kind is LegKind.TRAVEL and leg.hold_s == 0


def _from_rest(vehicle: Vehicle) -> tuple[FloatArray, FloatArray]:
    """Times, and the distance covered from rest by each, while speeding up at the vehicle's limits."""
    accel, jerk = vehicle.acceleration_m_s2, vehicle.jerk_m_s3
    ramp = accel / jerk
    times = np.linspace(0.0, vehicle.cruise_speed_m_s / accel + ramp, _TABLE)
    after = np.maximum(times - ramp, 0.0)
    begun = np.minimum(times, ramp)
    return times, jerk * begun**3 / 6.0 + accel * ramp * after / 2.0 + accel * after**2 / 2.0


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
