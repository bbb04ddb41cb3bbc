"""An alert is acknowledged by the monitor that raised it, and by nobody it does not concern."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from telemetry import subjects
from telemetry.wire import Actor, Alert, Reply, Request
from tests.web.bus.conftest import Gateway
from tests.web.conftest import VEHICLE, Browser, problem
from web.api import Sortie
from web.store import audit
from web.store.database import Database

ID = f"battery_low.{VEHICLE}.20261122T080000000000"
ALERT = Alert(ID, VEHICLE, "battery_low", "warning", "UAV-07: battery 24 %.", datetime(2026, 11, 22, 8, tzinfo=UTC))
PATH = f"/api/alerts/{ID}/acknowledge"


@pytest.fixture
def heard(gateway: Gateway) -> list[Request]:
    """An alert that is open, and what the monitor is told about it."""
    told: list[Request] = []

    async def acknowledge(_: str, request: Request) -> Reply:
        told.append(request)
        return Reply(True, f"Acknowledged by {request.actor.user}.")

    gateway.run(gateway.bus.put(subjects.ALERTS_BUCKET, subjects.alert_key(ID), ALERT))
    subject = subjects.request(subjects.MONITOR, subjects.ACKNOWLEDGE)
    gateway.run(gateway.bus.serve(subject, Request, acknowledge))
    return told


def audited(database: Database) -> list[audit.Entry]:
    """Latest first."""
    with database.read() as db:
        return audit.search(db, audit.Search(action="alert"))[0]


def test_the_control_room_acknowledges(control_room: Browser, heard: list[Request], database: Database) -> None:
    answered = control_room.send("POST", PATH)
    assert msgspec.json.decode(answered.data, type=Reply).text == "Acknowledged by control."
    assert (heard[0].actor, heard[0].arguments) == (Actor("control", "control_room"), {"alert_id": ID})
    answer, sent = audited(database)
    assert (sent.username, sent.subject, sent.detail["vehicle"]) == ("control", ID, VEHICLE)
    assert (sent.outcome, answer.outcome) == ("sent", "done")


def test_the_audit_says_what_the_monitor_answered(control_room: Browser, gateway: Gateway, database: Database) -> None:
    async def refuse(_: str, request: Request) -> Reply:
        return Reply(False, "Ines has acknowledged it before.")

    gateway.run(gateway.bus.put(subjects.ALERTS_BUCKET, subjects.alert_key(ID), ALERT))
    problem(control_room.send("POST", PATH), 503)
    assert [one.outcome for one in audited(database)] == ["unanswered", "sent"]
    gateway.run(gateway.bus.serve(subjects.request(subjects.MONITOR, subjects.ACKNOWLEDGE), Request, refuse))
    assert control_room.send("POST", PATH).status_code == 200
    answer = audited(database)[0]
    assert (answer.outcome, answer.detail["answer"]) == ("denied", "Ines has acknowledged it before.")


def test_a_pilot_acknowledges_what_his_drone_raised(pilot: Browser, loaded: Sortie, heard: list[Request]) -> None:
    assert pilot.send("POST", PATH).status_code == 200
    assert len(heard) == 1


def test_a_pilot_does_not_acknowledge_for_another(pilot: Browser, heard: list[Request]) -> None:
    problem(pilot.send("POST", PATH), 403)
    assert heard == []


def test_an_observer_acknowledges_nothing(observer: Browser, loaded: Sortie, heard: list[Request]) -> None:
    problem(observer.send("POST", PATH), 403)
    assert heard == []


def test_an_alert_that_is_over_cannot_be_acknowledged(control_room: Browser, heard: list[Request]) -> None:
    problem(control_room.send("POST", "/api/alerts/gone/acknowledge"), 404)
