"""AUTO: flies the mission."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sitl import arming, limits
from sitl.modes import circle
from sitl.modes.base import Mode
from sitl.modes.guided import Guided
from sitl.modes.returning import Land, Rtl
from sitl.navigator import Point
from sitl.state import Yaw, Z

if TYPE_CHECKING:
    from mission.items import WireItem

CRITICAL, WARNING, INFO = 2, 4, 6
WAYPOINT, UNLIMITED, TURNS, TIME, RETURN, LAND, TAKEOFF = 16, 17, 18, 19, 20, 21, 22
TO_ALTITUDE, SPLINE, GUIDED_ENABLE, DELAY = 31, 82, 92, 93
CONDITION_DELAY, CONDITION_DISTANCE, CONDITION_YAW = 112, 114, 115
CHANGE_SPEED, SET_HOME, ROI_LOCATION, ROI_NONE, ROI = 178, 179, 195, 197, 201
CAMERA_DISTANCE, DIGICAM, FENCE_ENABLE = 206, 203, 207
IMAGES_START, IMAGES_STOP = 2000, 2001
PLACED: Final = frozenset((WAYPOINT, UNLIMITED, TIME, SPLINE, TO_ALTITUDE))
NEVER_ENDING: Final = frozenset((UNLIMITED,))
CIRCLE_AT_ONCE_M: Final = 3.0
TURN_TO_CIRCLE_M: Final = 5.0
IGNORED: Final = frozenset((30, 94))
"""Navigation commands that ArduCopter skips: it does not know them."""


class Auto(Mode):
    number, name = 3, "AUTO"
    autopilot = True
    holds_still = False

    def enter(self, *, ignore_checks: bool) -> bool:
        v = self.v
        self._started = False
        self.sub: Mode | None = None
        self._arrived = False
        self._since: float | None = None
        self._goal: Point | None = None
        self._start_angle = 0.0
        self._circling = False
        if len(v.mission) <= 1 and not ignore_checks:
            return False
        if v.armed and v.landed and not self._takes_off_first():
            v.text(CRITICAL, "Auto: Missing Takeoff Cmd")
            return False
        if self.flying:
            self.nav.start_legs()
            self.v.s.reached[v.row] = True
        return True

    def _takes_off_first(self) -> bool:
        item = self.v.runner.item
        first = (
            item
            if item is not None
            else next((i for i in self.v.mission[1:] if i.command in (*PLACED, 20, 21, 22)), None)
        )
        return first is not None and first.command == TAKEOFF

    def leave(self) -> None:
        self.v.runner.stop()
        limits.waypoint(self.v)
        self.v.s.paused[self.v.row] = False

    @property
    def landing(self) -> bool:  # type: ignore[override]
        return self.sub is not None and self.sub.landing

    @property
    def destination(self) -> Point | None:
        return self.sub.destination if self.sub is not None else self._goal

    def run(self) -> None:
        if not self._started:
            if self.v.landed and not self.v.auto_armed:
                return
            self._started = True
            self.v.runner.start_or_resume(self)
        elif self.v.mission_changed and self._goal is not None and self.sub is None:
            self.v.mission_changed = False
            item = self.v.runner.item
            if item is not None and item.command == WAYPOINT and self.start(self.v.runner.index, item):
                self.v.text(CRITICAL, "Auto mission changed, restarted command")
        self.v.mission_changed = False
        if self.sub is not None:
            self.sub.run()
        self.v.runner.update(self)

    def reached(self) -> None:
        if self.sub is not None:
            self.sub.reached()
        else:
            self._arrived = True
            self.v.runner.update(self)

    def disarmed(self) -> None:
        self.v.runner.stop()

    def pause(self, paused: bool) -> bool:
        if self.sub is not None or self._goal is None:
            return False
        self.v.s.paused[self.v.row] = paused
        return True

    def finished(self) -> None:
        """The mission has ended: stay in the air, or stop the motors on the ground."""
        self.sub, self._goal = None, None
        if self.v.landed:
            arming.disarm(self.v)
        else:
            self.nav.hold()

    # beginning of commands
    def start(self, index: int, item: WireItem) -> bool:
        """Begins a mission command. False for one ArduCopter does not fly."""
        if item.command in IGNORED:
            self.v.text(WARNING, f"Skipping invalid cmd #{item.command}")
            return False
        if item.command in (TAKEOFF, *PLACED, TURNS, RETURN, LAND, GUIDED_ENABLE, DELAY):
            self._start_nav(item)
            return True
        self._start_do(item)
        return True

    def _start_nav(self, item: WireItem) -> None:
        self.sub, self._arrived, self._since, self._circling = None, False, None, False
        here = self.nav.destination if self.v.s.reached[self.v.row] else self.nav.stopping_point()
        if item.command == TAKEOFF:
            self._take_off(item)
        elif item.command == RETURN:
            self._delegate(Rtl(self.v))
        elif item.command == LAND and not (item.x or item.y):
            self._delegate(Land(self.v))
        elif item.command == GUIDED_ENABLE and item.param1 > 0.5:
            self._delegate(Guided(self.v))
        elif item.command == DELAY:
            self._since = self.v.now
            if item.param1 > 0:
                self.v.text(INFO, f"Delaying {int(item.param1)} sec")
        elif item.command == TURNS:
            self._to_circle(item, here)
        elif item.command != GUIDED_ENABLE:
            self._fly_to(item, here)

    def _delegate(self, mode: Mode) -> None:
        self.sub, self._goal = mode, None
        mode.enter(ignore_checks=True)

    def _take_off(self, item: WireItem) -> None:
        home = self.v.home_point[2]
        asked = item.z - self.v.origin.amsl if item.frame == 0 else home + item.z
        up = max(asked, self.nav.position[2] + (1.0 if self.v.landed else 0.0))
        self._goal = (*self.nav.position[:2], up)
        self.nav.keep_heading()
        self.nav.take_off(up)

    def _fly_to(self, item: WireItem, here: Point) -> None:
        goal = self._point(item, here)
        if goal is None:
            self.v.text(CRITICAL, "Failsafe: Terrain data missing")
            self.v.set_mode(6, "terrain failsafe")
            return
        if item.command == LAND:
            goal = (goal[0], goal[1], self.nav.position[2])
        self._goal = goal
        following = self.v.runner.next_nav() if item.param1 <= 0 else None
        if item.command == SPLINE:
            onward = self._point(following, goal) if following is not None else None
            self.nav.curve(goal, onward or goal, curves_on=following is not None and following.command == SPLINE)
        else:
            self.nav.go(goal)
        self._look_ahead()
        if item.command in (WAYPOINT, SPLINE) and following is not None:
            self._prepare(following, goal)

    def _point(self, item: WireItem, fallback: Point) -> Point | None:
        """A navigation command's place: `fallback`'s where it has none, and its height where it has none."""
        point = self.v.item_point(item, fallback)
        return (*point[:2], fallback[2]) if point is not None and item.z == 0.0 else point

    def _prepare(self, following: WireItem, goal: Point) -> None:
        """Rounds the corner into the leg after this one, where that is one that can be flown without a stop."""
        if following.command not in (WAYPOINT, UNLIMITED, TIME, SPLINE):
            return
        onward = self._point(following, goal)
        if onward is None:
            return
        if following.command != SPLINE:
            self.nav.then(onward)
            return
        last = self.v.runner.next_nav(2) if following.param1 <= 0 else None
        beyond = self._point(last, onward) if last is not None else None
        self.nav.then_curve(onward, beyond or onward, curves_on=last is not None and last.command == SPLINE)

    def _look_ahead(self) -> None:
        """The nose along the path, unless it looks at a place of interest."""
        s, i = self.v.s, self.v.row
        follows = self.v.params["WP_YAW_BEHAVIOR"] != 0
        if s.yaw_mode[i] == Yaw.PLACE or (s.yaw_mode[i] == Yaw.SLEW and not follows):
            return
        if follows:
            self.nav.face_ahead()
        else:
            self.nav.keep_heading()

    def _to_circle(self, item: WireItem, here: Point) -> None:
        """To the nearest place on the circle; within 3 m of its centre the circle begins at once."""
        centre = self._point(item, here) or here
        self._centre = centre
        self._radius = abs(item.param3) or self.v.params["CIRCLE_RADIUS"] / 100.0
        stop = self.nav.stopping_point()
        off = math.dist(stop, centre)
        if off <= CIRCLE_AT_ONCE_M:
            self._goal, self._arrived = centre, True
            self._circle(item)
            return
        share = self._radius / off
        north, east = (centre[k] + (stop[k] - centre[k]) * share for k in (0, 1))
        self._goal = (north, east, centre[2])
        self.nav.go(self._goal)
        away = math.dist(self.nav.position[:2], centre[:2])
        if away > self._radius and away > TURN_TO_CIRCLE_M:
            self._look_ahead()
        elif self.v.s.yaw_mode[self.v.row] != Yaw.PLACE:
            self.nav.keep_heading()

    def _circle(self, item: WireItem) -> None:
        s, i = self.v.s, self.v.row
        self._circling = True
        rate = abs(self.v.params["CIRCLE_RATE"])
        looks = s.yaw_mode[i] == Yaw.PLACE
        circle.begin(self, self._centre[:2], self._radius, -rate if item.param3 < 0 else rate)
        if looks:
            s.yaw_mode[i] = Yaw.PLACE
        self.nav.climb(0.0)
        self._start_angle = float(s.angle[i])

    # end of commands
    def done(self, index: int, item: WireItem) -> bool:
        if item.command in (CONDITION_DELAY, CONDITION_DISTANCE, CONDITION_YAW):
            return self._condition_met(item)
        if item.command in (TAKEOFF, *PLACED, TURNS, RETURN, LAND, GUIDED_ENABLE, DELAY):
            return self._nav_done(index, item)
        return True

    def _nav_done(self, index: int, item: WireItem) -> bool:
        if item.command == TAKEOFF:
            return self._took_off()
        if item.command == RETURN:
            return self.v.landed and self.v.ever_flew and self.v.now - self.v.landed_since >= arming.SPOOL_DOWN_S
        if item.command == LAND:
            return self._landing_done()
        if item.command == GUIDED_ENABLE:
            return item.param1 <= 0.5
        if item.command == DELAY:
            return self._since is not None and self.v.now - self._since >= item.param1
        if not self._arrived or item.command in NEVER_ENDING:
            return False
        if item.command == TURNS:
            return self._circled(item)
        if self._since is None:
            self._since = self.v.now
        wait = item.param1 if item.command in (WAYPOINT, TIME, SPLINE) else 0.0
        if self.v.now - self._since < wait:
            return False
        if item.command != TO_ALTITUDE:
            self.v.text(INFO, f"Reached command #{index}")
        return True

    def _took_off(self) -> bool:
        s, i = self.v.s, self.v.row
        if self.v.landed or self._goal is None or s.z[i] != Z.TAKEOFF:
            return False
        stop = 0.5 * (0.1 * s.speed_up[i]) ** 2 / s.accel_z[i]
        if s.tpos[i, 2] < self._goal[2] - stop or s.tvel[i, 2] >= 0.1 * s.speed_up[i]:
            return False
        self._after_take_off()
        return True

    def _after_take_off(self) -> None:
        """Waypoints begin exactly where the take-off ends."""
        assert self._goal is not None
        self.nav.start_legs()
        s, i = self.v.s, self.v.row
        s.leg_origin[i] = s.leg_target[i] = (s.tpos[i, 0], s.tpos[i, 1], self._goal[2])

    def _landing_done(self) -> bool:
        """Never done: down on the ground the vehicle disarms, and the mission is back at its beginning."""
        if self.sub is None and self._arrived:
            self._delegate(Land(self.v))
        if self.v.landed and self.v.ever_flew and self.v.now - self.v.landed_since >= arming.SPOOL_DOWN_S:
            arming.disarm(self.v)
            self.v.runner.rewind()
        return False

    def _circled(self, item: WireItem) -> bool:
        if not self._circling:
            self._circle(item)
            return False
        turned = abs(float(self.v.s.angle[self.v.row]) - self._start_angle)
        return turned / (2 * math.pi) >= item.param1

    # DO and CONDITION commands
    def _start_do(self, item: WireItem) -> None:
        v = self.v
        if item.command in (CONDITION_DELAY, CONDITION_DISTANCE):
            self._condition_since = v.now
        elif item.command == CONDITION_YAW:
            self.nav.turn(item.param1, item.param2, item.param3, relative=item.param4 > 0)
        elif item.command == CHANGE_SPEED:
            v.change_speed(int(item.param1), item.param2)
        elif item.command == SET_HOME:
            v.home_from_item(item)
        elif item.command in (ROI_LOCATION, ROI, ROI_NONE):
            v.look_at(item if (item.x or item.y) and item.command != ROI_NONE else None)
        elif item.command == CAMERA_DISTANCE:
            v.camera.every(item.param1)
            if item.param3 == 1:
                v.camera.shoot()
        elif item.command == DIGICAM and item.x == 1:
            v.camera.shoot()
        elif item.command == IMAGES_START:
            v.camera.images(item.param1, item.param2, item.param3)
        elif item.command == IMAGES_STOP:
            v.camera.stop()
        elif item.command == FENCE_ENABLE:
            v.params.set("FENCE_ENABLE", 1.0 if item.param1 == 1 else 0.0)

    def _condition_met(self, item: WireItem) -> bool:
        if item.command == CONDITION_DELAY:
            return self.v.now - self._condition_since >= item.param1
        if item.command == CONDITION_DISTANCE:
            if self._goal is None:
                return True
            north, east, _ = self.nav.position
            return math.hypot(self._goal[0] - north, self._goal[1] - east) < max(0.0, item.param1)
        s, i = self.v.s, self.v.row
        s.yaw_mode[i] = Yaw.SLEW
        off = (self.v.heading - float(s.yaw_goal[i]) + math.pi) % (2 * math.pi) - math.pi
        return s.yaw_left[i] == 0.0 and abs(off) <= math.radians(2.0)
