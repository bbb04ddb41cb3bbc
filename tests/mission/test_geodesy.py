from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mission.errors import GeometryError
from mission.geodesy import bearing_deg, distance_m, flat_distance_m, frame_at, frame_of, is_position
from mission.geofence import ring_to_polygon
from mission.plan import Home, Plan, Position

places = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


@given(places, st.floats(-20_000, 20_000), st.floats(-20_000, 20_000))
def test_metres_and_degrees_agree_anywhere_on_the_globe(origin: Position, x: float, y: float) -> None:
    frame = frame_at(origin)
    place = frame.position(x, y)
    back = frame.to_xy((place,))[0]
    assert np.hypot(*(back - (x, y))) < 0.02


@given(st.floats(-85, 85), st.floats(-180, 180), st.floats(0, 360), st.floats(0, 10_000), st.floats(0, 360))
def test_distances_between_any_two_points_of_a_plan_are_true(
    lat: float, lon: float, where: float, away: float, other: float
) -> None:
    frame = frame_at(Position(lat, lon))
    a, b = (
        frame.position(away * math.sin(math.radians(angle)), away * math.cos(math.radians(angle)))
        for angle in (where, other)
    )
    measured = float(np.hypot(*np.diff(frame.to_xy((a, b)), axis=0)[0]))
    assert measured == pytest.approx(distance_m(a, b), rel=1e-5, abs=0.02)


@given(st.floats(-60, 60), st.floats(-179, 179), st.floats(0, 360), st.floats(1, 3_000))
def test_the_quick_distance_is_near_enough(lat: float, lon: float, towards: float, away: float) -> None:
    a = Position(lat, lon)
    angle = math.radians(towards)
    b = frame_at(a).position(*(frame_at(a).to_xy((a,))[0] + (away * math.sin(angle), away * math.cos(angle))).tolist())
    assert flat_distance_m(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg) == pytest.approx(
        distance_m(a, b), rel=0.006, abs=0.02
    )


def test_a_plan_over_the_antimeridian_is_in_one_piece() -> None:
    frame = frame_at(Position(10.0, 179.999))
    assert np.hypot(*np.diff(frame.to_xy((Position(10.0, 179.999), Position(10.0, -179.999))), axis=0)[0]) < 300


def test_a_long_fence_edge_is_straight_in_degrees_as_the_autopilot_has_it() -> None:
    west, east = Position(60.0, -0.5), Position(60.0, 0.5)
    frame = frame_at(Position(60.0, 0.0))
    area = ring_to_polygon(frame, (west, east, Position(59.9, 0.0)))
    middle = frame.to_xy((Position(60.0, 0.0),))[0]
    assert shapely.Point(*middle).distance(area.exterior) < 0.1
    corners = shapely.Polygon(frame.to_xy((west, east, Position(59.9, 0.0))))
    assert shapely.Point(*middle).distance(corners.exterior) > 50.0


def test_bearing_is_clockwise_from_north() -> None:
    assert bearing_deg(Position(51.5, 0.0), Position(51.5, 0.1)) == pytest.approx(90.0, abs=0.1)
    assert bearing_deg(Position(51.5, 0.0), Position(51.4, 0.0)) == pytest.approx(180.0)


def test_an_empty_plan_has_no_frame() -> None:
    with pytest.raises(GeometryError, match="has no position"):
        frame_of(Plan())


@pytest.mark.parametrize(
    "place", [Position(91.0, 0.0), Position(0.0, 181.0), Position(math.nan, 0.0), Position(0.0, math.inf)]
)
def test_what_is_no_place_is_refused(place: Position) -> None:
    assert not is_position(place)
    with pytest.raises(GeometryError, match="no place on the globe"):
        frame_of(Plan(home=Home(place)))
