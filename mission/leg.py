"""A leg: one straight piece of what the autopilot flies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

Point = tuple[float, float, float]
"""x east, y north, height above home, all in metres."""


class LegKind(StrEnum):
    TAKEOFF = "take-off"
    TRAVEL = "leg"
    CURVE = "curve"
    CIRCLE = "circle"
    RETURN = "return"
    LAND = "landing"


@dataclass(frozen=True, slots=True)
class Leg:
    """A straight piece of the path on the way to `plan.items[item]`. `hold_s` is waited at its end.

    `stops`: the autopilot comes to rest at its end even without that.
    """

    item: int
    kind: LegKind
    start: Point
    end: Point
    speed_m_s: float
    hold_s: float = 0.0
    follows_terrain: bool = False
    stops: bool = False

    @property
    def horizontal_m(self) -> float:
        return math.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1])

    @property
    def climb_m(self) -> float:
        return self.end[2] - self.start[2]
