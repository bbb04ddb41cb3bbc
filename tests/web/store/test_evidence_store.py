"""Custody, exports, records and disposals on both databases: nothing is lost or numbered twice under two writers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from telemetry import subjects
from telemetry.settings import RETENTION
from telemetry.wire import Event, LogReceipt
from tests.web.store.conftest import flight
from web.api_flights import Taken
from web.auth.permissions import Role
from web.errors import Conflict, Forbidden, Gone, NotFound, WebError
from web.indexer import Indexer
from web.store import attachments, audit, custody, exports, flights, keeping, records, users
from web.store.audit import Who
from web.store.database import Database
from web.store.records import Form

SUPERVISOR = Who("supervisor", "supervisor", None)


@pytest.fixture
def flown(store: Database) -> Database:
    with store.write() as db:
        for name in ("a", "b"):
            flights.index(db, flight(name), Path(f"/{name}"))
    return store


def test_writers_at_once_make_one_chain(flown: Database) -> None:
    problems: list[Exception] = []

    def look(name: str) -> None:
        try:
            for _ in range(10):
                with flown.write() as db:
                    audit.append(db, SUPERVISOR, "flight.view", name)
        except DBAPIError as error:
            problems.append(error)

    threads = [threading.Thread(target=look, args=(name,)) for name in ("a", "b", "a")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with flown.read() as db:
        assert [line.number for line in custody.lines(db, "a")] == list(range(1, 21))
        assert [line.number for line in custody.lines(db, "b")] == list(range(1, 11))
        assert custody.problems(db, [custody.head(db)[1]]) == []


def test_neither_database_lets_a_line_be_changed(flown: Database) -> None:
    with flown.write() as db:
        audit.append(db, SUPERVISOR, "flight.view", "a")
    for change in ("UPDATE custody SET statement = 'x'", "DELETE FROM custody"):
        with pytest.raises(DBAPIError, match="append-only"), flown.write() as db:
            db.execute(text(change))


def test_a_deed_that_fails_leaves_no_line(flown: Database) -> None:
    with pytest.raises(Conflict), flown.write() as db:
        audit.append(db, SUPERVISOR, "flight.view", "a")
        raise Conflict("it did not happen")
    with flown.read() as db:
        assert custody.lines(db, "a") == []


def test_exports_are_numbered_once_and_packed_once(flown: Database) -> None:
    with flown.write() as db:
        first = exports.begin(db, "a", "supervisor", "Trial", "CPS")
        second = exports.begin(db, "b", "supervisor", "Trial", "CPS")
    assert (first.number, second.number) == (1, 2)
    with flown.write() as db:
        exports.packed(db, 1, "f" * 64)
    with pytest.raises(Conflict, match="meanwhile"), flown.write() as db:
        exports.packed(db, 1, "e" * 64)
    with flown.read() as db:
        assert [one.sha256 for one in exports.of(db, "a")] == ["f" * 64]


def test_of_two_who_confirm_at_once_one_does(flown: Database) -> None:
    with flown.write() as db:
        users.create(db, "second", "S. Manager", Role.ACCOUNTABLE_MANAGER, "two bridges over one river")
        keeping.propose(db, "a", "supervisor", "Reviewed")
    ended: list[str] = []

    def confirm(name: str) -> None:
        try:
            with flown.write() as db:
                keeping.decide(db, "a", name, confirmed=True)
            ended.append("done")
        except Conflict:
            ended.append("refused")

    threads = [threading.Thread(target=confirm, args=(name,)) for name in ("manager", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["done", "refused"]


@pytest.mark.parametrize("first", ["hold", "disposal"])
def test_a_hold_and_a_disposal_at_once_take_turns(flown: Database, first: str) -> None:
    """Whichever came first is finished before the other looks: never a hold on what was erased under it."""
    with flown.write() as db:
        keeping.propose(db, "a", "supervisor", "Reviewed")
    ended: list[type[Exception] | None] = []

    def hold(db: Session) -> None:
        keeping.lock(db, "a")
        keeping.place_hold(db, "a", "disclosure", "Claim")

    def dispose(db: Session) -> None:
        keeping.lock(db, "a")
        keeping.decide(db, "a", "manager", confirmed=True)

    def second(deed: Callable[[Session], None]) -> None:
        try:
            with flown.write() as db:
                deed(db)
            ended.append(None)
        except WebError as error:
            ended.append(type(error))

    deeds = (hold, dispose) if first == "hold" else (dispose, hold)
    other = threading.Thread(target=second, args=(deeds[1],))
    with flown.write() as db:
        deeds[0](db)
        other.start()
        other.join(0.3)
        assert ended == [], "the second one did not wait"
    other.join()
    assert ended == [Conflict if first == "hold" else Gone]


def test_a_drones_log_that_comes_during_a_disposal_waits_and_goes_with_the_flight(
    flown: Database, tmp_path: Path
) -> None:
    """Not attached to a flight whose attachments were erased a moment ago, by a decision that is not yet written."""
    fetched = tmp_path / "fetched.bin"
    fetched.write_bytes(b"content")
    receipt = LogReceipt("job", "UAV-07", "a", 3, str(fetched), 7, "f" * 64)
    event = Event("e1", datetime.now(UTC), "UAV-07", "log", "fetched", data=msgspec.to_builtins(receipt))
    with flown.write() as db:
        keeping.propose(db, "a", "supervisor", "Reviewed")
    indexer = threading.Thread(target=Indexer(flown, tmp_path).take, args=(1, event))
    with flown.write() as db:
        keeping.lock(db, "a")
        keeping.decide(db, "a", "manager", confirmed=True)
        indexer.start()
        indexer.join(0.3)
    indexer.join()
    with flown.read() as db:
        assert attachments.of(db, "a") == []
        assert flights.bookmark(db, subjects.EVENTS_STREAM) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"content"] == []


def test_what_belongs_to_another_flight_is_not_reached_by_this_ones_address(flown: Database) -> None:
    """It would stand in the wrong flight's custody log."""
    with flown.write() as db:
        hold = keeping.place_hold(db, "a", "supervisor", "Claim")
        (task,) = records.fill(db, "a", "pilot", Form(defects="Propeller chipped"))
        export = exports.begin(db, "a", "supervisor", "Trial", "CPS")
        taken = attachments.add(
            db, "a", "pilot", attachments.File("w.jpg", "image/jpeg", 4, "f" * 64, Taken(None, None))
        )
    with flown.write() as db:
        for flight_id, more in (("b", 0), ("a", 1)):
            with pytest.raises(NotFound):
                keeping.release_hold(db, flight_id, hold.hold_id + more, "supervisor", "Settled")
            with pytest.raises(NotFound):
                records.close(db, flight_id, task.task_id + more, "supervisor", "Replaced")
            with pytest.raises(NotFound):
                exports.waiting(db, flight_id, export.number + more, "supervisor")
            with pytest.raises(NotFound):
                attachments.get(db, flight_id, taken.attachment_id + more)
        keeping.release_hold(db, "a", hold.hold_id, "supervisor", "Settled")


