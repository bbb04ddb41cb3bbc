"""Orders to the built-in vehicle: done when its state shows it, refused in its own words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mission.items import MissionType, mission_items
from sitl.link import parse
from telemetry.errors import Refused, VehicleSilent
from telemetry.mavlink.enums import MavCmd
from telemetry.services import intervals, orders, transfer
from telemetry.services.commands import command
from telemetry.wire import Reply, Request
from telemetry.words import ORDER_WORDS
from tests.telemetry.services.hard_link import HardLink, simulated
from tests.telemetry.services.plans import plan
from tests.telemetry.services.scenarios import PILOT, quiet
from tests.telemetry.services.skipping import run


async def order(link: HardLink, verb: str, **arguments: Any) -> Reply:
    return await orders.execute(link.mailbox, verb, Request(PILOT, arguments))


def test_a_mission_is_flown_by_orders_alone() -> None:
    async def attempt() -> list[tuple[str, Reply, str, bool]]:
        seen = []
        async with simulated() as link:
            link.set(parse("delay=50ms"))
            await transfer.upload(link.mailbox, MissionType.MISSION, mission_items(plan(5)), quiet)
            for verb in ("start", "hold", "continue", "return", "land"):
                arguments = {"arm": True} if verb == "start" else {}
                reply = await order(link, verb, **arguments)
                await asyncio.sleep(8.0)
                seen.append((verb, reply, link.vehicle.mode.name, link.vehicle.armed))
        return seen

    seen = run(attempt())
    assert all(reply.ok for _, reply, _, _ in seen), seen
    assert [mode for _, _, mode, _ in seen] == ["AUTO", "BRAKE", "AUTO", "RTL", "LAND"]
    assert all(armed for *_, armed in seen)


def test_going_somewhere_in_guided() -> None:
    async def attempt() -> list[Reply]:
        async with simulated() as link:
            return [
                await order(link, "takeoff", height_home_m=20.0, arm=True),
                await order(link, "goto", lat_deg=51.508, lon_deg=-0.164, height_home_m=30.0),
                await order(link, "speed", speed_m_s=4.0),
                await order(link, "roi", lat_deg=51.508, lon_deg=-0.164),
                await order(link, "roi"),
                await order(link, "mode", mode="loiter"),
            ]

    replies = run(attempt())
    assert all(reply.ok for reply in replies), replies
    assert replies[0].text == "Taking off to 20 m above home."


def test_a_vehicle_without_position_says_why_it_does_not_arm() -> None:
    async def attempt() -> Reply:
        async with simulated(warm_up_s=5.0) as link:
            return await order(link, "start", arm=True)

    reply = run(attempt())
    assert not reply.ok
    assert reply.said
    assert any(said.startswith("Arm: ") for said in reply.said)
    assert all(said in reply.text for said in reply.said if said.startswith("Arm: "))


def test_start_does_not_arm_unasked() -> None:
    async def attempt() -> tuple[Reply, bool]:
        async with simulated() as link:
            return await order(link, "start"), link.vehicle.armed

    reply, armed = run(attempt())
    assert (reply.ok, armed) == (False, False)
    assert "not armed" in reply.text


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        ("jump", {}, "no order “jump”"),
        ("goto", {"lat_deg": 151.0, "lon_deg": 0.0, "height_home_m": 10.0}, "lat_deg"),
        ("goto", {"lat_deg": float("nan"), "lon_deg": 0.0, "height_home_m": 10.0}, "lat_deg"),
        ("goto", {"lat_deg": 51.0, "lon_deg": 0.0}, "height_home_m"),
        ("takeoff", {"height_home_m": -3.0}, "height_home_m"),
        ("roi", {"lat_deg": 51.0}, "lat_deg and lon_deg go together"),
        ("arm", {"force": True}, "force"),
        ("mode", {"mode": "WARP"}, "WARP"),
    ],
)
def test_an_order_that_means_nothing_is_not_sent(verb: str, arguments: dict[str, Any], words: str) -> None:
    async def attempt() -> tuple[Reply, int]:
        async with simulated(warm_up_s=1.0) as link:
            return await order(link, verb, **arguments), link.sent["COMMAND_LONG"] + link.sent["COMMAND_INT"]

    reply, sent = run(attempt())
    assert not reply.ok
    assert words in reply.text
    assert sent == 0


@pytest.mark.parametrize("verb", orders.ORDERS)
def test_a_refusal_names_what_was_ordered_as_people_do(verb: str) -> None:
    async def attempt() -> Reply:
        async with simulated(warm_up_s=1.0) as link:
            return await order(link, verb, nonsense=1)

    assert run(attempt()).text.startswith(f"{ORDER_WORDS[verb]}: ")


def test_a_drone_that_refuses_is_said_to_have_refused() -> None:
    async def attempt() -> Reply:
        async with simulated(warm_up_s=5.0) as link:
            return await order(link, "goto", lat_deg=51.5, lon_deg=-0.16, height_home_m=30.0)

    assert run(attempt()).text.startswith("Go to a place: refused by the drone")


def test_a_command_is_repeated_with_its_confirmation_counted_up_then_named_silent() -> None:
    async def attempt() -> tuple[VehicleSilent, list[int]]:
        confirmations: list[int] = []
        async with simulated(warm_up_s=1.0) as link:
            send = link.mailbox.send

            def note(name: str, **fields: Any) -> None:
                if name == "COMMAND_LONG":
                    confirmations.append(fields["confirmation"])
                send(name, **fields)

            link.mailbox.send = note  # type: ignore[method-assign]
            link.set(parse("loss=100%"))
            with pytest.raises(VehicleSilent) as silent:
                await command(link.mailbox, "arm", MavCmd.COMPONENT_ARM_DISARM, 1)
            return silent.value, confirmations

    error, confirmations = run(attempt())
    assert confirmations == [0, 1, 2, 3, 4, 5]
    assert "COMMAND_LONG 400 sent 6 times" in str(error)


def test_a_result_is_told_in_words() -> None:
    async def attempt() -> Refused:
        async with simulated(warm_up_s=5.0) as link:
            with pytest.raises(Refused) as refused:
                await command(link.mailbox, "nonsense", 31_999)
            return refused.value

    refused = run(attempt())
    assert refused.code == 3
    assert "not supported" in str(refused)


def test_messages_come_as_often_as_asked_for() -> None:
    async def attempt() -> tuple[tuple[str, ...], int]:
        async with simulated(warm_up_s=5.0) as link:
            refused = await intervals.ask_for(link.mailbox, intervals.NEEDS_HZ)
            with link.mailbox.listen("GLOBAL_POSITION_INT") as inbox:
                await asyncio.sleep(2.0)
                heard = 0
                while await inbox.get(0.0) is not None:
                    heard += 1
            return refused, heard

    refused, heard = run(attempt())
    assert "GLOBAL_POSITION_INT" not in refused
    assert 17 <= heard <= 22


def test_a_message_is_requested_once() -> None:
    async def attempt() -> Any:
        async with simulated(warm_up_s=5.0) as link:
            version = await intervals.request(link.mailbox, "AUTOPILOT_VERSION")
            return version, link.mailbox.capabilities

    version, capabilities = run(attempt())
    assert version.flight_sw_version >> 24 == 4
    assert capabilities == version.capabilities


def test_what_needs_no_command_is_an_order() -> None:
    assert orders.ORDERS.keys() >= orders.EMERGENCY
