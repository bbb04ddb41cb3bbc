"""Events of the bus get into the database once, in order, whatever happens."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy.exc import OperationalError

from telemetry import subjects
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import Listening
from telemetry.wire import Event, VehicleInfo
from tests.waiting import wait_until
from tests.web.bus.conftest import Gateway, Indexed, ended, receipt, started, upload
from tests.web.conftest import VEHICLE, Browser, view
from web.api import Sortie
from web.bus_line import BusLine
from web.indexer import Indexer
from web.store import audit
from web.store.database import Database


def test_a_receipt_that_comes_twice_counts_once(
    loaded: Sortie, database: Database, indexed: Indexed, gateway: Gateway
) -> None:
    assert loaded.receipt is not None
    event = Event("again", loaded.receipt.finished_at, VEHICLE, "upload", "…", data=msgspec.to_builtins(loaded.receipt))
    gateway.run(gateway.bus.record(event))
    indexed.wait_for(2)
    assert Indexer(database, Path()).after() == 2
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="upload"))
    assert [entry.outcome for entry in entries].count("verified") == 1


def test_the_indexer_takes_up_where_it_stood(
    nats: Listening, tmp_path: Path, loaded: Sortie, database: Database, gateway: Gateway
) -> None:
    later = Event("later", datetime.now(UTC), VEHICLE, "mode", "Mode AUTO.")
    gateway.run(gateway.bus.record(later))
    heard: list[tuple[int, str]] = []
    arrived = threading.Event()

    def take(sequence: int, event: Event) -> None:
        heard.append((sequence, event.event_id))
        arrived.set()

    line = BusLine(nats.url, nats.websocket_url, BusKeys(tmp_path / "keys"))
    line.start(lambda: 1, take)
    assert arrived.wait(20)
    line.stop()
    assert heard == [(2, "later")]


def test_a_database_that_is_away_at_the_start_keeps_the_pages_from_the_bus_for_a_moment_only(
    nats: Listening, tmp_path: Path, gateway: Gateway
) -> None:
    tries = iter((OperationalError("SELECT", {}, Exception("away")), OSError("the disk, too")))

    def after() -> int:
        for error in tries:
            raise error
        return 0

    line = BusLine(nats.url, nats.websocket_url, BusKeys(tmp_path / "keys"))
    line.start(after, lambda sequence, event: None)
    wait_until(lambda: line.connected, "the bus is reached")
    assert list(line.entries(subjects.VEHICLES_BUCKET, VehicleInfo)) == [VEHICLE]
    line.stop()


def test_an_event_that_makes_no_sense_does_not_stop_the_next(
    pilot: Browser, approved: Sortie, gateway: Gateway, indexed: Indexed
) -> None:
    begun = started(upload(pilot, approved))
    gateway.run(gateway.bus.record(Event("bad", datetime.now(UTC), VEHICLE, "upload", "…", data={"upload_id": 5})))
    ended(gateway, indexed, receipt(begun.upload_id, approved), count=2)
    assert view(pilot.get(f"/api/sorties/{approved.sortie_id}")).sortie.state == "uploaded"
