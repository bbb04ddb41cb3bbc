"""The way back for SMART_RTL: places left behind, thinned to those that matter, with loops cut off (AP_SmartRTL)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sitl.navigator import Point

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

INFO, WARNING = 6, 4
SMART_RTL: Final = 21
MOST: Final = 500
"""Places that ArduCopter has room for, whatever SRTL_POINTS says."""
EVERY_S: Final = 1 / 3
THIN_AFTER: Final = 50
"""New places after which the path is thinned."""
TIGHT, LOW = 10, 9
"""Room left at which loops are cut off on the way, and at which the pilot is told."""
GIVE_UP_S, SAY_AGAIN_S = 15.0, 10.0


class Breadcrumbs:
    """`points` run from where the vehicle was armed to where it is."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.points: list[Point] = []
        self.active = False
        self._thinned = 0
        self._due = self._saved_at = self._good_at = 0.0
        self._said_at = -SAY_AGAIN_S

    @property
    def _accuracy(self) -> float:
        return self.v.params["SRTL_ACCURACY"]

    @property
    def _room(self) -> int:
        return min(MOST, self.v.params.integer("SRTL_POINTS"))

    def start(self) -> None:
        """A new path, begun by arming. Without a position, room or accuracy there is none."""
        self.points, self._thinned = [], 0
        self.active = self.v.boot.position_ok and self._room > 0 and self._accuracy > 0
        self._saved_at = self._good_at = self.v.now
        if self.active:
            self.points.append(self.v.nav.position)

    def run(self) -> None:
        """Three times a second while armed."""
        v = self.v
        if not self.active or v.mode.number == SMART_RTL or v.now < self._due:
            return
        self._due = max(self._due, v.now - EVERY_S) + EVERY_S
        if not v.boot.position_ok:
            if v.now - self._good_at > GIVE_UP_S:
                self._give_up("bad position")
            return
        self._good_at = v.now
        if self.add(v.nav.position):
            self._saved_at = v.now
        elif v.now - self._saved_at > GIVE_UP_S:
            self._give_up("buffer full")
        self._tidy()

    def add(self, point: Point) -> bool:
        """Keeps a place, if it is far enough from the last. False where there is no room for it."""
        if self.points and math.dist(point, self.points[-1]) < self._accuracy:
            return True
        if len(self.points) >= self._room:
            return False
        self.points.append(point)
        return True

    def take(self) -> Point:
        """The next place on the way back, which leaves the path."""
        point = self.points.pop()
        self._thinned = min(self._thinned, len(self.points))
        return point

    def clean(self) -> None:
        """Thins the whole path and cuts off its loops, before it is flown."""
        self._thin()
        self.points = without_loops(self.points, 0.99 * self._accuracy)
        self._thinned = len(self.points)

    def _tidy(self) -> None:
        free, fresh = self._room - len(self.points), len(self.points) - self._thinned
        if fresh >= THIN_AFTER or (free <= TIGHT and fresh >= TIGHT):
            self._thin()
        elif free <= TIGHT:
            self.clean()
        if len(self.points) >= self._room - LOW and self.v.now - self._said_at > SAY_AGAIN_S:
            self._said_at = self.v.now
            self.v.text(INFO, "SmartRTL Low on space!")

    def _thin(self) -> None:
        kept = max(0, self._thinned - 1)
        self.points = self.points[:kept] + simplified(self.points[kept:], 0.5 * self._accuracy)
        self._thinned = len(self.points)

    def _give_up(self, why: str) -> None:
        self.active = False
        self.v.text(WARNING, f"SmartRTL deactivated: {why}")


def simplified(points: list[Point], tolerance_m: float) -> list[Point]:
    """The points without those nearer than `tolerance_m` to the line between the ones kept (Ramer, Douglas and
    Peucker's algorithm).
    """
    keep = {0, len(points) - 1}
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        between = range(first + 1, last)
        worst = max(between, key=lambda k: off_segment(points[k], points[first], points[last]), default=None)
        if worst is not None and off_segment(points[worst], points[first], points[last]) > tolerance_m:
            keep.add(worst)
            parts += [(first, worst), (worst, last)]
    return [points[k] for k in sorted(keep) if 0 <= k < len(points)]


def without_loops(points: list[Point], near_m: float) -> list[Point]:
    """The path without the ways round that come back to within `near_m` of themselves, the longest first."""
    loops = []
    for late in range(len(points) - 1, 2, -1):
        for early in range(1, late - 1):
            gap, middle = _nearest(points[late], points[late - 1], points[early - 1], points[early])
            if gap < near_m:
                length = sum(math.dist(points[k], points[k + 1]) for k in range(early, late - 1))
                loops.append((length, early, late, middle))
                break
    cut: list[tuple[int, int, Point]] = []
    for _, early, late, middle in sorted(loops, reverse=True):
        if all(late <= other_early or early >= other_late for other_early, other_late, _ in cut):
            cut.append((early, late, middle))
    for early, late, middle in sorted(cut, reverse=True):
        points = [*points[:early], middle, *points[late:]]
    return points


def off_segment(p: Point, a: Point, b: Point) -> float:
    """Metres from `p` to the line from `a` to `b`."""
    along = tuple(y - x for x, y in zip(a, b, strict=True))
    size = sum(x * x for x in along)
    share = sum((q - x) * d for q, x, d in zip(p, a, along, strict=True)) / size if size > 0 else 0.0
    share = max(0.0, min(1.0, share))
    return math.dist(p, tuple(x + share * d for x, d in zip(a, along, strict=True)))


def _nearest(a: Point, b: Point, c: Point, d: Point) -> tuple[float, Point]:
    """How near the lines a–b and c–d come, and the middle between. Infinite for parallel lines: the lines before and
    after one of them come as near.
    """
    first, second, apart = ([y - x for x, y in zip(p, q, strict=True)] for p, q in ((a, b), (c, d), (c, a)))

    def dot(p: list[float], q: list[float]) -> float:
        return sum(x * y for x, y in zip(p, q, strict=True))

    skew = dot(first, first) * dot(second, second) - dot(first, second) ** 2
    if skew <= 1e-9:
        return math.inf, a
    one = (dot(first, second) * dot(second, apart) - dot(second, second) * dot(first, apart)) / skew
    other = (dot(first, first) * dot(second, apart) - dot(first, second) * dot(first, apart)) / skew
    one, other = max(0.0, min(1.0, one)), max(0.0, min(1.0, other))
    on_first = [x + one * step for x, step in zip(a, first, strict=True)]
    on_second = [x + other * step for x, step in zip(c, second, strict=True)]
    north, east, up = ((x + y) / 2 for x, y in zip(on_first, on_second, strict=True))
    return math.dist(on_first, on_second), (north, east, up)
