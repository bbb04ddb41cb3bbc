"""A plan over a place that was found by name: take-off in its midst, its area surveyed inside a fence, the way home."""

from __future__ import annotations

from mission.autofence import autofence
from mission.commands import NAV_RETURN_TO_LAUNCH, NAV_TAKEOFF
from mission.context import Context
from mission.errors import GeometryError
from mission.pattern import Survey
from mission.patterns import put
from mission.places import FoundPlace
from mission.plan import Frame, Home, MissionItem, Plan

FENCE_M = 20.0


def survey_of(
    place: FoundPlace, altitude_m: float, spacing_m: float, home_amsl_m: float | None, world: Context
) -> Plan:
    """Heights above home. Raises GeometryError where the place has no area, or none that can be flown."""
    if not place.outline:
        raise GeometryError(place.name, "is a point; only an area can be surveyed")
    takeoff = MissionItem(NAV_TAKEOFF, Frame.GLOBAL_RELATIVE_ALT, None, altitude_m)
    back = MissionItem(NAV_RETURN_TO_LAUNCH, Frame.MISSION)
    bare = Plan(home=Home(place.position, home_amsl_m), items=(takeoff, back))
    spec = Survey(place.outline, altitude_m, spacing_m=spacing_m)
    drawn = put(bare, "survey", spec, world.vehicle)
    # Within its fence the survey comes out as it did without: the fence is wider than the margin kept from it.
    return put(autofence(drawn, FENCE_M, world), "survey", spec, world.vehicle)
