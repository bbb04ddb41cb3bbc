"""Finding a place by what people call it: a ward's name, a grid reference, a latitude and longitude, a postcode.

Names and postcodes come from files of the unit's own (`Gazetteer`); the other two need none. Everything works without
a network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import shapely

from mission.errors import PlanFormatError
from mission.formats.document import Node, parse_json
from mission.formats.features import MAX_POINTS
from mission.places import degrees, grid, postcodes
from mission.places.postcodes import Postcodes
from mission.position import Position

MAX_NAMES: Final = 100_000
MAX_BYTES: Final = 64 * 1024 * 1024
LISTED: Final = 10
"""So many places are answered to one question."""
TEXT_MAX: Final = 200

_NAME_PROPERTIES: Final = ("name", "Name", "NAME")
_ONS_NAME: Final = re.compile(r"[A-Z]{2,5}\d\dNM")
"""The Office for National Statistics names a column by kind of area, year and NM, e.g. ``WD13NM`` for wards."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class FoundPlace(msgspec.Struct, frozen=True):
    """`kind`: area, point, grid reference, position, postcode. `position` is its middle, for an area a point in it."""

    name: str
    kind: str
    position: Position
    bounds: Bounds | None = None
    """What the map should show of it; None for a point."""
    outline: tuple[Position, ...] = ()
    """The outer ring of an area, not closed, e.g. to draw a survey from; of its largest part, if it has several."""
    grid_reference: str | None = None
    """Of `position`, to 10 m; None outside Great Britain."""
    source: str | None = None
    """The file that knows it; None for what is read from the words alone."""


class _Named(msgspec.Struct, frozen=True):
    key: str
    place: FoundPlace


class Gazetteer:
    """What the unit's files name: `names` from GeoJSON, postcodes from CSV."""

    def __init__(self, names: Iterable[_Named] = (), codes: Iterable[tuple[str, Postcodes]] = ()) -> None:
        self._names, self._codes = tuple(names), tuple(codes)

    def merged(self, other: Gazetteer) -> Gazetteer:
        """Both together."""
        return Gazetteer((*self._names, *other._names), (*self._codes, *other._codes))

    def named(self, text: str) -> Iterator[FoundPlace]:
        """Whose name `text` is, begins, begins a word of, or is a part of, in that order."""
        wanted = _key(text)
        if not wanted:
            return
        ranked = ((_rank(named.key, wanted), len(named.key), named) for named in self._names)
        fitting = sorted((entry for entry in ranked if entry[0] is not None), key=lambda entry: entry[:2])
        yield from (named.place for _, _, named in fitting)

    def postcode(self, text: str) -> Iterator[FoundPlace]:
        """The postcode that `text` is, or all together that it begins."""
        for source, known in self._codes:
            if found := known.find(text):
                code, positions = found
                yield _area_of(code, positions, source)


EMPTY: Final = Gazetteer()


def find(text: str, gazetteer: Gazetteer = EMPTY) -> tuple[FoundPlace, ...]:
    """The places that `text` may mean, likeliest first, at most `LISTED`; none for words that nothing answers to."""
    word = " ".join(text[:TEXT_MAX].split())
    found = [*_by_grid(word), *_by_degrees(word), *gazetteer.postcode(word), *gazetteer.named(word)]
    return tuple(found[:LISTED])


def load_geojson(name: str, data: bytes) -> Gazetteer:
    """Every polygon and point of a FeatureCollection that has a name. Raises PlanFormatError."""
    if len(data) > MAX_BYTES:
        raise PlanFormatError(name, f"is {len(data) / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read")
    named = []
    for entry in parse_json(data).member("features").entries(MAX_NAMES):
        geometry, properties = entry.find("geometry"), entry.find("properties")
        called = _called(properties) if properties else None
        if geometry is not None and called:
            place = _place(called, geometry, name)
            if place is not None:
                named.append(_Named(_key(called), place))
    if not named:
        raise PlanFormatError(name, "names no area and no point")
    return Gazetteer(named)


