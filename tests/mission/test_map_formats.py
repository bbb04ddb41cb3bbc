"""KML, KMZ, GeoJSON and GPX: ours and strangers', and what hostile ones do."""

from __future__ import annotations

import io
import json
import resource
import zipfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from mission import patterns
from mission.errors import PlanFormatError
from mission.formats import MAX_BYTES, load, save
from mission.geodesy import distance_m
from mission.pattern import ExpandingSquare
from mission.plan import FenceKind, Frame, Plan, Position
from tests.mission.conftest import HOME
from tests.mission.test_items import plans


@pytest.mark.parametrize("format_", ["kml", "kmz", "geojson"])
def test_the_whole_survey_with_a_pattern_survives(survey: Plan, format_: str) -> None:
    plan = patterns.put(survey, "search", ExpandingSquare(Position(51.5075, -0.1655), 20.0, 9, 40.0))
    assert load(f"a.{format_}", save(plan, format_)) == plan


@settings(max_examples=30)
@given(plans)
def test_any_plan_survives(plan: Plan) -> None:
    assert load("a.kml", save(plan, "kml")) == plan
    assert load("a.geojson", save(plan, "geojson")) == plan


@settings(max_examples=30)
@given(plans)
def test_a_gpx_loads_saves_and_loads_equal(plan: Plan) -> None:
    once = load("a.gpx", save(plan, "gpx"))
    assert load("a.gpx", save(once, "gpx")) == once
    assert [item.position for item in once.items] == [item.position for item in plan.items if item.position]


def test_gpx_heights_are_above_the_sea_in_the_file_and_above_home_in_the_plan(survey: Plan) -> None:
    plan = load("a.gpx", save(survey, "gpx"))
    assert plan.home == survey.home
    assert {(item.frame, item.altitude_m) for item in plan.items} == {(Frame.GLOBAL_RELATIVE_ALT, 45.0)}
    assert b"<ele>69.0</ele>" in save(survey, "gpx")


def test_a_feature_moved_elsewhere_counts_where_it_was_moved_to(survey: Plan) -> None:
    document = json.loads(save(survey, "geojson"))
    home = next(f for f in document["features"] if f["properties"]["airbeat"] == "home")
    home["geometry"]["coordinates"][:2] = [-0.1640, 51.5074]
    plan = load("a.geojson", json.dumps(document).encode())
    assert plan.home is not None
    assert plan.home.position == Position(51.5074, -0.1640)
    assert plan.items == survey.items


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


def test_a_strangers_kml_becomes_areas_and_waypoints() -> None:
    plan = load("a.kml", STRANGERS_KML)
    assert [(p.kind, len(p.vertices)) for p in plan.geofence.polygons] == [
        (FenceKind.INCLUSION, 3),
        (FenceKind.EXCLUSION, 3),
    ]
    assert [(item.frame, item.altitude_m) for item in plan.items] == [
        (Frame.GLOBAL, 80.0),
        (Frame.GLOBAL, 85.0),
        (Frame.GLOBAL_RELATIVE_ALT, 40.0),
    ]
    assert load("a.kml", save(plan, "kml")) == plan
    assert load("a.geojson", save(plan, "geojson")) == plan


@pytest.mark.parametrize("name", ["wards-E09000033.geojson", "wards-E09000030.geojson"])
def test_real_ward_boundaries_come_in_as_areas(shared_data: Path, name: str) -> None:
    data = (shared_data / "places" / name).read_bytes()
    plan = load(name, data)
    assert len(plan.geofence.polygons) >= 15
    assert all(distance_m(HOME, p.vertices[0]) < 20_000 for p in plan.geofence.polygons)
    assert load("a.geojson", save(plan, "geojson")) == plan


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


HOSTILE = {
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


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_an_error_and_little_memory(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PlanFormatError):
        load(name, HOSTILE[name])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_places_at_the_antimeridian_and_the_poles_are_places() -> None:
    plan = load("a.kml", kml_of(b"180,-90 -180,90", b"LineString"))
    assert [item.position for item in plan.items] == [Position(-90.0, 180.0), Position(90.0, -180.0)]
    assert msgspec.json.decode(save(plan, "geojson"))["type"] == "FeatureCollection"
