"""What a flight saw, and how near it came to others' airspace, against a track that is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import shapely

from mission.airspace import Airspace, Datum, Limit, Zone
from mission.camera import footprint
from mission.geodesy import frame_at
from mission.pattern import Camera
from mission.plan import Position
from telemetry.logs.log import Log
from telemetry.review.airspace import distances, near_zones
from telemetry.review.coverage import FARTHEST_M, coverage, when_seen
from telemetry.review.readings import Reading, mount
from telemetry.review.track import Track
from tests.telemetry.review.made import table

START: Final = Position(51.5, -0.16)
CAMERA: Final = Camera("Full frame, 35 mm", 35.9, 24.0, 35.0, 8192, 5460)
SPEED_M_S: Final = 5.0
HEIGHT_M: Final = 50.0


@pytest.fixture(scope="module")
def eastward() -> Track:
    """100 s due east at 5 m/s and 50 m, five positions a second, 24 m above the sea at home."""
    time_s = np.arange(0.0, 100.2, 0.2)
    lon, lat = frame_at(START).xy_to_degrees(np.column_stack((SPEED_M_S * time_s, np.zeros(len(time_s))))).T
    one = np.ones(len(time_s))
    return Track(
        time_s, lat, lon, 74.0 * one, HEIGHT_M * one, 0.0 * one, SPEED_M_S * one, 0.0 * one, heading_deg=90.0 * one
    )


def place(x: float, y: float) -> Position:
    return frame_at(START).position(x, y)


def zone(west: float, south: float, east: float, north: float, lower: Limit, upper: Limit) -> Zone:
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    ring = tuple((at.lon_deg, at.lat_deg) for at in (place(x, y) for x, y in corners))
    return Zone("EG-1", "Test", "R", lower, upper, (ring,))


SURFACE: Final = Limit(0.0, Datum.AGL, "SFC")
HIGH: Final = Limit(600.0, Datum.AMSL, "2000 ft")


def test_the_ground_seen_is_the_cameras_swath(eastward: Track) -> None:
    seen = coverage(eastward, CAMERA)
    assert seen is not None
    view = footprint(CAMERA, HEIGHT_M)
    area = shapely.transform(seen, frame_at(START).degrees_to_xy).area
    assert area == pytest.approx(view.across_m * (view.along_m + 500.0), rel=0.01)


def test_a_spot_is_in_view_while_the_footprint_lies_on_it(eastward: Track) -> None:
    view = footprint(CAMERA, HEIGHT_M)
    (seen,) = when_seen(eastward, CAMERA, place(250.0, 0.4 * view.across_m))
    half = 0.5 * view.along_m / SPEED_M_S
    assert [seen.from_s, seen.to_s] == pytest.approx([50 - half, 50 + half], abs=1.0)
    assert seen.nearest_m == pytest.approx(np.hypot(HEIGHT_M, 0.4 * view.across_m), abs=0.5)
    assert when_seen(eastward, CAMERA, place(250.0, 0.6 * view.across_m)) == ()
    assert when_seen(eastward._replace(height_home_m=0 * eastward.time_s), CAMERA, place(250.0, 0.0)) == ()


def looking(track: Track, pitch: float, yaw: float) -> Reading:
    one = np.ones(len(track.time_s))
    return Reading(track.time_s, {"pitch": pitch * one, "yaw": yaw * one}, "MNT")


def test_a_camera_on_a_mount_sees_where_it_looks(eastward: Track) -> None:
    """45° down to the north: the middle of its picture lies as far north as the drone is high."""
    north = looking(eastward, -45.0, 0.0)
    assert when_seen(eastward, CAMERA, place(250.0, HEIGHT_M), north)
    assert when_seen(eastward, CAMERA, place(250.0, 0.0), north) == ()
    assert when_seen(eastward, CAMERA, place(250.0, -HEIGHT_M), north) == ()
    up_deg = np.degrees(np.arctan(0.5 * CAMERA.sensor_height_mm / CAMERA.focal_length_mm))
    near, far = (HEIGHT_M / np.tan(np.radians(45.0 + angle)) for angle in (up_deg, -up_deg))
    seen = coverage(eastward, CAMERA, north)
    assert seen is not None
    _, south, _, top = shapely.transform(seen, frame_at(START).degrees_to_xy).bounds
    assert [south, top] == pytest.approx([near, far], abs=1.0)


def test_straight_down_by_a_mount_is_as_without_one(eastward: Track) -> None:
    """But for the horizon, of which nothing is seen: there it looked before it was turned."""
    by_mount, assumed = coverage(eastward, CAMERA, looking(eastward, -90.0, 90.0)), coverage(eastward, CAMERA)
    assert by_mount is not None
    assert assumed is not None
    assert shapely.symmetric_difference(by_mount, assumed).area < 0.001 * assumed.area
    assert coverage(eastward, CAMERA, looking(eastward, 40.0, 90.0)) is None
    far = place(250.0 + 2.0 * FARTHEST_M, 0.0)
    assert when_seen(eastward, CAMERA, far, looking(eastward, 0.0, 90.0)) == ()


def test_both_logs_tell_where_the_camera_looked() -> None:
    """A gimbal that tells its yaw from the nose of a drone that flies east, and one that tells it from north."""
    half = np.radians(-30.0) / 2.0
    for flags, yaw in ((32, 90.0), (64, 0.0)):
        columns = {"q": np.array([[np.cos(half), 0.0, np.sin(half), 0.0]]), "flags": np.array([flags])}
        log = tlog(GIMBAL_DEVICE_ATTITUDE_STATUS=columns, ATTITUDE={"roll": [0.0], "pitch": [0.0], "yaw": [np.pi / 2]})
        found = mount(log)
        assert found is not None
        assert [found.columns["pitch"][0], found.columns["yaw"][0]] == pytest.approx([-30.0, yaw])
    level = {"roll": [0.0], "pitch": [0.0], "yaw": [0.0]}
    found = mount(tlog(MOUNT_STATUS={"pointing_a": [-4500], "pointing_c": [1000]}, ATTITUDE=level))
    assert found is not None
    assert (found.source, found.columns["pitch"][0], found.columns["yaw"][0]) == ("MOUNT_STATUS", -45.0, 10.0)
    assert mount(tlog(ATTITUDE=level)) is None


def tlog(**messages: dict[str, Any]) -> Log:
    """One row of each, of the autopilot of system 1."""
    one = {"t": np.zeros(1), "src_system": [1], "src_component": [1]}
    messages["HEARTBEAT"] = {"autopilot": [3], "base_mode": [0], "custom_mode": [0]}
    made = {name: table(name, {**one, **fields}) for name, fields in messages.items()}
    return Log(Path("made.tlog"), "tlog", 0, made, (), utc=True)


def test_the_way_through_a_zone_is_timed(eastward: Track) -> None:
    (near,) = near_zones(eastward, Airspace((), [zone(100, -50, 200, 50, SURFACE, HIGH)]), within_m=1000)
    assert near.nearest_m == 0.0
    assert np.ravel(near.inside) == pytest.approx([20.0, 40.0], abs=0.3)


def test_beside_a_zone_the_distance_is_to_its_outline(eastward: Track) -> None:
    beside = zone(100, 80, 200, 180, SURFACE, HIGH)
    (near,) = near_zones(eastward, Airspace((), [beside]), within_m=100)
    assert near.nearest_m == pytest.approx(80.0, abs=0.2)
    assert near.inside == ()
    assert distances(eastward, beside)[0] == pytest.approx(np.hypot(100, 80), abs=0.2)
    assert near_zones(eastward, Airspace((), [beside]), within_m=50) == ()


def test_below_a_zone_is_not_in_it(eastward: Track) -> None:
    above = zone(100, -50, 200, 50, Limit(100.0, Datum.AMSL, "100 m"), HIGH)
    assert near_zones(eastward, Airspace((), [above]), within_m=1000) == ()
