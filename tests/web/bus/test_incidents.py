"""Live pages hear of incidents by the bus, whoever died meanwhile."""

from __future__ import annotations

import msgspec
import pytest

from telemetry import subjects
from telemetry.wire import Incident
from tests.waiting import wait_until
from tests.web.bus.conftest import Gateway
from tests.web.conftest import Browser
from web.api import BusTicket, Fleet, SortieCreate
from web.api_incidents import IncidentCreate, IncidentSave
from web.board import Board
from web.bus_line import BusLine
from web.incidents import make_good
from web.store import incidents
from web.store.database import Database

MADE = IncidentCreate("CAD 9", 51.5, -0.16)


@pytest.fixture
def heard(gateway: Gateway) -> list[Incident]:
    """What a live page hears, the empty message of a deleted key left out."""
    told: list[Incident] = []

    async def hear(_: str, incident: Incident) -> None:
        told.append(incident)

    gateway.run(gateway.bus.subscribe(subjects.INCIDENTS_ALL, Incident, hear))
    return told


def shown(gateway: Gateway) -> dict[str, Incident]:
    return gateway.run(gateway.bus.entries(subjects.INCIDENTS_BUCKET, Incident))


def test_a_change_is_heard_at_once_and_a_closed_one_leaves(
    control_room: Browser, gateway: Gateway, heard: list[Incident]
) -> None:
    made = msgspec.json.decode(control_room.send("POST", "/api/incidents", MADE).data, type=Incident)
    wait_until(lambda: heard == [made], "the new one")
    assert shown(gateway) == {made.incident_id: made}
    fields = {name: getattr(made, name) for name in IncidentSave.__struct_fields__ if name != "is_open"}
    control_room.send("PUT", f"/api/incidents/{made.incident_id}", IncidentSave(**fields, is_open=False))
    wait_until(lambda: len(heard) == 2, "the closing")
    assert heard[1].closed_by == "control"
    assert shown(gateway) == {}


def test_what_a_dead_web_left_unshown_is_made_good(
    database: Database, gateway: Gateway, bus_line: BusLine, heard: list[Incident]
) -> None:
    with database.write() as db:
        kept = incidents.create(db, "control", MADE)
    gateway.run(gateway.bus.put(subjects.INCIDENTS_BUCKET, "77", msgspec.structs.replace(kept, incident_id="77")))
    assert make_good(database, bus_line) == 2
    assert shown(gateway) == {kept.incident_id: kept}
    assert make_good(database, bus_line) == 0


def test_the_board_does_so_by_itself(database: Database, gateway: Gateway, bus_line: BusLine) -> None:
    with database.write() as db:
        kept = incidents.create(db, "control", MADE)
    board = Board(database, bus_line, every_s=0.05)
    board.start()
    wait_until(lambda: shown(gateway) == {kept.incident_id: kept}, "the incident")
    board.stop()


def test_a_page_gets_them_with_the_fleet_and_may_hear_of_them(
    control_room: Browser, pilot: Browser, gateway: Gateway
) -> None:
    made = msgspec.json.decode(control_room.send("POST", "/api/incidents", MADE).data, type=Incident)

    def sees(browser: Browser) -> tuple[tuple[Incident, ...], bool]:
        fleet = msgspec.json.decode(browser.get("/api/fleet").data, type=Fleet)
        ticket = msgspec.json.decode(browser.get("/api/bus-ticket").data, type=BusTicket)
        mine = {subjects.INCIDENTS_ALL, subjects.incident(made.incident_id)}
        return fleet.incidents, bool(mine & set(ticket.subjects))

    assert sees(control_room) == ((made,), True)
    assert sees(pilot) == ((), False)
    pilot.send("POST", "/api/sorties", SortieCreate("Search", "Missing child", incident=made.number))
    assert sees(pilot) == ((made,), True)
