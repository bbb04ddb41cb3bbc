"""Files that mean harm: each must end in a clear error, soon and in little memory (`make bench-plan` measures both)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

from mission.formats import MAX_BYTES

STRANGERS_KML = b"""<?xml version="1.0"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>Search area</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
 -0.17,51.50,0 -0.16,51.50,0 -0.16,51.51,0 -0.17,51.50,0 </coordinates></LinearRing></outerBoundaryIs></Polygon>
</Placemark><Placemark><name>No fly: hospital</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
 -0.165,51.505 -0.164,51.505 -0.164,51.506 -0.165,51.505 </coordinates></LinearRing></outerBoundaryIs></Polygon>
</Placemark><Placemark><name>Route</name><LineString><altitudeMode>absolute</altitudeMode>
 <coordinates>-0.168,51.502,80 -0.162,51.503,85</coordinates></LineString></Placemark>
<Placemark><name>Look here</name><Point><coordinates>-0.163,51.504</coordinates></Point></Placemark>
</Folder></Document></kml>"""


def kmz(text: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("doc.kml", text)
    return archive.getvalue()


def kml_of(coordinates: bytes, tag: bytes = b"Point") -> bytes:
    return b"<kml><Placemark><%s><coordinates>%s</coordinates></%s></Placemark></kml>" % (tag, coordinates, tag)


LAUGHS = (
    b'<!DOCTYPE kml [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><kml>&j;</kml>"
)
OUTSIDE = b'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>'
MANY = kml_of(b"0,0 " * (MAX_BYTES // 4 - 40), b"LineString")
RING = b'{"type":"Polygon","coordinates":[[' + b"[0,0]," * (MAX_BYTES // 6 - 20) + b"[0,0]]]}"


MAPS = {
    "entities.kml": LAUGHS,
    "outside.kml": OUTSIDE,
    "entities.gpx": LAUGHS.replace(b"kml", b"gpx"),
    "deep.kml": b"<kml>" * 100_000,
    "wide.gpx": b"<gpx>" + b"<a/>" * 1_000_000,
    "many.kml": MANY,
    "ten million.kml": b"<kml>" + b"0,0 " * 10_000_000,
    "bomb.kmz": kmz(b"<kml>" + b"0,0 " * 10_000_000),
    "entities.kmz": kmz(LAUGHS),
    "empty.kmz": kmz(b""),
    "no.kmz": b"PK\x03\x04 not an archive",
    "cut.kmz": kmz(STRANGERS_KML)[:-30],
    "nan.kml": kml_of(b"nan,nan"),
    "beyond the pole.kml": kml_of(b"0,91"),
    "beyond the antimeridian.kml": kml_of(b"181,0"),
    "word.kml": kml_of(b"here"),
    "nothing.kml": kml_of(b""),
    "two corners.kml": kml_of(b"0,0 1,1", b"Polygon"),
    "other.kml": b"<svg/>",
    "cut.kml": STRANGERS_KML[:300],
    "nan.gpx": b'<gpx><wpt lat="nan" lon="0"/></gpx>',
    "no place.gpx": b"<gpx><wpt/></gpx>",
    "height.gpx": b'<gpx><wpt lat="1" lon="1"><ele>inf</ele></wpt></gpx>',
    "ring.geojson": RING,
    "open.geojson": b'{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}',
    "holes.geojson": b'{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[0,0],[1,0],[1,1],[0,0]]]}',
    "pole.geojson": b'{"type":"Point","coordinates":[0,91]}',
    "odd.geojson": b'{"type":"Sphere","coordinates":[0,1]}',
    "collection.geojson": b'{"type":"GeometryCollection","geometries":[]}',
    "role.geojson": b'{"type":"Feature","properties":{"airbeat":"king","data":""},"geometry":null}',
    "data.geojson": b'{"type":"Feature","properties":{"airbeat":"item","data":"{}"},"geometry":null}',
}

PLANS = {
    "fifty megabytes": b'{"fileType": "Plan"' + b" " * 50_000_000 + b"}",
    "objects": b"[" + b"{}," * (MAX_BYTES // 3 - 1) + b"1]",
    "nested": b"[" * (MAX_BYTES - 1),
    "nan": b'{"fileType": "Plan", "version": NaN}',
    "huge number": b'{"fileType": "Plan", "version": 1e999}',
    "long number": b'{"fileType": "Plan", "version": ' + b"9" * 1_000_000 + b"}",
    "null byte": b"\x00" * 1000,
    "not utf-8": b'{"fileType": "\xff"}',
    "text": b"QGC WPL 110\n" + b"0 " * (MAX_BYTES // 2 - 10),
}

TEN_MILLION = 10_000_000
AIRSPACE_MAPS: dict[str, Callable[[], bytes]] = {
    "entities.kml": lambda: LAUGHS,
    "outside.kml": lambda: OUTSIDE,
    "bomb.kmz": lambda: kmz(b"<kml>" + b"0,0 " * TEN_MILLION),
    "ten million.kml": lambda: kml_of(b"0.5,51.5 " * TEN_MILLION, b"Polygon"),
    "as many as fit.kml": lambda: kml_of(b"0,51 " * 1_600_000, b"Polygon"),
    "ten million.geojson": lambda: geojson_of(b"[0,51]," * TEN_MILLION + b"[0,51]"),
    "as many as fit.geojson": lambda: geojson_of(b"[0.5,51]," * 900_000 + b"[0.5,51]"),
    "nan.kml": lambda: kml_of(b"nan,nan 0,1 1,1 nan,nan", b"Polygon"),
    "beyond the pole.kml": lambda: kml_of(b"0,91 0,1 1,1 0,91", b"Polygon"),
    "beyond the antimeridian.geojson": lambda: geojson_of(b"[181,0],[181,1],[182,1],[181,0]"),
    "nan.geojson": lambda: geojson_of(b"[NaN,0],[1,1],[0,1],[NaN,0]"),
    "nested.geojson": lambda: b"[" * 4_000_000,
}
"""Made when they are asked for: together they are larger than what reads them may be."""
OPENAIR: dict[str, Callable[[], bytes]] = {
    "ten million corners": lambda: b"AC R\n" + b"DP 51:00:00 N 000:00:00 E\n" * TEN_MILLION,
    "one long line": lambda: b"x" * 50_000_000,
    "no number": lambda: b"AC R\nV X=51:00:00 N 000:00:00 E\nDC nan\n",
    "beyond the pole": lambda: b"AC R\nDP 91:00:00 N 000:00:00 E\n",
}
YAIXM: dict[str, Callable[[], bytes]] = {
    "ten million entries": lambda: b"airspace: [" + b"{}, " * TEN_MILLION + b"]",
    "aliases": lambda: b"a: &a [x, x]\nb: &b [*a, *a]\nairspace: [*b, *b]",
    "deep": lambda: b"airspace: " + b"[" * 100_000,
    "one long value": lambda: b"x: " + b"y" * 50_000_000,
}


def geojson_of(ring: bytes) -> bytes:
    return b'{"features":[{"geometry":{"type":"Polygon","coordinates":[[' + ring + b"]]}}]}"


def cases() -> Iterator[tuple[str, str, bytes]]:
    """Kind of reader, name, content."""
    for name, data in PLANS.items():
        for suffix in ("plan", "waypoints"):
            yield "plan file", f"{name}.{suffix}", data
    for name, data in MAPS.items():
        yield "plan file", name, data
    for kind, files in (("airspace map", AIRSPACE_MAPS), ("OpenAir", OPENAIR), ("yaixm", YAIXM)):
        for name, make in files.items():
            yield kind, name, make()
