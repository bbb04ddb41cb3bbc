"""KML, KMZ, GeoJSON and GPX: ours and strangers', and what hostile ones do."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from mission import patterns
from mission.errors import PlanFormatError
from mission.formats import load, save
from mission.geodesy import distance_m
from mission.pattern import ExpandingSquare
from mission.plan import FenceKind, Frame, Plan, Position
from tests.mission.any_plan import plans
from tests.mission.conftest import HOME
from tests.mission.hostile import MAPS, STRANGERS_KML, kml_of


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


@pytest.mark.parametrize("name", MAPS)
def test_a_hostile_file_ends_in_an_error_and_little_memory(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PlanFormatError):
        load(name, MAPS[name])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_places_at_the_antimeridian_and_the_poles_are_places() -> None:
    plan = load("a.kml", kml_of(b"180,-90 -180,90", b"LineString"))
    assert [item.position for item in plan.items] == [Position(-90.0, 180.0), Position(90.0, -180.0)]
    assert msgspec.json.decode(save(plan, "geojson"))["type"] == "FeatureCollection"
