"""Plan ↔ MISSION_ITEM_INT: the exact integers and floats that travel, and what it means to read them back equal.

Field by field as MAVLink's MISSION_ITEM_INT: `x`, `y` are degrees · 1e7 (or the raw param5/6 of a command
without a place), `z` metres, floats are IEEE single precision, so every float here is already rounded to one.

Items are made in the form ArduCopter stores them (`mission.stored`), so a read-back can be compared number by
number. What may still differ, and is not a difference: the `_INT` twin of a frame, the last bit of an altitude,
`autocontinue` of fence and rally items (ArduCopter returns 0), and item 0 of a mission: that is the vehicle's
own home, which it sets itself when it arms.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Sequence
from enum import IntEnum
from itertools import zip_longest
from typing import Final

import msgspec

from mission.commands import (
    NAV_FENCE_CIRCLE_EXCLUSION,
    NAV_FENCE_CIRCLE_INCLUSION,
    NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
    NAV_FENCE_POLYGON_VERTEX_INCLUSION,
    NAV_RALLY_POINT,
    NAV_WAYPOINT,
)
from mission.errors import PlanFormatError
from mission.plan import (
    FenceCircle,
    FenceKind,
    FencePolygon,
    Frame,
    Geofence,
    Home,
    MissionItem,
    Plan,
    Position,
    RallyPoint,
)
from mission.position import FRAMES
from mission.stored import has_place, is_known, kept_altitude, kept_params, kept_radius, kept_raw_xy

_POLYGON_COMMANDS: Final = {
    FenceKind.INCLUSION: NAV_FENCE_POLYGON_VERTEX_INCLUSION,
    FenceKind.EXCLUSION: NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
}
_CIRCLE_COMMANDS: Final = {
    FenceKind.INCLUSION: NAV_FENCE_CIRCLE_INCLUSION,
    FenceKind.EXCLUSION: NAV_FENCE_CIRCLE_EXCLUSION,
}
_POLYGON_KINDS: Final = {command: kind for kind, command in _POLYGON_COMMANDS.items()}
_CIRCLE_KINDS: Final = {command: kind for kind, command in _CIRCLE_COMMANDS.items()}


class MissionType(IntEnum):
    """MAV_MISSION_TYPE."""

    MISSION = 0
    FENCE = 1
    RALLY = 2


class WireItem(msgspec.Struct, frozen=True, array_like=True):
    """One MISSION_ITEM_INT without its addressing. `param1..4` may be NaN where the plan says None."""

    command: int
    frame: int
    param1: float
    param2: float
    param3: float
    param4: float
    x: int
    y: int
    z: float
    autocontinue: int = 1


def mission_items(plan: Plan) -> tuple[WireItem, ...]:
    """The mission as it is uploaded: item 0 is home, item n is `plan.items[n - 1]`."""
    home = plan.home
    position, altitude_m = (home.position, home.altitude_amsl_m or 0.0) if home else (None, 0.0)
    first = MissionItem(NAV_WAYPOINT, Frame.GLOBAL, position, altitude_m)
    return tuple(_wire(item) for item in (first, *plan.items))


def fence_items(plan: Plan) -> tuple[WireItem, ...]:
    """The geofence as it is uploaded: polygons corner by corner, each with the count of its corners, then circles."""
    corners = tuple(
        _placed(_POLYGON_COMMANDS[polygon.kind], Frame.GLOBAL, corner, 0.0, float(len(polygon.vertices)))
        for polygon in plan.geofence.polygons
        for corner in polygon.vertices
    )
    circles = tuple(
        _placed(_CIRCLE_COMMANDS[circle.kind], Frame.GLOBAL, circle.centre, 0.0, kept_radius(circle.radius_m))
        for circle in plan.geofence.circles
    )
    return corners + circles


def rally_items(plan: Plan) -> tuple[WireItem, ...]:
    """The rally points as they are uploaded; ArduPilot stores their height in whole metres."""
    return tuple(
        _placed(
            NAV_RALLY_POINT,
            Frame.GLOBAL_RELATIVE_ALT,
            point.position,
            kept_altitude(NAV_RALLY_POINT, point.altitude_home_m),
        )
        for point in plan.rally
    )


ITEMS: Final = {
    MissionType.MISSION: mission_items,
    MissionType.FENCE: fence_items,
    MissionType.RALLY: rally_items,
}
"""How each list of a plan is uploaded."""


def plan_from_items(mission: Sequence[WireItem], fence: Sequence[WireItem], rally: Sequence[WireItem]) -> Plan:
    """The plan a vehicle holds. PlanFormatError names the item that cannot belong to one, e.g. ``fence[3]``."""
    return Plan(
        home=_home(mission[0]) if mission else None,
        items=tuple(_mission_item(item, f"mission[{seq}]") for seq, item in enumerate(mission) if seq > 0),
        geofence=_geofence(fence),
        rally=tuple(_rally_point(item, f"rally[{seq}]") for seq, item in enumerate(rally)),
    )


def differences(sent: Sequence[WireItem], read: Sequence[WireItem]) -> tuple[str, ...]:
    """What was read back otherwise than it was sent, one sentence each; empty means verified."""
    found = []
    for seq, (ours, theirs) in enumerate(zip_longest(sent, read)):
        if ours is None:
            found.append(f"item {seq}: the vehicle holds command {theirs.command}, which was not sent")
        elif theirs is None:
            found.append(f"item {seq}: command {ours.command} was sent, but the vehicle does not hold it")
        elif not (seq == 0 and is_home(ours)):
            found.extend(f"item {seq}: {text}" for text in _item_differences(ours, theirs))
    return tuple(found)


def items_digest(items: Sequence[WireItem]) -> str:
    """SHA-256 in hex over what the vehicle flies by: equal for what was sent and its verified read-back."""
    digest = hashlib.sha256()
    for seq, item in enumerate(items):
        if seq == 0 and is_home(item):
            continue
        numbers = (*_params(item), round(item.z * 100.0) * 0.01)
        digest.update(struct.pack("<HBii5f", item.command, _frame(item.frame), item.x, item.y, *numbers))
    return digest.hexdigest()


def is_home(item: WireItem) -> bool:
    """Whether the first item of a list is a mission's home: fences and rally points have commands of their own."""
    return item.command == NAV_WAYPOINT


