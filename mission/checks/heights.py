"""Checks of height: the fence's ceiling, the rule's 120 m above ground, and legs too low."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import shapely

from mission.checks.legs import leg_name, leg_place
from mission.finding import Finding, Place, Severity
from mission.leg import LegKind
from mission.plan import Frame
from mission.situation import Situation
from mission.stored import has_place

HOME_TOLERANCE_M: Final = 10.0
"""What terrain data and a measured home may differ by."""


def ceiling(situation: Situation) -> Iterable[Finding]:
    """No leg reaches FENCE_ALT_MAX above home, margin included."""
    vehicle = situation.context.vehicle
    if vehicle.fence_altitude_max_m is None:
        return
    limit = vehicle.fence_altitude_max_m
    highest = limit - vehicle.fence_margin_m
    for leg in situation.distinct_legs:
        height = leg.end[2]
        if height >= limit and leg.start[2] < limit:
            severity = Severity.ERROR
            words = f"{height:.0f} m above home; the fence breaches at {limit:g} m"
        elif highest < height < limit and leg.start[2] < height:
            severity = Severity.WARNING
            words = f"{height:.1f} m above home, within the margin of the fence's {limit:g} m"
        else:
            continue
        text, remedy = f"{leg_name(leg)} climbs to {words}.", f"Stay below {highest:g} m."
        yield Finding("ceiling", severity, text, remedy, leg_place(situation, leg, None))


def datums(situation: Situation) -> Iterable[Finding]:
    """What every altitude is measured from is known: home's altitude, the terrain below."""
    plan, context = situation.plan, situation.context
    if not plan.items:
        return
    frames = {item.frame for item in plan.items if has_place(item.command)}
    if situation.home_amsl_m is None and (Frame.GLOBAL in frames or context.terrain is not None):
        text = "Items or terrain are given above sea level, but home's altitude is not known."
        severity = Severity.ERROR if Frame.GLOBAL in frames else Severity.WARNING
        yield Finding("datums", severity, text, "Give home its altitude.", Place("home"))
    if context.terrain is None:
        text = "No terrain data: heights above ground are taken as heights above home."
        yield Finding("datums", Severity.INFO, text, "Ask the administrator to add terrain of the area.")
        return
    unknown = np.isnan(situation.samples.ground_home)
    if situation.home_amsl_m is not None and unknown.any():
        leg = situation.distinct_legs[int(situation.samples.leg[unknown][0])]
        text = f"The terrain is not known under {len(set(situation.samples.leg[unknown].tolist()))} legs."
        remedy = "Ask the administrator to add terrain there."
        yield Finding("datums", Severity.WARNING, text, remedy, leg_place(situation, leg, None))
    # NaN, where the terrain is not known, compares as no difference.
    at_home = situation.ground(np.array([situation.home_xy or (0.0, 0.0)]))[0]
    if abs(at_home) > HOME_TOLERANCE_M:
        text = f"Home is given {-at_home:+.0f} m from the ground that the terrain data has there."
        yield Finding("datums", Severity.WARNING, text, "Check home's altitude.", Place("home"))


def heights(situation: Situation) -> Iterable[Finding]:
    """Above ground at every metre: not over the rule's limit, and not too near the ground."""
    rules, points = situation.context.rules, situation.samples
    above = np.where(np.isnan(points.ground_home), points.height_home, points.height_ground)
    for number, leg in enumerate(situation.distinct_legs):
        own = np.flatnonzero(points.leg == number)
        highest, lowest = own[above[own].argmax()], own[above[own].argmin()]
        if above[highest] > rules.height_max_agl_m + 1e-6 and leg.climb_m >= 0:
            limit = f"{rules.name} end at {rules.height_max_agl_m:g} m"
            text = f"{leg_name(leg)} is at {above[highest]:.0f} m above ground; {limit}."
            place = leg_place(situation, leg, shapely.Point(points.xy[highest]))
            yield Finding("heights", Severity.ERROR, text, "Plan it lower.", place)
        travels = leg.kind in (LegKind.TRAVEL, LegKind.CIRCLE, LegKind.RETURN) and leg.horizontal_m > 1.0
        if travels and above[lowest] < rules.height_min_agl_m:
            severity = Severity.ERROR if above[lowest] <= 1.0 else Severity.WARNING
            text = f"{leg_name(leg)} is only {above[lowest]:.0f} m above ground."
            place = leg_place(situation, leg, shapely.Point(points.xy[lowest]))
            yield Finding("heights", severity, text, f"Plan it above {rules.height_min_agl_m:g} m.", place)
