"""CIRCLE: round a point at a steady pace, nose inwards."""

from __future__ import annotations

import math

from sitl.modes.base import Mode
from sitl.modes.manual import vertical
from sitl.navigator import Point
from sitl.state import Xy, Yaw


def begin(mode: Mode, centre: tuple[float, float], radius_m: float, rate_deg_s: float) -> None:
    """Starts circling; a positive rate is clockwise. The speed is kept within the lateral acceleration allowed."""
    s, i = mode.v.s, mode.v.row
    north, east, _ = mode.nav.position
    mode.nav.hold_xy()
    s.goal[i, 0], s.goal[i, 1] = centre
    s.radius[i] = max(0.0, radius_m)
    off = math.hypot(north - centre[0], east - centre[1])
    inward = mode.v.heading + math.pi
    s.angle[i] = math.atan2(east - centre[1], north - centre[0]) if off > 1.0 else inward
    rate = math.radians(rate_deg_s)
    if radius_m > 0.1:
        fastest = min(float(s.speed[i]), math.sqrt(0.5 * float(s.accel[i]) * radius_m)) / radius_m
        rate = max(-fastest, min(fastest, rate))
    s.rate[i] = rate
    s.xy[i] = Xy.CIRCLE
    s.roi[i] = (*centre, 0.0)
    s.yaw_mode[i] = Yaw.PLACE


class Circle(Mode):
    number, name = 7, "CIRCLE"
    autopilot = True

    def enter(self, *, ignore_checks: bool) -> bool:
        radius = self.v.params["CIRCLE_RADIUS"] / 100.0
        north, east, _ = self.nav.stopping_point()
        heading = self.v.heading
        self.centre = (north + radius * math.cos(heading), east + radius * math.sin(heading))
        if self.v.params.integer("CIRCLE_OPTIONS") & 4:
            self.centre = (north, east)
        if self.flying:
            begin(self, self.centre, radius, self.v.params["CIRCLE_RATE"])
            self.nav.climb(0.0)
        return True

    def run(self) -> None:
        vertical(self)

    @property
    def destination(self) -> Point | None:
        return (*self.centre, self.nav.target[2]) if self.flying else None
