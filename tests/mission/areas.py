"""Random areas to plan over: concave, with holes, always valid."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry


def star(rng: np.random.Generator, centre: tuple[float, float], radius: float, corners: int) -> Polygon:
    """A concave polygon round a centre."""
    angles = np.sort(rng.uniform(0.0, 2.0 * np.pi, corners))
    reach = radius * rng.uniform(0.35, 1.0, corners)
    ring = np.column_stack((np.cos(angles), np.sin(angles))) * reach[:, None] + centre
    return Polygon(ring)


def area_with_holes(rng: np.random.Generator, radius: float = 300.0) -> Polygon:
    """A concave polygon, up to three holes cut out of it; its largest part."""
    while True:
        area: BaseGeometry = star(rng, (0.0, 0.0), radius, int(rng.integers(4, 12)))
        if not area.is_valid or area.area < (0.3 * radius) ** 2:
            continue
        for _ in range(int(rng.integers(0, 4))):
            x, y = rng.uniform(-0.6 * radius, 0.6 * radius, 2)
            hole = star(rng, (float(x), float(y)), 0.25 * radius, int(rng.integers(3, 8)))
            if hole.is_valid:
                area = area.difference(hole)
        largest = max(shapely.get_parts(area), key=lambda part: float(part.area))
        if isinstance(largest, Polygon) and largest.buffer(-5.0).area > 0:
            return largest


def obstacle_field(rng: np.random.Generator, count: int, size: float, corners: int) -> list[Polygon]:
    """Polygons that do not touch one another, spread over a square."""
    found: list[Polygon] = []
    while len(found) < count:
        x, y = rng.uniform(0.0, size, 2)
        shape = star(rng, (float(x), float(y)), 0.45 * size / count**0.5, corners)
        if shape.is_valid and all(shape.distance(other) > 1.0 for other in found):
            found.append(shape)
    return found
