"""What a browser may hear of, and what it is told before its first frame."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from flask import Flask

from mission.plan import Plan
from telemetry import subjects
from telemetry.wire import (
    Onboard,
    area_of,
)
from tests.web.bus.conftest import Gateway
from tests.web.conftest import PASSWORD, VEHICLE, Browser, view
from web.api import BusTicket, Fleet, Sortie, SortieCreate, SortieSave
from web.auth.permissions import Role
from web.bus_line import BusLine
from web.store import users
from web.store.database import Database

SERVICES = ("pulse.monitor", "pulse.recorder", "pulse.web")


@pytest.fixture
def other_pilot(app: Flask, database: Database) -> Browser:
    with database.write() as db:
        users.create(db, "other", "O. Pilot", Role.PILOT, PASSWORD)
    browser = Browser(app)
    browser.log_in("other")
    return browser


def test_a_ticket_for_those_who_watch_all(control_room: Browser, bus_line: BusLine) -> None:
    ticket = msgspec.json.decode(control_room.get("/api/bus-ticket").data, type=BusTicket)
    assert ticket.subjects == ("live.>", "fleet.>", "pulse.>", "traffic.>", "event.>", "progress.>", "$KV.incidents.*")
    assert ticket.url.startswith("ws://")
    assert ticket.expires_at > datetime.now(UTC)


def test_a_pilots_ticket_reaches_his_sorties_surroundings(pilot: Browser, loaded: Sortie, bus_line: BusLine) -> None:
    ticket = msgspec.json.decode(pilot.get("/api/bus-ticket").data, type=BusTicket)
    assert loaded.plan.home is not None
    place = loaded.plan.home.position
    assert f"live.{area_of(place.lat_deg, place.lon_deg)}" in ticket.subjects
    assert f"live.{area_of(place.lat_deg + 0.05, place.lon_deg)}" in ticket.subjects
    assert f"live.{area_of(place.lat_deg + 1, place.lon_deg)}" not in ticket.subjects
    assert f"event.{VEHICLE}.>" in ticket.subjects
    assert set(SERVICES) < set(ticket.subjects)
    assert not any(subject.endswith("live.>") or subject == "event.>" for subject in ticket.subjects)


def test_a_draft_elsewhere_with_anothers_drone_lets_its_pilot_hear_no_more(
    pilot: Browser, other_pilot: Browser, loaded: Sortie, bus_line: BusLine
) -> None:
    made = SortieCreate("Elsewhere", "", loaded.plan, vehicle=VEHICLE)
    draft = view(other_pilot.send("POST", "/api/sorties", made)).sortie
    for asked in ("/api/bus-ticket", f"/api/bus-ticket?sortie={draft.sortie_id}", "/api/bus-ticket?sortie=1"):
        assert msgspec.json.decode(other_pilot.get(asked).data, type=BusTicket).subjects == SERVICES, asked


def test_a_pilot_hears_his_drone_while_its_sortie_is_drawn_anew(
    pilot: Browser, loaded: Sortie, bus_line: BusLine
) -> None:
    before = msgspec.json.decode(pilot.get("/api/bus-ticket").data, type=BusTicket).subjects
    empty = SortieSave(loaded.version, loaded.title, loaded.purpose, Plan(), vehicle="UAV-08")
    assert view(pilot.send("PUT", f"/api/sorties/{loaded.sortie_id}", empty)).sortie.state == "draft"
    assert msgspec.json.decode(pilot.get("/api/bus-ticket").data, type=BusTicket).subjects == before


def test_an_observer_without_a_sortie_hears_of_no_drone(observer: Browser, loaded: Sortie, bus_line: BusLine) -> None:
    assert msgspec.json.decode(observer.get("/api/bus-ticket").data, type=BusTicket).subjects == SERVICES


def test_the_fleet_shows_plans_on_board_to_those_concerned(
    pilot: Browser, observer: Browser, control_room: Browser, loaded: Sortie, gateway: Gateway
) -> None:
    assert loaded.receipt is not None
    gateway.run(gateway.bus.put(subjects.ONBOARD_BUCKET, VEHICLE, Onboard(VEHICLE, loaded.plan, loaded.receipt)))

    def seen(browser: Browser) -> Fleet:
        return msgspec.json.decode(browser.get("/api/fleet").data, type=Fleet)

    assert [info.vehicle for info in seen(observer).vehicles] == [VEHICLE]
    assert seen(observer).onboard == ()
    assert seen(pilot).onboard[0].plan == loaded.plan
    assert seen(control_room).onboard[0].plan == loaded.plan


def test_the_live_page_says_what_may_be_ordered(
    pilot: Browser, control_room: Browser, supervisor: Browser, loaded: Sortie, bus_line: BusLine
) -> None:
    own = pilot.page_data("/live")["orders"]
    assert [(right["vehicle"], right["reason_required"]) for right in own] == [(VEHICLE, False)]
    assert "arm" in own[0]["verbs"]
    assert control_room.page_data("/live")["orders"] == []
    assert {right["vehicle"]: right["reason_required"] for right in supervisor.page_data("/live")["orders"]} == {
        VEHICLE: True,
        "UAV-08": True,
    }
