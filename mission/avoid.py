"""Leading the legs of a plan round what the fence forbids."""

from __future__ import annotations

import msgspec

from mission.checks.fence import crossings
from mission.commands import DO_JUMP, NAV_WAYPOINT
from mission.context import DEFAULT, Context
from mission.errors import GeometryError
from mission.leg import Leg, LegKind
from mission.patterns.space import Space
from mission.plan import MissionItem, Plan
from mission.situation import Situation


def avoid(plan: Plan, context: Context = DEFAULT) -> Plan:
    """The plan with waypoints added so that every leg between its places takes the shortest way inside the fence.

    The places themselves stay. Raises GeometryError, naming the item, where a place or every way to it is forbidden.
    The final return is led by adding waypoints before it; what the autopilot flies in a failsafe stays straight.
    """
    situation = Situation(plan, context)
    space = Space(plan, context.vehicle)
    if any(item.command == DO_JUMP for item in plan.items):
        raise GeometryError("plan", "loops by DO_JUMP; its legs cannot be led round anything by themselves")
    detours: dict[int, list[MissionItem]] = {}
    forbidden = {crossing.line for crossing in crossings(situation, situation.lines)}
    legs = [leg for number, leg in enumerate(situation.distinct_legs) if number in forbidden]
    for leg in legs:
        if leg.kind in (LegKind.TRAVEL, LegKind.RETURN) and leg.horizontal_m > 0.1:
            added = _detour(leg, space, plan)
            if added:
                detours.setdefault(leg.item, []).extend(added)
    if legs and not detours:
        raise GeometryError(f"item {legs[0].item + 1}", "no way round mends it: move the place itself, or the fence")
    items: list[MissionItem] = []
    for index, item in enumerate(plan.items):
        items.extend(detours.get(index, ()))
        items.append(item)
    return msgspec.structs.replace(plan, items=tuple(items))


def _detour(leg: Leg, space: Space, plan: Plan) -> list[MissionItem]:
    way = space.ways.shortest(leg.start[:2], leg.end[:2])
    if way is None:
        raise GeometryError(f"item {leg.item + 1}", "cannot be reached inside the fence with its margin")
    item = plan.items[leg.item]
    altitude = item.altitude_m if leg.kind is LegKind.TRAVEL and item.altitude_m else leg.end[2]
    frame = item.frame if leg.kind is LegKind.TRAVEL and item.altitude_m else plan.items[0].frame
    return [MissionItem(NAV_WAYPOINT, frame, place, altitude) for place in space.frame.to_positions(way[1:-1])]
