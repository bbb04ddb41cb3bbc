"""A plan as points, lines and areas on a map: what KML and GeoJSON have in common.

Everything of a plan goes out as a feature with a role, its data beside its geometry, so that it comes back whole;
where the geometry was moved in another program, the geometry counts. A stranger's lines and points come in as
waypoints, areas as inclusions (as exclusions where the name says so).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from mission.commands import NAV_WAYPOINT
from mission.errors import PlanFormatError
from mission.geodesy import frame_at
from mission.pattern import Pattern
from mission.plan import FenceCircle, FenceKind, FencePolygon, Frame, Home, MissionItem, Plan, Position, RallyPoint
from mission.stored import has_place

T = TypeVar("T")

DEFAULT_HEIGHT_M: Final = 40.0
"""Above home, for a stranger's points without a height."""
MAX_POINTS: Final = 10_000
CIRCLE_CORNERS: Final = 72

_KEEP_OUT: Final = re.compile(r"exclu|no[ -]?fly|keep[ -]?out|prohibited|restricted", re.IGNORECASE)


class Feature(msgspec.Struct, frozen=True):
    """`shape`: Point, LineString, Polygon, or none. `heights_m` go with `frame`, one for each place, or are empty.

    `role` is ours: home, item, path, polygon, circle, rally, plan; None for a stranger's. `data` is its JSON.
    """

    where: str
    name: str
    shape: str
    places: tuple[Position, ...] = ()
    heights_m: tuple[float, ...] = ()
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    role: str | None = None
    data: str = ""


class _Rest(msgspec.Struct, frozen=True):
    """What of a plan has no place on the map."""

    cruise_speed_m_s: float | None
    hover_speed_m_s: float | None
    patterns: tuple[Pattern, ...]


def to_features(plan: Plan) -> list[Feature]:
    """The plan, and its path as a line to look at."""
    rest = _Rest(plan.cruise_speed_m_s, plan.hover_speed_m_s, plan.patterns)
    found = [Feature("", "plan", "", role="plan", data=_json(rest))]
    if plan.home:
        place, amsl = plan.home.position, plan.home.altitude_amsl_m
        heights = () if amsl is None else (amsl,)
        found.append(Feature("", "Home", "Point", (place,), heights, Frame.GLOBAL, "home", _json(plan.home)))
    for index, item in enumerate(plan.items):
        places = (item.position,) if item.position else ()
        heights = (item.altitude_m,) if item.position else ()
        shape = "Point" if item.position else ""
        found.append(Feature("", f"Item {index + 1}", shape, places, heights, item.frame, "item", _json(item)))
    path = [(item.position, item.altitude_m) for item in plan.items if item.position and has_place(item.command)]
    if len(path) > 1:
        frames = {item.frame for item in plan.items if item.position}
        frame = frames.pop() if len(frames) == 1 else Frame.GLOBAL_RELATIVE_ALT
        line, above = tuple(place for place, _ in path), tuple(height for _, height in path)
        found.append(Feature("", "Path", "LineString", line, above, frame, "path"))
    for index, polygon in enumerate(plan.geofence.polygons):
        name = f"{polygon.kind.capitalize()} polygon {index + 1}"
        found.append(Feature("", name, "Polygon", polygon.vertices, role="polygon", data=_json(polygon)))
    for index, circle in enumerate(plan.geofence.circles):
        name = f"{circle.kind.capitalize()} circle {index + 1}"
        found.append(Feature("", name, "Polygon", _ring(circle), role="circle", data=_json(circle)))
    for index, point in enumerate(plan.rally):
        at, height = (point.position,), (point.altitude_home_m,)
        name = f"Rally point {index + 1}"
        found.append(Feature("", name, "Point", at, height, role="rally", data=_json(point)))
    return found


def to_plan(features: Iterable[Feature]) -> Plan:
    """Raises PlanFormatError naming the feature."""
    builder = _Builder()
    for feature in features:
        builder.take(feature)
    return builder.plan()


