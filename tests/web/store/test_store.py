"""The store on both databases: migrations, transactions, what is unique, what can never change."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, event, text, update
from sqlalchemy.exc import DBAPIError

from mission.plan import Plan
from telemetry.wire import Actor, UploadReceipt
from tests.web.conftest import PASSWORD
from tests.web.store.conftest import NOW, flight
from web import api, api_flights
from web import users as people
from web.auth.permissions import Role
from web.errors import BadRequest, Conflict, TooMany
from web.store import audit, flights, logins, sorties, uploads, users
from web.store.audit import Who
from web.store.database import Database, sqlite_url
from web.store.models import AuditRow, Base

WHO = Who("pilot", "pilot", "192.0.2.7")


@pytest.fixture
def sortie(store: Database) -> api.Sortie:
    with store.write() as db:
        return sorties.create(db, "pilot", api.SortieCreate("Search", "Missing child", incident="CAD 100%"))


def test_the_migrations_make_the_tables_that_are_mapped(store: Database) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    databases = [Database(sqlite_url(tmp_path)) for _ in range(4)]
    threads = [threading.Thread(target=database.migrate) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        with database.read() as db:
            assert db.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        database.close()


def test_the_audit_can_only_grow(store: Database) -> None:
    with store.write() as db:
        audit.append(db, WHO, "order.arm", "UAV-07", "sent", reason="ünïcode")
    with pytest.raises(DBAPIError, match="append-only"), store.write() as db:
        db.execute(update(AuditRow).values(username="nobody"))
    with pytest.raises(DBAPIError, match="append-only"), store.write() as db:
        db.execute(delete(AuditRow))
    with store.read() as db:
        entries, total = audit.search(db, audit.Search(action="order"))
    assert total == 1
    entry = entries[0]
    assert (entry.username, entry.subject, entry.outcome, entry.address) == ("pilot", "UAV-07", "sent", "192.0.2.7")
    assert entry.detail == {"reason": "ünïcode"}


def test_the_audit_is_searched(store: Database) -> None:
    before = datetime.now(UTC)
    with store.write() as db:
        for number in range(audit.PAGE + 5):
            audit.append(db, WHO, "flight.view", f"flight-{number}")
    with store.read() as db:
        first, total = audit.search(db, audit.Search(username="pilot"))
        second, _ = audit.search(db, audit.Search(username="pilot", page=2))
        named, _ = audit.search(db, audit.Search(text="flight-17"))
        since, _ = audit.search(db, audit.Search(username="pilot", since=before))
        until, _ = audit.search(db, audit.Search(username="pilot", until=before))
    assert (total, len(first), len(second)) == (audit.PAGE + 5, audit.PAGE, 5)
    assert first[0].entry_id > first[-1].entry_id > second[0].entry_id
    assert [entry.subject for entry in named] == ["flight-17"]
    assert (len(since), until) == (audit.PAGE, [])


def test_what_raises_leaves_nothing_behind(store: Database) -> None:
    with pytest.raises(RuntimeError), store.write() as db:
        sorties.create(db, "pilot", api.SortieCreate("Half", "done"))
        audit.append(db, WHO, "sortie.create", "1")
        raise RuntimeError("power cut")
    with store.read() as db:
        assert sorties.search(db, sorties.Search()).total == 0
        assert audit.search(db, audit.Search(action="sortie"))[1] == 0


def test_writes_stand_in_line(store: Database, sortie: api.Sortie) -> None:
    """Each reads the version that the one before it wrote: none is lost."""

    def save() -> None:
        with store.write() as db:
            now = sorties.lock(db, sortie.sortie_id)
            sorties.save(
                db, sortie.sortie_id, "pilot", api.SortieSave(now.version, f"Title {now.version}", "x", now.plan)
            )

    threads = [threading.Thread(target=save) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as db:
        assert sorties.get(db, sortie.sortie_id).version == 9
        assert [kept.version for kept in sorties.versions(db, sortie.sortie_id)] == list(range(9, 0, -1))


def test_an_instant_comes_back_as_it_went(store: Database, sortie: api.Sortie) -> None:
    recorded = flight("20261122T071530Z-UAV-07", sortie_id=sortie.sortie_id)
    with store.write() as db:
        flights.index(db, recorded, Path("/flights/one"))
    with store.read() as db:
        assert flights.get(db, recorded.flight_id) == (recorded, Path("/flights/one"))


def test_flights_are_found_by_what_people_remember(store: Database) -> None:
    with store.write() as db:
        flights.index(db, flight("a"), Path("/a"))
        flights.index(db, flight("b", vehicle="UAV-08", pilot="other", incident="CAD 200"), Path("/b"))
        flights.index(db, flight("c", started_at=NOW + timedelta(days=1), title="100 % River"), Path("/c"))
        flights.add_note(db, "b", "supervisor", api_flights.NoteCreate("Bird strike at the bridge"))
        flights.index(db, flight("a", outcome="contact lost"), Path("/a"))

    def found(**wanted: object) -> list[str]:
        with store.read() as db:
            listed = flights.search(db, flights.Search(**wanted)).flights  # type: ignore[arg-type]
        return [summary.flight_id for summary in listed]

    assert found() == ["c", "a", "b"]
    assert found(text="bird STRIKE") == ["b"]
    assert found(text="100 % river") == ["c"]
    assert found(text="brid stri") == ["b"]
    assert found(text="%") == []
    assert found(text="contact lost") == ["a"]
    assert found(pilot="other") == ["b"]
    assert found(incident="cad 1") == ["c", "a"]
    assert found(vehicle="UAV-08", of="pilot") == []
    assert found(begins=NOW - timedelta(hours=1), ends=NOW + timedelta(hours=1)) == ["a", "b"]
    assert found(since=NOW + timedelta(hours=1)) == ["c"]


def test_a_note_is_not_empty_and_belongs_to_a_flight(store: Database) -> None:
    with store.write() as db:
        flights.index(db, flight("a"), Path("/a"))
    with pytest.raises(BadRequest), store.write() as db:
        flights.add_note(db, "a", "pilot", api_flights.NoteCreate("  "))
    with store.write() as db:
        note = flights.add_note(db, "a", "pilot", api_flights.NoteCreate(" Gusty. "))
    with store.read() as db:
        assert flights.notes(db, "a") == [note]
    assert note.text == "Gusty."


def test_the_bookmark_moves_with_what_was_read(store: Database) -> None:
    with store.read() as db:
        assert flights.bookmark(db, "EVENTS") == 0
    for sequence in (5, 2**40):
        with store.write() as db:
            flights.set_bookmark(db, "EVENTS", sequence)
        with store.read() as db:
            assert flights.bookmark(db, "EVENTS") == sequence


def test_a_vehicle_is_the_one_of_its_latest_upload(store: Database, sortie: api.Sortie) -> None:
    with store.write() as db:
        second = sorties.create(db, "supervisor", api.SortieCreate("Second", "x", observer="observer"))
        uploads.begin(db, "one", sortie, "UAV-07", "pilot", None)
    with store.write() as db:
        uploads.begin(db, "two", second, "UAV-07", "supervisor", None)
        uploads.begin(db, "gone", sortie, "UAV-07", "pilot", None)
        uploads.refused(db, "gone")
    with store.read() as db:
        assert uploads.holder(db, "UAV-07") == uploads.Holder("UAV-07", second.sortie_id, "supervisor", "observer")
        assert uploads.holder(db, "UAV-08") is None
        assert list(uploads.holders(db)) == ["UAV-07"]


def test_an_upload_that_was_not_begun_here_is_kept_with_its_sortie(store: Database, sortie: api.Sortie) -> None:
    received = UploadReceipt(
        "from-the-command-line",
        "UAV-07",
        sortie.sortie_id,
        sortie.plan_sha256,
        Actor("pilot", "pilot"),
        NOW,
        NOW,
        True,
        (),
    )
    with store.write() as db:
        assert uploads.finished(db, received)
        assert not uploads.finished(db, received)
        assert not uploads.finished(db, msgspec.structs.replace(received, upload_id="other", sortie="999"))
        assert not uploads.finished(db, msgspec.structs.replace(received, upload_id="none", sortie=None))
    with store.read() as db:
        assert sorties.get(db, sortie.sortie_id).receipt == received


def test_a_username_is_taken_once_and_spelt_plainly(store: Database) -> None:
    with pytest.raises(Conflict), store.write() as db:
        users.create(db, "pilot", "Another", Role.PILOT, PASSWORD)
    for bad in ("P. Nair", "", "x", "-dash", "a" * 65, "nul\0"):
        with pytest.raises(BadRequest) as refused, store.write() as db:
            users.create(db, bad, "Name", Role.PILOT, PASSWORD)
        assert refused.value.where == "username"


def test_the_last_administrator_stays(store: Database) -> None:
    for role, active in ((Role.PILOT, True), (Role.ADMINISTRATOR, False)):
        with pytest.raises(Conflict), store.write() as db:
            users.change(db, "admin", role, active)
    with store.write() as db:
        users.create(db, "admin2", "Second", Role.ADMINISTRATOR, PASSWORD)
        assert users.change(db, "admin", Role.ADMINISTRATOR, False).active is False
    with store.read() as db:
        assert [account.username for account in users.with_role(db, Role.ADMINISTRATOR)] == ["admin2"]


def test_parallel_tries_are_all_counted(store: Database) -> None:
    def guess() -> None:
        with contextlib.suppress(TooMany), store.write() as db:
            logins.begin(db, "pilot")

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as db:
        assert db.scalar(text("SELECT failures FROM login_failures")) == logins.FREE_TRIES


def test_login_failures_older_than_a_day_are_forgotten(store: Database) -> None:
    with store.write() as db:
        logins.begin(db, "pilot")
        db.execute(text("UPDATE login_failures SET last_at = :past"), {"past": NOW - timedelta(days=300)})
    with store.write() as db:
        logins.begin(db, "guest")
    with store.read() as db:
        assert db.scalar(text("SELECT count(*) FROM login_failures")) == 1


def test_the_first_administrator_is_made_once(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    database.migrate()
    with pytest.raises(BadRequest):
        people.create_administrator(database, "chief", "C. Okafor", "short")
    people.create_administrator(database, "chief", "C. Okafor", PASSWORD)
    with pytest.raises(Conflict):
        people.create_administrator(database, "other", "O. Okafor", PASSWORD)
    database.close()


def test_the_demonstrations_sortie_is_seeded_once(store: Database, plan: Plan) -> None:
    made = api.SortieCreate("Hyde Park survey", "Demonstration", plan)
    first = people.seed_approved_sortie(store, "pilot", "supervisor", made)
    again = people.seed_approved_sortie(store, "pilot", "supervisor", made)
    assert first == again
    assert (first.state, first.approved_sha256) == ("approved", first.plan_sha256)


def test_a_list_of_sorties_is_two_queries_however_long(store: Database) -> None:
    with store.write() as db:
        for number in range(5):
            made = sorties.create(db, "pilot", api.SortieCreate(f"Search {number}", ""), author="supervisor")
        sorties.submit(db, made.sortie_id, made.version)
        sorties.decide(db, made.sortie_id, "manager", made.plan_sha256, approved=True, reason=None)
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with store.read() as db:
        found = sorties.search(db, sorties.Search(of="pilot")).sorties
        offered = sorties.offers(db, "pilot")
    asked = [sql for sql in asked if sql.startswith("SELECT")]
    assert len(asked) == 3, "two for the list, one for the offers"
    assert not any("sorties.plan " in sql or "sorties.plan," in sql for sql in asked)
    assert [(one.title, one.approved_by, one.offered_by) for one in found[:2]] == [
        ("Search 4", "manager", None),
        ("Search 3", None, "supervisor"),
    ]
    assert [one.title for one in offered] == ["Search 3", "Search 2", "Search 1", "Search 0"]
