"""The application with one person of each role, and browsers that are logged in as they are.

The database is a fresh copy of one that was migrated and seeded once; nothing here is faked but the built front-end,
whose manifest is a small one of our own.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from mission import formats
from mission.plan import FenceCircle, FenceKind, Geofence, Plan, encode
from telemetry.bus_keys import BusKeys
from telemetry.settings import Settings, VehicleSettings, WebSettings
from telemetry.wire import Actor, Event, FlightRecord, RecordedFile, TransferReceipt, UploadReceipt
from web import users
from web.api import Problem, Sortie, SortieApprove, SortieCreate, SortieSubmit, SortieView
from web.api_flights import Flight
from web.app import create_app
from web.auth import passwords
from web.auth.permissions import Role
from web.bus_line import BusLine
from web.indexer import FLIGHT_CLOSED, Indexer
from web.store.database import Database, sqlite_url
from web.vite import Manifest

PASSWORD = "two bridges over one river"
USERNAMES = {role: username for username, _, role in users.DEMO_PEOPLE}
VEHICLE = "UAV-07"
FLIGHT = "20261122T051600Z-UAV-07"
SETTINGS = Settings(
    unit="Test Unit",
    vehicles=(VehicleSettings(VEHICLE, 7), VehicleSettings("UAV-08", 8)),
    web=WebSettings(port=0, secure_cookies=False),
)
NOWHERE = "nats://127.0.0.1:9"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """argon2 with parameters that take no time; what they are by default is tested on its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("seeded")
    database = Database(sqlite_url(home))
    database.migrate()
    users.seed_demo(database, PASSWORD)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return home / "airbeat.db"


