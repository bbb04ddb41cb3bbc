"""Modes flown by the pilot's sticks: STABILIZE, ALT_HOLD, LOITER, and BRAKE which only stops."""

from __future__ import annotations

from sitl import limits
from sitl.modes.base import Mode
from sitl.physics import HOVER_THROTTLE
from sitl.state import Xy, Yaw, Z

BRAKING_M_S2 = 7.5
"""BRAKE slows down so hard."""


class Stabilize(Mode):
    """Sticks are lean angles and throttle."""

    number, name = 0, "STABILIZE"
    needs_position = False
    manual_throttle = True
    disarms_on_landing = False

    def enter(self, *, ignore_checks: bool) -> bool:
        if self.v.armed:
            self.run()
        return True

    def run(self) -> None:
        s, i, pilot = self.v.s, self.v.row, self.v.pilot
        throttle = pilot.throttle
        if self.v.landed and throttle > HOVER_THROTTLE:
            s.landed[i] = False
        if self.v.landed:
            self.nav.ground()
            return
        s.xy[i], s.z[i] = Xy.LEAN, Z.THROTTLE
        s.lean_goal[i] = pilot.lean()
        s.throttle_goal[i] = throttle
        turn(self)


class AltHold(Mode):
    """Sticks are lean angles and climb rate."""

    number, name = 2, "ALT_HOLD"
    needs_position = False

    def enter(self, *, ignore_checks: bool) -> bool:
        limits.loiter(self.v)
        if self.flying:
            self.nav.climb(0.0)
            self.v.s.xy[self.v.row] = Xy.LEAN
        return True

    def leave(self) -> None:
        limits.waypoint(self.v)

    def run(self) -> None:
        if not vertical(self):
            return
        s, i = self.v.s, self.v.row
        s.xy[i] = Xy.LEAN
        s.lean_goal[i] = self.v.pilot.lean()
        turn(self)


class Loiter(Mode):
    """Sticks are velocities; hands off, it stays."""

    number, name = 5, "LOITER"

    def enter(self, *, ignore_checks: bool) -> bool:
        limits.loiter(self.v)
        self._moving = False
        if self.flying:
            self.nav.hold_xy()
            self.nav.climb(0.0)
        return True

    def leave(self) -> None:
        limits.waypoint(self.v)

    def run(self) -> None:
        if not vertical(self):
            return
        north, east = self.v.pilot.lean()
        size = (north * north + east * east) ** 0.5
        if size > 0.0:
            speed = float(self.v.s.speed[self.v.row]) * min(1.0, size / float(self.v.s.lean_max[self.v.row]))
            self.nav.move(north / size * speed, east / size * speed)
            self._moving = True
        elif self._moving:
            self.nav.hold_xy()
            self._moving = False
        turn(self)


class PosHold(Loiter):
    number, name = 16, "POSHOLD"


class Brake(Mode):
    """Stops as fast as it can and stays, whatever the sticks say."""

    number, name = 17, "BRAKE"
    autopilot = True
    no_arming = True

    def enter(self, *, ignore_checks: bool) -> bool:
        if self.flying:
            s, i = self.v.s, self.v.row
            s.accel[i] = s.accel_z[i] = BRAKING_M_S2
            s.tpos[i, :2], s.tvel[i, :2], s.tacc[i, :2] = self.nav.position[:2], s.vel[i, :2], 0.0
            self.nav.move(0.0, 0.0)
            self.nav.climb(0.0)
            self.nav.keep_heading()
        return True

    def leave(self) -> None:
        limits.waypoint(self.v)


def vertical(mode: Mode) -> bool:
    """Climb rate from the throttle stick, take-off by raising it. False while still on the ground."""
    v, nav = mode.v, mode.nav
    rate = v.pilot.climb_rate
    if v.landed:
        if v.s.z[v.row] != Z.TAKEOFF and rate > 0.0:
            nav.take_off(nav.position[2] + max(1.0, v.params["PILOT_TKOFF_ALT"] / 100.0))
        elif rate <= 0.0 and v.s.z[v.row] != Z.TAKEOFF:
            nav.ground()
        return False
    if v.s.z[v.row] == Z.TAKEOFF and rate >= 0.0 and v.s.tpos[v.row, 2] < v.s.goal[v.row, 2] - 0.1:
        return True
    if v.s.z[v.row] != Z.RATE or v.s.goal_vel[v.row, 2] != rate:
        nav.climb(rate)
    return True


def turn(mode: Mode) -> None:
    """The yaw stick."""
    s, i = mode.v.s, mode.v.row
    rate = mode.v.pilot.turn_rate()
    if rate:
        s.yaw_mode[i], s.yaw_rate_goal[i] = Yaw.RATE, rate
    elif s.yaw_mode[i] == Yaw.RATE:
        mode.nav.keep_heading()
