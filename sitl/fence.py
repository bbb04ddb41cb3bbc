"""The geofence as ArduPilot keeps it: height, circle about home, and inclusion and exclusion areas.

A breach is noticed once per fence; the circle and the ceiling set up a backup 20 m further out. Inclusion areas
must all contain the vehicle unless FENCE_OPTIONS bit 1 asks for any of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sitl.storage import CIRCLE_EXCLUSION, CIRCLE_INCLUSION, EXCLUSION, INCLUSION

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

CEILING, CIRCLE, POLYGON, FLOOR = 1, 2, 4, 8
NOTICE, INFO, DEBUG = 5, 6, 7
BACKUP_M: Final = 20.0
GIVE_UP_M: Final = 100.0
RECOVERY_S: Final = 10.0
"""Breaches are not acted on again so soon after the mode was changed in one."""
RTL, LAND, BRAKE, SMART_RTL = 6, 9, 17, 21
ACTIONS: Final = {
    1: (RTL, LAND),
    2: (LAND,),
    3: (SMART_RTL, RTL, LAND),
    4: (BRAKE, LAND),
    5: (SMART_RTL, LAND),
}
BREACH_TYPES: Final = ((FLOOR, 1), (CEILING, 2), (CIRCLE, 3), (POLYGON, 3))
"""Our kinds and FENCE_BREACH."""
Corner = tuple[float, float]


class Fence:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.breaches = 0
        self.count = 0
        self.last_type = 0
        self.last_at = 0.0
        self.depth = 0.0
        self._recovering_until = -1.0
        self._backup = {CEILING: math.inf, CIRCLE: math.inf}
        self._areas: list[tuple[int, list[Corner]]] = []
        self._circles: list[tuple[int, Corner, float]] = []
        self._floor_seen = False
        self._index()

    @property
    def enabled(self) -> int:
        """Bits of the fences that are on."""
        kinds = self.v.params.integer("FENCE_TYPE") if self.v.params["FENCE_ENABLE"] > 0 else 0
        if not self._areas and not self._circles:
            kinds &= ~POLYGON
        return kinds

    @property
    def sides_enabled(self) -> bool:
        on = self.v.params["FENCE_ENABLE"] > 0
        return on and bool(self.v.params.integer("FENCE_TYPE") & (CIRCLE | POLYGON))

    def load(self) -> None:
        """Takes up the items just stored."""
        self._index()
        self.v.text(DEBUG, "Fence Indexed OK")

    def _index(self) -> None:
        self._areas, self._circles = [], []
        items, k = self.v.fence_items, 0
        while k < len(items):
            item = items[k]
            if item.command in (INCLUSION, EXCLUSION):
                size = int(item.param1)
                self._areas.append((item.command, [self.v.local(c.x, c.y) for c in items[k : k + size]]))
                k += max(1, size)
                continue
            if item.command in (CIRCLE_INCLUSION, CIRCLE_EXCLUSION):
                self._circles.append((item.command, self.v.local(item.x, item.y), item.param1))
            k += 1

    def problem(self) -> str | None:
        """What ArduPilot's pre-arm check says of the fence."""
        kinds = self.v.params.integer("FENCE_TYPE")
        if self.v.params["FENCE_ENABLE"] <= 0:
            return None
        if not kinds:
            return "Fences enabled, but none selected"
        radius, margin = self.v.params["FENCE_RADIUS"], self.v.params["FENCE_MARGIN"]
        if kinds & CIRCLE and radius < 0:
            return "Invalid Circle FENCE_RADIUS value"
        if kinds & CIRCLE and radius < margin:
            return "Circle FENCE_MARGIN is less than FENCE_RADIUS"
        if kinds & CEILING and self.v.params["FENCE_ALT_MAX"] < 0:
            return "Invalid FENCE_ALT_MAX value"
        if self.v.params["FENCE_ALT_MAX"] < self.v.params["FENCE_ALT_MIN"]:
            return "FENCE_ALT_MAX < FENCE_ALT_MIN"
        self._check()
        return f"vehicle outside {_names(self.breaches)}" if self.breaches else None

    def mode_changed(self) -> None:
        """A change of mode in a breach gives the pilot ten seconds to bring the vehicle back."""
        if self.breaches and self.v.params["FENCE_ACTION"] > 0:
            self._recovering_until = self.v.now + RECOVERY_S
            self.v.text(INFO, "Manual recovery started")

    def allows(self, north: float, east: float, height: float | None = None) -> bool:
        """Whether a destination is inside; `height` above home."""
        on = self.enabled
        if on & CEILING and height is not None and height > self.v.params["FENCE_ALT_MAX"]:
            return False
        home = self.v.home_point
        if on & CIRCLE and math.hypot(north - home[0], east - home[1]) > self.v.params["FENCE_RADIUS"]:
            return False
        return not (on & POLYGON and self._outside((north, east)))

    def run(self) -> None:
        """Notices breaches and takes the action FENCE_ACTION asks for."""
        if self.v.params["FENCE_ENABLE"] <= 0 and not self.breaches:
            return
        if not self.v.boot.position_ok or not (self.v.armed or self.breaches):
            return
        before = self.breaches
        fresh = self._check()
        if not self.v.armed:
            return
        if fresh and self.v.now >= self._recovering_until:
            self._act(fresh)
        elif before and not self.breaches and not self.v.landed:
            self.v.text(NOTICE, "Fence breach cleared")

    def _act(self, fresh: int) -> None:
        v = self.v
        if not v.landed:
            v.text(NOTICE, f"{_names(fresh)} breached")
        action = v.params.integer("FENCE_ACTION")
        if action <= 0:
            return
        if v.landed:
            from sitl import arming  # arming reads the fence, so it cannot be imported above

            arming.disarm(v)
            return
        choices = (LAND,) if self.depth > GIVE_UP_M else ACTIONS.get(action, ACTIONS[1])
        for mode in choices:
            if v.set_mode(mode, "fence"):
                return

    def _check(self) -> int:
        """Updates the breaches; returns the new ones."""
        v, on = self.v, self.enabled
        north, east, _ = v.nav.position
        home = v.home_point
        height = v.height
        self.depth = 0.0
        fresh = 0
        ceiling, radius = v.params["FENCE_ALT_MAX"], v.params["FENCE_RADIUS"]
        fresh |= self._outward(CEILING, on, height - ceiling, height)
        distance = math.hypot(north - home[0], east - home[1])
        fresh |= self._outward(CIRCLE, on, distance - radius, distance)
        fresh |= self._plain(POLYGON, bool(on & POLYGON) and self._outside((north, east)))
        floor = v.params["FENCE_ALT_MIN"]
        self._floor_seen = self._floor_seen or height > floor
        landing = v.mode.landing or v.landed or not v.armed
        below = bool(on & FLOOR) and not landing and self._floor_seen and height <= floor
        fresh |= self._plain(FLOOR, below)
        return fresh

    def _outward(self, kind: int, on: int, beyond: float, measure: float) -> int:
        if not on & kind or beyond < 0:
            self.breaches &= ~kind
            self._backup[kind] = math.inf
            return 0
        self.depth = max(self.depth, beyond)
        if self.breaches & kind and measure < self._backup[kind]:
            return 0
        self._backup[kind] = measure + BACKUP_M
        return self._record(kind)

    def _plain(self, kind: int, outside: bool) -> int:
        if not outside:
            self.breaches &= ~kind
            return 0
        return 0 if self.breaches & kind else self._record(kind)

    def _record(self, kind: int) -> int:
        self.breaches |= kind
        self.count += 1
        self.last_at = self.v.now
        self.last_type = dict(BREACH_TYPES)[kind]
        return kind

    def _outside(self, point: Corner) -> bool:
        inclusions = wanted = 0
        for kind, corners in self._areas:
            inside = contains(corners, point)
            if kind == EXCLUSION and inside:
                return True
            if kind == INCLUSION:
                inclusions += 1
                wanted += inside
        for kind, centre, radius in self._circles:
            inside = math.hypot(point[0] - centre[0], point[1] - centre[1]) < radius
            if kind == CIRCLE_EXCLUSION and inside:
                return True
            if kind == CIRCLE_INCLUSION:
                inclusions += 1
                wanted += inside
        if not inclusions:
            return False
        union = bool(self.v.params.integer("FENCE_OPTIONS") & 2)
        return wanted == 0 if union else wanted < inclusions


def contains(corners: Sequence[Corner], point: Corner) -> bool:
    """Whether `point` lies in the ring, by counting the edges it looks across."""
    x, y = point
    inside = False
    x0, y0 = corners[-1]
    for x1, y1 in corners:
        if (y1 > y) != (y0 > y) and x < (x0 - x1) * (y - y1) / (y0 - y1) + x1:
            inside = not inside
        x0, y0 = x1, y1
    return inside


def _names(kinds: int) -> str:
    """As ArduPilot lists fences: ``Polygon fence``, ``Max Alt, Circle fences``."""
    named = ((CEILING, "Max Alt"), (CIRCLE, "Circle"), (POLYGON, "Polygon"), (FLOOR, "Min Alt"))
    found = [name for kind, name in named if kinds & kind]
    if len(found) > 1:
        found = [", ".join(found[:-1]) + " and " + found[-1]]
        return found[0] + " fences"
    return (found[0] if found else "") + " fence"