@pytest.fixture
def database(seeded: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(seeded, tmp_path / "airbeat.db")
    opened = Database(sqlite_url(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def bus_line(tmp_path: Path) -> Iterator[BusLine]:
    """A bus that is down; the tests in `bus` have one that is up."""
    yield BusLine(NOWHERE, "ws://127.0.0.1:9", BusKeys(tmp_path / "keys"))


@pytest.fixture
def app(tmp_path: Path, database: Database, bus_line: BusLine) -> Flask:
    made = create_app(SETTINGS, tmp_path, database, bus_line)
    made.testing = False  # errors are answered as in production
    made.extensions["manifest"] = Manifest(_built(tmp_path / "dist"))
    return made


def _built(dist: Path) -> Path:
    manifest = {
        f"src/{name}/main.ts": {"file": f"assets/{name}.js", "name": name, "isEntry": True, "css": [f"{name}.css"]}
        for name in ("base", "plan", "live", "flight", "flights")
    }
    (dist / ".vite").mkdir(parents=True)
    (dist / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    return dist


class Browser:
    """A person at a browser: keeps cookies, and sends the CSRF token as our pages do."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.token = ""

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def log_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        self.read_token("/login")
        answered = self.post("/login", username=username, password=password)
        if answered.status_code == 302:
            self.read_token("/account")
        return answered

    def read_token(self, path: str) -> None:
        found = TOKEN.search(self.get(path).text)
        assert found, f"{path} carries no CSRF token"
        self.token = found[1]

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **form})

    def send(self, method: str, path: str, body: Any = None) -> TestResponse:
        """JSON as the pages' scripts send it; bytes go as they are."""
        data = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
        return self.client.open(
            path, method=method, data=data, content_type="application/json", headers={"X-CSRFToken": self.token}
        )

    def page_data(self, path: str) -> Any:
        """What a TypeScript page finds in its ``<script id="page">``."""
        found = re.search(r'<script type="application/json" id="page">(.*?)</script>', self.get(path).text)
        assert found, f"{path} carries no page data"
        return json.loads(found[1])


@pytest.fixture
def log_in(app: Flask) -> Callable[[Role], Browser]:
    def as_(role: Role) -> Browser:
        browser = Browser(app)
        assert browser.log_in(USERNAMES[role]).status_code == 302
        return browser

    return as_


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def pilot(log_in: Callable[[Role], Browser]) -> Browser:
    return log_in(Role.PILOT)


@pytest.fixture
def observer(log_in: Callable[[Role], Browser]) -> Browser:
    return log_in(Role.OBSERVER)


@pytest.fixture
def control_room(log_in: Callable[[Role], Browser]) -> Browser:
    return log_in(Role.CONTROL_ROOM)


@pytest.fixture
def supervisor(log_in: Callable[[Role], Browser]) -> Browser:
    return log_in(Role.SUPERVISOR)


@pytest.fixture
def administrator(log_in: Callable[[Role], Browser]) -> Browser:
    return log_in(Role.ADMINISTRATOR)


@pytest.fixture(scope="session")
def plan(data: Path) -> Plan:
    """The Hyde Park survey, which passes every check."""
    path = data / "plans" / "hyde-park-survey.plan"
    return formats.load(path.name, path.read_bytes())


@pytest.fixture(scope="session")
def crossing_plan(plan: Plan) -> Plan:
    """The same with an exclusion about its fifth item."""
    place = plan.items[5].position
    assert place is not None
    forbidden = FenceCircle(FenceKind.EXCLUSION, place, 30.0)
    fence = Geofence(plan.geofence.polygons, (*plan.geofence.circles, forbidden))
    return msgspec.structs.replace(plan, geofence=fence)


@pytest.fixture
def draft(pilot: Browser, plan: Plan) -> Sortie:
    """The pilot's draft of the survey."""
    return view(pilot.send("POST", "/api/sorties", SortieCreate("Survey", "Search for a missing child", plan))).sortie


@pytest.fixture
def approved(pilot: Browser, supervisor: Browser, draft: Sortie) -> Sortie:
    pilot.send("POST", f"/api/sorties/{draft.sortie_id}/submit", SortieSubmit(draft.version))
    wanted = SortieApprove(draft.plan_sha256)
    return view(supervisor.send("POST", f"/api/sorties/{draft.sortie_id}/approve", wanted)).sortie


def view(answered: TestResponse) -> SortieView:
    """The sortie in an answer that must have succeeded."""
    assert answered.status_code in (200, 201), answered.text
    return msgspec.json.decode(answered.data, type=SortieView)


def problem(answered: TestResponse, status: int) -> Problem:
    """What an answer refuses, and where."""
    assert answered.status_code == status, answered.text
    return msgspec.json.decode(answered.data, type=Problem)


def record_flight(home: Path, data: Path, sortie: Sortie, ended_at: datetime) -> FlightRecord:
    """A bundle as the recorder leaves it, of a survey that a real ArduCopter flew."""
    folder = home / "flights" / FLIGHT
    folder.mkdir(parents=True)
    shutil.copy(data / "survey.tlog", folder / "telemetry.tlog")
    stages = (TransferReceipt("mission", 21, "a" * 64, "a" * 64, True),)
    actor = Actor("pilot", "pilot")
    receipt = UploadReceipt(
        "u1", VEHICLE, sortie.sortie_id, sortie.plan_sha256, actor, ended_at, ended_at, True, stages
    )
    (folder / "plan.json").write_bytes(encode(sortie.plan))
    (folder / "receipt.json").write_bytes(msgspec.json.encode(receipt))
    happened = Event("e1", ended_at, VEHICLE, "mode", "Mode AUTO.")
    (folder / "events.jsonl").write_bytes(msgspec.json.encode(happened) + b"\n")
    record = FlightRecord(
        flight_id=FLIGHT,
        vehicle=VEHICLE,
        gateway="gateway",
        bundle=str(folder),
        started_at=ended_at - timedelta(minutes=5),
        ended_at=ended_at,
        duration_s=300.0,
        outcome="landed",
        frames_received=30_000,
        frames_recorded=30_000,
        frames_lost=0,
        holes=(),
        distance_m=2500.0,
        max_height_m=45.0,
        sortie=sortie.sortie_id,
        upload_id="u1",
        upload_verified=True,
        plan_sha256=sortie.plan_sha256,
        files={path.name: _file(path) for path in folder.iterdir()},
    )
    (folder / "manifest.json").write_bytes(msgspec.json.encode(record))
    return record


def _file(path: Path) -> RecordedFile:
    content = path.read_bytes()
    return RecordedFile(hashlib.sha256(content).hexdigest(), len(content))


def take(database: Database, record: FlightRecord, sequence: int = 1) -> None:
    data = msgspec.to_builtins(record)
    closed = Event(f"closed-{sequence}", record.ended_at, record.vehicle, FLIGHT_CLOSED, "Landed.", data=data)
    Indexer(database, Path(record.bundle).parents[1]).take(sequence, closed)


@pytest.fixture
def flown(tmp_path: Path, data: Path, database: Database, approved: Sortie) -> FlightRecord:
    """The pilot's flight of yesterday, indexed."""
    record = record_flight(tmp_path, data, approved, datetime.now(UTC) - timedelta(days=1))
    take(database, record)
    return record


def flight(browser: Browser) -> Flight:
    answered = browser.get(f"/api/flights/{FLIGHT}")
    assert answered.status_code == 200, answered.text
    return msgspec.json.decode(answered.data, type=Flight)
