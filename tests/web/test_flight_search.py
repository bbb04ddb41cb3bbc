"""Flights found by where they were when, by alerts and words; the figures over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from markupsafe import escape

from mission.errors import GeometryError
from mission.geodesy import frame_at
from mission.plan import Position
from telemetry.wire import Event
from tests.web.conftest import Browser, problem
from web import api_flights
from web.searchable import POINT, Area, Facts, alert_words, came_near, cells_about, cells_under, words_of
from web.store import flight_search, flights
from web.store.database import Database
from web.store.figures import Figures, figures
from web.store.models_search import FlightFacts
from web.store.synthetic import seed_flights

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME = Position(51.50735, -0.16370)


def straight(north_m: float, east_m: float, begins: datetime = NOON, seconds: int = 120) -> np.ndarray:
    """From home so far north and east in that time, a point every ten seconds."""
    frame = frame_at(HOME)
    xy = np.linspace((0.0, 0.0), (east_m, north_m), seconds // 10 + 1)
    degrees = frame.xy_to_degrees(xy)
    points = np.empty(len(xy), POINT)
    points["time_s"] = begins.timestamp() + np.arange(len(xy)) * 10
    points["lon"], points["lat"] = np.rint(degrees.T * 1e7)
    return points


def at(north_m: float, east_m: float) -> Position:
    return frame_at(HOME).position(east_m, north_m)


def recorded(db_flights: Database, flight_id: str, track: np.ndarray, *rules: str, **changed: object) -> None:
    started = datetime.fromtimestamp(int(track["time_s"][0]), UTC)
    ended = datetime.fromtimestamp(int(track["time_s"][-1]), UTC)
    summary = api_flights.FlightSummary(
        flight_id=flight_id,
        vehicle="UAV-07",
        started_at=started,
        ended_at=ended,
        duration_s=(ended - started).total_seconds(),
        pilot="pilot",
        sortie_id=None,
        title="Roof search",
        incident="CAD-4711/26",
        outcome="landed",
        distance_m=1000.0,
        max_height_m=60.0,
        upload_verified=True,
        frames_recorded=6000,
        frames_lost=0,
    )
    alerts = [Event("a", started, "UAV-07", "alert_raised", "Said so.", data={"rule": rule}) for rule in rules]
    words = words_of("Bird strike suspected") | alert_words(alerts)
    with db_flights.write() as db:
        flights.index(db, msgspec.structs.replace(summary, **changed), Path("/nowhere"))
        flight_search.keep(db, flight_id, Facts(words, cells_under(track), track.tobytes(), len(rules), 1.5, 60.0))


def found(database: Database, **wanted: object) -> list[str]:
    with database.read() as db:
        listed = flights.search(db, flights.Search(**wanted))  # type: ignore[arg-type]
    assert listed.total == len(listed.flights)
    return [one.flight_id for one in listed.flights]


def test_flights_are_found_over_an_address_at_an_hour(database: Database) -> None:
    recorded(database, "20261122T120000Z-north", straight(1200, 0))
    recorded(database, "20261122T130000Z-north", straight(1200, 0, NOON + timedelta(hours=1)))
    recorded(database, "20261122T120000Z-east", straight(0, 1200))
    house = Area((at(800, 60),), 100.0)
    assert found(database, area=house) == ["20261122T130000Z-north", "20261122T120000Z-north"]
    assert found(database, area=msgspec.structs.replace(house, within_m=50.0)) == []
    passed = NOON + timedelta(seconds=80)
    hour = {"begins": passed - timedelta(seconds=20), "ends": passed + timedelta(seconds=20)}
    assert found(database, area=house, **hour) == ["20261122T120000Z-north"]
    assert found(database, area=house, begins=NOON, ends=NOON + timedelta(seconds=30)) == []
    block = Area((at(700, -80), at(900, -80), at(900, 80), at(700, 80)), 0.0)
    assert len(found(database, area=block)) == 2


def test_the_index_misses_no_flight_that_reading_every_track_finds(database: Database) -> None:
    seed_flights(database, 300, NOON)
    random = np.random.default_rng(3)
    with database.read() as db:
        tracks = [facts.track for facts in db.query(FlightFacts).order_by("flight_id")]
        names = [row for (row,) in db.query(FlightFacts.flight_id).order_by("flight_id")]
    near = 0
    for track in random.choice(np.array(tracks, dtype=object), 12, replace=False):
        point = np.frombuffer(track, POINT)[5]
        area = Area(
            (Position(float(point["lat"]) / 1e7, float(point["lon"]) / 1e7),), float(random.uniform(0.0, 400.0))
        )
        plain = {name for name, hit in zip(names, came_near(tracks, area), strict=True) if hit}
        near += len(plain)
        with database.read() as db:
            search = flights.Search(area=area)
            rows = flights.search(db, search)
            assert rows.total == len(plain)
            assert {one.flight_id for one in rows.flights} <= plain
    assert near >= 12


def test_alerts_and_words_and_height_narrow(database: Database) -> None:
    recorded(database, "20261122T120000Z-a", straight(100, 0), "breach", max_height_m=90.0)
    recorded(database, "20261122T130000Z-b", straight(100, 0, NOON + timedelta(hours=1)), "battery_low")
    recorded(database, "20261122T140000Z-c", straight(100, 0, NOON + timedelta(hours=2)), "breach_reported")
    assert found(database, alert="breach") == ["20261122T140000Z-c", "20261122T120000Z-a"]
    assert found(database, alert="battery_low", text="bird") == ["20261122T130000Z-b"]
    assert found(database, alert="battery_low", text="whale") == []
    assert found(database, highest_m=80.0) == ["20261122T120000Z-a"]
    with database.write() as db:
        flight_search.forget(db, "20261122T120000Z-a")
    assert found(database, alert="breach") == ["20261122T140000Z-c"]


def test_an_area_as_large_as_a_county_is_refused() -> None:
    with pytest.raises(GeometryError, match="too large"):
        cells_about(Area((at(0, 0), at(90_000, 0), at(90_000, 90_000)), 0.0))


def test_the_page_and_its_answers_name_what_is_wrong(supervisor: Browser, database: Database) -> None:
    recorded(database, "20261122T120000Z-north", straight(1200, 0), "breach")
    place = at(800, 60)
    asked = f"where={place.lat_deg},{place.lon_deg}&within=100&from=2026-11-22T12:00&to=2026-11-22T12:05&alert=breach"
    answered = supervisor.get(f"/api/flights?{asked}")
    listed = msgspec.json.decode(answered.data, type=api_flights.FlightList)
    assert [one.flight_id for one in listed.flights] == ["20261122T120000Z-north"]
    assert "20261122T120000Z-north" in supervisor.get(f"/flights?{asked}").text
    for wrong, where in (
        ("where=Atlantis", "where"),
        ("within=far", "within"),
        ("within=1e9", "within"),
        ("from=yesterday", "from"),
        ("alert=hunger", "alert"),
        ("area=1,2;3,4", "area"),
        ("area=1,2;3,4;99,0", "area"),
    ):
        assert problem(supervisor.get(f"/api/flights?{wrong}"), 400).where == where
        assert supervisor.get(f"/flights?text=bridge&{wrong}").location == "/flights?text=bridge"
        said = supervisor.get("/flights?text=bridge").text
        assert f"{where}: " in said
        assert str(escape(repr(wrong.partition("=")[2]))) in said, "what was given"


@pytest.fixture
def flown(database: Database) -> Iterator[Database]:
    for days, seconds, drone in (
        (1, 5400, "UAV-07"),
        (40, 3600, "UAV-07"),
        (120, 3600, "UAV-07"),
        (200, 600, "UAV-08"),
    ):
        begins = NOON - timedelta(days=days)
        name = f"{begins:%Y%m%dT%H%M%SZ}-{drone}"
        recorded(database, name, straight(100, 0, begins, seconds), "breach", vehicle=drone, pilot=drone.lower())
    yield database


def test_totals_count_hours_cycles_currency_and_battery_use(flown: Database, supervisor: Browser) -> None:
    with flown.read() as db:
        counted = figures(db, NOON)
    assert [(month.month, month.flights, month.incidents, month.alerts) for month in counted.months] == [
        ("2026-11", 1, 1, 1),
        ("2026-10", 1, 1, 1),
        ("2026-07", 1, 1, 1),
        ("2026-05", 1, 1, 1),
    ]
    busy, idle = counted.pilots
    assert (busy.pilot, busy.hours, busy.recent_hours, busy.current) == ("uav-07", 3.5, 2.5, True)
    assert (idle.recent_hours, idle.current) == (0.0, False)
    first, second = counted.drones
    assert first.cycles == 3
    assert first.used_ah_per_h == pytest.approx(1.2)
    assert first.used_before_ah_per_h == pytest.approx(1.5)
    assert second.used_ah_per_h is None
    answered = supervisor.get("/api/figures")
    assert msgspec.json.decode(answered.data, type=Figures).drones[0].vehicle == "UAV-07"
    assert "not current" in supervisor.get("/figures").text
