"""Curved legs: a Hermite curve through a place, and how fast ArduCopter flies along it.

Along the curve its parameter runs from 0 to 1. The speed is what the limits allow in the curve's direction, what half
of the acceleration can hold across it, and what can still be braked, with the other half, to the speed at its end.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sitl.geo import Floats
from sitl.state import State

Rows = NDArray[np.intp]
LONGEST: Final = 4.0
"""Start and end directions together are at most so many times as long as the way, so that short curves do not loop."""
SHARE: Final = 0.5
"""Of the acceleration along the curve, and again across it."""
TINY: Final = 1e-9


def curve(start: Floats, end: Floats, leaving: Floats, arriving: Floats) -> Floats:
    """Coefficients of the cubic from `start` to `end` with these directions at its ends, constant term first."""
    size = float(np.linalg.norm(leaving) + np.linalg.norm(arriving))
    longest = LONGEST * float(np.linalg.norm(end - start))
    share = min(1.0, longest / size) if size > 0 else 1.0
    leaving, arriving = leaving * share, arriving * share
    way = end - start
    return np.stack((start, leaving, 3 * way - 2 * leaving - arriving, leaving + arriving - 2 * way))


def speed_at(s: State, row: int, coefficients: Floats, at: float) -> float:
    """The highest speed at one point of a curve, m/s."""
    rows = np.array([row])
    _, unit, _, turning, rate = _shape(coefficients[None], np.array([at]))
    return float(_fastest(s, rows, unit, turning, rate)[0])


def advance(s: State, rows: Rows, step_s: Floats) -> tuple[Floats, Floats]:
    """Moves the targets along their curves for `step_s` seconds; gives place and velocity."""
    speed = s.curve_speed[rows]
    shape = s.curve[rows]
    place, unit, quicker, turning, rate = _shape(shape, s.curve_at[rows])
    distance = speed * step_s
    further = 2 * distance / np.maximum(rate + np.sqrt(rate**2 + 2 * quicker * distance), TINY)
    accel = SHARE * _along(unit, s.accel[rows], s.accel_z[rows], s.accel_z[rows])
    left = np.linalg.norm(s.leg_target[rows] - place, axis=1)
    brakes = np.sqrt(2.0 * accel * left + s.curve_end_speed[rows] ** 2)
    fastest = np.minimum(_fastest(s, rows, unit, turning, rate), brakes)
    speed = np.clip(fastest, speed - accel * step_s, speed + accel * step_s)
    s.curve_speed[rows] = speed
    s.curve_at[rows] = np.minimum(1.0, s.curve_at[rows] + further)
    return place, unit * speed[:, None]


def _shape(c: Floats, at: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Place, direction, the second derivative's part along it (0 where it slows down) and across it, and metres per
    parameter.
    """
    t = at[:, None]
    place = c[:, 0] + t * (c[:, 1] + t * (c[:, 2] + t * c[:, 3]))
    first = c[:, 1] + t * (2 * c[:, 2] + 3 * t * c[:, 3])
    second = 2 * c[:, 2] + 6 * t * c[:, 3]
    rate = np.linalg.norm(first, axis=1)
    lead = np.where((rate > TINY)[:, None], first, second)
    unit = lead / np.maximum(np.linalg.norm(lead, axis=1), TINY)[:, None]
    along = np.einsum("ij,ij->i", second, unit)
    return place, unit, np.maximum(along, 0.0), second - unit * along[:, None], rate


def _fastest(s: State, rows: Rows, unit: Floats, turning: Floats, rate: Floats) -> Floats:
    straight = _along(unit, s.speed[rows], s.speed_up[rows], s.speed_down[rows])
    hold = SHARE * _along(turning, s.accel[rows], s.accel_z[rows], s.accel_z[rows])
    bend = np.linalg.norm(turning, axis=1) / np.maximum(hold, TINY)
    round_it = rate / np.sqrt(np.maximum(bend, TINY))
    limited = (bend > (rate / np.maximum(straight, TINY)) ** 2) & (rate > TINY) & (bend > TINY)
    return np.where(limited, round_it, straight)


def _along(direction: Floats, across: Floats, up: Floats, down: Floats) -> Floats:
    """The limit in a direction that keeps the horizontal and the vertical ones; 0 for no direction."""
    size = np.maximum(np.linalg.norm(direction, axis=1), TINY)
    flat = np.hypot(direction[:, 0], direction[:, 1]) / size
    steep = direction[:, 2] / size
    vertical = np.where(steep > 0, up, down)
    limit = np.minimum(across / np.maximum(flat, TINY), vertical / np.maximum(np.abs(steep), TINY))
    return np.where(size > TINY, limit, 0.0)
