"""The altitude profile along the path, and what the whole flight takes."""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np

from mission.context import Context
from mission.energy import energy_wh
from mission.geodesy import FloatArray
from mission.path import FlightPath, GroundAt
from mission.timing import leg_times

GROUND_STEP_M: Final = 30.0
"""Where the ground is known, the profile shows it at least this often."""


class ProfilePoint(msgspec.Struct, frozen=True, array_like=True):
    """`distance_m` along the ground; `item` is the index of the item reached here, None between items."""

    distance_m: float
    height_home_m: float
    ground_home_m: float | None
    item: int | None


class Totals(msgspec.Struct, frozen=True):
    """`distance_m` over the ground; `battery_pct` is what the flight uses of a full battery."""

    distance_m: float
    duration_s: float
    battery_pct: float


class Costs:
    """Per leg: seconds and Wh, as vectors."""

    def __init__(self, path: FlightPath, context: Context) -> None:
        self.seconds = leg_times(path.legs, context.vehicle)
        ends = np.array([(*leg.start, *leg.end) for leg in path.legs], dtype=np.float64).reshape(-1, 6)
        displacement: FloatArray = ends[:, 3:] - ends[:, :3]
        self.watt_hours = energy_wh(context.vehicle, context.wind, displacement, self.seconds)


def totals(path: FlightPath, costs: Costs, context: Context) -> Totals:
    return Totals(
        distance_m=sum(leg.horizontal_m for leg in path.legs),
        duration_s=float(costs.seconds.sum()),
        battery_pct=100.0 * float(costs.watt_hours.sum()) / context.vehicle.battery_wh,
    )


def profile(path: FlightPath, ground: GroundAt) -> tuple[ProfilePoint, ...]:
    """Start, the end of every leg, and points between where the ground below is known."""
    if not path.legs:
        return ()
    first = path.legs[0].start
    points = [ProfilePoint(0.0, first[2], ground(first[0], first[1]), None)]
    travelled = 0.0
    for leg in path.legs:
        begun = ground(*leg.start[:2])
        steps = 1 if begun is None else max(1, math.ceil(leg.horizontal_m / GROUND_STEP_M))
        offset = leg.start[2] - (begun or 0.0)
        for step in range(1, steps + 1):
            share = step / steps
            x, y, height = (a + (b - a) * share for a, b in zip(leg.start, leg.end, strict=True))
            below = ground(x, y)
            if leg.follows_terrain and step < steps and below is not None:
                height = below + offset + (leg.end[2] - (ground(*leg.end[:2]) or 0.0) - offset) * share
            item = leg.item if step == steps else None
            points.append(ProfilePoint(travelled + leg.horizontal_m * share, height, below, item))
        travelled += leg.horizontal_m
    return tuple(points)
