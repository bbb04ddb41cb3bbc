"""The log that a drone kept of a flight: listed, fetched and attached to the flight, whoever looks on."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask

from telemetry.wire import Actor, Event, LogFetch, LogOrder, LogReceipt, Reply
from tests.web.bus.conftest import Gateway, Indexed
from tests.web.conftest import FLIGHT, PASSWORD, VEHICLE, Browser, flight, problem
from web.api_charts import DroneLogFetch, DroneLogs, FlightLogs
from web.auth.permissions import Role
from web.store import users
from web.store.database import Database

pytestmark = pytest.mark.usefixtures("flown")
PATH = f"/api/flights/{FLIGHT}/drone-logs"


@pytest.fixture
def fetched(data: Path, tmp_path: Path) -> LogReceipt:
    """As the gateway leaves it: the log of a real ArduCopter under the drone's name."""
    content = (data / "survey-start.bin").read_bytes()
    path = tmp_path / "vehicle-logs" / VEHICLE / "dataflash-00000004.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    return LogReceipt("j1", VEHICLE, FLIGHT, 4, str(path), len(content), sha256)


def tell(gateway: Gateway, indexed: Indexed, receipt: LogReceipt, count: int = 1) -> None:
    now = datetime.now(UTC)
    event = Event(f"log-{count}", now, VEHICLE, "log", "log 4 fetched.", "pilot", msgspec.to_builtins(receipt))
    gateway.run(gateway.bus.record(event))
    indexed.wait_for(count)


def on_board(number: int, written_at: datetime | None) -> dict[str, Any]:
    return {"number": number, "size": 1_000_000, "written_at": written_at}


def test_the_log_that_should_hold_the_flight_is_named(
    pilot: Browser,
    gateway: Gateway,
) -> None:
    its = flight(pilot).summary
    assert its.ended_at is not None
    times = (None, its.started_at - timedelta(hours=1), its.ended_at, its.ended_at + timedelta(hours=1))
    gateway.answer = Reply(True, "4 logs.", data={"logs": [on_board(*one) for one in enumerate(times, 1)]})
    found = msgspec.json.decode(pilot.get(PATH).data, type=DroneLogs)
    assert ([log.number for log in found.logs], found.likely) == ([4, 3, 2, 1], 3)
    assert [verb for verb, _ in gateway.asked] == ["logs"]


def test_a_log_is_fetched_for_the_flight_and_says_how_far_it_is(
    pilot: Browser,
    gateway: Gateway,
) -> None:
    answered = pilot.send("POST", f"{PATH}/4")
    assert answered.status_code == 202, answered.text
    ((verb, request),) = gateway.asked
    order = msgspec.convert(request.arguments, LogOrder)
    assert (verb, order.flight_id, order.number, request.actor) == ("log", FLIGHT, 4, Actor("pilot", "pilot"))
    for flight_id, shown in ((FLIGHT, 700), ("another", None)):
        fetch = LogFetch(msgspec.structs.replace(order, flight_id=flight_id), 700, 1000)
        gateway.answer = Reply(True, "", data={"fetch": msgspec.to_builtins(fetch)})
        heard = msgspec.json.decode(pilot.get(f"{PATH}/fetching").data, type=DroneLogFetch).fetch
        assert (heard.done if heard else None) == shown


def test_the_drones_words_are_the_answer_where_it_gives_no_log(
    pilot: Browser,
    gateway: Gateway,
) -> None:
    gateway.answer = Reply(False, "list logs: no answer.", ("Disarm for log download",))
    assert problem(pilot.get(PATH), 409).text == "list logs: no answer. Disarm for log download"
    assert problem(pilot.send("POST", f"{PATH}/4"), 409).where == "log"


def test_a_fetched_log_is_attached_once(
    pilot: Browser,
    gateway: Gateway,
    indexed: Indexed,
    fetched: LogReceipt,
    tmp_path: Path,
) -> None:
    for count in (1, 2):
        tell(gateway, indexed, fetched, count)
    (attached,) = flight(pilot).attachments
    assert (attached.name, attached.by, attached.sha256) == (f"{VEHICLE}-log-4.bin", "pilot", fetched.sha256)
    _, log = msgspec.json.decode(pilot.get(f"/api/flights/{FLIGHT}/logs").data, type=FlightLogs).logs
    assert (log.kind, log.problem) == ("dataflash", None)
    assert not Path(str(fetched.file)).exists(), "it is kept once"


@pytest.mark.parametrize(
    "wrong", [{"file": None, "problem": "the link broke"}, {"flight_id": None}, {"file": "/nowhere/log.bin"}]
)
def test_what_did_not_come_is_not_attached(
    pilot: Browser,
    gateway: Gateway,
    indexed: Indexed,
    fetched: LogReceipt,
    wrong: dict[str, Any],
) -> None:
    tell(gateway, indexed, msgspec.structs.replace(fetched, **wrong))
    assert flight(pilot).attachments == ()


def test_nobody_has_a_log_fetched_for_a_flight_that_is_not_his(
    app: Flask,
    observer: Browser,
    control_room: Browser,
    gateway: Gateway,
    database: Database,
) -> None:
    with database.write() as db:
        users.create(db, "other", "O. Pilot", Role.PILOT, PASSWORD)
    other = Browser(app)
    other.log_in("other")
    for browser in (observer, control_room, other):
        problem(browser.get(PATH), 403)
        problem(browser.send("POST", f"{PATH}/4"), 403)
        problem(browser.get(f"{PATH}/fetching"), 403)
    assert gateway.asked == []
