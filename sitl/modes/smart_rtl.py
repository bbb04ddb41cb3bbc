"""SMART_RTL: back along the path flown, then land."""

from __future__ import annotations

from sitl import limits
from sitl.modes.returning import Rtl, Stage
from sitl.navigator import Point

ABOVE_LAST_M = 2.0
"""The path ends so far above the place of arming."""


class SmartRtl(Rtl):
    number, name = 21, "SMART_RTL"

    def enter(self, *, ignore_checks: bool) -> bool:
        self._path = self.v.breadcrumbs
        if not self._path.active and not ignore_checks:
            return False
        self.stage = Stage.RETURN
        limits.waypoint(self.v)
        self._plan()
        self._next: Point | None = None
        """The place flown to, while the path goes on from there."""
        if self.flying:
            self.nav.start_legs()
            self.nav.go(self.nav.stopping_point())
            if not self._look_home():
                self.nav.keep_heading()
            self._path.clean()
        return True

    def leave(self) -> None:
        """A place that was not reached is on the path again."""
        if self._next is not None:
            self._path.add(self._next)

    def reached(self) -> None:
        if self.stage is not Stage.RETURN:
            return
        if not self._path.points:
            self.stage = Stage.LOITER
            self._since = self.v.now - self.v.params["RTL_LOIT_TIME"] / 1000.0
            return
        place = self._path.take()
        self._next = place if self._path.points else None
        self.return_point = place if self._path.points else above(place)
        self.nav.go(self.return_point)
        if self._path.points:
            onward = self._path.points[-1]
            self.nav.then(above(onward) if len(self._path.points) == 1 else onward)


def above(place: Point) -> Point:
    return place[0], place[1], place[2] + ABOVE_LAST_M
