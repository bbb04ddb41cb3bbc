"""Where and how ArduCopter returns from any point: home or rally point, height, and the area it may fly over.

After ArduCopter 4.6: ModeRTL::build_path and compute_return_target, AP_Rally::calc_best_rally_or_home_location.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mission.context import Vehicle
from mission.geodesy import LocalFrame
from mission.leg import Leg, LegKind, Point
from mission.plan import Plan

_ALTITUDE_MIN_M: Final = 2.0
_CONE_SLOPE_MIN: Final = 0.5


class Returns:
    """The ways home of one plan."""

    def __init__(self, plan: Plan, frame: LocalFrame, vehicle: Vehicle) -> None:
        home = plan.home.position if plan.home else frame.origin
        self._vehicle = vehicle
        self._targets: list[list[float]] = frame.to_xy((home, *(p.position for p in plan.rally))).tolist()
        self._heights = [0.0, *(p.altitude_home_m for p in plan.rally)]

    def target(self, x: float, y: float) -> int:
        """0 for home, n for rally point n - 1: the nearest that counts."""
        distances = [math.hypot(tx - x, ty - y) for tx, ty in self._targets]
        if len(distances) == 1:
            return 0
        nearest = min(range(1, len(distances)), key=distances.__getitem__)
        limit = self._vehicle.rally_limit_m
        near_enough = limit <= 0 or distances[nearest] <= limit
        nearer = not self._vehicle.rally_include_home or distances[nearest] < distances[0]
        return nearest if near_enough and nearer else 0

    def legs(self, here: Point, item: int) -> tuple[Leg, ...]:
        """What RTL flies from `here`: climb, way back, descent, landing."""
        target = self.target(*here[:2])
        x, y = self._targets[target]
        height = self.height(here, math.hypot(x - here[0], y - here[1]), self._heights[target])
        slow = min(height, self._vehicle.land_slow_below_m)
        up, over, low = (here[0], here[1], height), (x, y, height), (x, y, slow)
        speed = self._vehicle.cruise_speed_m_s
        return (
            Leg(item, LegKind.RETURN, here, up, speed),
            Leg(item, LegKind.RETURN, up, over, speed, hold_s=self._vehicle.rtl_loiter_s),
            Leg(item, LegKind.LAND, over, low, self._vehicle.descent_speed_m_s),
            Leg(item, LegKind.LAND, low, (x, y, 0.0), self._vehicle.land_speed_m_s),
        )

    def height(self, here: Point, distance_m: float, target_height_m: float) -> float:
        """The height above home it flies back at: never lower than now, held down by its cone and the ceiling."""
        vehicle = self._vehicle
        lowest = max(_ALTITUDE_MIN_M, here[2] + max(0.0, vehicle.rtl_climb_min_m))
        height = max(target_height_m, 0.0, vehicle.rtl_altitude_m, lowest)
        if vehicle.rtl_cone_slope >= _CONE_SLOPE_MIN:
            height = min(height, max(distance_m * vehicle.rtl_cone_slope, lowest))
        if vehicle.fence_altitude_max_m is not None:
            height = min(height, vehicle.fence_altitude_max_m - vehicle.fence_margin_m)
        return max(height, here[2])

    def sweep(self, leg: Leg) -> list[BaseGeometry]:
        """All the straight ways home from the points of a leg: for each part with one target, a triangle."""
        (ax, ay), (bx, by) = leg.start[:2], leg.end[:2]
        shares = [0.0, *self._changes(ax, ay, bx - ax, by - ay), 1.0]
        areas = []
        for begin, end in pairwise(shares):
            middle = (begin + end) / 2.0
            tx, ty = self._targets[self.target(ax + (bx - ax) * middle, ay + (by - ay) * middle)]
            p = (ax + (bx - ax) * begin, ay + (by - ay) * begin)
            q = (ax + (bx - ax) * end, ay + (by - ay) * end)
            areas.append(shapely.convex_hull(shapely.multipoints([p, q, (tx, ty)])))
        return areas

    def swept(self, legs: Sequence[Leg]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
        """The areas of `sweep` for many legs at once, and the number of the leg that each belongs to."""
        if len(self._targets) > 1:
            parts = [self.sweep(leg) for leg in legs]
            areas = np.empty(sum(map(len, parts)), dtype=np.object_)
            areas[:] = [area for part in parts for area in part]
            return areas, np.repeat(np.arange(len(legs)), [len(part) for part in parts])
        ends = np.array([(leg.start[:2], leg.end[:2], self._targets[0]) for leg in legs]).reshape(-1, 3, 2)
        points = shapely.multipoints(ends.reshape(-1, 2), indices=np.repeat(np.arange(len(legs)), 3))
        return np.asarray(shapely.convex_hull(points)), np.arange(len(legs))

    @property
    def height_at_most(self) -> float:
        """No return begun below it is flown higher, above home."""
        vehicle = self._vehicle
        highest = max(vehicle.rtl_altitude_m, *self._heights)
        if vehicle.fence_altitude_max_m is not None:
            highest = min(highest, vehicle.fence_altitude_max_m - vehicle.fence_margin_m)
        return highest + max(0.0, vehicle.rtl_climb_min_m)

    def _changes(self, ax: float, ay: float, dx: float, dy: float) -> list[float]:
        """Shares of the leg at which another target may become the one returned to."""
        if len(self._targets) == 1:
            return []
        found: list[float] = []
        square = dx * dx + dy * dy
        for i, (tx, ty) in enumerate(self._targets):
            for ux, uy in self._targets[:i]:
                slope = 2.0 * (dx * (tx - ux) + dy * (ty - uy))
                if slope:
                    found.append((tx**2 + ty**2 - ux**2 - uy**2 - 2 * (ax * (tx - ux) + ay * (ty - uy))) / slope)
            roots = np.roots(
                [
                    square,
                    2 * (dx * (ax - tx) + dy * (ay - ty)),
                    (ax - tx) ** 2 + (ay - ty) ** 2 - self._vehicle.rally_limit_m**2,
                ]
            )
            found.extend(float(root.real) for root in roots if abs(root.imag) < 1e-12)
        return sorted(share for share in found if 0.0 < share < 1.0)
