"""Orders reach the drone from those who may give them, and its answer comes back as it was said."""

from __future__ import annotations

import msgspec
import pytest
from flask import Flask

from telemetry import subjects
from telemetry.wire import Actor, Reply, VehicleInfo
from tests.web.bus.conftest import Gateway, order
from tests.web.conftest import PASSWORD, VEHICLE, Browser, problem, view
from web.api import Sortie, SortieSave
from web.auth.permissions import Role
from web.store import audit, users
from web.store.database import Database


def test_the_pilot_orders_the_drone_of_his_sortie(pilot: Browser, loaded: Sortie, gateway: Gateway) -> None:
    gateway.answer = Reply(False, "Arm: denied.", ("PreArm: Throttle below failsafe",))
    answered = order(pilot, "arm")
    assert answered.status_code == 200
    assert msgspec.json.decode(answered.data, type=Reply) == gateway.answer
    verb, request = gateway.asked[0]
    assert (verb, request.actor.user, request.sortie) == ("arm", "pilot", loaded.sortie_id)


def test_the_former_plan_is_restored_by_whoever_may_order_the_drone(
    pilot: Browser, observer: Browser, loaded: Sortie, gateway: Gateway
) -> None:
    problem(order(observer, "restore"), 403)
    gateway.answer = Reply(True, "Upload to UAV-07 started.", data={"upload_id": "u2"})
    assert order(pilot, "restore").json["data"] == {"upload_id": "u2"}  # type: ignore[index]
    assert [verb for verb, _ in gateway.asked] == ["restore"]


def test_every_order_and_its_end_are_in_the_audit(
    pilot: Browser, loaded: Sortie, gateway: Gateway, database: Database
) -> None:
    order(pilot, "start")
    gateway.answer = Reply(False, "Denied.")
    order(pilot, "land")
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="order"))
    assert [(entry.action, entry.subject, entry.outcome) for entry in entries] == [
        ("order.land", VEHICLE, "denied"),
        ("order.land", VEHICLE, "sent"),
        ("order.start", VEHICLE, "done"),
        ("order.start", VEHICLE, "sent"),
    ]


def test_a_pilot_orders_no_other_drone(
    app: Flask, pilot: Browser, database: Database, loaded: Sortie, gateway: Gateway
) -> None:
    problem(order(pilot, "land", vehicle="UAV-08"), 403)
    with database.write() as db:
        users.create(db, "other", "O. Pilot", Role.PILOT, PASSWORD)
    other = Browser(app)
    other.log_in("other")
    problem(order(other, "land"), 403)
    assert gateway.asked == []


@pytest.mark.parametrize("verb", ["arm", "start", "land", "hold"])
@pytest.mark.parametrize("name", ["control_room", "administrator"])
def test_who_only_watches_orders_nothing(
    request: pytest.FixtureRequest, loaded: Sortie, gateway: Gateway, name: str, verb: str
) -> None:
    problem(order(request.getfixturevalue(name), verb), 403)
    assert gateway.asked == []


def test_the_observer_of_the_sortie_may_hold_and_abort_only(
    app: Flask, pilot: Browser, supervisor: Browser, observer: Browser, loaded: Sortie, gateway: Gateway
) -> None:
    problem(order(observer, "land"), 403)
    named = SortieSave(loaded.version, loaded.title, loaded.purpose, loaded.plan, observer="observer")
    view(pilot.send("PUT", f"/api/sorties/{loaded.sortie_id}", named))
    for verb in ("hold", "land", "return", "pause"):
        assert order(observer, verb).status_code == 200
    for verb in ("arm", "start", "goto", "mode", "disarm"):
        problem(order(observer, verb), 403)
    assert [verb for verb, _ in gateway.asked] == ["hold", "land", "return", "pause"]


def test_a_supervisor_takes_over_for_a_reason(
    supervisor: Browser, loaded: Sortie, gateway: Gateway, database: Database
) -> None:
    assert problem(order(supervisor, "return"), 400).where == "reason"
    assert gateway.asked == []
    assert order(supervisor, "return", "Pilot unwell").status_code == 200
    assert gateway.asked[0][1].reason == "Pilot unwell"
    with database.read() as db:
        entry = audit.search(db, audit.Search(action="order"))[0][-1]
    assert (entry.detail["override"], entry.detail["reason"]) == (True, "Pilot unwell")


def held(gateway: Gateway, commander: Actor, offered_to: str | None = None) -> None:
    """The bus says who holds command of `VEHICLE`."""
    info = VehicleInfo(VEHICLE, "gateway", "udp", 7, True, commander=commander, command_offered_to=offered_to)
    gateway.run(gateway.bus.put(subjects.VEHICLES_BUCKET, VEHICLE, info))


def test_whom_command_is_handed_over_to_may_order(
    app: Flask, pilot: Browser, database: Database, loaded: Sortie, gateway: Gateway
) -> None:
    with database.write() as db:
        users.create(db, "relief", "R. Pilot", Role.PILOT, PASSWORD)
    relief = Browser(app)
    relief.log_in("relief")
    held(gateway, Actor("pilot", "pilot"))
    problem(order(relief, "take"), 403)
    held(gateway, Actor("pilot", "pilot"), offered_to="relief")
    assert order(relief, "take").status_code == 200
    held(gateway, Actor("relief", "pilot"))
    assert order(relief, "goto").status_code == 200
    assert [right["vehicle"] for right in relief.page_data("/live")["orders"]] == [VEHICLE]
    held(gateway, Actor("pilot", "pilot"))
    problem(order(relief, "goto"), 403)


def test_a_supervisor_who_holds_command_needs_no_further_reason(
    supervisor: Browser, loaded: Sortie, gateway: Gateway
) -> None:
    problem(order(supervisor, "goto"), 400)
    held(gateway, Actor("supervisor", "supervisor"))
    assert order(supervisor, "goto").status_code == 200


def test_an_observer_is_never_in_command(observer: Browser, loaded: Sortie, gateway: Gateway) -> None:
    held(gateway, Actor("pilot", "pilot"), offered_to="observer")
    problem(order(observer, "take"), 403)
    assert gateway.asked == []


def test_an_unknown_order_is_not_sent(pilot: Browser, loaded: Sortie, gateway: Gateway) -> None:
    problem(order(pilot, "explode"), 404)
    problem(order(pilot, "upload"), 404)
    assert gateway.asked == []


def test_without_a_gateway_the_order_says_so(pilot: Browser, loaded: Sortie, gateway: Gateway) -> None:
    gateway.close()
    refused = problem(order(pilot, "land"), 503)
    assert f"{VEHICLE} cannot be reached" in refused.text
