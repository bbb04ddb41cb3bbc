"""Speed along a straight leg: acceleration, cruise and braking with limited jerk and snap.

A change of speed is a pulse of acceleration whose jerk rises and falls as a raised cosine over `tj`, with a constant
part `t2` between, then constant acceleration for `t4`, then the mirror image (Leonard Hall's S-curves, which
ArduCopter flies). A ramp is symmetrical, so it covers its mean speed times its duration. Every piece has the jerk
``c + d·cos(b·t)`` and so one closed form for acceleration, speed and place serves them all, for many legs at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sitl.geo import Floats

RAMP: Final = 7
PIECES: Final = 3 * RAMP + 1
"""The ramp up, the ramp to another speed asked for on the way, the cruise, the ramp down."""
CRUISE: Final = 2 * RAMP
ROOM: Final = 12.0
"""A cruise shorter than so many rises of the jerk has no room for another speed (ArduCopter's rule)."""
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
    """A change of speed: peak jerk, negative where it slows down, and the lengths of its parts."""

    jerk: float
    tj: float
    t2: float
    t4: float

    @property
    def duration(self) -> float:
        return 4 * self.tj + 2 * self.t2 + self.t4

    @property
    def acceleration(self) -> float:
        """The greatest, m/s²."""
        return self.jerk * (self.tj + self.t2)

    @property
    def change(self) -> float:
        """Of speed, m/s."""
        return self.acceleration * (2 * self.tj + self.t2 + self.t4)


NO_RAMP: Final = Ramp(0.0, 0.0, 0.0, 0.0)


def ramp(change: float, limits: Limits) -> Ramp:
    """The quickest change of speed by `change` m/s within the limits."""
    size = abs(change)
    if size <= 1e-6:
        return NO_RAMP
    tj = min(limits.jerk * math.pi / (2 * limits.snap), math.sqrt(limits.accel * math.pi / (2 * limits.snap)))
    sign = math.copysign(1.0, change)
    jerk = 2 * limits.snap * tj / math.pi
    if size <= 2 * jerk * tj * tj:
        tj = (size * math.pi / (4 * limits.snap)) ** (1 / 3)
        return Ramp(sign * 2 * limits.snap * tj / math.pi, tj, 0.0, 0.0)
    t2 = (-3 * tj + math.sqrt(tj * tj + 4 * size / jerk)) / 2
    if t2 <= limits.accel / jerk - tj:
        return Ramp(sign * jerk, tj, t2, 0.0)
    t2 = max(0.0, limits.accel / jerk - tj)
    return Ramp(sign * jerk, tj, t2, size / (jerk * (tj + t2)) - (2 * tj + t2))


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
    """The pieces of one leg, ready to be written into the fleet's table. All zero for a leg without length.

    It begins at `start` and ends at `end` m/s, or slower where the leg is too short for that.
    """

    def __init__(self, length: float, limits: Limits, start: float = 0.0, end: float = 0.0) -> None:
        self.length, self.limits = length if length > 1e-3 else 0.0, limits
        top = reachable(0.0, self.length / 2, limits)
        start = min(start, top)
        top = min(top, reachable(start, self.length / 2, limits))
        self._begin = (0.0, 0.0, start, 0.0)
        """Time, acceleration, speed and place from which the pieces are laid out."""
        self._end = self._slowed(end, top)
        self._up, self._change = ramp(top - start, limits), NO_RAMP
        self._build()

    def _slowed(self, speed: float, top: float) -> float:
        """The speed nearest to `speed` that can be reached from `top` in half of the leg."""
        speed = min(speed, top)
        return speed + top - reachable(speed, self.length / 2, replace(self.limits, speed=top))

    def _build(self) -> None:
        self.table = np.zeros((PIECES + 1, COLUMNS))
        self.ends = np.zeros(PIECES)
        self._t, self._a, self._v, self._p = self._begin
        self._count = 0
        self.top = 0.0
        """Speed of the cruise."""
        if self.length > 0:
            self._add_ramp(self._up)
            self._add_ramp(self._change)
            self.top = self._v
            end = min(self._end, self.top)
            down = ramp(end - self.top, self.limits)
            braking = (self.top + end) / 2 * down.duration
            self._add(max(0.0, self.length - braking - self._p) / max(self.top, 1e-3), 0.0, 0.0, 0.0)
            self._add_ramp(down)
            self.table[PIECES] = (self._t, 0.0, end, self.length, 0.0, 0.0, 0.0)
        self.duration = self._t

    @property
    def accel_end(self) -> float:
        """Time at which the first ramp ends, s."""
        return float(self.ends[RAMP - 1])

    @property
    def decel_start(self) -> float:
        """Time at which braking starts, s."""
        return float(self.ends[CRUISE])

    def ending(self, speed: float) -> Profile:
        """The leg with another speed at its end."""
        self._end = self._slowed(speed, self.top)
        self._build()
        return self

    def with_speed(self, speed: float, time: float) -> Profile:
        """The leg with another speed along it after `time` s of it; what was flown until then stays as it was.

        Accelerating, less of the acceleration is left to come; then or cruising, a second ramp leads to the new speed
        where there is room for one; braking, nothing changes.
        """
        if abs(speed - self.limits.speed) < 1e-6:
            return self
        self.limits = replace(self.limits, speed=speed)
        if self.length <= 0 or time >= self.decel_start:
            return self
        if time <= 0:
            return Profile(self.length, self.limits, self._begin[2], self._end)
        if time > self.ends[CRUISE - 1]:
            place, now, _ = evaluate(self.table[CRUISE], np.float64(time))
            self._begin, self._up = (time, 0.0, float(now), float(place)), NO_RAMP
        elif time >= self.accel_end:
            row = self.table[RAMP]
            self._begin, self._up = (float(row[0]), 0.0, float(row[2]), float(row[3])), self._change
        self._cut_up(speed, time)
        self._change = NO_RAMP
        self._build()
        self._change = self._second_ramp(speed)
        self._build()
        return self

    def _cut_up(self, speed: float, time: float) -> None:
        """Leaves out as much as it takes of the constant acceleration that is still to come."""
        begin = self._begin[0] + 2 * self._up.tj + self._up.t2
        end = begin + self._up.t4
        top = self._begin[2] + self._up.change
        if self._up.jerk <= 0 or self._up.t4 <= 0 or time > end or speed >= top:
            return
        lowest = top - self._up.acceleration * (end - max(time, begin))
        self._up = ramp(max(lowest, speed) - self._begin[2], self.limits)

    def _second_ramp(self, speed: float) -> Ramp:
        """From the cruise towards `speed`, in the first half of the cruise; none where that is short of time."""
        cruise = float(self.ends[CRUISE] - self.ends[CRUISE - 1])
        least = ROOM * min(1.0, self.limits.jerk * math.pi / (2 * self.limits.snap))
        if cruise <= least:
            return NO_RAMP
        half = cruise * self.top / 2
        if speed < self.top:
            return ramp(speed - reachable(speed, half, replace(self.limits, speed=self.top)), self.limits)
        wanted = min(speed, cruise * self.top / least)
        return ramp(reachable(self.top, half, replace(self.limits, speed=wanted)) - self.top, self.limits)

    def _add_ramp(self, shape: Ramp) -> None:
        self._add_pulse(shape.jerk, shape)
        self._add(shape.t4, 0.0, 0.0, 0.0)
        self._add_pulse(-shape.jerk, shape)
        self._a = 0.0

    def _add_pulse(self, jerk: float, shape: Ramp) -> None:
        beta = math.pi / shape.tj if shape.tj else 0.0
        self._add(shape.tj, jerk / 2, -jerk / 2, beta)
        self._add(shape.t2, jerk, 0.0, 0.0)
        self._add(shape.tj, jerk / 2, jerk / 2, beta)

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
