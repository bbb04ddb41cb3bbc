"""From the description of a pattern to the mission items that fly it.

The expansion is a pure function of the description, the fence and the vehicle: the same ones always give the same
items. Where the fence forbids a piece of a pattern, the shortest way round it is flown instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import shapely

from mission.camera import line_spacing_m, trigger_distance_m
from mission.commands import DO_CHANGE_SPEED, DO_SET_CAM_TRIGG_DIST, DO_SET_ROI_LOCATION, DO_SET_ROI_NONE, NAV_WAYPOINT
from mission.context import Vehicle
from mission.errors import GeometryError
from mission.pattern import (
    Camera,
    Containment,
    CorridorScan,
    ExpandingSquare,
    HastyRoute,
    Orbit,
    PatternSpec,
    Perimeter,
    Ring,
    SectorSearch,
    Survey,
    TrackSearch,
)
from mission.patterns import tracks
from mission.patterns.space import Space
from mission.patterns.sweep import fewest_lines, sweep
from mission.plan import Frame, Geofence, Home, MissionItem, Plan, Position
from mission.route import RouteMap, Waypoint

MAX_POINTS: Final = 5_000
"""A pattern of more waypoints is refused: no autopilot stores it, and a slip of a digit makes millions."""


def expand(spec: PatternSpec, plan: Plan, vehicle: Vehicle) -> tuple[MissionItem, ...]:
    """The items of a pattern in the plan's fence. Raises GeometryError where it cannot be flown."""
    return _expand(spec, plan.geofence, plan.home, vehicle)


@lru_cache(maxsize=64)
def _expand(spec: PatternSpec, fence: Geofence, home: Home | None, vehicle: Vehicle) -> tuple[MissionItem, ...]:
    tracker = _TRACKERS.get(type(spec))
    if tracker is None:
        raise GeometryError("pattern", "was made by another program; edit its items instead")
    numbers = {name: getattr(spec, name, 1.0) for name in ("spacing_m", "radius_m", "width_m")}
    for name, number in numbers.items():
        if number is not None and not (math.isfinite(number) and number >= 0.5):
            raise GeometryError(name, f"{number:g} m; it must be at least 0.5 m")
    plan = Plan(home=home or _any_home(spec), geofence=fence)
    items: list[MissionItem] = tracker(spec, Space(plan, vehicle, getattr(spec, "holes", ())))
    return tuple(items)


def _any_home(spec: Any) -> Home:
    """A place for the local frame where the plan has no home yet."""
    ring = getattr(spec, "area", None) or getattr(spec, "line", None)
    return Home(ring[0] if ring else getattr(spec, "datum", None) or spec.centre)


def _survey(spec: Survey, space: Space) -> list[MissionItem]:
    spacing = _spacing(spec.spacing_m, spec.camera, spec.altitude_m, spec.side_overlap_pct)
    area = space.allowed(space.area(spec.area, "area"))
    _limit(area.area / spacing**2)
    angle = _east_angle(spec.angle_deg) if spec.angle_deg is not None else None
    inside = area.buffer(0.01, join_style="mitre")
    ways = RouteMap([], inside) if inside.geom_type == "Polygon" else space.ways
    path = list(sweep(area, spacing, angle, ways, space.home).path)
    if spec.crosshatch:
        across = (fewest_lines(area) if angle is None else angle) + math.pi / 2.0
        path.extend(_joined(path[-1], sweep(area, spacing, across, ways).path, space))
    if spec.turnaround_m > 0:
        path = _with_turnarounds(path, spec.turnaround_m, space)
    items = _waypoints(path, spec.altitude_m, spec.frame, space)
    if spec.camera:
        distance = trigger_distance_m(spec.camera, spec.altitude_m, spec.front_overlap_pct)
        on, off = _command(DO_SET_CAM_TRIGG_DIST, distance, 0.0, 1.0), _command(DO_SET_CAM_TRIGG_DIST)
        items = [items[0], on, *items[1:], off]
    return _at_speed(spec.speed_m_s, items)


