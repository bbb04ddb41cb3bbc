"""Check of what a crash would mean below, by the steps of SORA (`mission.sora`)."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mission import sora
from mission.checks.airspace import legs_inside
from mission.finding import Finding, Severity
from mission.geofence import ring_to_polygon
from mission.population import Found
from mission.situation import Situation

_REACH_DEG = 0.01
_QUARTER_CORNERS = 3
"""Of a quarter of a circle, drawn about it."""
_AIRPORT = frozenset(("FRZ", "ATZ", "MATZ"))
_TRANSPONDER = frozenset(("TMZ", "RMZ"))


def ground_risk(situation: Situation) -> Iterable[Finding]:
    """SORA's steps 2 to 5 and 7 for the path with its contingency volume and a ground risk buffer by the 1:1 rule.

    Failsafe ways home are not part of the volume; the one at the end of the plan is.
    """
    population = situation.context.population
    if population is None:
        text = "No population data: the ground risk by SORA is unknown."
        yield Finding("ground_risk", Severity.INFO, text, "Ask the administrator to add population data.")
        return
    if not len(situation.samples.leg):
        return
    height = _height_m(situation)
    footprint = _footprint(situation, height)
    found = _people(situation, footprint)
    if found.per_km2 is None:
        text = f"{population.source.name} knows nothing of the people below: the ground risk by SORA is unknown."
        yield Finding("ground_risk", Severity.WARNING, text, "Judge it by hand, or get data of this area.")
        return
    if not found.everywhere:
        text = f"{population.source.name} does not cover all the ground below: the ground risk may be greater."
        yield Finding("ground_risk", Severity.WARNING, text, "Judge the rest by hand, or get data of this area.")
    yield _assessed(situation, height, found.per_km2)


def _assessed(situation: Situation, height: float, per_km2: float) -> Finding:
    vehicle, rules = situation.context.vehicle, situation.context.rules
    around = f"{per_km2:,.0f} people/km² at most within {rules.contingency_m + height:.0f} m of the path"
    of_vehicle = f"{vehicle.characteristic_dimension_m:g} m, {vehicle.speed_max_m_s:g} m/s"
    number = sora.column(vehicle.characteristic_dimension_m, vehicle.speed_max_m_s)
    intrinsic = None if number is None else sora.intrinsic(per_km2, number)
    if number is not None and per_km2 < sora.BANDS[-1] and sora.is_harmless(vehicle.mass_kg, vehicle.speed_max_m_s):
        intrinsic = 1
    if number is None or intrinsic is None:
        text = f"Step 2: {around}, {of_vehicle}: not part of SORA. ({sora.SOURCE}.)"
        return Finding("ground_risk", Severity.WARNING, text, "Fly elsewhere or smaller, or have it authorised.")
    claims = sora.credited(rules.mitigations)
    final = sora.final(intrinsic, claims, number)
    granted = ", ".join(f"{claim.kind} {claim.robustness} -{sora.credit(claim)}" for claim in claims)
    steps = [
        f"Step 2: {around}, {of_vehicle}: iGRC {intrinsic}.",
        f"Step 3: {granted or 'no mitigation'}: GRC {final}.",
    ]
    if final > sora.GRC_MAX:
        steps.append("Above 7: beyond SORA.")
    elif situation.context.airspace is None:
        steps.append("Steps 4 to 7: unknown without airspace data.")
    else:
        steps.extend(_air_steps(situation, height, per_km2, final))
    text = f"{' '.join(steps)} ({sora.SOURCE}.)"
    severity = Severity.WARNING if final > sora.GRC_MAX else Severity.INFO
    remedy = (
        "Fly elsewhere or smaller, or have it authorised."
        if final > sora.GRC_MAX
        else "Compare with the authorisation."
    )
    return Finding("ground_risk", severity, text, remedy)


def _air_steps(situation: Situation, height: float, per_km2: float, final: int) -> Iterable[str]:
    airspace = situation.context.airspace
    zones = airspace.zones_near(*situation.bounds_deg(_REACH_DEG)) if airspace else []
    entered = [zone for zone in zones if len(legs_inside(situation, zone))]
    airport = next((zone for zone in entered if zone.kind in _AIRPORT), None)
    transponder = next((zone for zone in entered if zone.kind in _TRANSPONDER), None)
    classes = sorted(zone.airspace_class for zone in entered if zone.airspace_class)
    urban = per_km2 >= sora.URBAN_PER_KM2
    category, arc = sora.encounter(
        height, airport is not None, next(iter(classes), None), transponder is not None, urban
    )
    side = "above" if height > sora.FEET_500_M else "below"
    where = f"in {airport.kind} {airport.name}" if airport else f"over {'town' if urban else 'country'}"
    yield f"Step 4: {side} 500 ft {where}, class {next(iter(classes), 'G')}: AEC {category}, {arc}."
    residual = sora.in_sight(arc) if _in_sight(situation) else arc
    seen = "within sight" if _in_sight(situation) else "no distance of sight is given or kept"
    yield f"Step 5: {seen}: {residual}. Step 7: SAIL {sora.sail(final, residual)}."


def _in_sight(situation: Situation) -> bool:
    """Whether the authorisation gives a distance of sight and the whole path keeps it."""
    limit = situation.context.rules.distance_max_m
    pilot = situation.pilot_xy
    if limit is None or pilot is None:
        return False
    return bool(np.hypot(*(situation.samples.xy - pilot).T).max() <= limit)


def _height_m(situation: Situation) -> float:
    """The greatest height above the ground, or above home where the ground is not known."""
    points = situation.samples
    heights = np.where(np.isnan(points.ground_home), points.height_home, points.height_ground)
    return float(max(heights.max(), 0.0))


def _footprint(situation: Situation, height: float) -> BaseGeometry:
    """Each leg is widened by itself: all together they would cross one another so often that it takes seconds."""
    reach = (situation.context.rules.contingency_m + height) / math.cos(math.pi / (4 * _QUARTER_CORNERS))
    return shapely.union_all(shapely.buffer(situation.lines, reach, quad_segs=_QUARTER_CORNERS))


def _people(situation: Situation, footprint: BaseGeometry) -> Found:
    """The greatest density in the footprint; an assembly of people counts as the last row of SORA's table."""
    population = situation.context.population
    assert population is not None
    degrees = shapely.transform(footprint, situation.frame.xy_to_degrees)
    found = population.greatest(degrees)
    assemblies = [area.ring for area in situation.context.people if area.assembly]
    if any(footprint.intersects(ring_to_polygon(situation.frame, ring)) for ring in assemblies):
        return Found(max(found.per_km2 or 0.0, sora.BANDS[-1]), found.everywhere)
    return found
