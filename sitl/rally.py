"""Where to return to: the nearest rally point within its limit, or home."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sitl.navigator import Point
    from sitl.vehicle import Vehicle


def nearest(v: Vehicle) -> tuple[Point, float]:
    """The point (its height at home) and the height above home it asks for; RALLY_LIMIT_KM, RALLY_INCL_HOME."""
    home = v.home_point
    here = v.nav.position
    home_distance = math.hypot(home[0] - here[0], home[1] - here[1])
    limit = v.params["RALLY_LIMIT_KM"] * 1000.0
    best: tuple[Point, float] | None = None
    best_distance = math.inf
    for item in v.rally_items:
        north, east = v.local(item.x, item.y)
        distance = math.hypot(north - here[0], east - here[1])
        if distance < best_distance and (limit <= 0 or distance <= limit):
            up = item.z - v.origin.amsl - home[2] if item.frame == 0 else item.z
            best, best_distance = ((north, east, home[2]), up), distance
    if best is None or (v.params["RALLY_INCL_HOME"] > 0 and home_distance < best_distance):
        return home, 0.0
    return best