def _corridor(spec: CorridorScan, space: Space) -> list[MissionItem]:
    spacing = _spacing(spec.spacing_m, spec.camera, spec.altitude_m, spec.side_overlap_pct)
    line = _line(spec.line, space)
    _limit(spec.width_m / spacing * len(line))
    path = space.fit(tracks.corridor(line, spec.width_m, spacing))
    return _at_speed(spec.speed_m_s, _waypoints(path, spec.altitude_m, spec.frame, space))


def _perimeter(spec: Perimeter, space: Space) -> list[MissionItem]:
    area = space.area(spec.area, "area")
    outline = space.fit(tracks.outline(area, spec.standoff_m, spec.clockwise))
    items = [item for height in spec.heights_m for item in _waypoints(outline, height, spec.frame, space)]
    if spec.look_in:
        x, y = area.centroid.coords[0]
        items = _looking_at(space.frame.position(x, y), items)
    return _at_speed(spec.speed_m_s, items)


def _orbit(spec: Orbit, space: Space) -> list[MissionItem]:
    _limit(spec.turns * len(spec.heights_m) * 12)
    x, y = space.frame.to_xy((spec.centre,))[0].tolist()
    circle = space.fit(tracks.ring((x, y), spec.radius_m, spec.clockwise, spec.turns))
    items = [item for height in spec.heights_m for item in _waypoints(circle, height, spec.frame, space)]
    return _at_speed(spec.speed_m_s, _looking_at(spec.centre, items))


def _expanding_square(spec: ExpandingSquare, space: Space) -> list[MissionItem]:
    _limit(spec.legs)
    x, y = space.frame.to_xy((spec.datum,))[0].tolist()
    path = tracks.expanding_square((x, y), spec.spacing_m, spec.legs, spec.first_leg_deg, spec.clockwise)
    return _at_speed(spec.speed_m_s, _waypoints(space.fit(path), spec.altitude_m, spec.frame, space))


def _sector(spec: SectorSearch, space: Space) -> list[MissionItem]:
    _limit(spec.passes * 7)
    x, y = space.frame.to_xy((spec.datum,))[0].tolist()
    path = tracks.sector((x, y), spec.radius_m, spec.first_leg_deg, spec.passes)
    return _at_speed(spec.speed_m_s, _waypoints(space.fit(path), spec.altitude_m, spec.frame, space))


def _track_search(spec: TrackSearch, space: Space) -> list[MissionItem]:
    drawn = space.area(spec.area, "area")
    area = space.allowed(drawn)
    _limit(area.area / spec.spacing_m**2)
    corners = shapely.get_coordinates(shapely.oriented_envelope(drawn)).tolist()
    shorter, longer = sorted(list(pairwise(corners))[:2], key=lambda side: math.dist(*side))
    (ax, ay), (bx, by) = shorter if spec.creeping else longer
    inside = area.buffer(0.01, join_style="mitre")
    ways = RouteMap([], inside) if inside.geom_type == "Polygon" else space.ways
    path = sweep(area, spec.spacing_m, math.atan2(by - ay, bx - ax), ways, space.home).path
    return _at_speed(spec.speed_m_s, _waypoints(path, spec.altitude_m, spec.frame, space))


def _hasty_route(spec: HastyRoute, space: Space) -> list[MissionItem]:
    line = _line(spec.line, space)
    path = line + tracks.beside(line, spec.offset_m)[::-1] if spec.offset_m else line
    return _at_speed(spec.speed_m_s, _waypoints(space.fit(path), spec.altitude_m, spec.frame, space))


def _containment(spec: Containment, space: Space) -> list[MissionItem]:
    radius = containment_radius_m(spec)
    if radius is None or not (math.isfinite(radius) and radius >= 0.5):
        raise GeometryError("radius_m", "neither a radius is given nor a speed and the time since")
    _limit(spec.turns * 12)
    x, y = space.frame.to_xy((spec.datum,))[0].tolist()
    ring = space.fit(tracks.ring((x, y), radius, spec.clockwise, spec.turns))
    return _at_speed(spec.speed_m_s, _waypoints(ring, spec.altitude_m, spec.frame, space))


