"""A guest link shows the drones that it names until it ends, and opens nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from flask import Flask

from telemetry import subjects
from telemetry.wire import Alert, GuestView, Onboard, VehicleInfo
from tests.waiting import wait_until
from tests.web.addresses import path_of, routes
from tests.web.bus.conftest import Gateway, receipt
from tests.web.conftest import VEHICLE, Browser
from web.api import BusTicket, Fleet, Sortie
from web.auth.permissions import Permission, Role, allowed
from web.board import Board
from web.bus_line import BusLine
from web.guests import make_good
from web.store import audit, grants
from web.store.database import Database
from web.store.models import GuestLink

ALERT = Alert("a1", VEHICLE, "gps", "warning", "UAV-07: GPS.", datetime(2026, 11, 22, 8, tzinfo=UTC))


@pytest.fixture
def link(control_room: Browser, bus_line: BusLine) -> str:
    made = control_room.post("/guests", name="Fire brigade", hours="2", vehicles=VEHICLE)
    found = re.search(r"data-secret>https?://[^/]+(/guest/[^<]+)<", made.text)
    assert found, made.text
    return found[1]


@pytest.fixture
def guest(app: Flask, link: str) -> Browser:
    browser = Browser(app)
    entered = browser.get(link)
    assert (entered.status_code, entered.location) == (302, "/live")
    return browser


def views(gateway: Gateway) -> dict[str, GuestView]:
    return gateway.run(gateway.bus.entries(subjects.GUESTS_BUCKET, GuestView))


def test_a_guest_sees_what_the_link_names(guest: Browser, gateway: Gateway, approved: Sortie) -> None:
    said = VehicleInfo(VEHICLE, "gateway", "udp", 7, True, statustexts=("PreArm: secret",))
    gateway.run(gateway.bus.put(subjects.VEHICLES_BUCKET, VEHICLE, said))
    gateway.run(gateway.bus.put(subjects.VEHICLES_BUCKET, "UAV-08", VehicleInfo("UAV-08", "gateway", "udp", 8, True)))
    gateway.run(gateway.bus.put(subjects.ALERTS_BUCKET, ALERT.alert_id, ALERT))
    held = Onboard(VEHICLE, approved.plan, receipt("u1", approved))
    gateway.run(gateway.bus.put(subjects.ONBOARD_BUCKET, VEHICLE, held))
    gateway.run(gateway.bus.put(subjects.ONBOARD_BUCKET, "UAV-08", msgspec.structs.replace(held, vehicle="UAV-08")))
    fleet = msgspec.json.decode(guest.get("/api/fleet").data, type=Fleet)
    assert [(info.vehicle, info.statustexts) for info in fleet.vehicles] == [(VEHICLE, ())]
    assert [one.vehicle for one in fleet.onboard] == [VEHICLE]
    assert (fleet.alerts, fleet.incidents) == ((), ())
    assert "UAV-08" not in guest.get("/api/vehicles").text
    page = guest.page_data("/live")
    assert (page["me"]["role"], page["orders"]) == ("guest", [])
    assert datetime.fromisoformat(page["guest_until"]) > datetime.now(UTC)
    assert page["names"] == {}, "nobody of the unit is named to a guest"
    ticket = msgspec.json.decode(guest.get("/api/bus-ticket").data, type=BusTicket)
    (view,) = views(gateway).values()
    assert ticket.subjects == (subjects.guest(view.guest_id),)
    assert ticket.expires_at - datetime.now(UTC) <= timedelta(minutes=2)
    assert view.vehicles == (VEHICLE,)


def test_a_guest_may_do_nothing_else(app: Flask, guest: Browser) -> None:
    wrong = []
    for rule, method, wanted in routes(app):
        if not isinstance(wanted, Permission) or allowed(Role.GUEST, wanted):
            continue
        answered = guest.send(method, path_of(rule))
        if answered.status_code not in (400, 403):  # 400: no CSRF token, which a guest never gets on a form
            wrong.append((method, rule.rule, answered.status_code))
    assert wrong == []
    assert {
        wanted for _, _, wanted in routes(app) if isinstance(wanted, Permission) and allowed(Role.GUEST, wanted)
    } == {
        Permission.LIVE_VIEW,
        Permission.MAP_VIEW,
    }


def test_a_revoked_link_shows_nothing_at_once(
    app: Flask, guest: Browser, link: str, control_room: Browser, gateway: Gateway, database: Database
) -> None:
    (view,) = views(gateway).values()
    assert control_room.post(f"/guests/{view.guest_id}/revoke").status_code == 302
    assert views(gateway) == {}
    assert guest.get("/api/bus-ticket").status_code == 401
    again = Browser(app).get(link)
    assert again.status_code == 404
    assert "revoked" in again.text
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="guest"))
    assert [(entry.action, entry.outcome) for entry in reversed(entries)] == [
        ("guest.invite", "done"),
        ("guest.enter", "done"),
        ("guest.revoke", "done"),
        ("guest.enter", "refused"),
    ]


def test_an_expired_link_ends_by_itself(
    guest: Browser, gateway: Gateway, database: Database, bus_line: BusLine
) -> None:
    (view,) = views(gateway).values()
    with database.write() as db:
        row = db.get(GuestLink, int(view.guest_id))
        assert row is not None
        row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    assert guest.get("/api/fleet").status_code == 401
    assert make_good(database, bus_line) == 1
    assert views(gateway) == {}


def test_a_link_made_without_a_bus_is_shown_when_there_is_one(
    database: Database, gateway: Gateway, bus_line: BusLine
) -> None:
    with database.write() as db:
        made, _ = grants.make_guest(db, "control", "Fire brigade", [VEHICLE], timedelta(hours=1))
    board = Board(database, bus_line, every_s=0.05)
    board.start()
    wait_until(lambda: views(gateway).keys() == {made.guest_id}, "the guest")
    board.stop()


def test_a_user_who_opens_a_link_stays_himself(pilot: Browser, link: str) -> None:
    assert pilot.get(link).location == "/live"
    assert pilot.page_data("/live")["me"]["username"] == "pilot"


def test_a_link_needs_a_name_a_drone_and_an_end(control_room: Browser, pilot: Browser, bus_line: BusLine) -> None:
    fields = {"name": "Fire brigade", "hours": "2", "vehicles": VEHICLE}
    for wrong in ({"name": ""}, {"hours": "25"}, {"hours": "0"}):
        assert control_room.post("/guests", **{**fields, **wrong}).status_code == 400
    assert control_room.post("/guests", name="Fire brigade", hours="2").status_code == 400
    assert pilot.get("/guests").status_code == 403
