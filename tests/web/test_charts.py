"""Charts of a flight: any value of any of its logs, and logs attached to it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from telemetry.logs import read
from telemetry.review import examine
from telemetry.wire import FlightRecord
from tests.telemetry.review.changed import changed
from tests.web.conftest import FLIGHT, PASSWORD, Browser, problem, take
from tests.web.photographs import jpeg
from web.api_charts import ChartWindow, FlightLogs
from web.api_flights import Attachment, Examination
from web.api_review import Circumstances
from web.auth.permissions import Role
from web.store import custody, users
from web.store.database import Database

pytestmark = pytest.mark.usefixtures("flown")


def window(browser: Browser, **asked: object) -> ChartWindow:
    query = "&".join(f"{name.strip('_')}={value}" for name, value in asked.items())
    answered = browser.get(f"/api/flights/{FLIGHT}/chart?{query}")
    assert answered.status_code == 200, answered.text
    return msgspec.json.decode(answered.data, type=ChartWindow)


def logs(browser: Browser) -> FlightLogs:
    return msgspec.json.decode(browser.get(f"/api/flights/{FLIGHT}/logs").data, type=FlightLogs)


def sent(browser: Browser, content: bytes, name: str, piece: int = 700_000) -> TestResponse:
    path = f"/api/flights/{FLIGHT}/logs/{os.urandom(8).hex()}"
    for at in range(0, len(content), piece):
        answered = browser.send("PUT", f"{path}?at={at}", content[at : at + piece])
        assert answered.status_code == 204, answered.text
    return browser.send("POST", f"{path}?name={name}")


def attach(browser: Browser, content: bytes, name: str) -> Attachment:
    answered = sent(browser, content, name)
    assert answered.status_code == 201, answered.text
    return msgspec.json.decode(answered.data, type=Attachment)


def test_the_recording_tells_what_it_holds(pilot: Browser) -> None:
    (own,) = logs(pilot).logs
    assert (own.source, own.kind, own.offset_s, own.problem) == ("recording", "tlog", 0.0, None)
    vibration = next(message for message in own.messages if message.name == "VIBRATION")
    assert "vibration_x" in [field.name for field in vibration.fields]
    assert all(field.name != "text" for message in own.messages for field in message.fields)


def test_a_window_has_the_peaks_of_all_its_rows(pilot: Browser, data: Path) -> None:
    table = read(data / "survey.tlog")["ATTITUDE"]
    whole = window(pilot, message="ATTITUDE", field="roll", stretches=50)
    assert whole.rows == len(table)
    assert len(whole.values) <= 102
    known = [value for value in whole.values if value is not None]
    assert (min(known), max(known)) == (table["roll"].min(), table["roll"].max())
    middle = float(table.time_s[len(table) // 2])
    near = window(pilot, message="ATTITUDE", field="roll", from_=middle, to=middle + 10, stretches=500)
    assert near.rows == len(near.time_s) < whole.rows
    assert near.time_s[0] <= middle <= near.time_s[1]


def test_the_columns_of_the_page_come_in_windows_too(pilot: Browser) -> None:
    whole = window(pilot, field="height_home_m", stretches=100)
    assert max(value for value in whole.values if value is not None) == pytest.approx(45.0, abs=0.5)


def test_a_log_of_the_vehicle_is_attached_and_aligned(pilot: Browser, data: Path, flown: FlightRecord) -> None:
    content = (data / "survey-start.bin").read_bytes()
    made = attach(pilot, content, "00000017.BIN")
    assert (made.name, made.bytes, made.sha256) == ("00000017.BIN", len(content), hashlib.sha256(content).hexdigest())
    other = logs(pilot).logs[1]
    assert (other.source, other.kind) == (str(made.attachment_id), "dataflash")
    assert other.offset_s is not None
    shown = window(pilot, source=other.source, message="IMU", field="GyrX")
    assert (shown.instance, shown.instances) == (0, (0, 1))
    second = window(pilot, source=other.source, message="IMU", field="GyrX", instance=1)
    assert second.values != shown.values
    first_s = read(data / "survey-start.bin")["IMU"].of(0).time_s[0]
    assert shown.time_s[0] == pytest.approx(first_s + other.offset_s, abs=1e-3)


def examination(browser: Browser) -> Examination:
    return msgspec.json.decode(browser.get(f"/api/flights/{FLIGHT}/examination").data, type=Examination)


def test_an_attached_log_is_examined_too_in_the_recordings_time(pilot: Browser, data: Path, tmp_path: Path) -> None:
    """What the recording does not hold, the motors' outputs, is found in the drone's own log, 2.5 s behind."""
    assert examination(pilot).observations == ()
    changed(data / "survey.bin", tmp_path / "hurt.bin", "RCOU", {"C2": 1990}, slice(60, 110))
    (own,) = (one for one in examine(tmp_path / "hurt.bin") if one.check == "motor at its limit")
    attach(pilot, (tmp_path / "hurt.bin").read_bytes(), "drone.bin")
    (found,) = (one for one in examination(pilot).observations if one.check == "motor at its limit")
    assert found.from_s - own.from_s == pytest.approx(2.49, abs=0.1)


def test_what_it_was_flown_in_is_told(pilot: Browser, tmp_path: Path, database: Database, flown: FlightRecord) -> None:
    """A second drone flew the same survey at the same time: the same recording under another name."""
    beside = msgspec.structs.replace(flown, flight_id="beside", vehicle="UAV-08")
    take(database, beside, sequence=2)
    found = msgspec.json.decode(pilot.get(f"/api/flights/{FLIGHT}/circumstances").data, type=Circumstances)
    assert found.wind is not None
    assert found.wind.speed_m_s < 0.5
    assert found.zones is None
    (other,) = found.others
    assert (other.vehicle, other.horizontal_m, other.height_m) == ("UAV-08", 0.0, 0.0)
    with database.read() as db:
        for one, with_it in ((FLIGHT, "beside"), ("beside", FLIGHT)):
            last = custody.lines(db, one)[-1]
            assert (last.kind, last.deed, last.detail) == ("combination", "flight.separation", {"others": [with_it]})


def test_a_flight_alone_is_combined_with_none(pilot: Browser, database: Database) -> None:
    pilot.get(f"/api/flights/{FLIGHT}/circumstances")
    with database.read() as db:
        assert {line.kind for line in custody.lines(db, FLIGHT)} <= {"collection", "consultation"}


def test_what_is_no_log_is_not_kept(pilot: Browser, tmp_path: Path) -> None:
    assert problem(sent(pilot, b"\0\6" * 9000, "holiday.bin"), 400).where == "file"
    assert list((tmp_path / "attachments" / FLIGHT).iterdir()) == []
    assert len(logs(pilot).logs) == 1


def test_bytes_that_are_an_attachment_stay_when_they_are_sent_again_as_a_log(pilot: Browser, tmp_path: Path) -> None:
    photograph = jpeg("2026:11:22 05:18:30", "+00:00")
    path = f"/api/flights/{FLIGHT}/attachments?name=roof.jpg"
    made = msgspec.json.decode(pilot.send("POST", path, photograph).data, type=Attachment)
    assert problem(sent(pilot, photograph, "roof.bin"), 400).where == "file"
    assert pilot.get(f"/flights/{FLIGHT}/attachments/{made.attachment_id}").data == photograph


def test_a_log_is_taken_away_only_by_those_who_may_take_the_recording(
    pilot: Browser, control_room: Browser, data: Path, database: Database
) -> None:
    content = (data / "survey-start.bin").read_bytes()
    made = attach(pilot, content, "drone.bin")
    path = f"/flights/{FLIGHT}/attachments/{made.attachment_id}"
    assert control_room.get(path).status_code == 403
    assert pilot.get(path).data == content
    with database.read() as db:
        last = custody.lines(db, FLIGHT)[-1]
    assert (last.deed, last.kind, last.detail["file"]) == ("flight.download", "disclosure", "drone.bin")


def test_a_chart_without_its_page_is_in_the_custody_log_once(pilot: Browser, database: Database) -> None:
    for window in ("from=0&to=9", "from=1&to=2"):
        assert pilot.get(f"/api/flights/{FLIGHT}/chart?field=height_home_m&{window}").status_code == 200
    pilot.get(f"/api/flights/{FLIGHT}/seen?lat=51.5&lon=-0.16")
    with database.read() as db:
        looks = [(line.who, line.kind) for line in custody.lines(db, FLIGHT) if line.deed == "flight.view"]
    assert looks == [("pilot", "consultation")]


def test_a_piece_out_of_turn_is_refused_and_says_where_to_go_on(pilot: Browser) -> None:
    path = f"/api/flights/{FLIGHT}/logs/0123456789abcdef"
    assert pilot.send("PUT", f"{path}?at=0", b"four").status_code == 204
    assert "4 bytes" in problem(pilot.send("PUT", f"{path}?at=9", b"late"), 409).text
    assert pilot.send("PUT", f"{path}?at=4", b"more").status_code == 204
    assert problem(pilot.send("PUT", f"/api/flights/{FLIGHT}/logs/..%2Fother?at=0", b""), 404)
    assert problem(pilot.send("PUT", f"/api/flights/{FLIGHT}/logs/other?at=0", b""), 400).where == "upload"


def test_what_a_log_does_not_hold_is_named(pilot: Browser) -> None:
    for asked in (
        "message=NOTHING&field=x",
        "message=ATTITUDE&field=x",
        "message=STATUSTEXT&field=text",
        "field=modes",
    ):
        assert "holds no" in problem(pilot.get(f"/api/flights/{FLIGHT}/chart?{asked}"), 404).text
    assert problem(pilot.get(f"/api/flights/{FLIGHT}/chart?field=height_home_m&from=now"), 400).where == "from"


def test_only_who_may_see_the_flight_sees_its_charts(app: Flask, database: Database) -> None:
    with database.write() as db:
        users.create(db, "other", "O. Pilot", Role.PILOT, PASSWORD)
    other = Browser(app)
    other.log_in("other")
    problem(other.get(f"/api/flights/{FLIGHT}/logs"), 403)
    problem(other.get(f"/api/flights/{FLIGHT}/chart?field=height_home_m"), 403)
    problem(other.send("PUT", f"/api/flights/{FLIGHT}/logs/0123456789abcdef?at=0", b"mine"), 403)
    problem(other.send("POST", f"/api/flights/{FLIGHT}/logs/0123456789abcdef?name=mine.bin"), 403)