def containment_radius_m(spec: Containment) -> float | None:
    """As given, or as far as the person may have come; None where neither is known."""
    if spec.radius_m is not None:
        return spec.radius_m
    if spec.travel_speed_m_s is None or spec.since_s is None:
        return None
    return spec.travel_speed_m_s * spec.since_s


_TRACKERS: Final[dict[type, Callable[[Any, Space], list[MissionItem]]]] = {
    Survey: _survey,
    CorridorScan: _corridor,
    Perimeter: _perimeter,
    Orbit: _orbit,
    ExpandingSquare: _expanding_square,
    SectorSearch: _sector,
    TrackSearch: _track_search,
    HastyRoute: _hasty_route,
    Containment: _containment,
}


def _spacing(spacing_m: float | None, camera: Camera | None, altitude_m: float, overlap_pct: float) -> float:
    if spacing_m is not None:
        return spacing_m
    if camera is None:
        raise GeometryError("spacing_m", "neither a spacing nor a camera is given")
    spacing = line_spacing_m(camera, altitude_m, overlap_pct)
    if not (math.isfinite(spacing) and spacing >= 0.5):
        raise GeometryError("camera", f"its lines would be {spacing:g} m apart")
    return spacing


def _limit(points: float) -> None:
    if not points <= MAX_POINTS:
        raise GeometryError("pattern", f"would take about {points:.0f} waypoints; at most {MAX_POINTS} are made")


def _east_angle(bearing_deg: float) -> float:
    return math.radians(90.0 - bearing_deg)


def _line(ring: Ring, space: Space) -> list[Waypoint]:
    if len(ring) < 2:
        raise GeometryError("line", f"has {len(ring)} points; it needs at least 2")
    return [(float(x), float(y)) for x, y in space.frame.to_xy(ring)]


def _joined(here: Waypoint, path: Sequence[Waypoint], space: Space) -> list[Waypoint]:
    """The way to a path and the path itself, begun at its nearer end."""
    nearer = list(path) if math.dist(here, path[0]) <= math.dist(here, path[-1]) else list(path)[::-1]
    way = space.ways.shortest(here, nearer[0])
    if way is None:
        raise GeometryError("pattern", "its parts cannot be reached from one another inside the fence")
    return [*way[1:-1], *nearer]


def _with_turnarounds(path: Sequence[Waypoint], turnaround_m: float, space: Space) -> list[Waypoint]:
    """Long lines prolonged at both ends for the drone to turn outside the area, as far as the fence allows."""
    prolonged: list[Waypoint] = []
    for start, end in pairwise(path):
        length = math.dist(start, end)
        if length < 2.0 * turnaround_m:
            continue
        share = turnaround_m / length
        step = ((end[0] - start[0]) * share, (end[1] - start[1]) * share)
        prolonged.extend(((start[0] - step[0], start[1] - step[1]), (end[0] + step[0], end[1] + step[1])))
    return list(space.fit(prolonged or path))


def _waypoints(path: Sequence[Waypoint], altitude_m: float, frame: Frame, space: Space) -> list[MissionItem]:
    _limit(len(path))
    return [MissionItem(NAV_WAYPOINT, frame, place, altitude_m) for place in space.frame.to_positions(path)]


def _command(number: int, *params: float) -> MissionItem:
    one, two, three, four = (*params, 0.0, 0.0, 0.0, 0.0)[:4]
    return MissionItem(number, Frame.MISSION, params=(one, two, three, four))


def _at_speed(speed_m_s: float | None, items: list[MissionItem]) -> list[MissionItem]:
    return items if speed_m_s is None else [_command(DO_CHANGE_SPEED, 1.0, speed_m_s, -1.0), *items]


def _looking_at(place: Position, items: list[MissionItem]) -> list[MissionItem]:
    """The camera held on a place while the items are flown."""
    look = MissionItem(DO_SET_ROI_LOCATION, Frame.GLOBAL_RELATIVE_ALT, place)
    return [items[0], look, *items[1:], _command(DO_SET_ROI_NONE)]
