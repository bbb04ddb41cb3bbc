"""What somebody with the database in his hands changes past the program disagrees with the custody log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from telemetry.wire import FlightRecord
from tests.web.conftest import FLIGHT, Browser
from tests.web.evidence import sealed_flight
from web.api import Sortie
from web.api_flights import NoteCreate, SignOffCreate
from web.auth.permissions import Role
from web.store import agreement
from web.store.database import Database


def found(db: Session) -> list[str]:
    return [one.replace(f" flight {FLIGHT}", " it") for one in agreement.problems(db)]


CHANGES = (
    ("UPDATE notes SET text = 'Calm.'", "note 1 of it has another content than the custody log says"),
    ("UPDATE notes SET text = '[erased with the flight]'", "note 1 of it has another content"),
    ("UPDATE notes SET author = 'supervisor'", "note 1 of it has another author"),
    ("UPDATE notes SET written_at = '2026-01-01 00:00:00.000000'", "note 1 of it has another time"),
    ("DELETE FROM notes", "note 1 of it is in the custody log, but gone"),
    (
        "INSERT INTO notes SELECT 2, flight_id, author, written_at, 'Later.', NULL FROM notes",
        "note 2 of it by pilot is not in the custody log",
    ),
    ("UPDATE attachments SET sha256 = 'ff'", "attachment 1 of it has another content"),
    ("DELETE FROM attachments", "attachment 1 of it is in the custody log, but gone"),
    ("UPDATE sign_offs SET signed_by = 'pilot'", "the second signature of it has another author"),
    ("UPDATE sign_offs SET remark = 'Fine.'", "the second signature of it has another content"),
    ("DELETE FROM sign_offs", "the second signature of it is in the custody log, but gone"),
    ("UPDATE flight_forms SET form = '{}'", "is not in the custody log"),
    ("UPDATE retention SET review_on = '2027-01-01'", "the class of it has another content"),
    ("UPDATE legal_holds SET reason = 'None.'", "hold 1 of it has another content"),
    (
        "UPDATE legal_holds SET released_at = '2026-01-01 00:00:00.000000'",
        "the release of hold 1 of it has another",
    ),
    ("DELETE FROM legal_holds", "hold 1 of it is in the custody log, but gone"),
    ("UPDATE exports SET recipient = 'Nobody'", "export 1 of it has another content"),
    ("UPDATE exports SET sha256 = NULL", "the packing of export 1 of it is in the custody log, but gone"),
    ("UPDATE disposals SET proposed_by = 'pilot'", "proposal 1 to dispose of it has another author"),
    (
        "UPDATE disposals SET decided_by = 'pilot', decided_at = proposed_at, confirmed = 0",
        "the decision on proposal 1 of it by pilot is not in the custody log",
    ),
    ("DELETE FROM flights", "is not in the index: nobody finds it"),
)
"""What somebody does with the database in his hands, and what is said of it."""


@pytest.fixture
def worked_on(
    tmp_path: Path, data: Path, database: Database, approved: Sortie, pilot: Browser, supervisor: Browser
) -> FlightRecord:
    """A flight with one of everything that people do with one."""
    record = sealed_flight(tmp_path, data, database, approved)
    base = f"/flights/{FLIGHT}"
    done = [
        pilot.send("POST", f"/api{base}/notes", NoteCreate("Gusts at the bridge.")),
        pilot.send("POST", f"/api{base}/attachments?name=w.jpg", b"\xff\xd8\xff\xe0 the third window"),
        supervisor.send("POST", f"/api{base}/sign-off", SignOffCreate("Seen.")),
        pilot.post(f"{base}/record", line_of_sight="VLOS", defects="Propeller chipped"),
        supervisor.post(f"{base}/retention", **{"class": "MoPI group 1"}, reason="Public protection"),
        supervisor.post(f"{base}/holds", reason="Claim"),
        supervisor.post(f"{base}/holds/1/release", reason="Settled"),
        supervisor.post(f"{base}/exports", recipient="CPS", reason="Trial"),
        supervisor.get(f"{base}/exports/1.zip"),
        supervisor.post(f"{base}/disposal", reason="Reviewed"),
    ]
    assert [one.status_code for one in done] == [201, 201, 201, 303, 303, 303, 303, 303, 200, 303]
    return record


def test_what_people_do_agrees_to_the_end(
    worked_on: FlightRecord, supervisor: Browser, log_in: Callable[[Role], Browser], database: Database
) -> None:
    manager = log_in(Role.ACCOUNTABLE_MANAGER)
    with database.read() as db:
        assert found(db) == []
    assert manager.post(f"/flights/{FLIGHT}/disposal/decide", decision="keep").status_code == 303
    assert supervisor.post(f"/flights/{FLIGHT}/disposal", reason="Reviewed again").status_code == 303
    with database.read() as db:
        assert found(db) == []
    assert manager.post(f"/flights/{FLIGHT}/disposal/decide", decision="dispose").status_code == 303
    with database.read() as db:
        assert found(db) == []


def test_a_change_past_the_program_is_named(worked_on: FlightRecord, database: Database) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.rollback()
        for change, said in CHANGES:
            with Session(connection) as db:
                db.execute(text(change))
                assert any(said in one for one in found(db)), (change, found(db))
                db.rollback()
        assert found(Session(connection)) == []
