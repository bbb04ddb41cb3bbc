"""Boundaries as aeronautical publications give them: straight lines, arcs and circles about a point.

Arcs are followed on the WGS 84 ellipsoid (Karney's geodesics) in steps of a degree of turn, so that a boundary 22 km
from its centre is nowhere more than 0.9 m off.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from pyproj import Geod

from mission.airspace import NAUTICAL_MILE_M
from mission.errors import GeometryError
from mission.geodesy import FloatArray

LonLat = tuple[float, float]

STEP_DEG: Final = 1.0
RADIUS_MAX_M: Final = 500 * NAUTICAL_MILE_M

_GEOD: Final = Geod(ellps="WGS84")


def circle(centre: LonLat, radius_m: float) -> tuple[LonLat, ...]:
    """A closed ring round a point."""
    _check_radius(radius_m)
    turns = np.arange(0.0, 360.0, STEP_DEG)
    ring = _at(centre, turns, np.full(turns.shape, radius_m))
    return (*ring, ring[0])


def arc(start: LonLat, end: LonLat, centre: LonLat, clockwise: bool) -> list[LonLat]:
    """Points after `start` up to and with `end` on an arc about `centre`.

    Published ends lie metres off the published radius; the distance from the centre goes over from one to the other.
    """
    from_deg, _, from_m = _GEOD.inv(*centre, *start)
    to_deg, _, to_m = _GEOD.inv(*centre, *end)
    _check_radius(max(from_m, to_m))
    turn = (to_deg - from_deg) % 360.0 if clockwise else -((from_deg - to_deg) % 360.0)
    count = max(1, math.ceil(abs(turn) / STEP_DEG - 1e-6))
    shares = np.arange(1, count) / count
    between = _at(centre, from_deg + turn * shares, from_m + (to_m - from_m) * shares)
    return [*between, end]


def _at(centre: LonLat, bearings: FloatArray, distances: FloatArray) -> list[LonLat]:
    lon, lat, _ = _GEOD.fwd(np.full(bearings.shape, centre[0]), np.full(bearings.shape, centre[1]), bearings, distances)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _check_radius(radius_m: float) -> None:
    if not 0.0 < radius_m <= RADIUS_MAX_M:
        raise GeometryError("radius", f"{radius_m:g} m is no radius of a zone")