def _wire(item: MissionItem) -> WireItem:
    params = kept_params(item.command, item.params)
    z = kept_altitude(item.command, item.altitude_m)
    if has_place(item.command) or (item.position is not None and not is_known(item.command)):
        return _placed(item.command, item.frame, item.position, z, *params)
    x, y = kept_raw_xy(item.command, item.raw_xy)
    return WireItem(item.command, 0, *params, x, y, z)


def _placed(
    command: int, frame: Frame, position: Position | None, z: float, param1: float = 0.0, *rest: float
) -> WireItem:
    two, three, four = rest or (0.0, 0.0, 0.0)
    x, y = (round(position.lat_deg * 1e7), round(position.lon_deg * 1e7)) if position else (0, 0)
    return WireItem(command, int(frame), param1, two, three, four, x, y, z)


def _frame(frame: int) -> int:
    return int(FRAMES.get(frame, frame))


def _params(item: WireItem) -> tuple[float, float, float, float]:
    one, two, three, four = (
        0.0 if math.isnan(p) else p + 0.0 for p in (item.param1, item.param2, item.param3, item.param4)
    )
    return one, two, three, four


def _item_differences(ours: WireItem, theirs: WireItem) -> list[str]:
    if ours.command != theirs.command:
        return [f"command {ours.command} was sent, {theirs.command} read back"]
    found = []
    if _frame(ours.frame) != _frame(theirs.frame):
        found.append(f"frame {ours.frame} was sent, {theirs.frame} read back")
    for number, (sent, read) in enumerate(zip(_params(ours), _params(theirs), strict=True), start=1):
        if not math.isclose(sent, read, rel_tol=1e-6, abs_tol=1e-6):
            found.append(f"param{number} {sent:g} was sent, {read:g} read back")
    if (ours.x, ours.y) != (theirs.x, theirs.y):
        found.append(f"place {ours.x}, {ours.y} was sent, {theirs.x}, {theirs.y} read back (1e-7 degrees)")
    if not math.isclose(ours.z, theirs.z, rel_tol=1e-6, abs_tol=0.004):
        found.append(f"altitude {ours.z:.2f} m was sent, {theirs.z:.2f} m read back")
    return found


