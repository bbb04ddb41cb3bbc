"""Recorded flights on their pages: who sees which, what they are shown, what leaves the house, and what is audited."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from telemetry.wire import FlightRecord
from tests.web.conftest import FLIGHT, PASSWORD, Browser, flight, problem, take
from web import track
from web.api import Sortie
from web.api_flights import (
    Examination,
    FlightList,
    FlightNote,
    FlightSeries,
    NoteCreate,
    SignOff,
    SignOffCreate,
)
from web.auth.permissions import Role
from web.indexer import Indexer
from web.store import audit, flights, users
from web.store.database import Database

FILES = ("bundle.zip", "telemetry.tlog", "track.kml", "track.gpx", "track.csv", "map.html")


def listed(browser: Browser, query: str = "") -> list[str]:
    found = msgspec.json.decode(browser.get(f"/api/flights?{query}").data, type=FlightList)
    return [summary.flight_id for summary in found.flights]


def test_a_closed_flight_is_in_the_index_with_its_sortie(pilot: Browser, flown: FlightRecord, approved: Sortie) -> None:
    summary = flight(pilot).summary
    assert (summary.pilot, summary.title, summary.sortie_id) == ("pilot", "Survey", approved.sortie_id)
    assert (summary.frames_lost, summary.upload_verified, summary.duration_s) == (0, True, 300.0)
    sortie = pilot.get(f"/api/sorties/{approved.sortie_id}").json
    assert sortie is not None
    assert sortie["sortie"]["state"] == "flown"


def test_a_flight_announced_twice_is_one(pilot: Browser, flown: FlightRecord, database: Database) -> None:
    take(database, flown, sequence=2)
    assert listed(pilot) == [FLIGHT]


def test_a_flight_of_no_sortie_is_indexed_too(supervisor: Browser, flown: FlightRecord, database: Database) -> None:
    unknown = msgspec.structs.replace(flown, flight_id="other", sortie="999", plan_sha256=None)
    take(database, unknown, sequence=2)
    assert set(listed(supervisor)) == {FLIGHT, "other"}


def test_a_flight_that_cannot_be_kept_is_passed_whole(
    supervisor: Browser, flown: FlightRecord, database: Database
) -> None:
    timeless = msgspec.structs.replace(flown, flight_id="timeless", started_at=datetime(2026, 11, 22))  # noqa: DTZ001
    take(database, timeless, sequence=2)
    take(database, msgspec.structs.replace(flown, flight_id="next"), sequence=3)
    assert set(listed(supervisor)) == {FLIGHT, "next"}
    assert Indexer(database, Path()).after() == 3


def test_the_flight_page_carries_plan_receipt_and_events(pilot: Browser, flown: FlightRecord, approved: Sortie) -> None:
    shown = flight(pilot)
    assert shown.plan == approved.plan
    assert shown.receipt is not None
    assert shown.receipt.verified
    assert [event.text for event in shown.events] == ["Mode AUTO."]
    assert shown.files == flown.files
    assert pilot.page_data(f"/flights/{FLIGHT}")["flight"]["summary"]["flight_id"] == FLIGHT


def test_the_series_hold_what_was_flown(pilot: Browser, flown: FlightRecord) -> None:
    series = msgspec.json.decode(pilot.get(f"/api/flights/{FLIGHT}/series").data, type=FlightSeries)
    columns = [
        value for name, value in msgspec.structs.asdict(series).items() if name not in ("rows_recorded", "modes")
    ]
    assert {len(column) for column in columns} == {series.rows_recorded}
    heights = [height for height in series.height_home_m if height is not None]
    assert 44 < max(heights) < 46
    assert [mode.mode for mode in series.modes] == ["STABILIZE", "GUIDED", "AUTO"]
    assert series.time_s == tuple(sorted(series.time_s))
    assert all(lat is not None and 51.4 < lat < 51.6 for lat in series.lat_deg)


def test_planned_against_flown(pilot: Browser, flown: FlightRecord) -> None:
    compared = flight(pilot).against_plan
    assert compared is not None
    assert compared.cross_track_p95_m is not None
    assert compared.cross_track_p95_m < 3
    assert compared.items_reached == tuple(range(1, 19))
    assert compared.items_total == 18


def test_each_leg_is_compared_too(pilot: Browser, flown: FlightRecord) -> None:
    compared = flight(pilot).against_plan
    assert compared is not None
    assert {leg.item for leg in compared.legs} == set(compared.items_reached)
    assert all(leg.cross_track_p95_m is not None and leg.cross_track_p95_m < 3 for leg in compared.legs)
    assert compared.height_error_p95_m is not None
    assert compared.height_error_p95_m < 2


def test_a_failsafe_is_written_down_and_a_quiet_flight_has_nothing(
    pilot: Browser, flown: FlightRecord, shared_data: Path
) -> None:
    def checks() -> list[str]:
        answered = pilot.get(f"/api/flights/{FLIGHT}/examination")
        assert answered.status_code == 200
        return [one.check for one in msgspec.json.decode(answered.data, type=Examination).observations]

    (recording,) = shared_data.rglob("battery-failsafe.tlog")
    assert checks() == []
    shutil.copy(recording, Path(flown.bundle) / "telemetry.tlog")
    assert checks() == ["battery failsafe", "battery failsafe"]


def test_a_recording_that_is_none_is_a_clear_answer(pilot: Browser, flown: FlightRecord) -> None:
    (Path(flown.bundle) / "telemetry.tlog").write_bytes(b"no recording at all" * 100)
    assert "no .tlog" in problem(pilot.get(f"/api/flights/{FLIGHT}/series"), 422).text
    assert pilot.get(f"/api/flights/{FLIGHT}").status_code == 200


def test_an_empty_recording_has_empty_charts(pilot: Browser, flown: FlightRecord) -> None:
    (Path(flown.bundle) / "telemetry.tlog").write_bytes(b"")
    series = msgspec.json.decode(pilot.get(f"/api/flights/{FLIGHT}/series").data, type=FlightSeries)
    assert (series.rows_recorded, series.time_s, series.modes) == (0, (), ())
    assert pilot.get(f"/flights/{FLIGHT}/map.html").status_code == 200


def test_a_flight_whose_folder_is_gone_says_so(pilot: Browser, flown: FlightRecord) -> None:
    shutil.rmtree(flown.bundle)
    assert "not here" in problem(pilot.get(f"/api/flights/{FLIGHT}"), 422).text
    assert pilot.get("/flights").status_code == 200


def test_a_flight_belongs_to_its_pilot(app: Flask, database: Database, flown: FlightRecord) -> None:
    with database.write() as db:
        users.create(db, "other", "O. Pilot", Role.PILOT, PASSWORD)
    other = Browser(app)
    other.log_in("other")
    assert listed(other) == []
    assert listed(other, "pilot=pilot") == []
    problem(other.get(f"/api/flights/{FLIGHT}"), 403)
    problem(other.get(f"/api/flights/{FLIGHT}/series"), 403)
    problem(other.send("POST", f"/api/flights/{FLIGHT}/notes", NoteCreate("mine")), 403)
    assert [other.get(f"/flights/{FLIGHT}/{name}").status_code for name in ("", *FILES) if name] == [403] * 6


def test_the_control_room_reviews_recent_flights_only(
    control_room: Browser, supervisor: Browser, flown: FlightRecord, database: Database
) -> None:
    old = msgspec.structs.replace(flown, flight_id="old", started_at=flown.started_at - timedelta(days=30))
    take(database, old, sequence=2)
    assert listed(control_room) == [FLIGHT]
    assert listed(supervisor) == [FLIGHT, "old"]
    assert flight(control_room).may_export is False
    problem(control_room.get("/api/flights/old"), 403)


@pytest.mark.parametrize("name", FILES)
def test_the_control_room_takes_nothing_out(control_room: Browser, flown: FlightRecord, name: str) -> None:
    assert control_room.get(f"/flights/{FLIGHT}/{name}").status_code == 403


def test_search_is_by_day_drone_incident_and_text(supervisor: Browser, flown: FlightRecord) -> None:
    day = flown.started_at.date()
    assert listed(supervisor, f"from={day}&to={day}") == [FLIGHT]
    assert listed(supervisor, f"from={day + timedelta(days=1)}") == []
    assert listed(supervisor, "vehicle=UAV-07&pilot=pilot&text=surv") == [FLIGHT]
    assert listed(supervisor, "pilot=nair") == listed(supervisor, "text=nair") == [FLIGHT], "people are called by name"
    assert listed(supervisor, "pilot=adeyemi") == []
    assert listed(supervisor, "text=river") == []
    assert problem(supervisor.get("/api/flights?from=yesterday"), 400).where == "from"
    assert FLIGHT in supervisor.get("/flights?text=survey").text
    assert "narrowed" in supervisor.get("/flights?text=survey").text
    assert "narrowed" not in supervisor.get("/flights?text=&within=100").text


def test_the_bundle_leaves_whole_and_unchanged(supervisor: Browser, flown: FlightRecord) -> None:
    answered = supervisor.get(f"/flights/{FLIGHT}/bundle.zip")
    assert "attachment" in answered.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answered.data)) as archive:
        digests = {name.split("/")[1]: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    manifest = digests.pop("manifest.json")
    assert manifest == hashlib.sha256((Path(flown.bundle) / "manifest.json").read_bytes()).hexdigest()
    assert digests == {name: file.sha256 for name, file in flown.files.items()}


def test_the_recording_leaves_byte_for_byte(pilot: Browser, flown: FlightRecord, data: Path) -> None:
    answered = pilot.get(f"/flights/{FLIGHT}/telemetry.tlog")
    assert answered.data == (data / "survey.tlog").read_bytes()


def test_kml_and_gpx_hold_every_position(pilot: Browser, flown: FlightRecord, data: Path) -> None:
    rows = track.read(data / "survey.tlog")
    kml = ET.fromstring(pilot.get(f"/flights/{FLIGHT}/track.kml").data)
    coords = kml.findall(".//{http://www.google.com/kml/ext/2.2}coord")
    assert len(coords) == len(rows.time_s) == len(kml.findall(".//{http://www.opengis.net/kml/2.2}when"))
    lon, lat, height = map(float, (coords[0].text or "").split())
    assert (lon, lat, height) == pytest.approx((rows.lon_deg[0], rows.lat_deg[0], rows.altitude_amsl_m[0]), abs=0.01)
    names = [element.text for element in kml.iter("{http://www.opengis.net/kml/2.2}name")]
    assert names == [FLIGHT, "flown", "planned"]
    gpx = ET.fromstring(pilot.get(f"/flights/{FLIGHT}/track.gpx").data)
    points = gpx.findall(".//{http://www.topografix.com/GPX/1/1}trkpt")
    assert len(points) == len(rows.time_s)
    at = points[-1].findtext("{http://www.topografix.com/GPX/1/1}time")
    assert at is not None
    assert datetime.fromisoformat(at).timestamp() == pytest.approx(rows.time_s[-1], abs=0.001)


def test_csv_has_a_row_for_every_position(pilot: Browser, flown: FlightRecord, data: Path) -> None:
    rows = track.read(data / "survey.tlog")
    table = list(csv.DictReader(io.StringIO(pilot.get(f"/flights/{FLIGHT}/track.csv").text)))
    assert len(table) == len(rows.time_s)
    assert float(table[700]["height_home_m"]) == pytest.approx(rows.height_home_m[700])


def test_the_shared_map_is_one_file_with_the_track(pilot: Browser, flown: FlightRecord) -> None:
    answered = pilot.get(f"/flights/{FLIGHT}/map.html")
    assert "attachment" in answered.headers["Content-Disposition"]
    assert answered.text.count("[51.5") > 100
    assert "fetched from the internet" in answered.text


def test_a_title_is_only_a_title_in_the_shared_map(pilot: Browser, flown: FlightRecord, database: Database) -> None:
    with database.write() as db:
        summary, folder = flights.get(db, FLIGHT)
        hostile = "{{ 7 * 7 }}{% raise %}</b><script>alert(1)</script>${7*7}"
        flights.index(db, msgspec.structs.replace(summary, title=hostile), folder)
    page = pilot.get(f"/flights/{FLIGHT}/map.html").text
    assert "&#123;&#123; 7 * 7 &#125;&#125;" in page
    assert "<script>alert" not in page


def test_what_was_searched_for_is_in_the_audit(supervisor: Browser, flown: FlightRecord, database: Database) -> None:
    supervisor.get("/flights?text=missing+child&action=none")
    supervisor.get("/api/flights?vehicle=UAV-07")
    supervisor.get("/evidence?text=UAV")
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="flight.list"))
    assert [entry.detail["asked"] for entry in reversed(entries)] == [
        {"text": "missing child", "action": "none"},
        {"vehicle": "UAV-07"},
        {"text": "UAV"},
    ]


def test_an_unknown_form_of_track_is_refused(pilot: Browser, flown: FlightRecord) -> None:
    assert pilot.get(f"/flights/{FLIGHT}/track.shp").status_code == 404


def test_notes_stay_with_the_flight(pilot: Browser, supervisor: Browser, flown: FlightRecord) -> None:
    answered = pilot.send("POST", f"/api/flights/{FLIGHT}/notes", NoteCreate("Gusts at the bridge."))
    assert answered.status_code == 201
    note = msgspec.json.decode(answered.data, type=FlightNote)
    assert flight(supervisor).notes == (note,)
    assert listed(supervisor, "text=gusts") == [FLIGHT]
    assert problem(pilot.send("POST", f"/api/flights/{FLIGHT}/notes", NoteCreate(" ")), 400).where == "text"


def sign(browser: Browser, remark: str | None = None) -> TestResponse:
    return browser.send("POST", f"/api/flights/{FLIGHT}/sign-off", SignOffCreate(remark))


def test_a_supervisor_signs_a_flight_off_once(
    pilot: Browser, supervisor: Browser, flown: FlightRecord, database: Database
) -> None:
    assert listed(supervisor, "signed=open") == [FLIGHT]
    assert (flight(supervisor).may_sign_off, flight(pilot).may_sign_off) == (True, False)
    answered = sign(supervisor, " As planned. ")
    assert answered.status_code == 201
    signed = msgspec.json.decode(answered.data, type=SignOff)
    assert (signed.by, signed.remark) == ("supervisor", "As planned.")
    assert "S. Adeyemi has signed" in problem(sign(supervisor), 409).text
    take(database, flown, sequence=2)
    seen = flight(pilot)
    assert seen.summary.sign_off == signed
    assert flight(supervisor).may_sign_off is False
    assert (listed(supervisor, "signed=open"), listed(supervisor, "signed=signed")) == ([], [FLIGHT])
    assert '<span class="badge badge-ok">signed</span>' in supervisor.get("/flights").text
    with database.read() as db:
        (entry,), _ = audit.search(db, audit.Search(action="flight.sign_off"))
    assert (entry.username, entry.subject, entry.detail) == ("supervisor", FLIGHT, {"remark": "As planned."})


def test_a_sign_off_needs_no_remark_but_a_flight(supervisor: Browser, flown: FlightRecord) -> None:
    assert problem(sign(supervisor, "x" * (flights.NOTE_LIMIT + 1)), 400).where == "remark"
    assert flight(supervisor).summary.sign_off is None
    assert msgspec.json.decode(sign(supervisor, " ").data, type=SignOff).remark is None
    problem(supervisor.send("POST", "/api/flights/unknown/sign-off", SignOffCreate()), 404)


def test_nobody_signs_his_own_flight_off_nor_a_pilot_any(
    pilot: Browser, supervisor: Browser, flown: FlightRecord, database: Database
) -> None:
    with database.write() as db:
        summary, folder = flights.get(db, FLIGHT)
        flights.index(db, msgspec.structs.replace(summary, pilot="supervisor"), folder)
    assert "another supervisor" in problem(sign(supervisor), 403).text
    problem(sign(pilot), 403)
    assert flight(supervisor).summary.sign_off is None


def test_every_look_and_every_file_is_in_the_audit(
    pilot: Browser, supervisor: Browser, flown: FlightRecord, database: Database
) -> None:
    supervisor.get(f"/flights/{FLIGHT}")
    supervisor.get(f"/api/flights/{FLIGHT}/series")
    for name in FILES:
        pilot.get(f"/flights/{FLIGHT}/{name}")
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="flight"))
    assert {entry.subject for entry in entries} == {FLIGHT}
    seen = [(entry.username, entry.action, entry.detail.get("file")) for entry in reversed(entries)]
    views = [("supervisor", "flight.view", None)] * 2
    closed = (None, "flight.closed", None)
    assert seen == [closed, *views, *(("pilot", "flight.download", name) for name in FILES)]
