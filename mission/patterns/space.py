"""Where a pattern may fly: inside every inclusion, outside every exclusion, with the fence's margin kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from mission.context import Vehicle
from mission.errors import GeometryError
from mission.geodesy import LocalFrame, frame_of
from mission.geofence import Shape, ring_to_polygon, shapes
from mission.pattern import Ring
from mission.plan import FenceKind, Plan
from mission.route import RouteMap, Waypoint

SLACK_M: Final = 0.1
"""Kept beyond the margin, so that rounding to MAVLink's 1e-7 degrees cannot eat into it."""
GRAZE_M: Final = 0.05
"""How far a route may dip into the slack: more than a pattern's end can lie off the edge by rounding."""
CIRCLE_CORNERS: Final = 16
"""Routes go round a circle as round a polygon of so many corners, drawn about it."""
JOIN_M: Final = 0.01
"""Ends nearer than this are one point, and pieces shorter than this are none."""


class Space:
    """The plan's fence as room to fly in. `holes` are further areas to keep out of."""

    def __init__(self, plan: Plan, vehicle: Vehicle, holes: Iterable[Ring] = ()) -> None:
        self.frame: LocalFrame = frame_of(plan)
        self.home: Waypoint | None = None
        if plan.home:
            x, y = self.frame.to_xy((plan.home.position,))[0].tolist()
            self.home = (x, y)
        keep = vehicle.fence_margin_m + SLACK_M
        fence = list(shapes(self.frame, plan.geofence))
        inside = [shape.area for shape in fence if shape.kind is FenceKind.INCLUSION]
        if vehicle.fence_union and inside:
            inside = [shapely.union_all(inside)]
        self.inside: BaseGeometry | None = None
        if inside:
            self.inside = shapely.buffer(shapely.intersection_all(inside), -keep, join_style="mitre")
        outside = [_widened(shape, keep) for shape in fence if shape.kind is FenceKind.EXCLUSION]
        self.no_go: BaseGeometry = shapely.union_all([*outside, *(self.area(hole, "hole") for hole in holes)])
        # Patterns end on the edge of what is allowed; routes between them may graze it.
        within = None if self.inside is None else shapely.buffer(self.inside, GRAZE_M, join_style="mitre")
        self.ways = RouteMap([self.no_go.buffer(-GRAZE_M, join_style="mitre")], within)

    def area(self, ring: Ring, where: str) -> Polygon:
        """A drawn ring in metres. GeometryError if it is no area."""
        if len(ring) < 3:
            raise GeometryError(where, f"has {len(ring)} corners; an area needs at least 3")
        area = ring_to_polygon(self.frame, ring)
        if not area.is_valid or area.area < 1.0:
            raise GeometryError(where, "crosses itself or encloses nothing")
        return area

    def allowed(self, area: BaseGeometry) -> BaseGeometry:
        """The part of an area that may be flown over."""
        if self.inside is not None:
            area = shapely.intersection(area, self.inside)
        return shapely.difference(area, self.no_go)

    def fit(self, path: Sequence[Waypoint]) -> tuple[Waypoint, ...]:
        """The path with its forbidden pieces replaced by the shortest way round them."""
        fitted: list[Waypoint] = []
        for piece in self._pieces(path):
            if fitted and fitted[-1] != piece[0]:
                way = self.ways.shortest(fitted[-1], piece[0])
                if way is None:
                    raise GeometryError("pattern", "its parts cannot be reached from one another inside the fence")
                fitted.extend(way[1:-1])
            fitted.extend(point for point in piece if not fitted or point != fitted[-1])
        if not fitted:
            raise GeometryError("pattern", "nothing of it lies where the fence lets the drone fly")
        return tuple(fitted)

    def _pieces(self, path: Sequence[Waypoint]) -> list[list[Waypoint]]:
        """The allowed pieces of the path in the order and direction flown, even where it crosses itself."""
        legs = np.array(list(pairwise(path)), dtype=np.float64).reshape(-1, 2, 2)
        free = self.ways.free(legs).tolist()
        pieces: list[list[Waypoint]] = []
        for (start, end), is_free in zip(pairwise(path), free, strict=True):
            for part in [[start, end]] if is_free else self._cut(start, end):
                if pieces and math.dist(pieces[-1][-1], part[0]) < JOIN_M:
                    pieces[-1].extend(part[1:])
                else:
                    pieces.append(part)
        return pieces

    def _cut(self, start: Waypoint, end: Waypoint) -> list[list[Waypoint]]:
        """The allowed parts of one leg, from its start to its end."""
        parts = shapely.get_parts(self.allowed(LineString((start, end))))
        kept = [[(x, y) for x, y in part.coords] for part in parts if part.length > JOIN_M]
        ordered = [sorted(part, key=lambda point: math.dist(start, point)) for part in kept]
        return sorted(ordered, key=lambda part: math.dist(start, part[0]))


def _widened(shape: Shape, keep_m: float) -> BaseGeometry:
    """An exclusion with the distance kept from it, in few corners."""
    if shape.place == "polygon":
        return shapely.buffer(shape.area, keep_m, join_style="mitre", mitre_limit=2.0)
    radius = (math.sqrt(shape.area.area / math.pi) + keep_m) / math.cos(math.pi / CIRCLE_CORNERS)
    return shape.area.centroid.buffer(radius, quad_segs=CIRCLE_CORNERS // 4)