def _position(item: WireItem, where: str) -> Position | None:
    """The item's place; None for 0, 0: ArduPilot's "where I am"."""
    if abs(item.x) > 900_000_000 or abs(item.y) > 1_800_000_000:
        raise PlanFormatError(where, f"{item.x}, {item.y} is no place on the globe")
    return Position(item.x / 1e7, item.y / 1e7) if item.x or item.y else None


def _home(item: WireItem) -> Home | None:
    position = _position(item, "mission[0]")
    return Home(position, round(item.z, 2)) if position else None


def _mission_item(item: WireItem, where: str) -> MissionItem:
    frame = FRAMES.get(item.frame)
    if frame is None:
        raise PlanFormatError(where, f"frame {item.frame} is not one ArduPilot gives")
    numbers = (item.param1, item.param2, item.param3, item.param4)
    one, two, three, four = (None if math.isnan(p) else p for p in numbers)
    if not math.isfinite(item.z):
        raise PlanFormatError(where, "the altitude is no number")
    placed = has_place(item.command)
    return MissionItem(
        command=item.command,
        frame=frame if placed else Frame.MISSION,
        position=_position(item, where) if placed else None,
        altitude_m=round(item.z, 2) if placed else item.z,
        params=(one, two, three, four),
        autocontinue=bool(item.autocontinue),
        raw_xy=(0, 0) if placed else (item.x, item.y),
    )


def _geofence(items: Sequence[WireItem]) -> Geofence:
    polygons: list[FencePolygon] = []
    circles: list[FenceCircle] = []
    seq = 0
    while seq < len(items):
        item, where = items[seq], f"fence[{seq}]"
        if item.command in _CIRCLE_KINDS:
            circles.append(FenceCircle(_CIRCLE_KINDS[item.command], _corner(item, where), _radius(item, where)))
            seq += 1
        elif item.command in _POLYGON_KINDS:
            corners = _ring(items, seq)
            polygons.append(FencePolygon(_POLYGON_KINDS[item.command], corners))
            seq += len(corners)
        else:
            raise PlanFormatError(where, f"command {item.command} is no fence item")
    return Geofence(tuple(polygons), tuple(circles))


def _ring(items: Sequence[WireItem], start: int) -> tuple[Position, ...]:
    first, where = items[start], f"fence[{start}]"
    if not (3 <= first.param1 <= 255 and first.param1 == int(first.param1)):
        raise PlanFormatError(where, f"a polygon of {first.param1:g} corners")
    ring = items[start : start + int(first.param1)]
    if len(ring) < int(first.param1):
        raise PlanFormatError(where, f"{int(first.param1)} corners were announced, {len(ring)} follow")
    for seq, item in enumerate(ring, start):
        if (item.command, item.param1) != (first.command, first.param1):
            raise PlanFormatError(f"fence[{seq}]", f"does not belong to the polygon that begins at item {start}")
    return tuple(_corner(item, f"fence[{seq}]") for seq, item in enumerate(ring, start))


def _radius(item: WireItem, where: str) -> float:
    if not (math.isfinite(item.param1) and item.param1 > 0):
        raise PlanFormatError(where, f"a circle of radius {item.param1:g}")
    return item.param1


def _corner(item: WireItem, where: str) -> Position:
    return _position(item, where) or Position(0.0, 0.0)


def _rally_point(item: WireItem, where: str) -> RallyPoint:
    if item.command != NAV_RALLY_POINT:
        raise PlanFormatError(where, f"command {item.command} is no rally point")
    if _frame(item.frame) != Frame.GLOBAL_RELATIVE_ALT:
        raise PlanFormatError(where, f"frame {item.frame}: only heights above home are understood")
    return RallyPoint(_corner(item, where), item.z)
