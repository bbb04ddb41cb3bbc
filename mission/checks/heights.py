"""Checks of height: the fence's ceiling, the rule's 120 m above ground, and legs too low."""

from __future__ import annotations

from collections.abc import Iterable

from mission.checks.fence import leg_name, leg_place
from mission.finding import Finding, Place, Severity
from mission.leg import LegKind
from mission.plan import Frame
from mission.situation import Situation
from mission.stored import has_place


def ceiling(situation: Situation) -> Iterable[Finding]:
    """No leg reaches FENCE_ALT_MAX above home, margin included."""
    vehicle = situation.context.vehicle
    if vehicle.fence_altitude_max_m is None:
        return
    limit = vehicle.fence_altitude_max_m
    for leg in situation.distinct_legs:
        height = leg.end[2]
        if height >= limit and leg.start[2] < limit:
            text = f"{leg_name(leg)} climbs to {height:.0f} m above home; the fence breaches at {limit:g} m."
            yield Finding(
                "ceiling",
                Severity.ERROR,
                text,
                f"Stay below {limit - vehicle.fence_margin_m:g} m.",
                leg_place(situation, leg, None),
            )
        elif limit - vehicle.fence_margin_m < height < limit and leg.start[2] < height:
            text = f"{leg_name(leg)} climbs to {height:.1f} m above home, within the margin of the fence's {limit:g} m."
            yield Finding(
                "ceiling",
                Severity.WARNING,
                text,
                f"Stay below {limit - vehicle.fence_margin_m:g} m.",
                leg_place(situation, leg, None),
            )


def heights(situation: Situation) -> Iterable[Finding]:
    """Above ground everywhere: not over the rule's limit, not into the ground; and every altitude's datum is known."""
    plan, rules = situation.plan, situation.context.rules
    if (plan.home is None or plan.home.altitude_amsl_m is None) and any(
        item.frame is Frame.GLOBAL and has_place(item.command) for item in plan.items
    ):
        text = "Items are given above sea level, but home's altitude is not known."
        yield Finding("heights", Severity.ERROR, text, "Give home its altitude, or plan above home.", Place("home"))
    if not plan.items:
        return
    text = "No terrain data: heights above ground are taken as heights above home."
    yield Finding("heights", Severity.INFO, text, "Add terrain tiles of the area.")
    for leg in situation.distinct_legs:
        height = max(leg.start[2], leg.end[2])
        if height > rules.height_max_agl_m and leg.end[2] >= leg.start[2]:
            text = (
                f"{leg_name(leg)} is at {height:.0f} m above ground; {rules.name} end at {rules.height_max_agl_m:g} m."
            )
            yield Finding("heights", Severity.ERROR, text, "Plan it lower.", leg_place(situation, leg, None))
        low = min(leg.start[2], leg.end[2])
        if leg.kind is LegKind.TRAVEL and leg.horizontal_m > 1.0 and low < rules.height_min_agl_m:
            severity = Severity.ERROR if low <= 0 else Severity.WARNING
            text = f"{leg_name(leg)} is only {low:.0f} m above ground."
            yield Finding(
                "heights",
                severity,
                text,
                f"Plan it above {rules.height_min_agl_m:g} m.",
                leg_place(situation, leg, None),
            )
