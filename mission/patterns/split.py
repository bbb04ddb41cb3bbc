"""One pattern flown by several drones at once: parts that follow one another, all done at the same time.

The pattern's path is cut into as many pieces as there are drones, so that way out, piece and way home take each the
same time. Pieces do not overlap, but ways to and from them may cross; drones are therefore stepped in height.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import msgspec

from mission.avoid import avoid
from mission.context import Context, Vehicle
from mission.deconflict import VERTICAL_M
from mission.errors import GeometryError
from mission.geodesy import frame_of
from mission.plan import MissionItem, Plan
from mission.route import Waypoint

TURN_S: Final = 3.5
"""What a corner of a right angle costs an ArduCopter at its default limits."""
MAX_DRONES: Final = 20

_WAYPOINT: Final = 16
_TAKEOFF: Final = 22


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
    way = [plan.items[i] for i in members if plan.items[i].command == _WAYPOINT and plan.items[i].position]
    if len(way) < 2 or plan.home is None:
        raise GeometryError("pattern", f"there is no {pattern_id!r} with waypoints, or the plan has no home")
    frame = frame_of(plan)
    xy = frame.to_xy([plan.home.position, *(item.position for item in way if item.position)]).tolist()
    home, path = (xy[0][0], xy[0][1]), [(x, y) for x, y in xy[1:]]
    cuts = _cuts(path, home, drones, vehicle.cruise_speed_m_s)
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
    if item.command not in (_WAYPOINT, _TAKEOFF) or not item.altitude_m:
        return item
    return msgspec.structs.replace(item, altitude_m=item.altitude_m + by_m)


def _cuts(path: list[Waypoint], home: Waypoint, drones: int, speed_m_s: float) -> list[float]:
    """Where to cut, in corners and fractions of the way to the next: from 0 to the last corner."""
    last = float(len(path) - 1)
    low, high = 0.0, _seconds(path, 0.0, last, home, speed_m_s)
    for _ in range(40):
        middle = (low + high) / 2.0
        if _reach(path, home, drones, speed_m_s, middle)[-1] >= last:
            high = middle
        else:
            low = middle
    cuts = _reach(path, home, drones, speed_m_s, high)
    cuts[-1] = last
    return cuts


def _reach(path: list[Waypoint], home: Waypoint, drones: int, speed_m_s: float, seconds: float) -> list[float]:
    """How far each drone in turn gets if none may be away longer than so many seconds."""
    last = float(len(path) - 1)
    cuts = [0.0]
    for _ in range(drones):
        low, high = cuts[-1], last
        if _seconds(path, low, high, home, speed_m_s) > seconds:
            for _ in range(40):
                middle = (low + high) / 2.0
                fits = _seconds(path, cuts[-1], middle, home, speed_m_s) <= seconds
                low, high = (middle, high) if fits else (low, middle)
            high = low
        cuts.append(high)
    return cuts


def _seconds(path: list[Waypoint], begin: float, end: float, home: Waypoint, speed_m_s: float) -> float:
    piece = [home, *_piece(path, begin, end), home]
    length = sum(math.dist(a, b) for a, b in pairwise(piece))
    return length / speed_m_s + TURN_S * (len(piece) - 2)


def _piece(path: list[Waypoint], begin: float, end: float) -> list[Waypoint]:
    """The path between two cuts, with the corners between them."""
    inner = path[math.floor(begin) + 1 : math.ceil(end)]
    return [_at(path, begin), *inner, _at(path, end)]


def _at(path: list[Waypoint], place: float) -> Waypoint:
    index = min(math.floor(place), len(path) - 2)
    share = place - index
    (ax, ay), (bx, by) = path[index], path[index + 1]
    return ax + (bx - ax) * share, ay + (by - ay) * share
