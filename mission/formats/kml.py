"""KML 2.2 and KMZ: placemarks of points, lines and polygons; coordinates are ``lon,lat,height`` (OGC 07-147r2).

A height is above the ground below (`relativeToGround`) or above the sea (`absolute`). Of a KMZ archive the first
`.kml` is read, no more of it than a plan file may have, whatever the archive claims.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from mission.errors import PlanFormatError
from mission.formats.features import MAX_POINTS, Feature, to_features, to_plan
from mission.formats.xml import Element, parse
from mission.plan import Plan, Position
from mission.position import FRAMES, Frame

MAX_BYTES: Final = 4 * 1024 * 1024
_MODES: Final = {"absolute": Frame.GLOBAL, "relativeToGround": Frame.GLOBAL_TERRAIN_ALT}


def load(data: bytes) -> Plan:
    """Raises PlanFormatError."""
    return to_plan(features(parse(data)))


def load_kmz(data: bytes) -> Plan:
    """Raises PlanFormatError."""
    return load(unzipped(data))


def save(plan: Plan) -> bytes:
    """The whole plan."""
    placemarks = "".join(_placemark(feature) for feature in to_features(plan))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'
        f"<Document>\n<name>Plan</name>\n{placemarks}</Document>\n</kml>\n"
    ).encode()


def save_kmz(plan: Plan) -> bytes:
    """The KML as `doc.kml` in an archive; the same plan gives the same bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo("doc.kml"), save(plan))
    return archive.getvalue()


def unzipped(data: bytes) -> bytes:
    """The first `.kml` of a KMZ archive. Raises PlanFormatError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = next((name for name in archive.namelist() if name.lower().endswith(".kml")), None)
            if name is None:
                raise PlanFormatError("", "holds no .kml")
            with archive.open(name) as file:
                text = file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise PlanFormatError("", f"is no KMZ archive: {error}") from None
    if len(text) > MAX_BYTES:
        raise PlanFormatError(name, f"is more than {MAX_BYTES / 1e6:.1f} MB when unpacked")
    return text


def features(root: Element) -> Iterator[Feature]:
    """Every geometry of every placemark."""
    if root.tag != "kml":
        raise root.fail("should be <kml>")
    for placemark in root.all("Placemark"):
        told = {
            data.attributes.get("name", ""): data.child_text("value") or ""
            for extended in placemark.all("ExtendedData")
            for data in extended.all("Data")
        }
        frame = FRAMES.get(int(told["frame"])) if told.get("frame", "").isdigit() else None
        name, role, text = placemark.child_text("name") or "", told.get("airbeat"), told.get("data", "")
        shapes = [shape for tag in ("Point", "LineString", "Polygon") for shape in placemark.all(tag)]
        if not shapes and role:
            yield Feature(f"line {placemark.line}", name, "", role=role, data=text)
        for shape in shapes:
            yield _shape(shape, name, role, text, frame)


def _shape(shape: Element, name: str, role: str | None, data: str, frame: Frame | None) -> Feature:
    where = f"line {shape.line}, <{shape.tag}>"
    outer = next(shape.all("outerBoundaryIs"), None) if shape.tag == "Polygon" else shape
    listed = next((outer or shape).all("coordinates"), None)
    if listed is None:
        raise shape.fail("has no <coordinates>")
    if shape.tag == "Polygon" and shape.find("innerBoundaryIs") is not None:
        raise shape.fail("has a hole; give holes as exclusions of their own")
    places, heights = _coordinates(listed)
    if shape.tag == "Polygon":
        if len(places) > 1 and places[0] == places[-1]:
            places.pop()
        if len(places) < 3:
            raise shape.fail(f"has {len(places)} corners; an area needs at least 3")
    mode = _MODES.get(shape.child_text("altitudeMode") or "")
    known = mode is not None and shape.tag != "Polygon" and len(heights) == len(places)
    own = next((f for f in (frame, mode) if f is not None), Frame.GLOBAL_RELATIVE_ALT)
    return Feature(where, name, shape.tag, tuple(places), tuple(heights) if known else (), own, role, data)


def _coordinates(listed: Element) -> tuple[list[Position], list[float]]:
    tuples = listed.text.split()
    if not tuples or len(tuples) > MAX_POINTS:
        raise listed.fail(f"holds {len(tuples)} points; from 1 to {MAX_POINTS} are read")
    places, heights = [], []
    for text in tuples:
        try:
            numbers = [float(part) for part in text.split(",")]
        except ValueError:
            raise listed.fail(f"{text[:40]!r} is no point") from None
        # Written so that NaN fails too.
        if len(numbers) not in (2, 3) or not (abs(numbers[0]) <= 180.0 and abs(numbers[1]) <= 90.0):
            raise listed.fail(f"{text[:40]!r} is no place on the globe")
        places.append(Position(numbers[1], numbers[0]))
        if len(numbers) == 3:
            if not abs(numbers[2]) < 1e6:
                raise listed.fail(f"{text[:40]!r} has no height to fly at")
            heights.append(numbers[2])
    return places, heights


def _placemark(feature: Feature) -> str:
    told = {"airbeat": feature.role or "", "frame": str(int(feature.frame)), "data": feature.data}
    data = "".join(f'<Data name="{key}"><value>{escape(value)}</value></Data>' for key, value in told.items() if value)
    return (
        f"<Placemark><name>{escape(feature.name)}</name><ExtendedData>{data}</ExtendedData>"
        f"{_geometry(feature)}</Placemark>\n"
    )


def _geometry(feature: Feature) -> str:
    if not feature.shape:
        return ""
    places = [*feature.places, feature.places[0]] if feature.shape == "Polygon" else list(feature.places)
    heights = [f",{height!r}" for height in feature.heights_m] or [""] * len(places)
    points = " ".join(f"{p.lon_deg!r},{p.lat_deg!r}{height}" for p, height in zip(places, heights, strict=True))
    mode = "absolute" if feature.frame is Frame.GLOBAL else "relativeToGround"
    coordinates = f"<coordinates>{points}</coordinates>"
    if feature.shape == "Polygon":
        return f"<Polygon><outerBoundaryIs><LinearRing>{coordinates}</LinearRing></outerBoundaryIs></Polygon>"
    lifted = f"<altitudeMode>{mode}</altitudeMode>" if feature.heights_m else ""
    return f"<{feature.shape}>{lifted}{coordinates}</{feature.shape}>"
