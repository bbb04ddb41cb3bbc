"""Only an approved plan goes up, to the drone it is for; what became of it is kept with the sortie."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from flask import Flask

from mission.plan import Plan, digest
from telemetry import subjects
from telemetry.wire import (
    Actor,
    OpenFlight,
    Reply,
    UploadOrder,
    VehicleInfo,
)
from tests.web.bus.conftest import Gateway, Indexed, ended, order, receipt, started, upload
from tests.web.conftest import PASSWORD, VEHICLE, Browser, problem, view
from web.api import Sortie, SortieSave
from web.auth.permissions import Role
from web.bus_line import BusLine
from web.store import audit, users
from web.store.database import Database


def test_an_approved_plan_is_sent_to_the_gateway(pilot: Browser, approved: Sortie, gateway: Gateway) -> None:
    begun = started(upload(pilot, approved))
    verb, request = gateway.asked[0]
    sent = msgspec.convert(request.arguments, UploadOrder)
    assert (verb, request.actor, request.sortie) == ("upload", Actor("pilot", "pilot"), approved.sortie_id)
    assert sent.upload_id == begun.upload_id
    assert digest(sent.plan) == sent.plan_sha256 == approved.approved_sha256


def test_the_receipt_is_kept_with_the_sortie(pilot: Browser, loaded: Sortie, database: Database) -> None:
    assert loaded.state == "uploaded"
    assert loaded.receipt is not None
    assert loaded.receipt.verified
    assert loaded.receipt.stages[0].sent_sha256 == "a" * 64
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="upload"))
    assert [(entry.outcome, entry.username) for entry in entries] == [("verified", "pilot"), ("sent", "pilot")]


def test_a_failed_upload_says_so_and_the_sortie_stays_approved(
    pilot: Browser, approved: Sortie, gateway: Gateway, indexed: Indexed
) -> None:
    begun = started(upload(pilot, approved))
    ended(gateway, indexed, receipt(begun.upload_id, approved, verified=False))
    sortie = view(pilot.get(f"/api/sorties/{approved.sortie_id}")).sortie
    assert sortie.state == "approved"
    assert sortie.receipt is not None
    assert (sortie.receipt.verified, sortie.receipt.problem) == (False, "the read-back differs")


def test_an_unapproved_plan_stays_on_the_ground(pilot: Browser, draft: Sortie, gateway: Gateway) -> None:
    assert problem(upload(pilot, draft), 409).where == "plan"
    assert gateway.asked == []


def test_a_change_after_the_approval_keeps_it_on_the_ground(
    pilot: Browser, supervisor: Browser, approved: Sortie, gateway: Gateway
) -> None:
    changed = SortieSave(approved.version, approved.title, approved.purpose, Plan())
    view(pilot.send("PUT", f"/api/sorties/{approved.sortie_id}", changed))
    problem(upload(pilot, approved), 409)
    problem(upload(supervisor, approved), 409)
    assert gateway.asked == []


def test_a_supervisors_override_needs_a_reason_and_is_audited(
    pilot: Browser, supervisor: Browser, draft: Sortie, gateway: Gateway, database: Database
) -> None:
    problem(upload(pilot, draft, reason="I am in a hurry"), 403)
    problem(upload(supervisor, draft, reason="   "), 409)
    assert gateway.asked == []
    started(upload(supervisor, draft, reason="Child in the river"))
    assert gateway.asked[0][1].reason == "Child in the river"
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="upload"))
    assert (entries[0].username, entries[0].detail["override"]) == ("supervisor", "Child in the river")


@pytest.mark.parametrize("name", ["observer", "control_room", "administrator"])
def test_nobody_else_uploads(request: pytest.FixtureRequest, approved: Sortie, gateway: Gateway, name: str) -> None:
    problem(upload(request.getfixturevalue(name), approved), 403)
    assert gateway.asked == []


def test_another_spelling_of_a_drones_name_reaches_it_neither_by_upload_nor_by_order(
    pilot: Browser, supervisor: Browser, approved: Sortie, gateway: Gateway
) -> None:
    gateway.run(gateway.bus.put(subjects.VEHICLES_BUCKET, "UAV_09", VehicleInfo("UAV_09", "gateway", "udp", 9, True)))
    assert "did you mean" in problem(upload(supervisor, approved, "UAV.09", "Child in the river"), 404).text
    assert "did you mean" in problem(order(supervisor, "land", "Child in the river", "UAV 09"), 404).text
    assert gateway.asked == []


def test_the_approval_is_for_the_drone_it_names(
    pilot: Browser, supervisor: Browser, draft: Sortie, gateway: Gateway
) -> None:
    named = SortieSave(draft.version, draft.title, draft.purpose, draft.plan, vehicle="UAV-08")
    sortie = view(pilot.send("PUT", f"/api/sorties/{draft.sortie_id}", named)).sortie
    pilot.send("POST", f"/api/sorties/{draft.sortie_id}/submit", {"version": sortie.version})
    supervisor.send("POST", f"/api/sorties/{draft.sortie_id}/approve", {"plan_sha256": sortie.plan_sha256})
    assert problem(upload(pilot, sortie), 409).where == "vehicle"
    assert gateway.asked == []


def test_what_the_gateway_refuses_has_not_begun(pilot: Browser, approved: Sortie, gateway: Gateway) -> None:
    gateway.answer = Reply(False, "Another upload to this vehicle is under way.")
    assert "under way" in problem(upload(pilot, approved), 409).text
    problem(order(pilot, "arm"), 403)


def test_a_drone_that_nobody_serves_cannot_be_loaded(pilot: Browser, approved: Sortie, bus_line: BusLine) -> None:
    assert "UAV-08 cannot be reached" in problem(upload(pilot, approved, "UAV-08"), 503).text


def test_no_plan_goes_to_a_drone_that_flies_for_another(
    app: Flask, database: Database, loaded: Sortie, supervisor: Browser, gateway: Gateway
) -> None:
    with database.write() as db:
        users.create(db, "other", "O. Pilot", Role.PILOT, PASSWORD)
    other = Browser(app)
    other.log_in("other")
    own = view(other.send("POST", "/api/sorties", {"title": "Mine", "purpose": "x", "plan": loaded.plan})).sortie
    other.send("POST", f"/api/sorties/{own.sortie_id}/submit", {"version": 1})
    supervisor.send("POST", f"/api/sorties/{own.sortie_id}/approve", {"plan_sha256": own.plan_sha256})
    flying = OpenFlight("20261122T080000Z-UAV-07", VEHICLE, datetime.now(UTC), "/nowhere")
    gateway.run(gateway.bus.put(subjects.FLIGHTS_BUCKET, VEHICLE, flying))
    assert f"flying sortie {loaded.sortie_id}" in problem(upload(other, own), 409).text
    assert gateway.asked == []
    gateway.run(gateway.bus.delete(subjects.FLIGHTS_BUCKET, VEHICLE))
    started(upload(other, own))
