"""Where something is, and what its altitude is measured from: the words every other planning module uses."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec


class Frame(IntEnum):
    """MAV_FRAME values a mission item may use; they say what its altitude is measured from."""

    GLOBAL = 0
    """Above mean sea level."""
    MISSION = 2
    """No coordinates: a command."""
    GLOBAL_RELATIVE_ALT = 3
    """Above home."""
    GLOBAL_TERRAIN_ALT = 10
    """Above the ground below."""


FRAMES: Final = {
    **{int(frame): frame for frame in Frame},
    5: Frame.GLOBAL,
    6: Frame.GLOBAL_RELATIVE_ALT,
    11: Frame.GLOBAL_TERRAIN_ALT,
}
"""MAV_FRAME numbers that ArduPilot flies a mission item by: the four, and the `_INT` twins of three of them."""


class Position(msgspec.Struct, frozen=True):
    """WGS 84 degrees."""

    lat_deg: float
    lon_deg: float
