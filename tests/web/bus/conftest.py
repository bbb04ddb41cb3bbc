"""A real NATS under the pages; only the gateway at its other end is a stand-in that says what it is told to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from werkzeug.test import TestResponse

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import Listening, NatsServer
from telemetry.settings import NatsSettings
from telemetry.wire import (
    Actor,
    Event,
    Reply,
    Request,
    TransferReceipt,
    UploadReceipt,
    VehicleInfo,
)
from tests.waiting import wait_until
from tests.web.conftest import VEHICLE, Browser, view
from web.api import Order, Sortie, UploadStart, UploadStarted
from web.bus_line import BusLine
from web.indexer import Indexer
from web.store.database import Database

T = TypeVar("T")
RAW_LIMIT_MB = 16


class Gateway:
    """Owns `VEHICLE` on the bus. `answer` is what it replies; `asked` what it was asked, by verb."""

    def __init__(self, url: str, keys: BusKeys) -> None:
        self.answer = Reply(True, "Done.")
        self.asked: list[tuple[str, Request]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.bus = self.run(Bus.connect(url, "gateway", keys.service_credentials("gateway")))
        self.run(self.bus.prepare(RAW_LIMIT_MB))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def serve(self) -> None:
        async def handle(subject: str, request: Request) -> Reply:
            self.asked.append((subject.rsplit(".", 1)[1], request))
            return self.answer

        self.run(self.bus.serve(subjects.requests_of(VEHICLE), Request, handle))
        self.run(self.bus.put(subjects.VEHICLES_BUCKET, VEHICLE, VehicleInfo(VEHICLE, "gateway", "udp", 7, True)))

    def close(self) -> None:
        if self._loop.is_running():
            self.run(self.bus.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Listening]:
    server = NatsServer(tmp_path, NatsSettings(port=0, websocket_port=0, raw_limit_mb=RAW_LIMIT_MB))
    yield server.start()
    server.stop()


@pytest.fixture
def gateway(nats: Listening, tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(nats.url, BusKeys(tmp_path / "keys"))
    made.serve()
    yield made
    made.close()


class Indexed:
    """An indexer that tells when an event has been taken."""

    def __init__(self, database: Database, home: Path) -> None:
        self._indexer = Indexer(database, home)
        self._taken = threading.Condition()
        self._kinds: list[str] = []
        self.after = self._indexer.after

    def take(self, sequence: int, event: Event) -> None:
        self._indexer.take(sequence, event)
        with self._taken:
            self._kinds.append(event.kind)
            self._taken.notify_all()

    def wait_for(self, count: int) -> None:
        with self._taken:
            assert self._taken.wait_for(lambda: len(self._kinds) >= count, 20), self._kinds


@pytest.fixture
def indexed(database: Database, tmp_path: Path) -> Indexed:
    return Indexed(database, tmp_path)


@pytest.fixture
def bus_line(nats: Listening, tmp_path: Path, gateway: Gateway, indexed: Indexed) -> Iterator[BusLine]:
    line = BusLine(nats.url, nats.websocket_url, BusKeys(tmp_path / "keys"))
    line.start(indexed.after, indexed.take)
    wait_until(lambda: line.connected, "the bus")
    yield line
    line.stop()


def order(browser: Browser, verb: str, reason: str | None = None, vehicle: str = VEHICLE) -> TestResponse:
    return browser.send("POST", f"/api/vehicles/{vehicle}/orders/{verb}", Order(reason=reason))


def upload(browser: Browser, sortie: Sortie, vehicle: str = VEHICLE, reason: str | None = None) -> TestResponse:
    return browser.send("POST", f"/api/sorties/{sortie.sortie_id}/upload", UploadStart(vehicle, reason))


def started(answered: TestResponse) -> UploadStarted:
    assert answered.status_code == 202, answered.text
    return msgspec.json.decode(answered.data, type=UploadStarted)


def receipt(upload_id: str, sortie: Sortie, *, verified: bool = True) -> UploadReceipt:
    now = datetime.now(UTC)
    stages = (TransferReceipt("mission", 21, "a" * 64, "a" * 64, verified),)
    actor = Actor("pilot", "pilot")
    return UploadReceipt(
        upload_id,
        VEHICLE,
        sortie.sortie_id,
        sortie.plan_sha256,
        actor,
        now,
        now,
        verified,
        stages,
        None if verified else "the read-back differs",
    )


def ended(gateway: Gateway, indexed: Indexed, received: UploadReceipt, count: int = 1) -> None:
    event = Event(received.upload_id, received.finished_at, VEHICLE, "upload", "…", data=msgspec.to_builtins(received))
    gateway.run(gateway.bus.record(event))
    indexed.wait_for(count)


@pytest.fixture
def loaded(pilot: Browser, approved: Sortie, gateway: Gateway, indexed: Indexed) -> Sortie:
    """The pilot's approved sortie, verified on board of `VEHICLE`."""
    begun = started(upload(pilot, approved))
    ended(gateway, indexed, receipt(begun.upload_id, approved))
    gateway.asked.clear()
    return view(pilot.get(f"/api/sorties/{approved.sortie_id}")).sortie
