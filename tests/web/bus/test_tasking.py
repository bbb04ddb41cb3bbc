"""Which drones could go to an incident, and the flight offered to a pilot as a draft."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from mission.plan import digest
from telemetry import subjects
from telemetry.wire import Incident, LiveFrame, LiveVehicle, VehicleInfo
from tests.waiting import wait_until
from tests.web.bus.conftest import Gateway
from tests.web.conftest import VEHICLE, Browser, problem, view
from web.api import SortieApprove, SortieSubmit, SortieSummary, SortieVersion
from web.api_incidents import Candidate, Candidates, IncidentCreate, OfferCreate, Task
from web.bus_line import BusLine
from web.picture import FleetPicture
from web.store import audit
from web.store.database import Database

HOME = {"lat_deg": 51.50735, "lon_deg": -0.16370}
READY: dict[str, Any] = {
    **HOME,
    "home_lat_deg": HOME["lat_deg"],
    "home_lon_deg": HOME["lon_deg"],
    "home_amsl_m": 24.0,
    "height_home_m": 0.0,
    "mode": "STABILIZE",
    "armed": False,
    "landed": True,
    "battery_pct": 96.0,
    "gps_fix": 3,
    "ekf_ok": True,
    "prearm_ok": True,
    "heartbeat_age_ms": 200,
    "position_age_ms": 100,
}
MADE = IncidentCreate("CAD 9", 51.5090, -0.1665, place="The Serpentine", note="Child missing")


def frame(*vehicles: LiveVehicle, gateway: str = "gateway") -> LiveFrame:
    return LiveFrame(gateway, subjects.EVERYWHERE, 1, datetime.now(UTC), vehicles)


def told(gateway: Gateway, bus_line: BusLine, *vehicles: LiveVehicle) -> None:
    """The web has heard of exactly these."""
    gateway.run(gateway.bus.publish(subjects.fleet("gateway"), frame(*vehicles)))
    wait_until(lambda: set(bus_line.picture.now()) == {one.vehicle for one in vehicles}, "told")


@pytest.fixture
def incident(control_room: Browser, gateway: Gateway) -> Incident:
    return msgspec.json.decode(control_room.send("POST", "/api/incidents", MADE).data, type=Incident)


def candidates(browser: Browser, incident: Incident, query: str = "") -> Candidates:
    answered = browser.get(f"/api/incidents/{incident.incident_id}/candidates{query}")
    assert answered.status_code == 200, answered.text
    return msgspec.json.decode(answered.data, type=Candidates)


def by_name(found: Candidates) -> dict[str, Candidate]:
    return {one.vehicle: one for one in found.candidates}


def test_every_drone_is_listed_and_what_speaks_against_it(
    control_room: Browser, incident: Incident, gateway: Gateway, bus_line: BusLine
) -> None:
    said = VehicleInfo("UAV-11", "gateway", "udp", 11, True, statustexts=("PreArm: Compass not calibrated",))
    gateway.run(gateway.bus.put(subjects.VEHICLES_BUCKET, "UAV-11", said))
    told(
        gateway,
        bus_line,
        LiveVehicle(VEHICLE, **READY),
        LiveVehicle("UAV-10", **{**READY, "heartbeat_age_ms": 40_000, "position_age_ms": 40_000}),
        LiveVehicle("UAV-11", **{**READY, "prearm_ok": False, "link_loss_pct": 31.0}),
    )
    found = candidates(control_room, incident)
    assert [one.vehicle for one in found.candidates] == [VEHICLE, "UAV-11", "UAV-08", "UAV-10"]
    drones = by_name(found)
    best = drones[VEHICLE]
    assert (best.possible, best.against, best.battery_pct) == (True, (), 96.0)
    assert best.eta_s is not None
    assert 30.0 < best.eta_s < 120.0
    assert best.distance_m == pytest.approx(267.0, abs=2.0)
    assert best.reserve_pct is not None
    assert 20.0 < best.reserve_pct < 96.0
    assert drones["UAV-11"].against == ("It would not arm: Compass not calibrated.",)
    assert drones["UAV-11"].remarks == ("Its link loses 31 % of what it sends.",)
    assert drones["UAV-08"].against[0] == "Not switched on, or out of reach of every link."
    assert drones["UAV-10"].against[0].startswith("Nothing heard of it for 4")
    assert {pilot.username for pilot in found.pilots} == {"pilot", "supervisor"}
    assert any("wind is not known" in limit for limit in found.limits)


def test_the_wind_that_the_control_room_knows_counts(
    control_room: Browser, incident: Incident, gateway: Gateway, bus_line: BusLine
) -> None:
    told(gateway, bus_line, LiveVehicle(VEHICLE, **READY))
    calm = by_name(candidates(control_room, incident))[VEHICLE].reserve_pct
    found = candidates(control_room, incident, "?wind_m_s=25&wind_from_deg=0")
    blown = by_name(found)[VEHICLE].reserve_pct
    assert calm is not None
    assert blown is not None
    assert blown < calm
    assert not any("wind" in limit for limit in found.limits)
    path = f"/api/incidents/{incident.incident_id}/candidates"
    assert problem(control_room.get(f"{path}?wind_m_s=much"), 400).where == "wind_m_s"
    assert problem(control_room.get(f"{path}?height_m=400"), 400).where == "height_m"


def became(browser: Browser, incident: Incident) -> list[tuple[str, str | None, str, str | None]]:
    """What the offers for the incident have become, as the board shows it."""
    offers = candidates(browser, incident).offers
    return [(one.sortie_id, one.vehicle, one.state, one.offered_by) for one in offers]


@pytest.mark.parametrize("task", list(Task))
def test_an_offer_is_a_draft_of_the_pilot_under_the_same_checks(
    task: Task,
    control_room: Browser,
    pilot: Browser,
    supervisor: Browser,
    incident: Incident,
    gateway: Gateway,
    bus_line: BusLine,
    database: Database,
) -> None:
    told(gateway, bus_line, LiveVehicle(VEHICLE, **READY))
    path = f"/api/incidents/{incident.incident_id}/offer"
    offered = view(control_room.send("POST", path, OfferCreate(VEHICLE, "pilot", task, 50.0)))
    sortie = offered.sortie
    assert (sortie.pilot, sortie.vehicle, sortie.incident, sortie.state) == ("pilot", VEHICLE, "CAD 9", "draft")
    assert not offered.rights.edit
    assert "Child missing" in sortie.purpose
    assert sortie.plan_sha256 == digest(sortie.plan)
    (first,) = msgspec.json.decode(
        pilot.get(f"/api/sorties/{sortie.sortie_id}/versions").data, type=list[SortieVersion]
    )
    assert first.saved_by == "control"
    (waiting,) = msgspec.json.decode(pilot.get("/api/offers").data, type=list[SortieSummary])
    assert (waiting.sortie_id, waiting.offered_by) == (sortie.sortie_id, "control")
    assert "Offered to you" in pilot.get("/").text
    assert "offered</span>" in pilot.get("/sorties").text
    assert became(control_room, incident) == [(sortie.sortie_id, VEHICLE, "draft", "control")]
    submitted = view(pilot.send("POST", f"/api/sorties/{sortie.sortie_id}/submit", SortieSubmit(sortie.version)))
    assert submitted.sortie.state == "submitted"
    assert became(control_room, incident) == [(sortie.sortie_id, VEHICLE, "submitted", None)]
    assert msgspec.json.decode(pilot.get("/api/offers").data) == []
    assert "Offered to you" not in pilot.get("/").text
    approving = SortieApprove(sortie.plan_sha256)
    approved = view(supervisor.send("POST", f"/api/sorties/{sortie.sortie_id}/approve", approving))
    assert approved.sortie.state == "approved"
    with database.read() as db:
        (entry,), _ = audit.search(db, audit.Search(action="incident.offer"))
    assert (entry.username, entry.subject, entry.detail["sortie"]) == ("control", "CAD 9", sortie.sortie_id)


def test_whoever_offers_a_flight_does_not_approve_it(
    supervisor: Browser, pilot: Browser, incident: Incident, gateway: Gateway, bus_line: BusLine
) -> None:
    told(gateway, bus_line, LiveVehicle(VEHICLE, **READY))
    path = f"/api/incidents/{incident.incident_id}/offer"
    sortie = view(supervisor.send("POST", path, OfferCreate(VEHICLE, "pilot"))).sortie
    pilot.send("POST", f"/api/sorties/{sortie.sortie_id}/submit", SortieSubmit(sortie.version))
    approving = SortieApprove(sortie.plan_sha256)
    problem(supervisor.send("POST", f"/api/sorties/{sortie.sortie_id}/approve", approving), 403)


def test_what_cannot_be_offered_is_said(
    control_room: Browser, pilot: Browser, incident: Incident, gateway: Gateway, bus_line: BusLine
) -> None:
    told(gateway, bus_line, LiveVehicle(VEHICLE, **READY))
    path = f"/api/incidents/{incident.incident_id}/offer"
    unheard = problem(control_room.send("POST", path, OfferCreate("UAV-08", "pilot")), 409)
    assert "out of reach" in unheard.text
    assert problem(control_room.send("POST", path, OfferCreate(VEHICLE, "observer")), 400).where == "pilot"
    assert (
        problem(control_room.send("POST", path, OfferCreate(VEHICLE, "pilot", height_m=500.0)), 400).where == "height_m"
    )
    problem(pilot.send("POST", path, OfferCreate(VEHICLE, "pilot")), 403)


def test_a_drone_that_two_gateways_hear_is_as_the_latest_has_it() -> None:
    now = [100.0]
    picture = FleetPicture(lambda: now[0])
    picture.take(frame(LiveVehicle("UAV-01", mode="AUTO", heartbeat_age_ms=300), gateway="north"))
    now[0] = 104.0
    picture.take(frame(LiveVehicle("UAV-01", mode="RTL", heartbeat_age_ms=900), gateway="south"))
    seen = picture.now()["UAV-01"]
    assert (seen.live.mode, seen.position_s) == ("RTL", None)
    assert seen.heartbeat_s == pytest.approx(0.9)
    now[0] = 110.0
    assert picture.now()["UAV-01"].heartbeat_s == pytest.approx(6.9)
