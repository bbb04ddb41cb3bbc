"""Modes that bring the vehicle down: RTL and LAND."""

from __future__ import annotations

from enum import IntEnum

from sitl import limits
from sitl.modes.base import Mode
from sitl.navigator import Point
from sitl.state import Z

RTL_ALT_MIN_M = 0.3
CONE_SLOPE_MIN = 0.5
PAUSE_S = 4.0
"""LAND waits so long before descending when a failsafe chose it."""


class Stage(IntEnum):
    CLIMB = 1
    RETURN = 2
    LOITER = 3
    DESCEND = 4
    LAND = 5


class Rtl(Mode):
    """Climb, return to home or a rally point, wait, land."""

    number, name = 6, "RTL"
    autopilot = True
    no_arming = True
    disarms_on_landing = True
    holds_still = False

    def enter(self, *, ignore_checks: bool) -> bool:
        self.stage = Stage.CLIMB
        limits.waypoint(self.v, self.v.params["RTL_SPEED"] / 100.0)
        self._plan()
        if self.flying:
            self.nav.start_legs()
            self.nav.go(self.climb_point)
            self.nav.keep_heading()
        return True

    def _plan(self) -> None:
        """The climb and return points: RTL_ALT, RTL_CLIMB_MIN, the cone near home, and the fence's ceiling."""
        p, home = self.v.params, self.v.home_point
        target, asked = self.v.return_point()
        here = self.nav.stopping_point()
        height = here[2] - home[2]
        lowest = max(RTL_ALT_MIN_M, height + max(0.0, p["RTL_CLIMB_MIN"] / 100.0))
        wanted = max(asked, 0.0, p["RTL_ALT"] / 100.0, lowest)
        distance = ((target[0] - here[0]) ** 2 + (target[1] - here[1]) ** 2) ** 0.5
        if p["RTL_CONE_SLOPE"] >= CONE_SLOPE_MIN:
            wanted = min(wanted, max(distance * p["RTL_CONE_SLOPE"], lowest))
        if self.v.fence.enabled & 1:
            wanted = min(wanted, p["FENCE_ALT_MAX"] - p["FENCE_MARGIN"])
        wanted = max(wanted, height)
        self.climb_point: Point = (here[0], here[1], home[2] + wanted)
        self.return_point: Point = (target[0], target[1], home[2] + wanted)
        self.final = home[2] + p["RTL_ALT_FINAL"] / 100.0

    def reached(self) -> None:
        if self.stage is Stage.CLIMB:
            self.stage = Stage.RETURN
            self.nav.go(self.return_point)
            self._look_home()
        elif self.stage is Stage.RETURN:
            self.stage = Stage.LOITER
            self._since = self.v.now
            if self.v.params["WP_YAW_BEHAVIOR"] in (1, 3):
                self.nav.face(self.v.armed_heading)
            else:
                self.nav.keep_heading()

    def _look_home(self) -> bool:
        """The nose along the path home, where WP_YAW_BEHAVIOR asks for it."""
        looks = self.v.params["WP_YAW_BEHAVIOR"] in (1, 3)
        if looks:
            self.nav.face_ahead()
        return looks

    def run(self) -> None:
        if self.v.landed:
            return
        if self.stage is Stage.LOITER and self.v.now - self._since >= self.v.params["RTL_LOIT_TIME"] / 1000.0:
            if self.v.params["RTL_ALT_FINAL"] > 0:
                self.stage = Stage.DESCEND
                self.nav.hold((*self.return_point[:2], self.final))
            else:
                self._land()
        elif self.stage is Stage.DESCEND and self.v.params["RTL_ALT_FINAL"] <= 0:
            self._land()

    def _land(self) -> None:
        self.stage = Stage.LAND
        self.landing = True
        self.nav.hold_xy()
        self.v.s.goal[self.v.row, :2] = self.return_point[:2]
        self.nav.land()
        self.nav.keep_heading()

    @property
    def destination(self) -> Point | None:
        return self.return_point if self.flying and self.stage is not Stage.LAND else None


class Land(Mode):
    """Straight down here."""

    number, name = 9, "LAND"
    needs_position = False
    autopilot = True
    no_arming = True
    disarms_on_landing = True
    landing = True

    def enter(self, *, ignore_checks: bool) -> bool:
        self._descend_at = self.v.now
        if self.flying:
            self.nav.hold_xy()
            self.nav.land()
            self.nav.keep_heading()
        return True

    def wait_first(self) -> None:
        """Chosen by a failsafe: hold for a while, so that the pilot notices, then descend."""
        if self.flying:
            self._descend_at = self.v.now + PAUSE_S
            self.nav.climb(0.0)

    def run(self) -> None:
        if self.flying and self.v.s.z[self.v.row] != Z.LAND and self.v.now >= self._descend_at:
            self.nav.land()
