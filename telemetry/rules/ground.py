"""Where the drones lie to their fences, their planned paths and each other, worked out for the whole fleet at once.

One local frame of metres serves the whole fleet: fence and drone are projected alike, so that what is far from its
origin is stretched, but a distance between near things by less than 1 part in 1,000 within 500 km.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mission.context import Vehicle
from mission.errors import MissionError
from mission.geodesy import FloatArray, LocalFrame, frame_at, positions_of
from mission.geofence import shapes
from mission.path import flight_path
from mission.plan import FenceKind, Plan, Position
from telemetry.wire import LiveVehicle

HORIZON_S: Final = 10.0
"""How far ahead the present velocity is followed."""
SLOW_M_S: Final = 0.5
"""Slower than this has no direction."""


@dataclass(frozen=True)
class PlanGround:
    """A plan's fence and path in the fleet's frame."""

    areas: tuple[BaseGeometry, ...]
    edges: tuple[BaseGeometry, ...]
    names: tuple[str, ...]
    inclusion: tuple[bool, ...]
    path: BaseGeometry | None
    has_fence: bool


class Standing(NamedTuple):
    x_m: float
    y_m: float
    margin_m: float | None
    """To the nearest edge of the fence; negative is a breach. None without a fence."""
    fence: str
    """The part of the fence that is nearest, or breached most."""
    breach_in_s: float | None
    """Along the present velocity, within `HORIZON_S`."""
    breach_of: str
    """The part of the fence that it meets then."""
    off_path_m: float | None


class Ground:
    """Keeps the frame and the geometry of each plan between moments."""

    def __init__(self) -> None:
        self._frame: LocalFrame | None = None

    def frame(self, somewhere: Position) -> LocalFrame:
        if self._frame is None:
            self._frame = frame_at(somewhere)
        return self._frame

    def to_xy(self, lon_lat: FloatArray) -> FloatArray:
        """Degrees in the fleet's frame, which some drone's place has set."""
        somewhere = Position(float(lon_lat[0, 1]), float(lon_lat[0, 0]))
        return self.frame(somewhere).degrees_to_xy(lon_lat)

    def of_plan(self, plan: Plan) -> PlanGround | None:
        """None for a plan without a place or one that cannot be flown; such a one is never approved."""
        somewhere = next(iter(positions_of(plan)), None)
        if somewhere is None:
            return None
        try:
            frame = self.frame(somewhere)
            found = list(shapes(frame, plan.geofence))
            legs = flight_path(plan, frame, Vehicle()).legs if plan.items else ()
        except MissionError:
            return None
        lines = [(leg.start[:2], leg.end[:2]) for leg in legs if leg.horizontal_m > 0.0]
        for shape in found:
            shapely.prepare(shape.area)
        return PlanGround(
            areas=tuple(shape.area for shape in found),
            edges=tuple(shape.area.boundary for shape in found),
            names=tuple(shape.name for shape in found),
            inclusion=tuple(shape.kind is FenceKind.INCLUSION for shape in found),
            path=shapely.multilinestrings(shapely.linestrings(lines)) if lines else None,
            has_fence=bool(found),
        )

    def standings(self, placed: Sequence[tuple[str, LiveVehicle, PlanGround | None]]) -> dict[str, Standing]:
        """For drones whose position is known."""
        if not placed:
            return {}
        degrees = np.array([(live.lon_deg, live.lat_deg) for _, live, _ in placed], dtype=np.float64)
        xy = self.frame(Position(float(degrees[0, 1]), float(degrees[0, 0]))).degrees_to_xy(degrees)
        velocity = np.array(
            [(live.velocity_east_m_s or 0.0, live.velocity_north_m_s or 0.0) for _, live, _ in placed],
            dtype=np.float64,
        )
        fences = _fences([plan for _, _, plan in placed], xy, velocity)
        off_path = _off_paths([plan.path if plan is not None else None for _, _, plan in placed], xy)
        return {
            name: Standing(x_m, y_m, *fence, off_path_m)
            for (name, _, _), (x_m, y_m), fence, off_path_m in zip(placed, xy.tolist(), fences, off_path, strict=True)
        }


def _off_paths(paths: Sequence[BaseGeometry | None], xy: FloatArray) -> list[float | None]:
    found: list[float | None] = [None] * len(paths)
    rows = [row for row, path in enumerate(paths) if path is not None]
    if rows:
        planned: Any = np.array([paths[row] for row in rows], dtype=object)
        for row, distance in zip(rows, shapely.distance(planned, shapely.points(xy[rows])).tolist(), strict=True):
            found[row] = distance
    return found


_Fence = tuple[float | None, str, float | None, str]


def _fences(plans: Sequence[PlanGround | None], xy: FloatArray, velocity: FloatArray) -> list[_Fence]:
    """(margin, name, seconds to the breach, name) of each drone."""
    result: list[_Fence] = [(None, "", None, "")] * len(plans)
    parts = [
        (row, *part)
        for row, plan in enumerate(plans)
        if plan is not None
        for part in zip(plan.areas, plan.edges, plan.names, plan.inclusion, strict=True)
    ]
    if not parts:
        return result
    rows = np.array([row for row, *_ in parts])
    areas: Any = np.array([area for _, area, *_ in parts], dtype=object)
    edges: Any = np.array([edge for _, _, edge, *_ in parts], dtype=object)
    wanted_inside = np.array([inclusion for *_, inclusion in parts])
    here = shapely.points(xy[rows])
    kept = shapely.intersects_xy(areas, xy[rows, 0], xy[rows, 1]) == wanted_inside
    margins = np.where(kept, 1.0, -1.0) * shapely.distance(edges, here)
    times = _times_to(edges, here, xy[rows], velocity[rows], kept)
    for part, (row, _, _, name, _) in enumerate(parts):
        margin, nearest, breach_in_s, breach_of = result[row]
        if margin is None or margins[part] < margin:
            margin, nearest = float(margins[part]), name
        if np.isfinite(times[part]) and (breach_in_s is None or times[part] < breach_in_s):
            breach_in_s, breach_of = float(times[part]), name
        result[row] = (margin, nearest, breach_in_s, breach_of)
    return result


def _times_to(edges: Any, here: Any, xy: FloatArray, velocity: FloatArray, kept: Any) -> FloatArray:
    """Seconds until the present velocity crosses each edge that is not crossed yet; infinite where it does not."""
    times = np.full(len(xy), np.inf)
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    moving = np.flatnonzero(kept & (speed > SLOW_M_S))
    if len(moving) == 0:
        return times
    ends = np.stack((xy[moving], xy[moving] + HORIZON_S * velocity[moving]), axis=1)
    ahead = np.asarray(shapely.linestrings(ends), dtype=object)
    crossing = shapely.intersects(edges[moving], ahead)
    hit = moving[crossing]
    first = shapely.intersection(edges[hit], ahead[crossing])
    times[hit] = shapely.distance(first, here[hit]) / speed[hit]
    return times
