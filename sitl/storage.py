"""What the autopilot stores of missions, fences and rally points, and what it refuses (ArduCopter 4.6)."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from mission.items import WireItem
from mission.stored import has_place, is_known, kept_params, uses_raw_xy

ACCEPTED, ERROR, UNSUPPORTED_FRAME, UNSUPPORTED, NO_SPACE = 0, 1, 2, 3, 4
INVALID, INVALID_PARAM1, INVALID_X, INVALID_Y, INVALID_Z, INVALID_SEQUENCE, DENIED = 5, 6, 10, 11, 12, 13, 14
CANCELLED: Final = 15
"""MAV_MISSION_RESULT."""

MAX_ITEMS: Final = {0: 718 * 4, 1: 512, 2: 46}
"""Mission items, fence points, rally points that ArduPilot SITL has room for."""
LATITUDE_LIMIT, LONGITUDE_LIMIT, ALTITUDE_LIMIT_M = 900_000_000, 1_800_000_000, 83_000.0
GLOBAL_FRAMES: Final = {0: 0, 5: 0, 3: 3, 6: 3, 10: 10, 11: 10}
"""MAV_FRAME and the frame it is stored as."""
MAY_BE_NAN: Final = frozenset((16, 17, 21, 22, 84, 85))
"""Commands whose param4 may be NaN."""
NAV_COMMANDS: Final = frozenset((16, 17, 18, 19, 20, 21, 22, 30, 31, 82, 92, 93, 94))
DO_JUMP: Final = 177
INCLUSION, EXCLUSION, CIRCLE_INCLUSION, CIRCLE_EXCLUSION, RETURN_POINT = 5001, 5002, 5003, 5004, 5000
RALLY_POINT: Final = 5100


class Item(NamedTuple):
    """MISSION_ITEM_INT's numbers, from whichever message brought them."""

    seq: int
    frame: int
    command: int
    current: int
    param1: float
    param2: float
    param3: float
    param4: float
    x: int
    y: int
    z: float

    @classmethod
    def of(cls, message: Any, x: int, y: int) -> Item:
        """The numbers of MISSION_ITEM or MISSION_ITEM_INT, `x` and `y` as integers."""
        params = (message.param1, message.param2, message.param3, message.param4)
        return cls(message.seq, message.frame, message.command, message.current, *params, x, y, message.z)


def mission_item(message: Any) -> tuple[int, WireItem | None]:
    """The item as the autopilot keeps it, or the MAV_MISSION_RESULT it refuses it with."""
    params = (message.param1, message.param2, message.param3, message.param4)
    for number, value in enumerate(params):
        if math.isinf(value) or (math.isnan(value) and not (number == 3 and message.command in MAY_BE_NAN)):
            return INVALID_PARAM1 + number, None
    if message.command < 2:
        return INVALID, None
    if not is_known(message.command):
        return UNSUPPORTED, None
    first, second, third, fourth = (None if math.isnan(p) else p for p in params)
    one, two, three, four = kept_params(message.command, (first, second, third, fourth))
    if not has_place(message.command):
        x, y = (message.x, message.y) if uses_raw_xy(message.command) else (0, 0)
        z = 2.0 if message.command == 205 else 0.0
        return ACCEPTED, WireItem(message.command, 0, one, two, three, four, x, y, z)
    problem = _misplaced(message)
    if problem:
        return problem, None
    frame = 0 if message.frame == 2 else GLOBAL_FRAMES.get(message.frame)
    if frame is None:
        return UNSUPPORTED_FRAME, None
    z = float(np.float32(int(np.float32(message.z) * np.float32(100.0))) * np.float32(0.01))
    return ACCEPTED, WireItem(message.command, frame, one, two, three, four, message.x, message.y, z)


def _misplaced(message: Any) -> int:
    if abs(message.x) > LATITUDE_LIMIT:
        return INVALID_X
    if abs(message.y) > LONGITUDE_LIMIT:
        return INVALID_Y
    if not math.isfinite(message.z) or abs(message.z) >= ALTITUDE_LIMIT_M:
        return INVALID_Z
    return 0


def fence_item(message: Any) -> tuple[int, WireItem | None]:
    if message.frame not in GLOBAL_FRAMES:
        return UNSUPPORTED_FRAME, None
    if message.command not in (INCLUSION, EXCLUSION, CIRCLE_INCLUSION, CIRCLE_EXCLUSION, RETURN_POINT):
        return UNSUPPORTED, None
    corner = message.command in (INCLUSION, EXCLUSION)
    if not math.isfinite(message.param1) or (corner and not 0 <= message.param1 <= 255):
        return INVALID_PARAM1, None
    size = 0.0 if message.command == RETURN_POINT else float(int(message.param1)) if corner else _radius(message.param1)
    return ACCEPTED, WireItem(message.command, 0, size, 0.0, 0.0, 0.0, message.x, message.y, 0.0, 0)


def _radius(value: float) -> float:
    whole = float(int(value))
    return whole if value - whole < 0.001 else value


def rally_item(message: Any) -> tuple[int, WireItem | None]:
    if message.command != RALLY_POINT:
        return UNSUPPORTED, None
    problem = _misplaced(message)
    if problem:
        return problem, None
    if abs(message.z) > 32767:
        return INVALID_Z, None
    if message.frame not in GLOBAL_FRAMES:
        return UNSUPPORTED_FRAME, None
    z = float(int(message.z))
    return ACCEPTED, WireItem(RALLY_POINT, GLOBAL_FRAMES[message.frame], 0.0, 0.0, 0.0, 0.0, message.x, message.y, z, 0)


def fence_problem(items: list[WireItem]) -> str | None:
    """Why ArduPilot refuses the fence as a whole, in its words; None if it takes it."""
    left, kind, size = 0, 0, 0.0
    seen_return = False
    for item in items:
        if item.command in (INCLUSION, EXCLUSION):
            if item.param1 < 3:
                return f"Invalid vertex count ({int(item.param1)})"
            if left == 0:
                left, kind, size = int(item.param1), item.command, item.param1
            elif item.command != kind:
                return f"Received incorrect vertex type (want={_type(kind)} got={_type(item.command)})"
            elif item.param1 != size:
                return f"Unexpected vertex count want={int(size)} got={int(item.param1)}"
            left -= 1
        elif left:
            return f"Received incorrect type (want={_type(kind)} got={_type(item.command)})"
        elif item.command == RETURN_POINT:
            if seen_return:
                return "Multiple return points found"
            seen_return = True
        elif item.param1 <= 0:
            return "Non-positive circle radius"
        if abs(item.x) > LATITUDE_LIMIT or abs(item.y) > LONGITUDE_LIMIT or (item.x == 0 and item.y == 0):
            return f"Bad lat or lon ({item.x}, {item.y})"
    return "Incorrect item count" if left else None


def _type(command: int) -> int:
    """AC_PolyFenceType, which ArduPilot names in its complaints."""
    return {INCLUSION: 98, EXCLUSION: 97, CIRCLE_EXCLUSION: 93, CIRCLE_INCLUSION: 92, RETURN_POINT: 95}[command]
