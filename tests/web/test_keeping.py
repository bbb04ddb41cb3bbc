"""How long flights are kept: classes with review dates, holds that beat every deletion, disposal by two persons."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from telemetry.evidence import verify, verify_log
from telemetry.evidence.verifier import DISPOSAL
from telemetry.settings import RETENTION
from telemetry.wire import FlightRecord
from tests.web.conftest import FLIGHT, PASSWORD, Browser, problem
from tests.web.evidence import public_key, sealed_flight
from web.api import Sortie
from web.api_flights import NoteCreate
from web.auth.permissions import Role
from web.errors import Conflict
from web.store import custody, keeping, users
from web.store.database import Database

PAGE = f"/flights/{FLIGHT}/evidence"
RECORD = re.compile(r"<dt>(Take-off|Landing|Duration|Assessments|Battery charge)</dt>\s*<dd>([^<]+)")
REASON = "Reviewed: no policing purpose"


@pytest.fixture
def flown(tmp_path: Path, data: Path, database: Database, approved: Sortie) -> FlightRecord:
    return sealed_flight(tmp_path, data, database, approved)


@pytest.fixture
def manager(log_in: Callable[[Role], Browser]) -> Browser:
    return log_in(Role.ACCOUNTABLE_MANAGER)


def propose(browser: Browser, reason: str = REASON) -> int:
    return browser.post(f"/flights/{FLIGHT}/disposal", reason=reason).status_code


def decide(browser: Browser, decision: str = "dispose") -> int:
    return browser.post(f"/flights/{FLIGHT}/disposal/decide", decision=decision).status_code


def is_there(flown: FlightRecord) -> bool:
    return (Path(flown.bundle) / "telemetry.tlog").is_file()


class TestRetention:
    def test_the_first_class_holds_until_another_is_chosen(self, supervisor: Browser, flown: FlightRecord) -> None:
        assert "Operator&#39;s record" in supervisor.get(PAGE).text
        path = f"/flights/{FLIGHT}/retention"
        assert supervisor.post(path, **{"class": "MoPI group 9"}, reason="x").status_code == 400
        assert supervisor.post(path, **{"class": "MoPI group 1"}, reason=" ").status_code == 400
        assert supervisor.post(path, **{"class": "MoPI group 1"}, reason="Public protection").status_code == 303
        page = supervisor.get(PAGE).text
        assert "S. Adeyemi</span>: Public protection" in page
        assert str(datetime.now(UTC).year + 10) in page

    def test_a_pilot_decides_nothing(self, pilot: Browser, flown: FlightRecord) -> None:
        for path in ("retention", "holds", "holds/1/release", "disposal", "disposal/decide"):
            assert pilot.post(f"/flights/{FLIGHT}/{path}", reason="x").status_code == 403

    def test_flights_are_listed_when_their_review_is_due(
        self, supervisor: Browser, flown: FlightRecord, database: Database
    ) -> None:
        today = datetime.now(UTC).date()

        def due(day: date) -> list[str]:
            with database.read() as db:
                return [flight_id for flight_id, _ in keeping.due(db, day, RETENTION, 10)]

        assert due(today) == []
        assert due(today.replace(year=today.year + 4)) == [FLIGHT]
        supervisor.post(f"/flights/{FLIGHT}/retention", **{"class": "MoPI group 3"}, reason="Offence")
        assert due(today.replace(year=today.year + 4)) == []
        assert due(today.replace(year=today.year + 7)) == [FLIGHT]


class TestDisposal:
    def test_two_persons_leave_a_certificate_and_nothing_else(
        self,
        pilot: Browser,
        supervisor: Browser,
        manager: Browser,
        flown: FlightRecord,
        database: Database,
        tmp_path: Path,
    ) -> None:
        pilot.send("POST", f"/api/flights/{FLIGHT}/notes", NoteCreate("A face at the third window."))
        jpeg = b"\xff\xd8\xff\xe0 the third window"
        attached = pilot.client.post(
            f"/api/flights/{FLIGHT}/attachments?name=w.jpg", data=jpeg, headers={"X-CSRFToken": pilot.token}
        )
        assert attached.status_code == 201
        assert propose(supervisor) == 303
        assert is_there(flown)
        assert REASON in manager.get("/evidence").text
        assert decide(manager) == 303

        assert [path.name for path in Path(flown.bundle).iterdir()] == [DISPOSAL]
        verdict = verify(Path(flown.bundle), public_key(tmp_path))
        assert verdict.good
        assert verdict.disposed is not None
        assert REASON in verdict.disposed
        flights = tmp_path / "flights"
        assert verify_log(flights / "flights.log", public_key(tmp_path), flights=flights) == []
        holds_content = [path for path in tmp_path.rglob("*") if path.is_file() and jpeg in path.read_bytes()]
        assert holds_content == []
        with database.read() as db:
            lines = custody.lines(db, FLIGHT)
            assert custody.problems(db) == []
        assert (lines[-1].who, lines[-1].kind) == ("manager", "erasure")
        assert "third window" not in str(lines)
        with database.engine.connect() as connection:
            notes = connection.exec_driver_sql("SELECT text FROM notes").scalars().all()
            words = connection.exec_driver_sql("SELECT word FROM flight_words").scalars().all()
            tracks = connection.exec_driver_sql("SELECT track FROM flight_facts").scalars().all()
            cells = connection.exec_driver_sql("SELECT count(*) FROM flight_cells").scalar()
        assert notes == [keeping.ERASED]
        assert "window" not in words
        assert (tracks, cells) == ([b""], 0)

    def test_a_disposed_flight_says_so_wherever_it_is_asked_for(
        self, pilot: Browser, supervisor: Browser, manager: Browser, flown: FlightRecord
    ) -> None:
        propose(supervisor)
        before = RECORD.findall(supervisor.get(PAGE).text)
        decide(manager)
        assert supervisor.get(f"/flights/{FLIGHT}").location == PAGE
        assert RECORD.findall(supervisor.get(PAGE).text) == before, "the operator keeps the record"
        assert any("51.50" in value for _, value in before)
        assert 'data-testid="disposed"' in supervisor.get(PAGE).text
        for path in (f"/api/flights/{FLIGHT}", f"/api/flights/{FLIGHT}/series"):
            assert "disposed of" in problem(pilot.get(path), 410).text
        for path in ("bundle.zip", "report.pdf", "track.csv"):
            assert pilot.get(f"/flights/{FLIGHT}/{path}").status_code == 410
        assert supervisor.post(f"/flights/{FLIGHT}/exports", recipient="CPS", reason="late").status_code == 410
        problem(pilot.send("POST", f"/api/flights/{FLIGHT}/notes", NoteCreate("late")), 410)
        assert propose(supervisor) == 410
        assert supervisor.get("/flights").status_code == 200

    def test_nobody_decides_alone(self, app: Flask, manager: Browser, flown: FlightRecord, database: Database) -> None:
        assert decide(manager) == 409, "nobody has proposed it"
        assert propose(manager) == 303
        assert decide(manager) == 403
        assert is_there(flown)
        with database.write() as db:
            users.create(db, "second", "S. Manager", Role.ACCOUNTABLE_MANAGER, PASSWORD)
        second = Browser(app)
        second.log_in("second")
        assert decide(second) == 303
        assert not is_there(flown)

    def test_a_proposal_needs_a_reason_and_may_be_refused(
        self, supervisor: Browser, manager: Browser, flown: FlightRecord
    ) -> None:
        assert propose(supervisor, " ") == 400
        assert propose(supervisor) == 303
        assert propose(supervisor) == 409
        assert decide(supervisor) == 403
        assert decide(manager, "keep") == 303
        assert decide(manager) == 409
        assert is_there(flown)
        assert "refused the disposal that S. Adeyemi (supervisor) proposed" in supervisor.get(PAGE).text
        assert propose(supervisor) == 303

    def test_a_hold_beats_a_proposal_and_a_decision(
        self, supervisor: Browser, manager: Browser, flown: FlightRecord, database: Database
    ) -> None:
        assert propose(supervisor) == 303
        assert supervisor.post(f"/flights/{FLIGHT}/holds", reason="Civil claim").status_code == 303
        refused = manager.post(f"/flights/{FLIGHT}/disposal/decide", decision="dispose")
        assert refused.status_code == 409
        assert "Civil claim" in refused.text
        assert is_there(flown)
        with database.write() as db, pytest.raises(Conflict, match="legal hold"):
            keeping.decide(db, FLIGHT, "manager", confirmed=True)
        assert "Civil claim" in supervisor.get("/evidence").text
        assert supervisor.post(f"/flights/{FLIGHT}/holds/1/release", reason="Settled").status_code == 303
        again = supervisor.post(f"/flights/{FLIGHT}/holds/1/release", reason="Settled")
        assert again.status_code == 409
        assert "S. Adeyemi has released it already" in again.text
        assert decide(manager) == 303
        assert not is_there(flown)

    def test_a_flight_without_a_seal_stays_and_nothing_is_decided(
        self, supervisor: Browser, manager: Browser, flown: FlightRecord, database: Database
    ) -> None:
        (Path(flown.bundle) / "seal.json").unlink()
        propose(supervisor)
        assert decide(manager) == 422
        assert is_there(flown)
        with database.read() as db:
            disposal = keeping.disposal(db, FLIGHT)
        assert disposal is not None
        assert disposal.confirmed is None

    def test_one_that_was_interrupted_is_ended_by_the_next_yes(
        self, supervisor: Browser, manager: Browser, flown: FlightRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        propose(supervisor)

        def full(*_: object) -> None:
            raise OSError("the disk is gone")

        with monkeypatch.context() as broken:
            broken.setattr(keeping, "forget", full)
            assert decide(manager) == 500
        assert not is_there(flown)
        assert 'value="dispose"' in manager.get(PAGE).text
        assert supervisor.get(f"/flights/{FLIGHT}/report.pdf").status_code == 410
        assert decide(manager) == 303
        assert "51.50" in supervisor.get(PAGE).text
