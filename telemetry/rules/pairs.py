"""How near the drones in the air are to each other, and will be as they now move: all pairs at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import shapely

from mission.geodesy import FloatArray
from telemetry.rules.ground import Standing
from telemetry.wire import LiveVehicle

WITHIN_M: Final = 600.0
"""Pairs further apart than two drones of 25 m/s close in 12 s are left out."""


class Near(NamedTuple):
    """Two drones, now and at their closest `in_s` from now; `up` is in height."""

    first: str
    second: str
    now_m: float
    now_up_m: float
    in_s: float
    closest_m: float
    closest_up_m: float

    @property
    def pair(self) -> str:
        return f"{self.first}+{self.second}"


class Pairs(NamedTuple):
    """Columns of `Near`; `names` are the drones that `first` and `second` count through."""

    names: Sequence[str]
    first: Any
    second: Any
    now_m: FloatArray
    now_up_m: FloatArray
    in_s: FloatArray
    closest_m: FloatArray
    closest_up_m: FloatArray

    def where(self, wanted: Any) -> Iterator[Near]:
        """The pairs for which the mask `wanted` is true."""
        first, second, *numbers = (column[wanted].tolist() for column in self[1:])
        for one, other, *row in zip(first, second, *numbers, strict=True):
            yield Near(self.names[one], self.names[other], *row)


def pairs_of(placed: Sequence[tuple[Standing, LiveVehicle]]) -> Pairs:
    """Each pair in the air within `WITHIN_M` of each other in the plane, once."""
    air = [(place, live) for place, live in placed if not live.landed and live.altitude_amsl_m is not None]
    rows = [
        (
            place.x_m,
            place.y_m,
            live.altitude_amsl_m,
            live.velocity_east_m_s or 0.0,
            live.velocity_north_m_s or 0.0,
            live.climb_m_s or 0.0,
        )
        for place, live in air
    ]
    known = np.array(rows, dtype=np.float64).reshape(-1, 6)
    points = np.asarray(shapely.points(known[:, :2]), dtype=object)
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=WITHIN_M)
    each_once = first < second
    first, second = first[each_once], second[each_once]
    apart = known[second] - known[first]
    plane, up, closing, climb = apart[:, :2], apart[:, 2], apart[:, 3:5], apart[:, 5]
    square = np.einsum("ij,ij->i", closing, closing)
    toward = -np.einsum("ij,ij->i", plane, closing)
    in_s = np.maximum(0.0, np.divide(toward, square, out=np.zeros(len(first)), where=square > 1e-6))
    closest = plane + closing * in_s[:, None]
    return Pairs(
        [live.vehicle for _, live in air],
        first,
        second,
        np.hypot(plane[:, 0], plane[:, 1]),
        np.abs(up),
        in_s,
        np.hypot(closest[:, 0], closest[:, 1]),
        np.abs(up + climb * in_s),
    )