def test_a_hold_and_the_proposers_own_yes_are_refused(flown: Database) -> None:
    with flown.write() as db:
        keeping.propose(db, "a", "manager", "Reviewed")
    with pytest.raises(Forbidden, match="another person"), flown.write() as db:
        keeping.decide(db, "a", "manager", confirmed=True)
    with flown.write() as db:
        keeping.place_hold(db, "a", "disclosure", "Claim")
    with pytest.raises(Conflict, match="Claim"), flown.write() as db:
        keeping.decide(db, "a", "supervisor", confirmed=True)
    with flown.read() as db:
        assert not keeping.is_disposed(db, "a")
        assert flights.get(db, "a")[0].exhibit
        assert not flights.get(db, "b")[0].exhibit


def test_the_first_class_holds_from_the_day_of_the_flight(flown: Database) -> None:
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    with flown.write() as db:
        flights.index(db, flight("leap", started_at=leap_day), Path("/leap"))
        assert keeping.retention(db, "leap", RETENTION) == keeping.Retention("Operator's record", date(2031, 2, 28))
        with pytest.raises(NotFound, match="no flight nowhere"):
            keeping.retention(db, "nowhere", RETENTION)


def test_reviews_are_due_by_class(flown: Database) -> None:
    with flown.write() as db:
        keeping.set_retention(db, "b", RETENTION[1], "supervisor", "Public protection")
        today = datetime.now(UTC).date()
        later = today.replace(year=today.year + 5)
        assert [flight_id for flight_id, _ in keeping.due(db, later, RETENTION, 10)] == ["a"]
        latest = today.replace(year=today.year + 11)
        assert {flight_id for flight_id, _ in keeping.due(db, latest, RETENTION, 10)} == {"a", "b"}


def test_every_word_of_the_pilot_is_kept_and_the_last_holds(flown: Database) -> None:
    with flown.write() as db:
        (task,) = records.fill(db, "a", "pilot", Form(defects="Propeller chipped"))
        assert task.due_at - task.at == timedelta(hours=72)
        assert records.fill(db, "a", "pilot", Form(defects="Propeller chipped", remarks="replaced")) == ()
        kept = records.form(db, "a")
        assert kept is not None
        assert kept.form.remarks == "replaced"
        assert db.scalar(text("SELECT count(*) FROM flight_forms")) == 2
        assert not task.is_late(datetime.now(UTC))
        assert task.is_late(datetime.now(UTC) + timedelta(hours=73))
