"""The geofence as ArduCopter 4.6 understands it (AC_Fence), in the local metric frame.

- A point must be inside *every* inclusion polygon and circle, or with FENCE_OPTIONS bit 1 inside any of them.
- A point inside any exclusion breaches.
- A polygon's inside is decided by the even-odd rule, so winding does not matter and a self-crossing polygon has
  holes where it laps over itself. Its edges are straight in degrees of latitude and longitude; long ones are
  therefore subdivided before they are projected.
- FENCE_RADIUS is a circle about home, FENCE_ALT_MAX a ceiling above home. All other fences have no height.
- FENCE_MARGIN does not change what a breach is; it is the distance plans keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from mission.geodesy import LocalFrame
from mission.plan import FenceKind, Geofence, Position

HEADER_BYTES: Final = 5
"""Magic and end marker of the fence storage."""
POLYGON_BYTES: Final = 2
CORNER_BYTES: Final = 8
CIRCLE_BYTES: Final = 13

_EDGE_DEG: Final = 0.02
"""Edges are subdivided to this many degrees: 2 km north, where the bulge of a straight edge is 10 cm."""


@dataclass(frozen=True)
class Shape:
    """One area of the fence. `place` and `index` say which, as `finding.Place` does."""

    kind: FenceKind
    place: str
    index: int | None
    area: BaseGeometry
    name: str


def ring_to_polygon(frame: LocalFrame, ring: tuple[Position, ...]) -> Polygon:
    """The ring as the autopilot has it, in metres. May be invalid: the caller decides what that means."""
    degrees = np.array([(p.lon_deg, p.lat_deg) for p in ring], dtype=np.float64)
    closed = shapely.linearrings(degrees)
    span = np.abs(np.diff(np.vstack((degrees, degrees[:1])), axis=0)).max()
    if span > _EDGE_DEG:
        closed = shapely.segmentize(closed, _EDGE_DEG)
    return Polygon(frame.degrees_to_xy(shapely.get_coordinates(closed)))


def shapes(frame: LocalFrame, fence: Geofence) -> Iterator[Shape]:
    """Every polygon of three or more corners and every circle, as areas by the even-odd rule."""
    for index, polygon in enumerate(fence.polygons):
        if len(polygon.vertices) < 3:
            continue
        area: BaseGeometry = ring_to_polygon(frame, polygon.vertices)
        if not area.is_valid:
            area = shapely.make_valid(area)
        yield Shape(polygon.kind, "polygon", index, area, f"{polygon.kind} polygon {index + 1}")
    for index, circle in enumerate(fence.circles):
        if circle.radius_m > 0:
            area = disc(frame, circle.centre, circle.radius_m)
            yield Shape(circle.kind, "circle", index, area, f"{circle.kind} circle {index + 1}")


def disc(frame: LocalFrame, centre: Position, radius_m: float) -> Polygon:
    """A circle as a polygon of 256 corners on it: nowhere more than 1/13,000 of the radius inside the true one."""
    x, y = frame.to_xy((centre,))[0]
    return shapely.Point(x, y).buffer(radius_m, quad_segs=64)


def storage_bytes(fence: Geofence) -> int:
    """What the fence takes of the autopilot's storage."""
    polygons = sum(POLYGON_BYTES + CORNER_BYTES * len(polygon.vertices) for polygon in fence.polygons)
    return HEADER_BYTES + polygons + CIRCLE_BYTES * len(fence.circles)
