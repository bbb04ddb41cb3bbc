"""The web process killed again and again: every flight is indexed once, and every incident that was answered stays."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from telemetry import subjects
from telemetry.nats_server import Listening
from telemetry.wire import Event, FlightRecord, Incident
from tests.waiting import wait_until
from tests.web.bus.conftest import Gateway
from tests.web.conftest import VEHICLE
from web.auth.scopes import Scope
from web.store import flights, grants
from web.store.database import Database

FLIGHTS = 60
KILLS = 3
AT = datetime(2026, 11, 22, 7, tzinfo=UTC)


class Web:
    """``python -m web`` over the test's database and bus, to be killed."""

    def __init__(self, home: Path, nats: Listening) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self._settings = home / "airbeat.toml"
        self._settings.write_text(f"[web]\nport = {self.port}\nsecure_cookies = false\n")
        self._environment = {**os.environ, "AIRBEAT_HOME": str(home), "NATS_URL": nats.url}
        self._environment.pop("DATABASE_URL", None)
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "web", str(self._settings)], env=self._environment)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def post(self, secret: str, number: str) -> dict[str, object] | None:
        """The incident, or None where the web is dead just now."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        body = json.dumps({"number": number, "lat_deg": 51.5, "lon_deg": -0.16})
        try:
            connection.request("POST", "/api/v1/incidents", body, {"Authorization": f"Bearer {secret}"})
            answered = connection.getresponse()
            told: dict[str, object] = json.loads(answered.read())
        except (OSError, http.client.HTTPException):
            return None
        assert answered.status in (201, 409), told
        return told

    def until_served(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the web never came")


@pytest.fixture
def web(tmp_path: Path, nats: Listening, database: Database, gateway: Gateway) -> Iterator[Web]:
    made = Web(tmp_path, nats)
    yield made
    made.kill()


def flown(number: int) -> Event:
    at = AT + timedelta(minutes=number)
    flight_id = f"{at:%Y%m%dT%H%M%S}Z-{VEHICLE}"
    record = FlightRecord(
        flight_id, VEHICLE, "gateway", f"/flights/{flight_id}", at, at, 60.0, "landed", 900, 900, 0, (), 200.0, 40.0,
        None, None, None, None, {},
    )  # fmt: skip
    return Event(f"e{number}", at, VEHICLE, "flight_closed", "Landed.", data=msgspec.to_builtins(record))


def test_nothing_is_lost_or_counted_twice(web: Web, gateway: Gateway, database: Database) -> None:
    with database.write() as db:
        _, secret = grants.make_token(db, "admin", "cad", [Scope.INCIDENTS_WRITE], timedelta(days=1))
    answered: set[str] = set()
    for number in range(FLIGHTS):
        gateway.run(gateway.bus.record(flown(number)))
        if number % 10 == 5:
            web.until_served()
            if web.post(secret, f"CAD {number}") is not None:
                answered.add(f"CAD {number}")
        if number % (FLIGHTS // KILLS) == 6:
            web.kill()
            web.start()

    def listed() -> list[str]:
        found, page = [], 1
        with database.read() as db:
            while True:
                part = flights.search(db, flights.Search(page=page))
                found += [flight.flight_id for flight in part.flights]
                if page >= part.pages:
                    return found
                page += 1

    wait_until(lambda: len(listed()) >= FLIGHTS, f"{FLIGHTS} flights in the index")
    assert len(listed()) == len(set(listed())) == FLIGHTS
    assert len(answered) == FLIGHTS // 10

    def shown() -> set[str]:
        return {one.number for one in gateway.run(gateway.bus.entries(subjects.INCIDENTS_BUCKET, Incident)).values()}

    wait_until(lambda: shown() == answered, "every incident on the live pages")