def load_postcodes(name: str, data: bytes) -> Gazetteer:
    """A CSV of postcodes. Raises PlanFormatError."""
    return Gazetteer(codes=((name, postcodes.load(name, data)),))


def _by_grid(text: str) -> Iterator[FoundPlace]:
    square = grid.square(text)
    if square is None:
        return
    east, north, side = square
    middle = grid.from_grid(east + side / 2.0, north + side / 2.0)
    corners = ((east, north), (east + side, north), (east + side, north + side), (east, north + side))
    outline = tuple(grid.from_grid(*corner) for corner in corners) if side else ()
    figures = 10 if side == 0.0 else 2 * (6 - len(f"{side:.0f}"))
    name = grid.reference(middle, figures) or text
    yield FoundPlace(name, "grid reference", middle, _bounds(outline), outline, grid.reference(middle))


def _by_degrees(text: str) -> Iterator[FoundPlace]:
    position = degrees.position(text)
    if position is not None:
        name = f"{position.lat_deg:.6f}, {position.lon_deg:.6f}"
        yield FoundPlace(name, "position", position, grid_reference=grid.reference(position))


def _area_of(code: str, positions: tuple[Position, ...], source: str) -> FoundPlace:
    lat = sum(position.lat_deg for position in positions) / len(positions)
    lon = sum(position.lon_deg for position in positions) / len(positions)
    middle = Position(round(lat, 7), round(lon, 7))
    bounds = _bounds(positions) if len(positions) > 1 else None
    return FoundPlace(code, "postcode", middle, bounds, (), grid.reference(middle), source)


def _called(properties: Node) -> str | None:
    """The feature's name: by `name`, or by a column of the ONS."""
    for key in (*_NAME_PROPERTIES, *filter(_ONS_NAME.fullmatch, properties.value)):
        if isinstance(text := properties.value.get(key), str):
            return text
    return None


def _place(called: str, geometry: Node, source: str) -> FoundPlace | None:
    kind, coordinates = geometry.member("type").text(), geometry.member("coordinates")
    if kind == "Point":
        position = coordinates.longitude_latitude()
        return FoundPlace(called, "point", position, None, (), grid.reference(position), source)
    if kind not in ("Polygon", "MultiPolygon"):
        return None
    parts = list(coordinates.entries(MAX_NAMES)) if kind == "MultiPolygon" else [coordinates]
    areas = [_outer(part) for part in parts]
    if not areas:
        raise coordinates.fail("is no area")
    largest = max(areas, key=lambda area: float(area.area))
    inside = shapely.point_on_surface(largest)
    position = Position(round(inside.y, 7), round(inside.x, 7))
    west, south, east, north = shapely.total_bounds(areas).tolist()
    outline = tuple(Position(lat, lon) for lon, lat in largest.exterior.coords[:-1])
    return FoundPlace(called, "area", position, (west, south, east, north), outline, grid.reference(position), source)


def _outer(part: Node) -> shapely.Polygon:
    ring = next(part.entries(MAX_NAMES), None)
    places = [point.longitude_latitude() for point in ring.entries(MAX_POINTS)] if ring else []
    if len(places) < 4:
        raise part.fail("is no closed ring of at least 3 corners")
    return shapely.Polygon([(place.lon_deg, place.lat_deg) for place in places])


def _bounds(positions: tuple[Position, ...]) -> Bounds | None:
    if not positions:
        return None
    lats, lons = [p.lat_deg for p in positions], [p.lon_deg for p in positions]
    return min(lons), min(lats), max(lons), max(lats)


def _key(text: str) -> str:
    """Without case, accents, apostrophes and punctuation, ``&`` as ``and``: as people type names."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    letters = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’.")
    return " ".join(re.sub(r"[^\w]+", " ", letters).split())


def _rank(key: str, wanted: str) -> int | None:
    if key == wanted:
        return 0
    if key.startswith(wanted):
        return 1
    if f" {wanted}" in key:
        return 2
    return 3 if wanted.replace(" ", "") in key.replace(" ", "") else None
