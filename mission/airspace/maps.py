"""Airspace from maps: GeoJSON, and KML or KMZ such as the CAA's drone restriction files.

Every polygon is a zone. Its kind and limits are taken from properties (`type`, `lower`, `upper`), else from its name
and description: ``EGR157 HYDE PARK … SFC to 1400 FT ALT``. What does not say its limits reaches from the surface
to the top, which errs on the safe side.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from mission.airspace import Airspace, DataSet, Datum, Limit, Zone
from mission.airspace.boundary import LonLat
from mission.airspace.text import UNLIMITED_M, limit
from mission.errors import PlanFormatError
from mission.formats.document import Node, parse_json
from mission.formats.features import MAX_POINTS
from mission.formats.kml import unzipped
from mission.formats.xml import Element, parse

MAX_ZONES: Final = 20_000
MAX_BYTES: Final = 8 * 1024 * 1024
"""Of a map; the CAA's restrictions of the whole country have half of that."""

_SURFACE: Final = Limit(0.0, Datum.AGL, "SFC")
_UNLIMITED: Final = Limit(UNLIMITED_M, Datum.STD, "UNL")
_HEIGHT: Final = re.compile(
    r"\b(SFC|GND|FL ?\d{2,3}|\d{2,5} ?(?:FT|M)(?: ?(?:AGL|AMSL|MSL|ALT|SFC))?|UNL)\b", re.IGNORECASE
)
_KIND: Final = re.compile(r"\b(FRZ|RPZ|TDA|RA ?\(T\)|EG ?([PRD])\d{1,3}\w?|([PRD])\d{2,3}\w?)\b", re.IGNORECASE)


def load_geojson(name: str, data: bytes, airac: date | None = None) -> Airspace:
    """Raises PlanFormatError."""
    _require_size(name, data)
    root = parse_json(data)
    zones = [zone for entry in root.member("features").entries(MAX_ZONES) for zone in _geojson_zones(entry)]
    return Airspace((DataSet(name, hashlib.sha256(data).hexdigest(), airac),), zones)


def load_kml(name: str, data: bytes, airac: date | None = None) -> Airspace:
    """KML, or KMZ if it is an archive. Raises PlanFormatError."""
    _require_size(name, data)
    text = unzipped(data) if data.startswith(b"PK") else data
    zones = [zone for placemark in parse(text).all("Placemark") for zone in _kml_zones(placemark)]
    return Airspace((DataSet(name, hashlib.sha256(data).hexdigest(), airac),), zones)


def _require_size(name: str, data: bytes) -> None:
    if len(data) > MAX_BYTES:
        what = f"is {len(data) / 1e6:.1f} MB; a map of airspace has at most {MAX_BYTES / 1e6:.1f} MB"
        raise PlanFormatError(name, what)


def _geojson_zones(entry: Node) -> Iterator[Zone]:
    geometry, properties = entry.find("geometry"), entry.find("properties")
    if geometry is None or geometry.member("type").text() not in ("Polygon", "MultiPolygon"):
        return
    told = {k: v for k, v in properties.value.items() if isinstance(v, str)} if properties else {}
    coordinates = geometry.member("coordinates")
    several = geometry.member("type").text() == "MultiPolygon"
    for number, part in enumerate(coordinates.entries(MAX_ZONES) if several else [coordinates], 1):
        rings = [[_lon_lat(point) for point in ring.entries(MAX_POINTS)] for ring in part.entries(MAX_ZONES)]
        if not rings or len(rings[0]) < 4:
            raise part.fail("is no closed ring of at least 3 corners")
        yield _zone(told, rings, f"{entry.path}-{number}")


def _lon_lat(node: Node) -> LonLat:
    place = node.longitude_latitude()
    return place.lon_deg, place.lat_deg


def _kml_zones(placemark: Element) -> Iterator[Zone]:
    told = {tag: text for tag in ("name", "description") if (text := placemark.child_text(tag))}
    for data in (*placemark.all("Data"), *placemark.all("SimpleData")):
        told[data.attributes.get("name", "").lower()] = data.child_text("value") or data.text.strip()
    for number, polygon in enumerate(placemark.all("Polygon"), 1):
        rings = [_ring(listed) for listed in polygon.all("coordinates")]
        if not rings or len(rings[0]) < 4:
            raise polygon.fail("is no closed ring of at least 3 corners")
        yield _zone(told, rings, f"line-{placemark.line}-{number}")


def _ring(listed: Element) -> list[LonLat]:
    ring: list[LonLat] = []
    points = listed.text.split(maxsplit=MAX_POINTS)
    if len(points) > MAX_POINTS:
        raise listed.fail(f"has more than {MAX_POINTS} points")
    for text in points:
        try:
            lon, lat = (float(part) for part in text.split(",")[:2])
        except ValueError:
            raise listed.fail(f"{text[:40]!r} is no point") from None
        # Written so that NaN fails too.
        if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
            raise listed.fail(f"{text[:40]!r} is no place on the globe")
        ring.append((lon, lat))
    return ring


def _zone(told: dict[str, str], rings: list[list[LonLat]], number: str) -> Zone:
    name = told.get("name", "unnamed zone")
    words = f"{name} {told.get('description', '')}"
    heights = [found for text in _HEIGHT.findall(words) if (found := limit(text))]
    lower, upper = limit(told.get("lower", "")), limit(told.get("upper", ""))
    if lower is None:
        lower = heights[0] if len(heights) > 1 else _SURFACE
    if upper is None:
        upper = heights[-1] if heights else _UNLIMITED
    return Zone(number, name, _kind(told, words), lower, upper, tuple(tuple(ring) for ring in rings))


def _kind(told: dict[str, str], words: str) -> str:
    if "type" in told:
        return told["type"]
    found = _KIND.search(words)
    if found is None:
        return "UNKNOWN"
    if letter := found[2] or found[3]:
        return letter.upper()
    word = found[1].upper().replace(" ", "")
    return "FRZ" if word == "RPZ" else word
