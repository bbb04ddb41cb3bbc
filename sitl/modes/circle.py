"""CIRCLE: round a point at a steady pace, nose inwards."""

from __future__ import annotations

import math

from sitl.modes.base import Mode
from sitl.modes.manual import vertical
from sitl.navigator import Point
from sitl.state import Xy, Yaw


def begin(
    mode: Mode, centre: tuple[float, float], radius_m: float, rate_deg_s: float, angle: float | None = None
) -> None:
    """Starts circling from where the vehicle can stop, or at `angle` of the circle; a positive rate is clockwise. The
    speed is kept within half of the acceleration allowed. Without a radius the vehicle turns where it is.
    """
    s, i = mode.v.s, mode.v.row
    mode.nav.hold_xy()
    north, east = s.goal[i, 0] - centre[0], s.goal[i, 1] - centre[1]
    s.goal[i, 0], s.goal[i, 1] = centre
    rate = math.radians(rate_deg_s)
    if radius_m <= 0.0:
        s.yaw_mode[i], s.yaw_rate_goal[i] = Yaw.RATE, rate
        return
    s.radius[i], s.spin[i] = radius_m, 0.0
    s.angle[i] = angle if angle is not None else math.atan2(east, north)
    fastest = min(float(s.speed[i]), math.sqrt(0.5 * float(s.accel[i]) * radius_m)) / radius_m
    s.rate[i] = max(-fastest, min(fastest, rate))
    s.xy[i] = Xy.CIRCLE
    s.yaw_mode[i] = Yaw.CENTRE


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
            begin(self, self.centre, radius, self.v.params["CIRCLE_RATE"], heading + math.pi)
            self.nav.climb(0.0)
        return True

    def run(self) -> None:
        vertical(self)

    @property
    def destination(self) -> Point | None:
        return (*self.centre, self.nav.target[2]) if self.flying else None
