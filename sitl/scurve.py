"""Speed along a straight leg: acceleration, cruise and braking with limited jerk and snap.

A change of speed is a pulse of acceleration whose jerk rises and falls as a raised cosine over `tj`, with a constant
part `t2` between, then constant acceleration for `t4`, then the mirror image (Leonard Hall's S-curves, which
ArduCopter flies). A ramp is symmetrical, so it covers its mean speed times its duration. Every piece has the jerk
``c + d·cos(b·t)`` and so one closed form for acceleration, speed and place serves them all, for many legs at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from sitl.geo import Floats

PIECES: Final = 15
"""Seven of the ramp up, the cruise, seven of the ramp down."""
COLUMNS: Final = 7
"""t0, a0, v0, p0, c, d, b of one piece."""


@dataclass(frozen=True)
class Limits:
    """Along one leg: m/s, m/s², m/s³, m/s⁴."""

    speed: float
    accel: float
    jerk: float
    snap: float


@dataclass(frozen=True)
class Ramp:
    """A change of speed: peak jerk and the lengths of its parts."""

    jerk: float
    tj: float
    t2: float
    t4: float

    @property
    def duration(self) -> float:
        return 4 * self.tj + 2 * self.t2 + self.t4


NO_RAMP: Final = Ramp(0.0, 0.0, 0.0, 0.0)


def ramp(change: float, limits: Limits) -> Ramp:
    """The quickest change of speed by `change` ≥ 0 m/s within the limits."""
    if change <= 1e-6:
        return NO_RAMP
    tj = min(limits.jerk * math.pi / (2 * limits.snap), math.sqrt(limits.accel * math.pi / (2 * limits.snap)))
    jerk = 2 * limits.snap * tj / math.pi
    if change <= 2 * jerk * tj * tj:
        tj = (change * math.pi / (4 * limits.snap)) ** (1 / 3)
        return Ramp(2 * limits.snap * tj / math.pi, tj, 0.0, 0.0)
    t2 = (-3 * tj + math.sqrt(tj * tj + 4 * change / jerk)) / 2
    if t2 <= limits.accel / jerk - tj:
        return Ramp(jerk, tj, t2, 0.0)
    t2 = max(0.0, limits.accel / jerk - tj)
    return Ramp(jerk, tj, t2, change / (jerk * (tj + t2)) - (2 * tj + t2))


def reachable(start: float, length: float, limits: Limits) -> float:
    """The highest speed up to the limit that can be reached from `start` m/s within `length` m."""

    def distance(speed: float) -> float:
        return (start + speed) / 2 * ramp(speed - start, limits).duration

    if start >= limits.speed or distance(limits.speed) <= length:
        return max(start, limits.speed)
    low, high = start, limits.speed
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if distance(middle) <= length else (low, middle)
    return low


class Profile:
    """The pieces of one leg, ready to be written into the fleet's table. All zero for a leg without length."""

    def __init__(self, length: float, limits: Limits, start: float = 0.0, end: float = 0.0) -> None:
        self.length, self.limits = length, limits
        self.table = np.zeros((PIECES + 1, COLUMNS))
        self.ends = np.zeros(PIECES)
        self._t = self._a = self._v = self._p = 0.0
        self._count = 0
        if length > 1e-6:
            self._build(start, end)
        self.duration = self._t
        self.table[PIECES] = (self._t, 0.0, end if length > 1e-6 else 0.0, length, 0.0, 0.0, 0.0)

    def _build(self, start: float, end: float) -> None:
        limits = self.limits
        top = min(reachable(start, self.length / 2, limits), reachable(end, self.length / 2, limits))
        self._v = start
        self._add_ramp(ramp(abs(top - start), limits), 1.0 if top >= start else -1.0)
        self._v = top
        down = ramp(max(0.0, top - end), limits)
        braking = (top + end) / 2 * down.duration
        self._add(max(0.0, self.length - braking - self._p) / max(top, 1e-3), 0.0, 0.0, 0.0)
        self._add_ramp(down, -1.0)

    @property
    def accel_end(self) -> float:
        """Time at which cruise speed is reached, s."""
        return float(self.ends[6])

    @property
    def decel_start(self) -> float:
        """Time at which braking starts, s."""
        return float(self.ends[7])

    def _add_ramp(self, shape: Ramp, sign: float) -> None:
        for direction in (sign, -sign):
            jerk = shape.jerk * direction
            beta = math.pi / shape.tj if shape.tj else 0.0
            self._add(shape.tj, jerk / 2, -jerk / 2, beta)
            self._add(shape.t2, jerk, 0.0, 0.0)
            self._add(shape.tj, jerk / 2, jerk / 2, beta)
            if direction == sign:
                self._add(shape.t4, 0.0, 0.0, 0.0)
        self._a = 0.0

    def _add(self, duration: float, c: float, d: float, b: float) -> None:
        row = np.array((self._t, self._a, self._v, self._p, c, d, b))
        self.table[self._count] = row
        self._p, self._v, self._a = (float(x) for x in evaluate(row, np.float64(self._t + duration)))
        self._t += duration
        self.ends[self._count] = self._t
        self._count += 1


def evaluate(rows: Floats, time: Floats | np.float64) -> tuple[Floats, Floats, Floats]:
    """Place, speed and acceleration along legs whose current pieces are `rows` (…, 7), at `time` since leg start."""
    t0, a0, v0, p0, c, d, b = (rows[..., k] for k in range(COLUMNS))
    t = time - t0
    safe = np.where(b > 0, b, 1.0)
    angle = b * t
    swing = d / safe
    sine = np.sin(angle)
    half = 0.5 * t
    a = a0 + c * t + swing * sine
    v = v0 + t * (a0 + c * half) + swing / safe * (1.0 - np.cos(angle))
    p = p0 + t * (v0 + half * (a0 + c * t / 3.0)) + swing / safe * (t - sine / safe)
    return p, v, a
