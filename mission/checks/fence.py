"""Checks of the geofence, and of everything the plan flies against it, with ArduCopter's own semantics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mission.checks.legs import leg_name, leg_place
from mission.finding import Finding, Place, Severity
from mission.geofence import Shape, ring_to_polygon, storage_bytes
from mission.leg import Leg, LegKind
from mission.plan import FenceKind
from mission.situation import GeometryArray, Situation

MARGIN = "fence_margin"
BREACH = "fence_breach"
LISTED_LEGS = 8
"""So many legs against one shape are listed one by one, the others are counted."""


def fence_storage(situation: Situation) -> Iterable[Finding]:
    """The fence fits the autopilot's storage, and the vehicle heeds it."""
    fence, vehicle = situation.plan.geofence, situation.context.vehicle
    needed = storage_bytes(fence)
    corners = sum(len(polygon.vertices) for polygon in fence.polygons) + len(fence.circles)
    if needed > vehicle.fence_bytes_max:
        text = f"The fence takes {needed} bytes ({corners} points); the autopilot stores {vehicle.fence_bytes_max}."
        yield Finding("fence_storage", Severity.ERROR, text, "Use fewer corners or circles.")
    if not vehicle.fence_polygons and corners:
        text = "The vehicle ignores polygons and circles: FENCE_TYPE has no bit 2."
        yield Finding("fence_storage", Severity.ERROR, text, "Set FENCE_TYPE to 7.")
    kinds = {polygon.kind for polygon in fence.polygons} | {circle.kind for circle in fence.circles}
    if FenceKind.INCLUSION not in kinds:
        text = "No inclusion area: only the circle and the ceiling about home hold the drone."
        yield Finding("fence_storage", Severity.WARNING, text, "Draw the area that may be flown in.")


def fence_shapes(situation: Situation) -> Iterable[Finding]:
    """Every shape means what it looks like: enough corners, no self-crossing, a radius, some area left to fly in."""
    fence = situation.plan.geofence
    for index, polygon in enumerate(fence.polygons):
        place = Place("polygon", index, polygon.vertices[0] if polygon.vertices else None)
        name = f"{polygon.kind.capitalize()} polygon {index + 1}"
        count = len(polygon.vertices)
        if not 3 <= count <= 255:
            text = f"{name} has {count} corners; ArduPilot takes 3 to 255."
            yield Finding("fence_shapes", Severity.ERROR, text, "Add or delete corners.", place)
            continue
        area = ring_to_polygon(situation.frame, polygon.vertices)
        if not area.is_valid:
            yield _invalid(situation, area, name, place)
        elif area.area < 1.0:
            yield Finding("fence_shapes", Severity.ERROR, f"{name} encloses no area.", "Draw it anew.", place)
    for index, circle in enumerate(fence.circles):
        least = situation.context.vehicle.fence_margin_m if circle.kind is FenceKind.INCLUSION else 0.0
        if not circle.radius_m > least:
            text = f"{circle.kind.capitalize()} circle {index + 1} of {circle.radius_m:g} m: the vehicle will not arm."
            place = Place("circle", index, circle.centre)
            yield Finding("fence_shapes", Severity.ERROR, text, f"Make it more than {least:g} m.", place)
    yield from _nothing_left(situation)


def fence_places(situation: Situation) -> Iterable[Finding]:
    """Home and every rally point lie inside the fence, with the margin."""
    plan = situation.plan
    named = [(Place("rally", i, p.position), f"Rally point {i + 1}", p.position) for i, p in enumerate(plan.rally)]
    if plan.home:
        named.insert(0, (Place("home", None, plan.home.position), "Home", plan.home.position))
    if not named:
        return
    points = shapely.points(situation.frame.to_xy(position for _, _, position in named))
    for crossing in crossings(situation, np.asarray(points, dtype=np.object_)):
        place, name, _ = named[crossing.line]
        consequence = "the vehicle will not arm" if place.kind == "home" else "the vehicle will not return to it"
        if crossing.check == BREACH:
            text = f"{name} is {crossing.words}: {consequence}."
            yield Finding(BREACH, Severity.ERROR, text, "Move it or the fence.", place)
        else:
            text = f"{name} is {crossing.words}."
            yield Finding(MARGIN, Severity.WARNING, text, "Move it or the fence.", place)


def fence_legs(situation: Situation) -> Iterable[Finding]:
    """Every leg, the way home and the landing included, keeps inside the fence with the margin."""
    reported: set[str] = set()
    counts: Counter[str] = Counter()
    for crossing in crossings(situation, situation.lines):
        leg = situation.distinct_legs[crossing.line]
        text = f"{leg_name(leg)} is {crossing.words}."
        key = f"{crossing.check} {crossing.shape.name}"
        if text in reported:
            continue
        reported.add(text)
        counts[key] += 1
        if counts[key] <= LISTED_LEGS:
            place = leg_place(situation, leg, crossing.spot)
            yield Finding(crossing.check, Severity.ERROR, text, "Move the leg or the fence.", place)
    yield from _corners(situation, {key.partition(" ")[2] for key in counts})
    for key, count in counts.items():
        if count > LISTED_LEGS:
            check, _, name = key.partition(" ")
            text = f"{count - LISTED_LEGS} more legs do not keep to {name}."
            yield Finding(check, Severity.ERROR, text, "Move them or the fence.")


