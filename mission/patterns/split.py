"""One pattern flown by several drones at once: parts that follow one another, all done at the same time.

The pattern's path is cut into as many pieces as there are drones, so that way out, piece and way home take each the
same time. Pieces do not overlap, but ways to and from them may cross; drones are therefore stepped in height.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np

from mission.avoid import avoid
from mission.commands import NAV_TAKEOFF, NAV_WAYPOINT
from mission.context import Context, Vehicle
from mission.deconflict import VERTICAL_M
from mission.errors import GeometryError
from mission.geodesy import FloatArray, frame_of
from mission.leg import Leg, LegKind
from mission.plan import MissionItem, Plan
from mission.route import Waypoint
from mission.timing import leg_times

MAX_DRONES: Final = 20


def split(
    plan: Plan, pattern_id: str, drones: int, vehicle: Vehicle | None = None, height_step_m: float = VERTICAL_M
) -> tuple[Plan, ...]:
    """One plan for each drone; drone n flies `n * height_step_m` higher than planned.

    What comes before and after the pattern (take-off, return) is in every plan, and the ways there and home are led
    round what the fence forbids. The pieces are loose waypoints, no pattern any more. Raises GeometryError where there
    is no such pattern, too little of it, or no free way to it.
    """
    vehicle = vehicle or Vehicle()
    if not 1 <= drones <= MAX_DRONES:
        raise GeometryError("drones", f"{drones}; from 1 to {MAX_DRONES} can share a pattern")
    members = [index for index, item in enumerate(plan.items) if item.pattern == pattern_id]
    way = [plan.items[i] for i in members if plan.items[i].command == NAV_WAYPOINT and plan.items[i].position]
    if len(way) < 2 or plan.home is None:
        raise GeometryError("pattern", f"there is no {pattern_id!r} with waypoints, or the plan has no home")
    frame = frame_of(plan)
    xy = frame.to_xy([plan.home.position, *(item.position for item in way if item.position)]).tolist()
    home, path = (xy[0][0], xy[0][1]), [(x, y) for x, y in xy[1:]]
    climb_s = height_step_m * (1.0 / vehicle.climb_speed_m_s + 1.0 / vehicle.descent_speed_m_s)
    cuts = _cuts(_Flight.along(path, home, vehicle), [number * climb_s for number in range(drones)])
    before, after = plan.items[: members[0]], plan.items[members[-1] + 1 :]
    plans = []
    for number, (begin, end) in enumerate(pairwise(cuts)):
        positions = frame.to_positions(_piece(path, begin, end))
        piece = [msgspec.structs.replace(way[0], position=place, pattern=None) for place in positions]
        raised = [_raised(item, number * height_step_m) for item in (*before, *piece, *after)]
        kept = tuple(pattern for pattern in plan.patterns if pattern.pattern_id != pattern_id)
        piece_plan = msgspec.structs.replace(plan, items=tuple(raised), patterns=kept)
        plans.append(avoid(piece_plan, Context(vehicle=vehicle)))
    return tuple(plans)


def _raised(item: MissionItem, by_m: float) -> MissionItem:
    if item.command not in (NAV_WAYPOINT, NAV_TAKEOFF) or not item.altitude_m:
        return item
    return msgspec.structs.replace(item, altitude_m=item.altitude_m + by_m)


@dataclass(frozen=True)
class _Flight:
    """The pattern's path with the seconds at which each corner is reached, and the way to and from home."""

    path: list[Waypoint]
    reached_s: FloatArray
    home: Waypoint
    speed_m_s: float

    @classmethod
    def along(cls, path: list[Waypoint], home: Waypoint, vehicle: Vehicle) -> _Flight:
        speed = vehicle.cruise_speed_m_s
        legs = [Leg(0, LegKind.TRAVEL, (*a, 0.0), (*b, 0.0), speed) for a, b in pairwise(path)]
        return cls(path, np.concatenate(([0.0], np.cumsum(leg_times(legs, vehicle)))), home, speed)

    def seconds(self, begin: float, end: float) -> float:
        """Out, along the path from one cut to another, and home."""
        along = np.interp([begin, end], np.arange(len(self.path)), self.reached_s)
        ways = math.dist(self.home, _at(self.path, begin)) + math.dist(_at(self.path, end), self.home)
        return float(along[1] - along[0]) + ways / self.speed_m_s


def _cuts(flight: _Flight, extra_s: list[float]) -> list[float]:
    """Where to cut, in corners and fractions of the way to the next: from 0 to the last corner.

    `extra_s` is what each drone needs besides, to climb to its own height and down again.
    """
    last = float(len(flight.path) - 1)
    low, high = 0.0, flight.seconds(0.0, last) + max(extra_s)
    for _ in range(40):
        middle = (low + high) / 2.0
        if _reach(flight, extra_s, middle)[-1] >= last:
            high = middle
        else:
            low = middle
    cuts = _reach(flight, extra_s, high)
    cuts[-1] = last
    return cuts


def _reach(flight: _Flight, extra_s: list[float], longest_s: float) -> list[float]:
    """How far each drone in turn gets if none may be away longer than so many seconds."""
    last = float(len(flight.path) - 1)
    cuts = [0.0]
    for extra in extra_s:
        low, high = cuts[-1], last
        if flight.seconds(low, high) > longest_s - extra:
            for _ in range(40):
                middle = (low + high) / 2.0
                fits = flight.seconds(cuts[-1], middle) <= longest_s - extra
                low, high = (middle, high) if fits else (low, middle)
            high = low
        cuts.append(high)
    return cuts


def _piece(path: list[Waypoint], begin: float, end: float) -> list[Waypoint]:
    """The path between two cuts, with the corners between them."""
    inner = path[math.floor(begin) + 1 : math.ceil(end)]
    return [_at(path, begin), *inner, _at(path, end)]


def _at(path: list[Waypoint], place: float) -> Waypoint:
    index = min(math.floor(place), len(path) - 2)
    share = place - index
    (ax, ay), (bx, by) = path[index], path[index + 1]
    return ax + (bx - ax) * share, ay + (by - ay) * share
