"""Check of the distances to people: 50 m, 150 m from assemblies, and never nearer than high (the 1:1 rule)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely

from mission.checks.legs import at_sample, leg_name
from mission.context import PeopleArea
from mission.finding import Finding, Severity
from mission.geofence import ring_to_polygon
from mission.leg import LegKind
from mission.situation import Situation


def people(situation: Situation) -> Iterable[Finding]:
    """Each area of people in the context keeps its distance from every point of the path."""
    for area in situation.context.people:
        yield from _one(situation, area)


def _one(situation: Situation, area: PeopleArea) -> Iterable[Finding]:
    rules, points = situation.context.rules, situation.samples
    wanted = rules.assembly_distance_m if area.assembly else rules.people_distance_m
    shape = shapely.make_valid(ring_to_polygon(situation.frame, area.ring))
    flying = np.array([leg.kind is not LegKind.LAND for leg in situation.distinct_legs], dtype=bool)[points.leg]
    away = np.where(flying, shapely.distance(shape, shapely.points(points.xy)), np.inf)
    above = np.where(np.isnan(points.ground_home), points.height_home, points.height_ground)
    needed = np.maximum(wanted, above) if rules.one_to_one else np.full(len(away), wanted)
    missing = needed - away
    if not len(missing) or missing.max() <= 0:
        return
    worst = int(missing.argmax())
    leg, place = at_sample(situation, worst)
    reason = "the height there, by the 1:1 rule" if needed[worst] > wanted else rules.name
    text = (
        f"{leg_name(leg)} comes within {away[worst]:.0f} m of {area.name}; {needed[worst]:.0f} m are needed ({reason})."
    )
    yield Finding("people", Severity.ERROR, text, "Keep away, fly lower, or have it authorised.", place)
