"""GUIDED: take-off, places and velocities that a ground station or companion asks for."""

from __future__ import annotations

import math
from enum import Enum

from sitl.modes.base import Mode
from sitl.navigator import Point
from sitl.state import GRAVITY, Xy, Yaw, Z


class Doing(Enum):
    NOTHING = 0
    TAKEOFF = 1
    PLACE = 2
    VELOCITY = 3
    LEAN = 4


class Guided(Mode):
    number, name = 4, "GUIDED"
    autopilot = True

    def enter(self, *, ignore_checks: bool) -> bool:
        self.doing, self.holds_still = Doing.NOTHING, True
        self._until = math.inf
        self._goal: Point | None = None
        self._paused = False
        if self.flying:
            self.nav.hold()
            self.nav.keep_heading()
        return True

    @property
    def waits_on_ground(self) -> bool:  # type: ignore[override]
        return self.doing is Doing.TAKEOFF

    def take_off(self, height_home_m: float) -> bool:
        """Straight up to a height above home. Only from the ground, only upwards."""
        if not self.v.armed or not self.v.landed or height_home_m <= self.v.height:
            return False
        self.doing = Doing.TAKEOFF
        self._goal = (*self.nav.position[:2], self.v.home_point[2] + height_home_m)
        self.nav.keep_heading()
        self.nav.take_off(self._goal[2])
        return True

    def fly_to(self, point: Point, yaw: float | None = None, yaw_rate: float | None = None) -> bool:
        """To a place; refused outside the fence."""
        if not self.v.fence.allows(point[0], point[1], point[2] - self.v.home_point[2]):
            return False
        if not self.flying:
            return True
        self.doing, self._goal, self._paused, self.holds_still = Doing.PLACE, point, False, False
        self.nav.hold(point)
        self._turn(yaw, yaw_rate)
        if yaw is None and yaw_rate is None:
            self._look_there(point)
        return True

    def _look_there(self, point: Point) -> None:
        north, east, _ = self.nav.position
        if math.hypot(point[0] - north, point[1] - east) > 1.0 and self.v.params["WP_YAW_BEHAVIOR"] != 0:
            self.nav.face_ahead()

    def fly_at(self, velocity: Point, yaw: float | None = None, yaw_rate: float | None = None) -> None:
        """At a velocity, for GUID_TIMEOUT seconds after the last order."""
        self._until = self.v.now + self.v.params["GUID_TIMEOUT"]
        if not self.flying:
            return
        self.doing, self._goal, self._paused, self.holds_still = Doing.VELOCITY, None, False, True
        self.nav.move(velocity[0], velocity[1])
        self.nav.climb(velocity[2])
        self._turn(yaw, yaw_rate)
        if yaw is None and yaw_rate is None and self.v.params["WP_YAW_BEHAVIOR"] != 0:
            self.nav.face_ahead()

    def lean(self, roll: float, pitch: float, yaw: float, climb: float) -> None:
        """At a lean and heading, radians, for GUID_TIMEOUT seconds after the last order."""
        self._until = self.v.now + self.v.params["GUID_TIMEOUT"]
        if not self.flying:
            return
        s, i = self.v.s, self.v.row
        self.doing, self._goal, self._paused, self.holds_still = Doing.LEAN, None, False, True
        steepest = float(s.lean_max[i])
        ahead, right = (
            max(-steepest, min(steepest, GRAVITY * math.tan(max(-1.4, min(1.4, angle))))) for angle in (-pitch, roll)
        )
        cos, sin = math.cos(yaw), math.sin(yaw)
        self.nav.climb(climb)
        s.xy[i] = Xy.LEAN
        s.lean_goal[i] = (ahead * cos - right * sin, ahead * sin + right * cos)
        self.nav.face(yaw)

    def _turn(self, yaw: float | None, yaw_rate: float | None) -> None:
        if yaw is not None:
            self.nav.face(yaw)
        elif yaw_rate is not None:
            self.v.s.yaw_mode[self.v.row], self.v.s.yaw_rate_goal[self.v.row] = Yaw.RATE, yaw_rate

    def run(self) -> None:
        if self.doing is Doing.TAKEOFF and not self.v.landed and self._goal is not None:
            s, i = self.v.s, self.v.row
            close = s.tpos[i, 2] >= self._goal[2] - 0.05 and s.tvel[i, 2] < 0.1 * s.speed_up[i]
            if close and s.z[i] == Z.TAKEOFF:
                self.doing = Doing.PLACE
                self.nav.hold((s.tpos[i, 0], s.tpos[i, 1], self._goal[2]))
        elif self.doing is Doing.LEAN and self.v.now > self._until:
            self._until = math.inf
            self.v.s.lean_goal[self.v.row] = 0.0
            self.nav.climb(0.0)
        elif self.doing is Doing.VELOCITY and self.v.now > self._until:
            self._until = math.inf
            self.nav.move(0.0, 0.0)
            self.nav.climb(0.0)

    def pause(self, paused: bool) -> bool:
        if paused and not self._paused:
            self._paused = True
            self.nav.hold()
        elif not paused and self._paused:
            self._paused = False
            if self._goal is not None:
                self.nav.hold(self._goal)
        return True

    @property
    def destination(self) -> Point | None:
        return self._goal if self.flying and self._goal is not None else None
