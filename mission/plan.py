"""What is to be flown: home, mission items, geofence and rally points.

Positions are WGS 84 degrees. A height is in metres and always says from where: an item by its MAVLink frame,
everything else by its name (`_amsl_m`, `_home_m`). Unknown is None. All of it is frozen: an edit makes a new plan.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Final

import msgspec

from mission.pattern import Pattern
from mission.position import Frame as Frame
from mission.position import Position as Position


class FenceKind(StrEnum):
    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


class Home(msgspec.Struct, frozen=True):
    position: Position
    altitude_amsl_m: float | None = None


class MissionItem(msgspec.Struct, frozen=True):
    """One MAVLink mission item. `params` are param1..param4; None is MAVLink's NaN (let the autopilot choose)."""

    command: int
    frame: Frame
    position: Position | None = None
    altitude_m: float = 0.0
    params: tuple[float | None, float | None, float | None, float | None] = (0.0, 0.0, 0.0, 0.0)
    autocontinue: bool = True
    raw_xy: tuple[int, int] = (0, 0)
    """param5 and param6 of a command that uses them for something else than a place."""
    pattern: str | None = None
    """Id of the pattern this item is part of the expansion of; None for one placed by hand."""


class FencePolygon(msgspec.Struct, frozen=True):
    """A ring of at least three corners, not closed (the first corner is not repeated)."""

    kind: FenceKind
    vertices: tuple[Position, ...]


class FenceCircle(msgspec.Struct, frozen=True):
    kind: FenceKind
    centre: Position
    radius_m: float


class Geofence(msgspec.Struct, frozen=True):
    polygons: tuple[FencePolygon, ...] = ()
    circles: tuple[FenceCircle, ...] = ()


class RallyPoint(msgspec.Struct, frozen=True):
    position: Position
    altitude_home_m: float


class Plan(msgspec.Struct, frozen=True):
    """The whole plan.

    People read "item n of m": n is `index + 1`, the autopilot's own number, for its item 0 is home; m is `len(items)`.
    """

    home: Home | None = None
    items: tuple[MissionItem, ...] = ()
    geofence: Geofence = Geofence()
    rally: tuple[RallyPoint, ...] = ()
    cruise_speed_m_s: float | None = None
    hover_speed_m_s: float | None = None
    patterns: tuple[Pattern, ...] = ()


EMPTY: Final = Plan()


def encode(plan: Plan) -> bytes:
    """The plan as canonical JSON: the same plan always gives the same bytes, whether it was made with 1 or 1.0."""
    typed = msgspec.json.decode(msgspec.json.encode(plan), type=Plan)
    return msgspec.json.encode(typed, order="deterministic")


def digest(plan: Plan) -> str:
    """SHA-256 of `encode(plan)` in hex: what an approval is given for."""
    return hashlib.sha256(encode(plan)).hexdigest()
