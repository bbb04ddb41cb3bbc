"""The plan of an errand: out along its route, the task over the place, and home along the way back.

It is a draft like any other, drawn for the pilot: everything in it is an item or a pattern that the pilot can edit.
"""

from __future__ import annotations

from typing import Final

from mission.autofence import autofence
from mission.commands import NAV_LOITER_TIME, NAV_RETURN_TO_LAUNCH, NAV_TAKEOFF, NAV_WAYPOINT
from mission.context import Context
from mission.errors import GeometryError
from mission.pattern import ExpandingSquare, Orbit, PatternSpec, SectorSearch
from mission.patterns import put
from mission.plan import Frame, Home, MissionItem, Plan, Position
from mission.tasking import Errand, Way

FENCE_MARGIN_M: Final = 30.0
"""Of the inclusion drawn about all that is flown."""
ORBIT_M: Final = 40.0
SPACING_M: Final = 40.0
"""Of the search patterns: what a camera at 60 m sees to both sides with some overlap."""
SQUARE_LEGS: Final = 10
SECTOR_M: Final = 120.0
PATTERN: Final = "task"


def plan(errand: Errand, way: Way, home: Home, task: str, context: Context) -> Plan:
    """`task`: ``look`` (hold over the place), ``orbit``, ``expanding_square``, ``sector``.

    Raises GeometryError when there is no way to it, or no such task.
    """
    if not way.route:
        raise GeometryError("route", "there is none")
    height = errand.height_m
    there = _waypoints(way.route[1:-1], height)
    back = _waypoints(way.back[1:-1], height)
    items = [MissionItem(NAV_TAKEOFF, Frame.GLOBAL_RELATIVE_ALT, None, height), *there]
    spec = _spec(task, errand)
    if spec is None:
        stay = (errand.stay_s, 0.0, 0.0, 0.0)
        items.append(MissionItem(NAV_LOITER_TIME, Frame.GLOBAL_RELATIVE_ALT, errand.place, height, stay))
    drawn = Plan(home=home, items=(*items, *back, MissionItem(NAV_RETURN_TO_LAUNCH, Frame.MISSION)))
    if spec is not None:
        drawn = put(drawn, PATTERN, spec, context.vehicle, at=len(items))
    return autofence(drawn, FENCE_MARGIN_M, context)


def _waypoints(places: tuple[Position, ...], height_m: float) -> list[MissionItem]:
    return [MissionItem(NAV_WAYPOINT, Frame.GLOBAL_RELATIVE_ALT, place, height_m) for place in places]


def _spec(task: str, errand: Errand) -> PatternSpec | None:
    """None for ``look``, which is no pattern."""
    specs: dict[str, PatternSpec | None] = {
        "look": None,
        "orbit": Orbit(errand.place, ORBIT_M, (errand.height_m,), turns=3),
        "expanding_square": ExpandingSquare(errand.place, SPACING_M, SQUARE_LEGS, errand.height_m),
        "sector": SectorSearch(errand.place, SECTOR_M, errand.height_m),
    }
    if task not in specs:
        raise GeometryError("task", f"{task!r} is none of {', '.join(specs)}")
    return specs[task]
