"""Plan ↔ MISSION_ITEM_INT: the exact integers and floats that travel, and what it means to read them back equal.

Field by field as MAVLink's MISSION_ITEM_INT: `x`, `y` are degrees · 1e7 (or the raw param5/6 of a command
without a place), `z` metres, floats are IEEE single precision, so every float here is already rounded to one.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec


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
