"""Looking back an hour: what the gateways said of the whole fleet, and the alerts."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec
import pytest

from telemetry import subjects
from telemetry.wire import Alert, Event, LiveFrame, LiveVehicle
from tests.web.bus.conftest import Gateway
from tests.web.conftest import VEHICLE, Browser
from web.api import PastAlerts, Sortie
from web.bus_line import BusLine
from web.store import audit
from web.store.database import Database

NEAR, FAR = LiveVehicle(VEHICLE, lat_deg=51.507, lon_deg=-0.164), LiveVehicle("UAV-08", lat_deg=55.9, lon_deg=-3.2)


@pytest.fixture
def began(gateway: Gateway, bus_line: BusLine) -> datetime:
    """Three frames of the fleet lie in the stream since then."""

    async def tell() -> None:
        for number in range(1, 4):
            frame = LiveFrame("gateway", subjects.EVERYWHERE, number, datetime.now(UTC), (NEAR, FAR))
            await gateway.bus.publish(subjects.fleet("gateway"), frame)
            await asyncio.sleep(0.05)

    now = datetime.now(UTC)
    gateway.run(tell())
    while gateway.run(gateway.bus.usage(subjects.PAST_STREAM)).messages < 3:
        time.sleep(0.02)
    return now


def told(browser: Browser, since: datetime, until: datetime, every_s: float = 0.0) -> list[LiveFrame]:
    span = f"since={quote(since.isoformat())}&until={quote(until.isoformat())}&every_s={every_s}"
    answered = browser.get(f"/api/past/frames?{span}")
    assert answered.status_code == 200, answered.text
    return msgspec.msgpack.decode(answered.data, type=list[LiveFrame])


def test_a_page_that_was_opened_just_now_sees_what_was(
    control_room: Browser, began: datetime, database: Database
) -> None:
    minute = timedelta(minutes=1)
    frames = told(control_room, began - minute, began + minute)
    assert [frame.sequence for frame in frames] == [1, 2, 3]
    assert frames[0].vehicles == (NEAR, FAR)
    assert [one.sequence for one in told(control_room, began - minute, began + minute, every_s=1.0)] == [1]
    assert [one.sequence for one in told(control_room, began - minute, frames[1].sent_at)] == [1]
    assert told(control_room, began - minute, began) == []
    with database.read() as db:
        (entry,), _ = audit.search(db, audit.Search(action="live.replay"))
    assert (entry.username, entry.detail["since"]) == ("control", (began - minute).isoformat())


def test_a_pilot_sees_of_it_what_he_could_have_heard(
    pilot: Browser, observer: Browser, loaded: Sortie, began: datetime
) -> None:
    minute = timedelta(minutes=1)
    assert {frame.vehicles for frame in told(pilot, began - minute, began + minute)} == {(NEAR,)}
    assert {frame.vehicles for frame in told(observer, began - minute, began + minute)} == {()}


@pytest.mark.parametrize(
    "span", ["", "since=yesterday&until=now", "since=2026-11-22T07:00:00Z&until=2026-11-22T08:00:00Z"]
)
def test_a_span_that_is_none_is_refused(control_room: Browser, bus_line: BusLine, span: str) -> None:
    assert control_room.get(f"/api/past/frames?{span}").status_code == 400


def test_alerts_of_the_hour_as_they_stand_now(
    control_room: Browser, pilot: Browser, loaded: Sortie, gateway: Gateway
) -> None:
    raised = Alert("a1", VEHICLE, "battery", "warning", "UAV-07: low.", datetime.now(UTC))
    ended = msgspec.structs.replace(raised, ended_at=datetime.now(UTC))
    others = msgspec.structs.replace(raised, alert_id="a2", vehicle="UAV-08")
    for number, (kind, alert) in enumerate(
        (("alert_raised", raised), ("alert_ended", ended), ("alert_raised", others))
    ):
        event = Event(f"e{number}", datetime.now(UTC), alert.vehicle, kind, "", data=msgspec.to_builtins(alert))
        gateway.run(gateway.bus.record(event))

    def alerts(browser: Browser) -> list[tuple[str, bool]]:
        found = msgspec.json.decode(browser.get("/api/past/alerts").data, type=PastAlerts).alerts
        return [(alert.alert_id, alert.ended_at is not None) for alert in found]

    assert alerts(control_room) == [("a1", True), ("a2", False)]
    assert alerts(pilot) == [("a1", True)]
