"""What the vehicle carries: a camera that is triggered by order or by distance flown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle


class Camera:
    """Works where CAM1_TYPE says there is one; every picture is reported as CAMERA_FEEDBACK."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.pictures = 0
        self._distance = 0.0
        self._last: tuple[float, float] | None = None

    @property
    def present(self) -> bool:
        return "CAM1_TYPE" in self.v.params and self.v.params["CAM1_TYPE"] > 0

    def every(self, metres: float, *, at_once: bool) -> bool:
        """A picture each so many metres; 0 stops."""
        if not self.present or not math.isfinite(metres) or metres < 0:
            return False
        self._distance, self._last = metres, self.v.nav.position[:2]
        return self.shoot() if at_once else True

    def shoot(self) -> bool:
        if not self.present:
            return False
        self.pictures += 1
        v = self.v
        place = v.globe(v.nav.position)
        v.send(
            "CAMERA_FEEDBACK",
            time_usec=int((v.s.epoch + v.s.time) * 1e6),
            target_system=0,
            cam_idx=0,
            img_idx=self.pictures & 0xFFFF,
            lat=place.lat,
            lng=place.lon,
            alt_msl=place.amsl,
            alt_rel=v.height,
            roll=math.degrees(float(v.s.roll[v.row])),
            pitch=math.degrees(float(v.s.pitch[v.row])),
            yaw=math.degrees(v.heading),
            foc_len=0.0,
            flags=0,
            completed_captures=self.pictures & 0xFFFF,
        )
        return True

    def run(self) -> None:
        if self._distance <= 0 or self._last is None or not self.v.armed:
            return
        north, east, _ = self.v.nav.position
        if math.hypot(north - self._last[0], east - self._last[1]) >= self._distance:
            self._last = (north, east)
            self.shoot()


class Breadcrumbs:
    """The way back for SMART_RTL: places left behind, SRTL_ACCURACY apart, at most SRTL_POINTS of them."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.points: list[tuple[float, float, float]] = []

    def clear(self) -> None:
        self.points = []

    def run(self) -> None:
        v = self.v
        if not v.armed or not v.boot.position_ok or v.mode.number == 21 or v.params["SRTL_POINTS"] <= 0:
            return
        here = v.nav.position
        if self.points and math.dist(here, self.points[-1]) < max(0.5, v.params["SRTL_ACCURACY"]):
            return
        self.points.append(here)
        if len(self.points) > v.params["SRTL_POINTS"]:
            self.points = [self.points[0], *self._thinned()]

    def _thinned(self) -> list[tuple[float, float, float]]:
        """Drops the point that matters least: the one nearest to the line between its neighbours."""
        points = self.points[1:]
        worth = [_off_line(points[k - 1], points[k], points[k + 1]) for k in range(1, len(points) - 1)]
        least = worth.index(min(worth)) + 1
        return points[:least] + points[least + 1 :]


def _off_line(a: tuple[float, ...], p: tuple[float, ...], b: tuple[float, ...]) -> float:
    along = [y - x for x, y in zip(a, b, strict=True)]
    size = sum(x * x for x in along)
    if size == 0:
        return math.dist(a, p)
    share = max(0.0, min(1.0, sum((q - x) * d for q, x, d in zip(p, a, along, strict=True)) / size))
    return math.dist(p, [x + share * d for x, d in zip(a, along, strict=True)])
