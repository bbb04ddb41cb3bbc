"""Checks of the mission items themselves: places, numbers, order, loops."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from mission.commands import (
    DO_JUMP,
    DO_SET_HOME,
    NAV_ALTITUDE_WAIT,
    NAV_DELAY,
    NAV_GUIDED_ENABLE,
    NAV_LAND,
    NAV_LOITER_TIME,
    NAV_LOITER_TO_ALT,
    NAV_LOITER_TURNS,
    NAV_LOITER_UNLIM,
    NAV_PAYLOAD_PLACE,
    NAV_RETURN_TO_LAUNCH,
    NAV_SPLINE_WAYPOINT,
    NAV_TAKEOFF,
    NAV_WAYPOINT,
)
from mission.finding import Finding, Place, Severity
from mission.geodesy import REACH_M, distance_m, is_position, positions_of
from mission.items import mission_items
from mission.plan import Frame, MissionItem
from mission.situation import Situation
from mission.stored import has_place, is_known

MOVES: Final = frozenset(
    (
        NAV_WAYPOINT,
        NAV_LOITER_UNLIM,
        NAV_LOITER_TURNS,
        NAV_LOITER_TIME,
        NAV_LAND,
        NAV_LOITER_TO_ALT,
        NAV_SPLINE_WAYPOINT,
        NAV_PAYLOAD_PLACE,
    )
)
"""Navigation commands that make the vehicle go somewhere."""
UNFORESEEABLE: Final = {
    NAV_ALTITUDE_WAIT: "waits for an altitude",
    NAV_GUIDED_ENABLE: "hands control to a program",
    DO_SET_HOME: "moves home",
}


def coordinates(situation: Situation) -> Iterable[Finding]:
    """Every place is on the globe, every number finite, and the whole plan within reach of its home."""
    plan = situation.plan
    places = positions_of(plan)
    if not places:
        yield Finding("coordinates", Severity.ERROR, "The plan is empty.", "Set home and place the first waypoint.")
        return
    for position in places:
        if not is_position(position):
            text = f"{position.lat_deg}, {position.lon_deg} is no place on the globe."
            yield Finding("coordinates", Severity.ERROR, text, "Move or delete it.")
            return
    for position in places:
        away = distance_m(places[0], position)
        if away > REACH_M:
            text = f"A part of the plan is {away / 1000:.0f} km from its home."
            yield Finding("coordinates", Severity.ERROR, text, "Move or delete it.", Place("plan", None, position))
            return
    for index, item in enumerate(plan.items):
        numbers = (item.altitude_m, *(p for p in item.params if p is not None))
        if not all(math.isfinite(n) and abs(n) < 1e7 for n in numbers):
            text = f"Item {index + 1} holds a number that MAVLink cannot carry."
            yield Finding("coordinates", Severity.ERROR, text, "Correct or delete the item.", Place("item", index))
            return


def storage(situation: Situation) -> Iterable[Finding]:
    """The autopilot has room for the items and the rally points."""
    plan, vehicle = situation.plan, situation.context.vehicle
    if len(plan.items) + 1 > vehicle.mission_items_max:
        text = f"{len(plan.items) + 1} mission items with home, but the autopilot stores {vehicle.mission_items_max}."
        yield Finding("storage", Severity.ERROR, text, "Split the mission over several flights or drones.")
    if len(plan.rally) > vehicle.rally_points_max:
        text = f"{len(plan.rally)} rally points, but the autopilot stores {vehicle.rally_points_max}."
        yield Finding("storage", Severity.ERROR, text, "Delete rally points.")
    for index, point in enumerate(plan.rally):
        if point.altitude_home_m != round(point.altitude_home_m):
            text = (
                f"Rally point {index + 1} at {point.altitude_home_m:g} m is stored as {round(point.altitude_home_m)} m."
            )
            yield Finding("storage", Severity.INFO, text, "Use whole metres.", Place("rally", index, point.position))


def commands(situation: Situation) -> Iterable[Finding]:
    """ArduCopter knows every command and keeps every number of it."""
    sent = mission_items(situation.plan)[1:]
    for index, (item, wire) in enumerate(zip(situation.plan.items, sent, strict=True)):
        place = Place("item", index, item.position)
        if not is_known(item.command):
            text = f"Item {index + 1}: ArduCopter refuses command {item.command}."
            yield Finding("commands", Severity.ERROR, text, "Delete the item.", place)
            continue
        kept = (wire.param1, wire.param2, wire.param3, wire.param4)
        for number, (wanted, stored) in enumerate(zip(item.params, kept, strict=True), start=1):
            # LAND and LOITER_TIME come back with a sign nobody set; it means nothing to a copter.
            if wanted and abs(wanted - stored) > 1e-3 * max(1.0, abs(wanted)):
                text = f"Item {index + 1}: ArduCopter keeps param{number} as {stored:g}, not {wanted:g}."
                yield Finding("commands", Severity.WARNING, text, f"Set it to {stored:g} if you agree.", place)
        if has_place(item.command) and item.frame is Frame.MISSION:
            text = f"Item {index + 1} has an altitude but does not say what it is measured from."
            yield Finding(
                "commands", Severity.ERROR, text, "Choose above home, above sea level or above ground.", place
            )
        if item.command in UNFORESEEABLE:
            text = f"Item {index + 1} {UNFORESEEABLE[item.command]}: what follows cannot be checked."
            yield Finding("commands", Severity.WARNING, text, "Check by eye, or delete the item.", place)


def order(situation: Situation) -> Iterable[Finding]:
    """It has a home, takes off first and ends on the ground."""
    plan = situation.plan
    if plan.home is None:
        yield Finding("order", Severity.ERROR, "The plan has no home.", "Set home where the drone takes off.")
    if not plan.items:
        yield Finding(
            "order", Severity.WARNING, "The plan has no mission items: only the fence is checked.", "Place a take-off."
        )
        return
    first = next((i for i, item in enumerate(plan.items) if item.command == NAV_TAKEOFF or item.command in MOVES), None)
    if first is not None and plan.items[first].command != NAV_TAKEOFF:
        text = (
            f"Item {first + 1} moves off before any take-off; ArduCopter will not start this mission from the ground."
        )
        yield Finding("order", Severity.ERROR, text, "Begin with a take-off.", _place(plan.items, first))
    for index, item in enumerate(plan.items[1:], 1):
        if item.command == NAV_TAKEOFF and plan.items[index - 1].command not in (NAV_LAND, NAV_DELAY):
            text = f"Item {index + 1} takes off again without having landed."
            yield Finding("order", Severity.WARNING, text, "Use a waypoint to climb.", _place(plan.items, index))
    for index, item in enumerate(plan.items):
        if item.command == NAV_TAKEOFF and item.altitude_m <= 0:
            text = f"Item {index + 1} takes off to {item.altitude_m:g} m."
            yield Finding("order", Severity.ERROR, text, "Give it a height.", _place(plan.items, index))
    if not situation.path.lands:
        text = "The mission does not end on the ground: the drone would hover until its battery fails it."
        remedy = "End with Return to launch or Land."
        yield Finding("order", Severity.ERROR, text, remedy, _place(plan.items, len(plan.items) - 1))
    ends = [i for i, item in enumerate(plan.items) if item.command in (NAV_RETURN_TO_LAUNCH, NAV_LOITER_UNLIM)]
    if ends and ends[0] < len(plan.items) - 1:
        text = f"Item {ends[0] + 1} is never left: the {len(plan.items) - 1 - ends[0]} items after it are not flown."
        yield Finding("order", Severity.WARNING, text, "Delete it, or what follows it.", _place(plan.items, ends[0]))


def jumps(situation: Situation) -> Iterable[Finding]:
    """DO_JUMP goes to an item that exists and comes to an end."""
    items = situation.plan.items
    for index, item in enumerate(items):
        if item.command != DO_JUMP:
            continue
        target, times = item.params[0] or 0, item.params[1] or 0
        place = Place("item", index)
        if not 1 <= target <= len(items) or target == index + 1:
            text = f"Item {index + 1} jumps to item {target:g}, which is not another item of this mission."
            yield Finding("jumps", Severity.ERROR, text, f"Name an item from 1 to {len(items)}.", place)
        elif times < 0:
            text = f"Item {index + 1} jumps to item {target:g} for ever: the mission never ends."
            yield Finding("jumps", Severity.ERROR, text, "Give a number of repeats.", place)
    if situation.path.endless and not any(item.command in (DO_JUMP, NAV_LOITER_UNLIM) for item in items):
        yield Finding("jumps", Severity.ERROR, "The mission is too long to be checked.", "Shorten it.")
    elif situation.path.endless and not any((i.params[1] or 0) < 0 for i in items if i.command == DO_JUMP):
        loiter = next((i for i, item in enumerate(items) if item.command == NAV_LOITER_UNLIM), None)
        if loiter is None:
            yield Finding(
                "jumps", Severity.ERROR, "The loops of this mission are too long to be checked.", "Repeat less often."
            )


def _place(items: tuple[MissionItem, ...], index: int) -> Place:
    return Place("item", index, items[index].position)
