"""The evidence page: exports with number and reason, the custody log, the record, and who may do what of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from telemetry.errors import RecordingError
from telemetry.evidence import exporting, verify
from telemetry.wire import FlightRecord
from tests.web.conftest import FLIGHT, Browser, problem
from tests.web.evidence import public_key, sealed_flight
from web import handing_over
from web.api import Sortie
from web.api_flights import NoteCreate
from web.auth.permissions import Role
from web.custody_words import shown
from web.store import audit, custody
from web.store.audit import Who
from web.store.database import Database

PAGE = f"/flights/{FLIGHT}/evidence"


@pytest.fixture
def flown(tmp_path: Path, data: Path, database: Database, approved: Sortie) -> FlightRecord:
    return sealed_flight(tmp_path, data, database, approved)


@pytest.fixture
def manager(log_in: Callable[[Role], Browser]) -> Browser:
    return log_in(Role.ACCOUNTABLE_MANAGER)


@pytest.fixture
def disclosure(log_in: Callable[[Role], Browser]) -> Browser:
    return log_in(Role.DISCLOSURE)


def export(browser: Browser, number: int = 1) -> bytes:
    asked = browser.post(f"/flights/{FLIGHT}/exports", recipient="CPS London", reason="Trial T2026/4711")
    assert asked.status_code == 303, asked.text
    given = browser.get(f"/flights/{FLIGHT}/exports/{number}.zip")
    assert given.status_code == 200, given.text
    assert "attachment" in given.headers["Content-Disposition"]
    content: bytes = given.data
    return content


class TestExports:
    def test_the_zip_holds_everything_and_verifies(
        self, pilot: Browser, supervisor: Browser, flown: FlightRecord, tmp_path: Path
    ) -> None:
        pilot.send("POST", f"/api/flights/{FLIGHT}/notes", NoteCreate("Gusts at the bridge."))
        (tmp_path / "e.zip").write_bytes(export(supervisor))
        verdict = verify(tmp_path / "e.zip", public_key(tmp_path))
        assert verdict.problems == ()
        assert verdict.unsealed == ()
        assert verdict.export is not None
        assert "Trial T2026/4711" in verdict.export
        assert "by S. Adeyemi (account supervisor), supervisor, to " in verdict.export
        with zipfile.ZipFile(tmp_path / "e.zip") as archive:
            names = set(archive.namelist())
            master = archive.read("flight/telemetry.tlog")
            notes, extract = archive.read("notes.json").decode(), archive.read("audit.jsonl").decode()
            lines = archive.read("custody.jsonl").decode()
            assert archive.read("working/report.pdf").startswith(b"%PDF")
        assert master == (Path(flown.bundle) / "telemetry.tlog").read_bytes()
        assert {f"flight/{name}" for name in ("plan.json", "receipt.json", "manifest.json", "seal.json")} <= names
        assert {"working/track.kml", "record.json", "verifier.py", "FORMAT.md", "public-key.txt", "README.txt"} <= names
        assert "Gusts at the bridge." in notes
        assert "Gusts" not in lines, "an erasure's log holds no content"
        for deed in ("sortie.approve", "flight.note", "flight.export"):
            assert deed in extract
        assert "login" not in extract

    def test_it_needs_a_reason_and_a_recipient(self, supervisor: Browser, flown: FlightRecord) -> None:
        path = f"/flights/{FLIGHT}/exports"
        assert supervisor.post(path, recipient="CPS", reason=" ").status_code == 400
        assert supervisor.post(path, recipient="", reason="Trial").status_code == 400
        assert 'data-testid="export"' not in supervisor.get(PAGE).text

    def test_exports_are_numbered_and_each_is_handed_out_once(
        self, supervisor: Browser, disclosure: Browser, flown: FlightRecord
    ) -> None:
        export(supervisor, 1)
        assert supervisor.get(f"/flights/{FLIGHT}/exports/1.zip").status_code == 409
        supervisor.post(f"/flights/{FLIGHT}/exports", recipient="CPS", reason="again")
        assert disclosure.get(f"/flights/{FLIGHT}/exports/2.zip").status_code == 409
        export(disclosure, 3)
        assert supervisor.get(f"/flights/{FLIGHT}/exports/2.zip").status_code == 200
        assert supervisor.get(f"/flights/{FLIGHT}/exports/9.zip").status_code == 404

    def test_a_flight_that_is_not_sealed_is_not_exported(self, supervisor: Browser, flown: FlightRecord) -> None:
        (Path(flown.bundle) / "seal.json").unlink()
        answered = supervisor.post(f"/flights/{FLIGHT}/exports", recipient="CPS", reason="Trial")
        assert answered.status_code == 409
        assert "not sealed yet" in answered.text

    def test_an_attachment_that_was_changed_or_is_gone_is_not_signed_for(
        self, pilot: Browser, supervisor: Browser, flown: FlightRecord, tmp_path: Path
    ) -> None:
        content = b"\xff\xd8\xff\xe0 a photograph"
        assert pilot.send("POST", f"/api/flights/{FLIGHT}/attachments?name=roof.jpg", content).status_code == 201
        (kept,) = (tmp_path / "attachments" / FLIGHT).iterdir()
        supervisor.post(f"/flights/{FLIGHT}/exports", recipient="CPS", reason="Trial")
        path = f"/flights/{FLIGHT}/exports/1.zip"
        kept.write_bytes(content + b" of something else")
        changed = supervisor.get(path)
        assert (changed.status_code, "changed since it was attached" in changed.text) == (422, True)
        kept.unlink()
        assert "is gone" in supervisor.get(path).text
        kept.write_bytes(content)
        assert supervisor.get(path).status_code == 200, "nothing was handed out before"

    def test_a_copy_being_packed_has_no_name_and_is_gone_with_the_process(
        self, supervisor: Browser, flown: FlightRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, during = set(tmp_path.rglob("*")), set[Path]()

        def export_seen(*arguments: Any) -> str:
            digest = exporting.export(*arguments)
            during.update(tmp_path.rglob("*"))
            return digest

        monkeypatch.setattr(handing_over, "export", export_seen)
        export(supervisor)
        assert {path.name for path in during - before} <= {"airbeat.db-wal", "airbeat.db-shm"}

    def test_a_pilot_exports_no_evidence(self, pilot: Browser, flown: FlightRecord) -> None:
        assert pilot.post(f"/flights/{FLIGHT}/exports", recipient="me", reason="want it").status_code == 403


class TestCustody:
    def kinds(self, database: Database) -> list[tuple[str | None, str, str]]:
        with database.read() as db:
            return [(line.who, line.kind, line.deed) for line in custody.lines(db, FLIGHT)]

    def test_every_deed_is_a_line_in_the_words_of_the_act(
        self, pilot: Browser, supervisor: Browser, flown: FlightRecord, database: Database
    ) -> None:
        supervisor.get(f"/flights/{FLIGHT}")
        pilot.send("POST", f"/api/flights/{FLIGHT}/notes", NoteCreate("Gusts."))
        export(supervisor)
        assert self.kinds(database) == [
            (None, "collection", "flight.closed"),
            ("supervisor", "consultation", "flight.view"),
            ("pilot", "alteration", "flight.note"),
            ("supervisor", "disclosure", "flight.export"),
            ("supervisor", "disclosure", "flight.packed"),
        ]

    def test_it_is_shown_to_those_who_may_read_the_audit(
        self, pilot: Browser, supervisor: Browser, disclosure: Browser, flown: FlightRecord
    ) -> None:
        export(supervisor)
        for reader in (supervisor, disclosure):
            shown = reader.get(PAGE).text
            assert "export 1 to CPS London" in shown
            assert "Trial T2026/4711" in shown
        assert 'id="custody"' not in pilot.get(PAGE).text

    def test_looks_in_a_row_are_one_line_on_the_page(
        self, supervisor: Browser, flown: FlightRecord, database: Database
    ) -> None:
        for path in ("", "/series", "/examination"):
            supervisor.get(f"/api/flights/{FLIGHT}{path}")
        with database.read() as db:
            rows = shown(tuple(custody.lines(db, FLIGHT)), str)
        assert [(row.number, row.count, row.what) for row in rows[1:]] == [(2, 3, "looked at the flight")]

    def test_the_database_refuses_to_change_it_and_a_change_past_that_is_found(
        self, supervisor: Browser, flown: FlightRecord, database: Database
    ) -> None:
        for _ in range(3):
            supervisor.get(f"/flights/{FLIGHT}")
        with database.read() as db:
            _, head = custody.head(db)
            assert custody.problems(db, [head]) == []
            assert custody.problems(db, ["a" * 64]) != []
        for change in ("UPDATE custody SET statement = 'x' WHERE id = 2", "DELETE FROM custody WHERE id = 3"):
            with pytest.raises(DatabaseError, match="append-only"), database.write() as db:
                db.execute(text(change))
        with database.write() as db:
            db.execute(text("DROP TRIGGER custody_no_delete"))
            db.execute(text("DELETE FROM custody WHERE id = 3"))
        with database.read() as db:
            assert any("line 4" in one or "line 3" in one for one in custody.problems(db))
            assert custody.problems(db, [head]) != []

    def test_a_changed_line_is_named(self, supervisor: Browser, flown: FlightRecord, database: Database) -> None:
        supervisor.get(f"/flights/{FLIGHT}")
        with database.write() as db:
            db.execute(text("DROP TRIGGER custody_no_update"))
            db.execute(
                text("UPDATE custody SET statement = replace(statement, 'supervisor', 'pilot') WHERE number = 2")
            )
        with database.read() as db:
            assert custody.problems(db) == ["line 2 was changed, or one before it is missing"]
            assert [line.who for line in custody.lines(db, FLIGHT)] == [None, "pilot"]
        with database.write() as db:
            db.execute(text("UPDATE custody SET statement = 'nonsense' WHERE number = 2"))
        with database.read() as db, pytest.raises(RecordingError, match="cannot be read"):
            custody.lines(db, FLIGHT)

    def test_two_writers_take_turns(self, flown: FlightRecord, database: Database) -> None:
        for _ in range(5):
            with database.write() as db:
                audit.append(db, Who("pilot", "pilot", None), "flight.view", FLIGHT)
        with database.read() as db:
            assert [line.number for line in custody.lines(db, FLIGHT)] == [1, 2, 3, 4, 5, 6]


class TestTheRecord:
    def fill(self, browser: Browser, **said: str) -> int:
        return browser.post(f"/flights/{FLIGHT}/record", **said).status_code

    def missing(self, browser: Browser) -> set[str]:
        page = browser.get(PAGE).text
        return set(re.findall(r'class="record-missing">\s*<dt>([^<]+)</dt>', page))

    def test_it_says_what_is_missing_until_the_pilot_has_said_it(self, pilot: Browser, flown: FlightRecord) -> None:
        machine_cannot_know = {
            "VLOS or BVLOS",
            "Pre-flight inspection",
            "Incidents and occurrences",
            "Defects",
            "Repairs and changes",
        }
        unknown_here = {"Serial number", "Authorisation number"}
        assert self.missing(pilot) == machine_cannot_know | unknown_here
        said = {"line_of_sight": "VLOS", "inspection_done": "yes", "no_defects": "on", "no_occurrences": "on"}
        assert self.fill(pilot, **said, no_repairs="on", remarks="Gusts.") == 303
        assert self.missing(pilot) == unknown_here
        page = pilot.get(PAGE).text
        for known in (
            "Survey. Search for a missing child",
            "approved by S. Adeyemi (supervisor)",
            "P. Nair (pilot)",
            "Gusts.",
            "1 recorded by Airbeat",
        ):
            assert known in page

    def test_a_defect_opens_a_task_due_in_72_hours_and_it_is_closed_with_what_was_done(
        self, pilot: Browser, supervisor: Browser, flown: FlightRecord
    ) -> None:
        self.fill(pilot, defects="Propeller 2 chipped", occurrences="Fence breach, reported")
        self.fill(pilot, defects="Propeller 2 chipped", occurrences="Fence breach, reported", remarks="wind")
        overview = supervisor.get("/evidence").text
        assert overview.count("Propeller 2 chipped") == 1
        assert overview.count("Fence breach, reported") == 1
        assert supervisor.post(f"/flights/{FLIGHT}/tasks/1", outcome=" ").status_code == 400
        assert supervisor.post(f"/flights/{FLIGHT}/tasks/1", outcome="Propeller replaced").status_code == 303
        again = supervisor.post(f"/flights/{FLIGHT}/tasks/1", outcome="again")
        assert again.status_code == 409
        assert "S. Adeyemi has closed it already" in again.text
        assert "Propeller 2 chipped" not in supervisor.get("/evidence").text
        page = pilot.get(PAGE).text
        assert "Propeller replaced" in page
        assert re.search(r'<span title="supervisor">S\. Adeyemi</span>, \d', page), "who closed it, by name"

    def test_the_pilots_first_page_asks_for_it_until_he_has_said_it(self, pilot: Browser, flown: FlightRecord) -> None:
        assert PAGE in pilot.get("/").text
        self.fill(pilot, line_of_sight="VLOS")
        assert PAGE not in pilot.get("/").text

    def test_wrong_words_are_refused(self, pilot: Browser, flown: FlightRecord) -> None:
        assert self.fill(pilot, line_of_sight="sometimes") == 400
        assert self.fill(pilot, defects="x" * 5000) == 400

    def test_a_pilot_sees_and_fills_his_own_only(
        self, pilot: Browser, control_room: Browser, flown: FlightRecord, database: Database
    ) -> None:
        with database.write() as db:
            db.execute(text("UPDATE flights SET pilot = 'supervisor'"))
        assert pilot.get(PAGE).status_code == 403
        assert self.fill(pilot, remarks="mine") == 403
        assert control_room.get(PAGE).status_code == 403


class TestTheReport:
    def test_it_is_a_pdf_and_a_disclosure(self, pilot: Browser, flown: FlightRecord, database: Database) -> None:
        answered = pilot.get(f"/flights/{FLIGHT}/report.pdf")
        assert answered.data.startswith(b"%PDF")
        with database.read() as db:
            last = custody.lines(db, FLIGHT)[-1]
        assert (last.kind, last.detail) == ("disclosure", {"file": "report.pdf"})

    def test_a_recording_that_cannot_be_read_is_said_not_hidden(self, pilot: Browser, flown: FlightRecord) -> None:
        (Path(flown.bundle) / "telemetry.tlog").write_bytes(b"no recording at all" * 100)
        assert pilot.get(f"/flights/{FLIGHT}/report.pdf").data.startswith(b"%PDF")


class TestDisclosure:
    def test_it_reads_exhibits_only(self, disclosure: Browser, supervisor: Browser, flown: FlightRecord) -> None:
        assert problem(disclosure.get(f"/api/flights/{FLIGHT}"), 403)
        assert FLIGHT not in disclosure.get("/flights").text
        assert disclosure.get(PAGE).status_code == 200
        supervisor.post(f"/flights/{FLIGHT}/holds", reason="Trial pending")
        assert disclosure.get(f"/api/flights/{FLIGHT}").status_code == 200
        assert FLIGHT in disclosure.get("/flights").text
        supervisor.post(f"/flights/{FLIGHT}/holds/1/release", reason="Trial over")
        assert problem(disclosure.get(f"/api/flights/{FLIGHT}"), 403)

    def test_it_finds_any_flights_page_by_a_word(self, disclosure: Browser, flown: FlightRecord) -> None:
        assert PAGE in disclosure.get("/evidence?text=survey").text
        assert PAGE not in disclosure.get("/evidence?text=bridge").text

    def test_the_manager_sees_records_not_tracks(self, manager: Browser, flown: FlightRecord) -> None:
        assert manager.get(PAGE).status_code == 200
        assert problem(manager.get(f"/api/flights/{FLIGHT}"), 403)
