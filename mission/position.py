"""Where something is, and what its altitude is measured from: the words every other planning module uses."""

from __future__ import annotations

from enum import IntEnum

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


class Position(msgspec.Struct, frozen=True):
    """WGS 84 degrees."""

    lat_deg: float
    lon_deg: float
