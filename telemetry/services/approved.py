"""The plan that was verified on board, and so approved: where the vehicle may be sent, and which items it may hold.

Places are judged as the plan's own legs are (`mission.checks.fence`): with every shape of the geofence, the margin, and
the vehicle's circle and ceiling about home, in the same words.
"""

from __future__ import annotations

import math

import msgspec

from mission.checks.fence import crossings
from mission.context import DEFAULT
from mission.errors import GeometryError
from mission.geodesy import is_position
from mission.items import ITEMS, MissionType, WireItem, differences
from mission.plan import Plan
from mission.position import Position
from mission.situation import Situation, as_lines
from mission.stored import single


class Approved:
    """`plan`, judged again and again: its geometry is worked out once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._situation = Situation(plan, DEFAULT)

    @property
    def home_amsl_m(self) -> float | None:
        return self._situation.home_amsl_m

    def why_not_at(self, height_home_m: float) -> str | None:
        """Why the vehicle may not be so high above home; None if it may."""
        if not math.isfinite(height_home_m):
            return "its height is no number"
        ceiling_m = DEFAULT.vehicle.fence_altitude_max_m
        if ceiling_m is not None and height_home_m > ceiling_m:
            return f"{height_home_m:.0f} m is above the ceiling of {ceiling_m:g} m"
        return None

    def why_not_to(self, here: Position | None, there: Position, height_home_m: float) -> str | None:
        """Why the vehicle may not fly straight from `here` to `there`. From outside it may always come in."""
        if not is_position(there):
            return "that is no place on the globe"
        try:
            return (
                self.why_not_at(height_home_m)
                or self._crossing("that is", there, there)
                or (
                    self._crossing("the way there is", here, there)
                    if here is not None and not self._crossing("", here, here)
                    else None
                )
            )
        except GeometryError as error:
            return str(error)

    def holds(self, kind: MissionType, items: tuple[WireItem, ...], rounded: bool) -> bool:
        """Whether `items` are the approved ones. `rounded`: they came as MISSION_ITEM, places in single precision."""
        wanted = ITEMS[kind](self.plan)
        return not differences(tuple(map(_rounded, wanted)) if rounded else wanted, items)

    def _crossing(self, what: str, start: Position, end: Position) -> str | None:
        (a, b) = self._situation.frame.to_xy((start, end)).tolist()
        crossing = next(crossings(self._situation, as_lines([((a[0], a[1]), (b[0], b[1]))])), None)
        return None if crossing is None else f"{what} {crossing.words}"


def _rounded(item: WireItem) -> WireItem:
    return msgspec.structs.replace(item, x=round(single(item.x / 1e7) * 1e7), y=round(single(item.y / 1e7) * 1e7))
