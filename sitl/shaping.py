"""Moving a target towards a goal within limits of speed, acceleration and jerk, for many vehicles at once.

The square-root controller brakes with constant acceleration far from the goal and exponentially near it; speed and
acceleration are each approached by one, so that jerk stays limited (ArduPilot's AP_Math/control does the same).
"""

from __future__ import annotations

import numpy as np

from sitl.geo import Floats


def approach(error: Floats, gain: Floats | np.float64, limit: Floats, dt: float) -> Floats:
    """The rate at which to shrink `error` ≥ 0 so that the rate itself changes by no more than `limit`."""
    linear = limit / (gain * gain)
    rate = np.where(error > linear, np.sqrt(2.0 * limit * np.maximum(error - 0.5 * linear, 0.0)), error * gain)
    limited: Floats = np.minimum(rate, error / dt)
    return limited


def _length(vector: Floats) -> Floats:
    size: Floats = np.sqrt(np.einsum("ij,ij->i", vector, vector))
    return size


def _toward(vector: Floats, length: Floats, wanted: Floats) -> Floats:
    return vector * (wanted / np.maximum(length, 1e-9))[:, None]


def speed_xy(goal_vel: Floats, vel: Floats, acc: Floats, accel: Floats, jerk: Floats, dt: float) -> Floats:
    """The next horizontal acceleration on the way to `goal_vel`."""
    error = goal_vel - vel
    size = _length(error)
    wanted = np.minimum(approach(size, jerk / accel, jerk, dt), accel)
    change = _toward(error, size, wanted) - acc
    step = _length(change)
    return acc + _toward(change, step, np.minimum(step, jerk * dt))


def position_xy(
    goal: Floats, pos: Floats, vel: Floats, acc: Floats, speed: Floats, accel: Floats, jerk: Floats, dt: float
) -> Floats:
    """The next horizontal acceleration on the way to the place `goal`."""
    error = goal - pos
    size = _length(error)
    wanted = np.minimum(approach(size, 0.5 * jerk / accel, 0.5 * accel, dt), speed)
    return speed_xy(_toward(error, size, wanted), vel, acc, accel, jerk, dt)


def speed_z(goal_vel: Floats, vel: Floats, acc: Floats, accel: Floats, jerk: Floats, dt: float) -> Floats:
    """The next vertical acceleration on the way to the climb rate `goal_vel`."""
    error = goal_vel - vel
    wanted = np.copysign(np.minimum(approach(np.abs(error), jerk / accel, jerk, dt), accel), error)
    return acc + np.clip(wanted - acc, -jerk * dt, jerk * dt)


def climb_rate(goal: Floats, pos: Floats, up: Floats, down: Floats, accel: Floats, jerk: Floats, dt: float) -> Floats:
    """The climb rate, up positive, at which to approach the height `goal`."""
    error = goal - pos
    rate = np.copysign(approach(np.abs(error), 0.5 * jerk / accel, 0.5 * accel, dt), error)
    return np.clip(rate, -down, up)
