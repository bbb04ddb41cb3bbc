"""A flight among others: what its camera saw, and another flight beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from flask import Flask
from msgspec.structs import replace
from shapely.geometry import Point, Polygon

from mission.pattern import Camera, Pattern, Survey
from mission.plan import Plan, Position
from telemetry.logs import read
from telemetry.review.track import track_of
from telemetry.settings import VehicleSettings
from telemetry.wire import FlightRecord
from tests.web.conftest import FLIGHT, VEHICLE, Browser, problem, take
from web.api_review import Companions, Comparison, Coverage, SpotSeen
from web.coverage import camera_of
from web.store import custody
from web.store.database import Database

pytestmark = pytest.mark.usefixtures("flown")

SECOND = "20261122T061600Z-UAV-08"
T = TypeVar("T")


def asked(browser: Browser, path: str, kind: type[T], method: str = "GET") -> T:
    answered = browser.send(method, f"/api/flights/{FLIGHT}/{path}")
    assert answered.status_code == 200, answered.text
    return msgspec.json.decode(answered.data, type=kind)


@pytest.fixture
def with_camera(app: Flask) -> None:
    before = app.extensions["airbeat"]
    vehicles = (VehicleSettings(VEHICLE, 7, camera_view_deg=(60.0, 40.0)), VehicleSettings("UAV-08", 8))
    app.extensions["airbeat"] = replace(before, settings=replace(before.settings, vehicles=vehicles))


@pytest.fixture
def second(database: Database, flown: FlightRecord, tmp_path: Path) -> FlightRecord:
    """Another drone flew the same, as one recording under another name."""
    folder = tmp_path / "flights" / SECOND
    shutil.copytree(flown.bundle, folder)
    made = replace(flown, flight_id=SECOND, vehicle="UAV-08", bundle=str(folder), sortie=None)
    (folder / "manifest.json").write_bytes(msgspec.json.encode(made))
    take(database, made, sequence=2)
    return made


@pytest.mark.usefixtures("with_camera")
def test_what_the_camera_saw_holds_what_the_drone_was_over(pilot: Browser, data: Path) -> None:
    found = asked(pilot, "coverage", Coverage)
    assert found.camera == "60° × 40°"
    assert not found.aimed
    seen = [Polygon(area.rings[0], area.rings[1:]) for area in found.areas]
    track = track_of(read(data / "survey.tlog"))
    assert track is not None
    row = int(track.height_home_m.argmax())
    assert any(area.contains(Point(track.lon_deg[row], track.lat_deg[row])) for area in seen)
    # From 40 m an angle of 60° sees 46 m across: the survey's 2.5 km make less than a strip of that.
    assert 20_000 < found.area_m2 < 2_500 * 46


@pytest.mark.usefixtures("with_camera")
def test_a_spot_tells_when_it_was_in_view(pilot: Browser, data: Path) -> None:
    track = track_of(read(data / "survey.tlog"))
    assert track is not None
    row = int(track.height_home_m.argmax())
    spot = f"seen?lat={track.lat_deg[row]}&lon={track.lon_deg[row]}"
    times = asked(pilot, spot, SpotSeen).times
    assert any(one.from_s - 1 <= track.time_s[row] <= one.to_s + 1 for one in times)
    assert asked(pilot, "seen?lat=51.6&lon=-0.2", SpotSeen).times == ()
    assert problem(pilot.get(f"/api/flights/{FLIGHT}/seen?lat=here&lon=0"), 400).where == "lat"
    assert problem(pilot.get(f"/api/flights/{FLIGHT}/seen?lat=91&lon=0"), 400).where == "lat"


def test_without_a_camera_nothing_is_claimed(pilot: Browser) -> None:
    assert asked(pilot, "coverage", Coverage) == Coverage(None, False, 0.0, ())
    assert asked(pilot, "seen?lat=51.5&lon=-0.16", SpotSeen).times == ()


def test_the_camera_that_a_survey_was_drawn_for_comes_first() -> None:
    planned = Camera("1 inch", 13.2, 8.8, 10.3, 5472, 3648)
    ring = (Position(51.5, -0.16), Position(51.5, -0.15), Position(51.51, -0.15))
    plan = Plan(patterns=(Pattern("a", Survey(ring, 40.0)), Pattern("b", Survey(ring, 40.0, camera=planned))))
    own = VehicleSettings(VEHICLE, 7, camera_view_deg=(60.0, 40.0))
    assert camera_of(plan, own) == planned
    assert camera_of(None, own).sensor_width_mm == pytest.approx(1.1547, abs=1e-4)  # type: ignore[union-attr]
    assert camera_of(None, None) is None


def test_flights_at_the_same_time_are_offered_for_comparison(
    supervisor: Browser, pilot: Browser, second: FlightRecord
) -> None:
    assert [one.flight_id for one in asked(supervisor, "companions", Companions).flights] == [SECOND]
    assert asked(pilot, "companions", Companions).flights == ()  # nobody says that he flew it


def test_two_flights_side_by_side_are_in_both_custody_logs(
    supervisor: Browser, pilot: Browser, second: FlightRecord, database: Database
) -> None:
    found = asked(supervisor, f"compare/{SECOND}", Comparison, "POST")
    assert found.other.vehicle == "UAV-08"
    assert found.took_off_s == found.other_took_off_s
    assert found.apart is not None
    assert found.apart.nearest.distance_m == 0.0
    assert len(found.apart.time_s) == len(found.apart.distance_m) > 100
    with database.read() as db:
        for one, other in ((FLIGHT, SECOND), (SECOND, FLIGHT)):
            last = custody.lines(db, one)[-1]
            assert (last.kind, last.deed, last.detail) == ("combination", "flight.compare", {"other": other})
    assert problem(pilot.send("POST", f"/api/flights/{FLIGHT}/compare/{SECOND}"), 403)
    assert problem(supervisor.send("POST", f"/api/flights/{FLIGHT}/compare/{FLIGHT}"), 400).where == "other"
    assert problem(supervisor.send("POST", f"/api/flights/{FLIGHT}/compare/nothing"), 404)
    with database.read() as db:
        assert len([line for line in custody.lines(db, FLIGHT) if line.kind == "combination"]) == 1
