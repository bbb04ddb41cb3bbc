"""The tracks of each pattern in the local frame, before the fence has had its say. x is east, y north.

Search patterns after the IAMSAR Manual vol. II ch. 5: expanding square (SS), sector (VS).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from mission.errors import GeometryError
from mission.route import Waypoint


def expanding_square(
    datum: Waypoint, spacing_m: float, legs: int, first_leg_deg: float, clockwise: bool
) -> list[Waypoint]:
    """Legs of 1, 1, 2, 2, 3, 3… spacings, each turned by 90° from the last."""
    path = [datum]
    heading = first_leg_deg
    for leg in range(legs):
        path.append(_ahead(path[-1], heading, spacing_m * (leg // 2 + 1)))
        heading += 90.0 if clockwise else -90.0
    return path


def sector(datum: Waypoint, radius_m: float, first_leg_deg: float, passes: int) -> list[Waypoint]:
    """Three equilateral triangles through the datum, all turns 120° to the right; each pass 30° on."""
    path = [datum]
    for number in range(passes):
        begin = first_leg_deg + 30.0 * number
        path.extend(_ahead(datum, begin + turn, radius_m) for turn in (0, 60, 240, 300, 120, 180))
        path.append(datum)
    return path


def ring(centre: Waypoint, radius_m: float, clockwise: bool, turns: int) -> list[Waypoint]:
    """A circle as a polygon round it whose corners, cut at the waypoint radius, come back to the circle."""
    corners = max(12, min(72, math.ceil(2.0 * math.pi * radius_m / 10.0)))
    sense = 1.0 if clockwise else -1.0
    return [_ahead(centre, sense * 360.0 * n / corners, radius_m) for n in range(corners * turns + 1)]


def outline(area: BaseGeometry, standoff_m: float, clockwise: bool) -> list[Waypoint]:
    """Round the area at a distance, closed."""
    around = shapely.buffer(area, standoff_m, quad_segs=2)
    if around.is_empty or around.geom_type != "Polygon":
        raise GeometryError("area", f"has no outline at {standoff_m:g} m")
    corners = [(float(x), float(y)) for x, y in shapely.get_coordinates(around.exterior)]
    return corners if bool(around.exterior.is_ccw) != clockwise else corners[::-1]


def corridor(line: Sequence[Waypoint], width_m: float, spacing_m: float) -> list[Waypoint]:
    """Parallel to the line, to and fro, from its left edge to its right."""
    count = max(1, math.ceil(width_m / spacing_m - 1e-9))
    step = width_m / count
    path: list[Waypoint] = []
    for number in range(count):
        track = beside(line, width_m / 2.0 - step * (number + 0.5))
        path.extend(track if number % 2 == 0 else track[::-1])
    return path


def beside(line: Sequence[Waypoint], left_m: float) -> list[Waypoint]:
    """The line shifted to its left."""
    if abs(left_m) < 0.01:
        return list(line)
    shifted = shapely.offset_curve(LineString(line), left_m, join_style="mitre", mitre_limit=2.0)
    parts = [part for part in shapely.get_parts(shifted) if part.length > 0]
    if not parts:
        raise GeometryError("line", f"bends too sharply to be followed {abs(left_m):g} m beside it")
    return [(float(x), float(y)) for part in parts for x, y in part.coords]


def _ahead(point: Waypoint, heading_deg: float, distance_m: float) -> Waypoint:
    heading = math.radians(heading_deg)
    return point[0] + distance_m * math.sin(heading), point[1] + distance_m * math.cos(heading)
