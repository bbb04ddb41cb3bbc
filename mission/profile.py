"""The altitude profile along the path, and what the whole flight takes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from mission.context import Context
from mission.energy import energy_wh
from mission.geodesy import FloatArray
from mission.leg import Leg
from mission.path import FlightPath
from mission.samples import GroundAt, sample
from mission.timing import leg_times


class ProfilePoint(msgspec.Struct, frozen=True, array_like=True):
    """One point of the altitude profile along the path; `item` is the index of the item reached here, if one is."""

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


def profile(legs: Sequence[Leg], ground: GroundAt) -> tuple[ProfilePoint, ...]:
    """The start, then points along every leg; its end carries the item's index."""
    if not legs:
        return ()
    points = sample(legs, ground)
    begun = np.cumsum([0.0, *(leg.horizontal_m for leg in legs)])
    travelled = begun[points.leg] + (begun[points.leg + 1] - begun[points.leg]) * points.share
    known = np.isfinite(points.ground_home).tolist()
    keep = (points.share > 0.0) & ((points.share == 1.0) | np.isfinite(points.ground_home))
    keep[0] = True
    ends = [i + 1 == len(legs) or legs[i + 1].item != leg.item for i, leg in enumerate(legs)]
    rows = zip(
        travelled.tolist(),
        points.height_home.tolist(),
        points.ground_home.tolist(),
        points.leg.tolist(),
        points.share.tolist(),
        known,
        keep.tolist(),
        strict=True,
    )
    return tuple(
        ProfilePoint(along, height, below if is_known else None, legs[leg].item if share == 1.0 and ends[leg] else None)
        for along, height, below, leg, share, is_known, kept in rows
        if kept
    )
