"""GeoJSON (RFC 7946): a FeatureCollection; coordinates are longitude, latitude and, where there is one, a height."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from mission.errors import PlanFormatError
from mission.formats.document import Node, parse_json
from mission.formats.features import MAX_POINTS, Feature, to_features, to_plan
from mission.plan import Plan, Position
from mission.position import FRAMES, Frame

MAX_FEATURES: Final = 10_000
_PARTS: Final = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}


def load(data: bytes) -> Plan:
    """Raises PlanFormatError."""
    return to_plan(features(parse_json(data)))


def save(plan: Plan) -> bytes:
    """The whole plan, indented."""
    collection = {"type": "FeatureCollection", "features": [_saved(feature) for feature in to_features(plan)]}
    return msgspec.json.format(msgspec.json.encode(collection), indent=1)


def features(root: Node) -> Iterator[Feature]:
    """The features of a collection, a feature, or a bare geometry."""
    kind = root.member("type").text()
    if kind == "FeatureCollection":
        for entry in root.member("features").entries(MAX_FEATURES):
            yield from _feature(entry)
    elif kind == "Feature":
        yield from _feature(root)
    else:
        yield from _geometry(root, Feature(root.path, "", ""))


def _feature(entry: Node) -> Iterator[Feature]:
    if entry.member("type").text() != "Feature":
        raise entry.member("type").fail("should be 'Feature'")
    properties, geometry = entry.find("properties"), entry.find("geometry")
    name = properties.find("name") if properties else None
    role, data = (properties.find("airbeat"), properties.find("data")) if properties else (None, None)
    frame = properties.find("frame") if properties else None
    bare = Feature(
        where=entry.path,
        name=name.text() if name and isinstance(name.value, str) else "",
        shape="",
        role=role.text() if role else None,
        data=data.text() if data else "",
        frame=FRAMES.get(frame.whole(0, 255), Frame.GLOBAL_RELATIVE_ALT) if frame else Frame.GLOBAL_RELATIVE_ALT,
    )
    if geometry is not None:
        yield from _geometry(geometry, bare)
    elif bare.role is not None:
        yield bare


def _geometry(geometry: Node, bare: Feature) -> Iterator[Feature]:
    kind = geometry.member("type").text()
    if kind == "GeometryCollection":
        raise geometry.fail("is a collection of geometries; use features instead")
    coordinates = geometry.member("coordinates")
    if kind in _PARTS:
        for part in coordinates.entries(MAX_FEATURES):
            yield _shape(_PARTS[kind], part, bare)
    else:
        yield _shape(kind, coordinates, bare)


def _shape(kind: str, coordinates: Node, bare: Feature) -> Feature:
    if kind == "Point":
        points = [coordinates]
    elif kind == "LineString":
        points = list(coordinates.entries(MAX_POINTS))
    elif kind == "Polygon":
        points = _outer_ring(coordinates)
    else:
        raise PlanFormatError(bare.where, f"{kind!r} is no geometry a plan is made of")
    places = tuple(point.longitude_latitude() for point in points)
    heights = tuple(_height(point) for point in points if len(point.value) > 2) if kind != "Polygon" else ()
    same = len(heights) == len(places)
    return msgspec.structs.replace(bare, shape=kind, places=places, heights_m=heights if same else ())


def _outer_ring(coordinates: Node) -> list[Node]:
    rings = list(coordinates.entries(MAX_FEATURES))
    if len(rings) != 1:
        raise coordinates.fail(f"has {len(rings)} rings; a fence is one ring, give holes as exclusions")
    points = list(rings[0].entries(MAX_POINTS + 1))
    if len(points) < 4 or points[0].value != points[-1].value:
        raise rings[0].fail("is no closed ring of at least 3 corners")
    return points[:-1]


def _height(point: Node) -> float:
    return list(point.entries(at_most=4))[2].number()


def _saved(feature: Feature) -> dict[str, Any]:
    properties = {"name": feature.name, "airbeat": feature.role, "frame": int(feature.frame)}
    if feature.data:
        properties["data"] = feature.data
    return {"type": "Feature", "properties": properties, "geometry": _saved_geometry(feature)}


def _saved_geometry(feature: Feature) -> dict[str, Any] | None:
    if not feature.shape:
        return None
    points = [_saved_point(place, feature.heights_m, index) for index, place in enumerate(feature.places)]
    coordinates: Any = points
    if feature.shape == "Point":
        coordinates = points[0]
    elif feature.shape == "Polygon":
        coordinates = [[*points, points[0]]]
    return {"type": feature.shape, "coordinates": coordinates}


def _saved_point(place: Position, heights: tuple[float, ...], index: int) -> list[float]:
    return [place.lon_deg, place.lat_deg, *heights[index : index + 1]]