class _Builder:
    def __init__(self) -> None:
        self._home: Home | None = None
        self._rest: _Rest | None = None
        self._items: list[MissionItem] = []
        self._polygons: list[FencePolygon] = []
        self._circles: list[FenceCircle] = []
        self._rally: list[RallyPoint] = []
        self._roles: dict[str, Callable[[Feature], None]] = {
            "plan": self._take_rest,
            "home": self._take_home,
            "item": self._take_item,
            "path": lambda _: None,
            "polygon": self._take_polygon,
            "circle": self._take_circle,
            "rally": self._take_rally,
        }

    def take(self, feature: Feature) -> None:
        if feature.role is None:
            self._take_strangers(feature)
        elif feature.role in self._roles:
            self._roles[feature.role](feature)
        else:
            raise PlanFormatError(feature.where, f"has the unknown role {feature.role!r}")
        if len(self._items) > MAX_POINTS:
            raise PlanFormatError(feature.where, f"brings the mission over {MAX_POINTS} items")

    def plan(self) -> Plan:
        plan = Plan(home=self._home, items=tuple(self._items), rally=tuple(self._rally))
        fence = msgspec.structs.replace(plan.geofence, polygons=tuple(self._polygons), circles=tuple(self._circles))
        plan = msgspec.structs.replace(plan, geofence=fence)
        if self._rest is None:
            return plan
        return msgspec.structs.replace(plan, **msgspec.structs.asdict(self._rest))

    def _take_rest(self, feature: Feature) -> None:
        self._rest = _decoded(feature, _Rest)

    def _take_home(self, feature: Feature) -> None:
        self._home = msgspec.structs.replace(_decoded(feature, Home), position=_only_place(feature))

    def _take_item(self, feature: Feature) -> None:
        item = _decoded(feature, MissionItem)
        if item.position is not None:
            item = msgspec.structs.replace(item, position=_only_place(feature))
        self._items.append(item)

    def _take_polygon(self, feature: Feature) -> None:
        self._polygons.append(msgspec.structs.replace(_decoded(feature, FencePolygon), vertices=feature.places))

    def _take_circle(self, feature: Feature) -> None:
        self._circles.append(_decoded(feature, FenceCircle))

    def _take_rally(self, feature: Feature) -> None:
        self._rally.append(msgspec.structs.replace(_decoded(feature, RallyPoint), position=_only_place(feature)))

    def _take_strangers(self, feature: Feature) -> None:
        if feature.shape == "Polygon":
            kind = FenceKind.EXCLUSION if _KEEP_OUT.search(feature.name) else FenceKind.INCLUSION
            self._polygons.append(FencePolygon(kind, feature.places))
            return
        heights: Sequence[float] = feature.heights_m or [DEFAULT_HEIGHT_M] * len(feature.places)
        frame = feature.frame if feature.heights_m else Frame.GLOBAL_RELATIVE_ALT
        for place, height in zip(feature.places, heights, strict=True):
            self._items.append(MissionItem(NAV_WAYPOINT, frame, place, height))


def _ring(circle: FenceCircle) -> tuple[Position, ...]:
    frame = frame_at(circle.centre)
    x, y = frame.to_xy((circle.centre,))[0].tolist()
    turns = [2.0 * math.pi * corner / CIRCLE_CORNERS for corner in range(CIRCLE_CORNERS)]
    return frame.to_positions([(x + circle.radius_m * math.cos(t), y + circle.radius_m * math.sin(t)) for t in turns])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _decoded(feature: Feature, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(feature.data, type=kind)
    except msgspec.DecodeError as error:
        raise PlanFormatError(feature.where, f"its data is wrong: {error}") from None


def _only_place(feature: Feature) -> Position:
    if len(feature.places) != 1:
        raise PlanFormatError(feature.where, "should be one point")
    return feature.places[0]
