"""A plan prepared for judging: what many checks need is worked out once, when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mission.airspace import Zone
from mission.context import Context
from mission.flown import Flown, flown
from mission.geodesy import FloatArray, LocalFrame, frame_of, positions_of
from mission.geofence import Shape, shapes
from mission.leg import Leg
from mission.path import FlightPath, flight_path
from mission.plan import FenceKind, Plan, Position
from mission.profile import Costs, Totals, totals
from mission.returns import Returns
from mission.samples import Samples, sample, unknown_ground

GeometryArray = NDArray[np.object_]
SHARES: Final[FloatArray] = np.linspace(0.0, 1.0, 34)[1:-1]
"""Of the way from the pilot to the drone: 32 points, a terrain cell apart at a kilometre."""


class Situation:
    """`plan` in `context`, with its path, shapes and costs in one local frame."""

    def __init__(self, plan: Plan, context: Context) -> None:
        self.plan, self.context = plan, context
        self._zone_areas: dict[str, BaseGeometry] = {}

    @cached_property
    def frame(self) -> LocalFrame:
        return frame_of(self.plan)

    @cached_property
    def path(self) -> FlightPath:
        return flight_path(self.plan, self.frame, self.context.vehicle, self.ground)

    @cached_property
    def home_xy(self) -> tuple[float, float] | None:
        if self.plan.home is None:
            return None
        x, y = self.frame.to_xy((self.plan.home.position,))[0].tolist()
        return x, y

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        return tuple(shapes(self.frame, self.plan.geofence))

    @cached_property
    def required_areas(self) -> tuple[Shape, ...]:
        """What the vehicle must be inside of, each by itself: the inclusions, or their union, and FENCE_RADIUS."""
        vehicle = self.context.vehicle
        inclusions = [shape for shape in self.shapes if shape.kind is FenceKind.INCLUSION]
        if vehicle.fence_union and len(inclusions) > 1:
            first = inclusions[0]
            merged = shapely.union_all([shape.area for shape in inclusions])
            inclusions = [replace(first, area=merged, name="all inclusion areas")]
        if vehicle.fence_radius_m is not None and self.home_xy is not None:
            area = shapely.Point(self.home_xy).buffer(vehicle.fence_radius_m, quad_segs=64)
            name = f"the vehicle's own circle of {vehicle.fence_radius_m:g} m about home (FENCE_RADIUS)"
            inclusions.append(Shape(FenceKind.INCLUSION, "home", None, area, name))
        return tuple(inclusions)

    @cached_property
    def returns(self) -> Returns:
        return Returns(self.plan, self.frame, self.context.vehicle)

    @cached_property
    def distinct_legs(self) -> tuple[Leg, ...]:
        """The legs without the repetitions of DO_JUMP."""
        return tuple({(leg.item, leg.start, leg.end): leg for leg in self.path.legs}.values())

    @cached_property
    def lines(self) -> GeometryArray:
        """`distinct_legs` over the ground; a vertical one is a point."""
        return as_lines([(leg.start[:2], leg.end[:2]) for leg in self.distinct_legs])

    @cached_property
    def flown(self) -> Flown:
        """The line through `distinct_legs` with its corners rounded."""
        return flown(self.distinct_legs, self.context.vehicle)

    @cached_property
    def costs(self) -> Costs:
        return Costs(self.path, self.context)

    @cached_property
    def totals(self) -> Totals:
        return totals(self.path, self.costs, self.context)

    @cached_property
    def leg_heights(self) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest height above home of each of `distinct_legs`."""
        heights = np.array([(leg.start[2], leg.end[2]) for leg in self.distinct_legs], dtype=np.float64).reshape(-1, 2)
        return heights.min(axis=1), heights.max(axis=1)

    @cached_property
    def pilot_xy(self) -> FloatArray | None:
        """Where the pilot stands: as the context says, or at home."""
        home = self.plan.home.position if self.plan.home else None
        place = self.context.pilot or home
        return None if place is None else self.frame.to_xy((place,))[0]

    @cached_property
    def ground_between(self) -> tuple[float, FloatArray]:
        """Height of the ground where the pilot stands, and at `SHARES` of the way to each sample, above home."""
        pilot = np.zeros(2) if self.pilot_xy is None else self.pilot_xy
        between = pilot + (self.samples.xy - pilot)[:, None, :] * SHARES[None, :, None]
        ground = self.ground(between.reshape(-1, 2)).reshape(len(self.samples.leg), len(SHARES))
        return float(self.ground(pilot[None, :])[0]), ground

    @property
    def home_amsl_m(self) -> float | None:
        return self.plan.home.altitude_amsl_m if self.plan.home else None

    def bounds_deg(self, reach_deg: float) -> tuple[float, float, float, float]:
        """West, south, east, north of the plan's places in degrees, widened by `reach_deg`."""
        places = positions_of(self.plan)
        lats, lons = [p.lat_deg for p in places], [p.lon_deg for p in places]
        return min(lons) - reach_deg, min(lats) - reach_deg, max(lons) + reach_deg, max(lats) + reach_deg

    def zone_area(self, zone: Zone) -> BaseGeometry:
        """The ground under an airspace zone."""
        if zone.zone_id not in self._zone_areas:
            area = zone.ground(self.frame)
            shapely.prepare(area)
            self._zone_areas[zone.zone_id] = area
        return self._zone_areas[zone.zone_id]

    def ground(self, xy: FloatArray) -> FloatArray:
        """Height of the ground above home at points of the local frame; NaN where it is not known."""
        terrain, home = self.context.terrain, self.home_amsl_m
        if terrain is None or home is None:
            return unknown_ground(xy)
        return terrain.heights_amsl(self.frame.xy_to_degrees(xy)) - home

    @cached_property
    def samples(self) -> Samples:
        """Points along `distinct_legs`."""
        return sample(self.distinct_legs, self.ground)

    def position(self, point: BaseGeometry) -> Position:
        """A point of the local frame as a position."""
        x, y = shapely.get_coordinates(point)[0].tolist()
        return self.frame.position(x, y)


def as_lines(
    ends: Sequence[tuple[tuple[float, float], tuple[float, float]]],
) -> GeometryArray:
    """Straight lines between pairs of points; a pair of equal points becomes a point."""
    coordinates: FloatArray = np.array(ends, dtype=np.float64).reshape(-1, 2, 2)
    lines = np.empty(len(coordinates), dtype=np.object_)
    same = np.hypot(*(coordinates[:, 1] - coordinates[:, 0]).T) < 1e-6
    lines[~same] = shapely.linestrings(coordinates[~same])
    lines[same] = shapely.points(coordinates[same, 0])
    return lines