def _corners(situation: Situation, reported: set[str]) -> Iterable[Finding]:
    """Rounded corners that breach a shape which no leg breaches: only where the margin is less than they are cut by."""
    vehicle = situation.context.vehicle
    if vehicle.fence_margin_m >= vehicle.waypoint_radius_m:
        return
    turns = situation.flown.turns
    lines = np.empty(len(turns), dtype=np.object_)
    lines[:] = [shapely.LineString(points[:, :2]) for _, points in turns]
    for crossing in crossings(situation, lines):
        if crossing.check == BREACH and crossing.shape.name not in reported:
            leg = situation.distinct_legs[turns[crossing.line][0]]
            text = f"The corner at item {leg.item + 1}, as it is rounded, is {crossing.words}."
            place = leg_place(situation, leg, crossing.spot)
            yield Finding(BREACH, Severity.ERROR, text, "Move the corner or the fence.", place)


def fence_returns(situation: Situation) -> Iterable[Finding]:
    """A return to launch from any point of the plan keeps inside the fence.

    From every point of a leg the way home is a straight line, so together they sweep the triangle of the leg and
    home; with rally points the leg is divided where another one becomes the nearest.
    """
    swept: list[tuple[Leg, BaseGeometry]] = []
    for leg in situation.distinct_legs:
        if leg.kind not in (LegKind.RETURN, LegKind.LAND):
            swept.extend((leg, area) for area in situation.returns.sweep(leg))
    areas = np.empty(len(swept), dtype=np.object_)
    areas[:] = [area for _, area in swept]
    worst: dict[str, Finding] = {}
    counts: Counter[str] = Counter()
    for crossing in crossings(situation, areas):
        if crossing.check == MARGIN:
            continue
        leg = swept[crossing.line][0]
        key = crossing.shape.name
        counts[key] += 1
        text = f"A return to launch from the {leg_name(leg).lower()} would be {crossing.words}."
        remedy = "Move the leg, or add a rally point it can reach freely."
        worst.setdefault(
            key, Finding("fence_returns", Severity.WARNING, text, remedy, leg_place(situation, leg, crossing.spot))
        )
    for key, finding in worst.items():
        more = counts[key] - 1
        text = f"{finding.text[:-1]}, and from {more} more leg{'s' if more > 1 else ''}." if more else finding.text
        yield Finding(finding.check, finding.severity, text, finding.remedy, finding.place)


class Crossing:
    """Line number `line` against one shape of the fence."""

    def __init__(self, check: str, line: int, shape: Shape, words: str, spot: BaseGeometry | None) -> None:
        self.check, self.line, self.shape, self.words, self.spot = check, line, shape, words, spot


def crossings(situation: Situation, lines: GeometryArray) -> Iterator[Crossing]:
    """Where geometries leave the allowed area or come nearer to its edge than the margin."""
    vehicle = situation.context.vehicle
    margin = vehicle.fence_margin_m
    if not len(lines):
        return
    for shape in situation.required_areas:
        inside = shapely.covers(shape.area, lines)
        near = shapely.distance(shapely.boundary(shape.area), lines)
        for line in np.flatnonzero(~inside):
            outside = lines[line].difference(shape.area)
            yield Crossing(BREACH, int(line), shape, f"outside {shape.name}", _spot(outside))
        for line in np.flatnonzero(inside & (near < margin)):
            yield _near(int(line), shape, near[line], margin, lines[line], "inside")
    for shape in situation.shapes:
        if shape.kind is FenceKind.INCLUSION:
            continue
        distance = shapely.distance(shape.area, lines)
        crossing = shapely.intersects(shape.area, lines)
        for line in np.flatnonzero(crossing):
            part = lines[line].intersection(shape.area)
            yield Crossing(BREACH, int(line), shape, f"inside {shape.name}", _spot(part))
        for line in np.flatnonzero(~crossing & (distance < margin)):
            yield _near(int(line), shape, distance[line], margin, lines[line], "from")


def _near(line: int, shape: Shape, distance: float, margin: float, geometry: BaseGeometry, side: str) -> Crossing:
    edge = shapely.boundary(shape.area)
    spot = shapely.get_point(shapely.shortest_line(geometry, edge), 0)
    words = f"only {distance:.1f} m {side} {shape.name}, nearer than the margin of {margin:g} m"
    return Crossing(MARGIN, line, shape, words, spot)


def _spot(geometry: BaseGeometry) -> BaseGeometry:
    """The first point of what crosses, which is where a person looks for it."""
    first = shapely.get_point(geometry, 0) if geometry.geom_type == "LineString" else None
    return first or shapely.point_on_surface(geometry)


def _invalid(situation: Situation, area: BaseGeometry, name: str, place: Place) -> Finding:
    reason = shapely.is_valid_reason(area)
    spot = place.position
    if "[" in reason:
        x, y = (float(part) for part in reason.partition("[")[2].rstrip("]").split()[:2])
        spot = situation.frame.position(x, y)
    text = f"{name} crosses or touches itself: the autopilot takes the parts it laps over for outside."
    return Finding(
        "fence_shapes", Severity.ERROR, text, "Move its corners apart.", Place(place.kind, place.index, spot)
    )


def _nothing_left(situation: Situation) -> Iterator[Finding]:
    """Inclusions are ANDed unless FENCE_OPTIONS says otherwise: two that do not overlap leave nowhere to fly."""
    inclusions = [shape for shape in situation.shapes if shape.kind is FenceKind.INCLUSION]
    if len(inclusions) < 2 or situation.context.vehicle.fence_union:
        return
    left = shapely.intersection_all([shape.area for shape in inclusions])
    if left.area < 1.0:
        text = f"The {len(inclusions)} inclusion areas have no common part, and the vehicle must be inside all of them."
        remedy = "Merge them into one, or set FENCE_OPTIONS bit 1 for their union."
        yield Finding("fence_shapes", Severity.ERROR, text, remedy, Place(inclusions[1].place, inclusions[1].index))
