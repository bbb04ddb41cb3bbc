"""Command of a drone: who holds it is known to everyone, nobody else flies it, and everybody may bring it home."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.errors import AuthorityError
from telemetry.gateway.command import Command, words
from telemetry.vehicle import Vehicle
from telemetry.wire import Actor, Event, Reply, Request, VehicleInfo
from tests.telemetry.conftest import Broker
from tests.telemetry.drone import Drone
from tests.telemetry.one_gateway import events, running, watching
from tests.waiting import until

ANN, BOB, CHIEF = Actor("ann", "pilot"), Actor("bob", "pilot"), Actor("chief", "supervisor")


class Told:
    def __init__(self, armed: bool | None = False, was: VehicleInfo | None = None) -> None:
        self.events: list[Event] = []
        self.vehicle = Vehicle("UAV-07", 7, "radio", True)
        self.vehicle["armed"] = armed
        self.command = Command(self.vehicle, was, self.events.append)

    @property
    def holder(self) -> str | None:
        holder = self.command.authority.holder
        return holder.user if holder else None

    def order(self, actor: Actor, verb: str, reason: str | None = None, arms: bool = False) -> str | None:
        """Gives an order; the words of its refusal, if it is refused."""
        try:
            with self.command.ordering(verb, Request(actor, reason=reason)):
                self.vehicle["armed"] = self.vehicle.armed or arms
        except AuthorityError as error:
            return words(error)
        return None

    def change(self, actor: Actor, verb: str, reason: str | None = None, **arguments: str) -> Reply:
        return self.command.change(verb, Request(actor, dict(arguments), reason=reason))


@pytest.fixture
def told() -> Told:
    return Told()


def test_on_the_ground_nobody_stands_in_anothers_way_by_what_he_ordered(told: Told) -> None:
    assert told.order(ANN, "upload") is None
    assert told.order(ANN, "mode") is None
    assert (told.holder, told.events) == (None, [])
    assert told.order(BOB, "upload") is None


def test_who_arms_holds_command_until_the_drone_is_disarmed(told: Told) -> None:
    assert told.order(ANN, "arm", arms=True) is None
    assert told.order(BOB, "goto") == "ann holds command; ask for it, or have a supervisor override."
    assert told.order(ANN, "goto") is None
    told.command.disarmed()
    assert [(one.data["verb"], one.data["holder"]) for one in told.events] == [("taken", "ann"), ("disarmed", None)]


def test_while_an_order_is_carried_out_nobody_elses_comes_between(told: Told) -> None:
    with told.command.ordering("arm", Request(ANN)):
        assert told.order(BOB, "mode") is not None
        assert told.order(BOB, "land") is None
    assert told.order(BOB, "mode") is None


@pytest.mark.parametrize("verb", ["return", "land", "hold", "pause"])
def test_everyone_may_stop_it_and_bring_it_home(verb: str) -> None:
    told = Told(armed=True)
    assert told.order(ANN, "goto") is None
    assert told.order(BOB, verb) is None
    assert told.holder == "ann"


def test_command_that_was_taken_stays_on_the_ground_and_can_be_released(told: Told) -> None:
    assert told.change(ANN, "take").ok
    assert told.order(BOB, "upload") is not None
    refused = told.change(BOB, "take")
    assert (refused.ok, refused.text) == (False, "ann holds command; ask for it, or have a supervisor override.")
    assert told.change(BOB, "release") == Reply(False, "bob does not hold command; ann does.")
    assert told.change(ANN, "release").ok
    assert told.order(BOB, "upload") is None


def test_command_is_handed_over_when_the_other_takes_it(told: Told) -> None:
    told.change(ANN, "take")
    assert not told.change(ANN, "hand_over").ok
    assert told.change(ANN, "hand_over", to="bob").text == "ann offers command to bob."
    assert told.holder == "ann"
    assert told.command.authority.offered_to == "bob"
    assert told.change(BOB, "take").text == "bob took command from ann."
    assert told.holder == "bob"


def test_a_supervisor_takes_over_for_a_reason_and_it_is_told(told: Told) -> None:
    told.order(ANN, "arm", arms=True)
    assert told.order(CHIEF, "goto") is not None, "not without a reason"
    assert told.order(BOB, "goto", reason="I want to") is not None, "not for another pilot's"
    assert told.order(CHIEF, "goto", reason="Pilot unwell") is None
    assert told.holder == "chief"
    event = told.events[-1]
    assert (event.kind, event.actor, event.text) == ("authority", "chief", "chief took command from ann: Pilot unwell")
    assert (event.data["verb"], event.data["before"], event.data["reason"]) == ("override", "ann", "Pilot unwell")
    assert told.order(ANN, "goto") == "chief holds command; ask for it, or have a supervisor override."
    assert told.change(CHIEF, "hand_over", to="ann").ok
    assert told.change(ANN, "take").ok


def info(commander: Actor | None) -> VehicleInfo:
    return VehicleInfo("UAV-07", "gateway", "radio", 7, True, commander=commander, command_since=datetime.now(UTC))


@pytest.mark.parametrize(("armed", "holder"), [(True, "ann"), (False, None)])
def test_command_outlives_a_restart_in_the_air_only(armed: bool, holder: str | None) -> None:
    told = Told(armed=None, was=info(ANN))
    told.command.beat()
    assert told.holder == "ann", "nothing is known yet"
    told.vehicle["armed"] = armed
    told.command.beat()
    assert told.holder == holder


async def test_everyone_sees_who_holds_command_and_a_restarted_gateway_knows_it(broker: Broker, bus: Bus) -> None:
    other = await broker.connect("web")
    screen = await watching(bus)

    async def ask(actor: Actor, verb: str, reason: str | None = None) -> Reply:
        return await other.request(subjects.request("UAV-07", verb), Request(actor, reason=reason), Reply, 10)

    async def shown(user: str | None) -> None:
        async with asyncio.timeout(10):
            while True:
                known = await bus.entry(subjects.VEHICLES_BUCKET, "UAV-07", VehicleInfo)
                if known is not None and (known.commander.user if known.commander else None) == user:
                    return
                await asyncio.sleep(0.05)

    before = await broker.connect("gateway")
    async with running(before) as (_, address), Drone.flying(address) as drone:
        await until(lambda: "UAV-07" in screen.latest)
        assert (await ask(ANN, "arm")).ok
        await shown("ann")
        refused = await ask(BOB, "disarm")
        assert (refused.ok, refused.text) == (False, "ann holds command; ask for it, or have a supervisor override.")
        assert drone.armed
    await before.close()
    screen.latest.clear()
    async with running(bus) as (_, address), Drone.flying(address, armed=True):
        await until(lambda: "UAV-07" in screen.latest)
        await shown("ann")
        assert not (await ask(BOB, "disarm")).ok
        assert (await ask(BOB, "return")).ok
        assert (await ask(ANN, "disarm")).ok
        await shown(None)
        assert (await ask(BOB, "take")).ok
        await shown("bob")
    assert [one.data["verb"] for one in await events(bus, "authority")] == ["taken", "disarmed", "take"]
    refusals = [one for one in await events(bus, "command") if not one.data["ok"]]
    assert [(one.actor, one.data["verb"]) for one in refusals] == [("bob", "disarm"), ("bob", "disarm")]
    await other.close()
