"""Checks against others' airspace and against obstacles, with their vertical limits, datums and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from mission.airspace import Datum, Limit, Zone
from mission.checks.legs import leg_name, leg_place
from mission.context import ZoneRule
from mission.finding import Finding, Place, Severity
from mission.geodesy import FloatArray
from mission.situation import Situation

IndexArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

PRESSURE_M: Final = 420.0
"""How far a flight level may lie below its standard height on a day of low pressure (50 hPa at 8.4 m each)."""
_REACH_DEG: Final = 0.01
_UNKNOWN: Final = ("Check what it means for this flight.", Severity.WARNING)


def data_sets(situation: Situation) -> Iterable[Finding]:
    """There is airspace data, and it is in force at the time of the flight."""
    context = situation.context
    if context.airspace is None:
        text = "No airspace data: restriction zones and obstacles are not checked."
        yield Finding("data_sets", Severity.INFO, text, "Ask the administrator to add the current airspace file.")
        return
    for source in context.airspace.sources:
        if context.at is not None and source.expired(context.at):
            text = f"The airspace data {source.name} of {source.airac} had expired before {context.at:%d %B %Y}."
            yield Finding("data_sets", Severity.WARNING, text, "Ask the administrator to add the current one.")


def zones(situation: Situation) -> Iterable[Finding]:
    """What each zone that a leg flies in demands: one finding a zone, at the first such leg."""
    airspace, rules = situation.context.airspace, situation.context.rules
    if airspace is None:
        return
    demands = {rule.kind: rule for rule in rules.zones}
    for zone in airspace.zones_near(*situation.bounds_deg(_REACH_DEG)):
        inside = legs_inside(situation, zone)
        if not len(inside):
            continue
        rule = demands.get(zone.kind) or ZoneRule(zone.kind, _UNKNOWN[1], _UNKNOWN[0])
        leg = situation.distinct_legs[int(inside[0])]
        more = f" and {len(inside) - 1} more" if len(inside) > 1 else ""
        named = f"{zone.kind} {zone.name} ({zone.lower.text} to {zone.upper.text})"
        text = f"{leg_name(leg)}{more} fly in {named}." if more else f"{leg_name(leg)} flies in {named}."
        severity, remedy = rule.severity, rule.remedy
        if zone.zone_id in situation.context.permissions:
            severity, remedy = Severity.INFO, "Permission is noted; keep to its conditions."
        elif zone.active and situation.context.at is None:
            text += " It is in force at times; this plan has none."
        spot = shapely.intersection(situation.lines[int(inside[0])], situation.zone_area(zone))
        place = leg_place(situation, leg, None if spot.is_empty else shapely.get_point(spot, 0))
        yield Finding("zones", severity, text, remedy, place)


def obstacles(situation: Situation) -> Iterable[Finding]:
    """Every leg clears the known obstacles beside it or below it."""
    context = situation.context
    if context.airspace is None:
        return
    near = context.airspace.obstacles_near(*situation.bounds_deg(_REACH_DEG))
    if not near:
        return
    if situation.home_amsl_m is None:
        text = f"{len(near)} obstacles are near, but home's altitude is not known: they cannot be compared."
        yield Finding("obstacles", Severity.WARNING, text, "Give home its altitude.", Place("home"))
        return
    points = np.asarray(shapely.points(situation.frame.to_xy(obstacle.position for obstacle in near)))
    tree = shapely.STRtree(situation.lines)
    found, lines = tree.query(points, predicate="dwithin", distance=context.rules.obstacle_distance_m)
    reported: set[int] = set()
    for index, line in sorted(zip(found.tolist(), lines.tolist(), strict=True)):
        leg, obstacle = situation.distinct_legs[line], near[index]
        clearance = situation.home_amsl_m + min(leg.start[2], leg.end[2]) - obstacle.top_amsl_m
        if index in reported or clearance >= context.rules.obstacle_height_m:
            continue
        reported.add(index)
        away = shapely.distance(points[index], situation.lines[line])
        text = f"{leg_name(leg)} passes {obstacle.name} at {away:.0f} m, {clearance:+.0f} m from its top."
        yield Finding(
            "obstacles",
            Severity.ERROR,
            text,
            "Move the leg or fly higher.",
            Place("leg", leg.item - 1, obstacle.position),
        )


def legs_inside(situation: Situation, zone: Zone) -> IndexArray:
    """Numbers of the legs that come into the zone, in plan, height and time."""
    if not _in_force(situation, zone):
        return np.zeros(0, dtype=np.intp)
    low, high = situation.leg_heights
    home = situation.home_amsl_m
    reaches = _above(zone.lower, high, home, below=True) & _above(zone.upper, low, home, below=False)
    candidates = np.flatnonzero(reaches)
    area = situation.zone_area(zone)
    return candidates[shapely.intersects(area, situation.lines[candidates])]


def _above(limit: Limit, heights: FloatArray, home_amsl_m: float | None, below: bool) -> BoolArray:
    """Whether heights above home reach above a lower limit (`below`), or stay under an upper one; doubt means yes."""
    metres = limit.metres
    if limit.datum is Datum.STD:
        metres += -PRESSURE_M if below else PRESSURE_M
    if limit.datum is not Datum.AGL:
        if home_amsl_m is None:
            return np.ones(len(heights), dtype=np.bool_)
        metres -= home_amsl_m
    return np.asarray(heights >= metres if below else heights <= metres, dtype=np.bool_)


def _in_force(situation: Situation, zone: Zone) -> bool:
    begin = situation.context.at
    if not zone.active or begin is None:
        return True
    end = begin + timedelta(seconds=situation.totals.duration_s)
    return any(start <= end and begin <= stop for start, stop in zone.active)
