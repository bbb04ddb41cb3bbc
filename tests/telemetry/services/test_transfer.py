"""The mission protocol against the built-in vehicle: the vehicle's refusals, windows, and who is heard."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mission.items import MissionType, differences
from sitl.link import parse
from telemetry.errors import Interrupted, Refused, VehicleSilent
from telemetry.services import transfer
from tests.telemetry.services.hard_link import Simulated, simulated
from tests.telemetry.services.plans import items
from tests.telemetry.services.scenarios import quiet
from tests.telemetry.services.skipping import run

MISSION = MissionType.MISSION


def test_progress_counts_up_to_all_items() -> None:
    async def attempt() -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        written: list[tuple[int, int]] = []
        read: list[tuple[int, int]] = []
        async with simulated(warm_up_s=1.0) as link:
            await transfer.upload(link.mailbox, MISSION, items(40), lambda *step: written.append(step))
            await transfer.download(link.mailbox, MISSION, lambda *step: read.append(step))
        return written, read

    for steps in run(attempt()):
        assert steps == sorted(steps)
        assert steps[-1] == (41, 41)


def test_one_item_each_and_no_more_on_a_good_link() -> None:
    async def attempt() -> Simulated:
        async with simulated(warm_up_s=1.0) as link:
            link.set(parse("delay=50ms"))
            await transfer.upload(link.mailbox, MISSION, items(200), quiet)
            return link

    link = run(attempt())
    assert link.sent["MISSION_ITEM_INT"] == 201
    assert link.sent["MISSION_COUNT"] == 1


def test_a_window_makes_the_round_trip_count_once_for_many_items() -> None:
    async def attempt() -> float:
        async with simulated(warm_up_s=1.0) as link:
            link.set(parse("delay=50ms"))
            started = asyncio.get_running_loop().time()
            await transfer.upload(link.mailbox, MISSION, items(200), quiet)
            return asyncio.get_running_loop().time() - started

    assert run(attempt()) < 200 * 0.1 / 8  # on the link's own clock, item by item it would be 200 round trips


def test_doubled_frames_cause_no_storm() -> None:
    async def attempt() -> int:
        async with simulated(warm_up_s=1.0) as link:
            link.set(parse("delay=50ms,duplicate=50%"))
            await transfer.upload(link.mailbox, MISSION, items(100), quiet)
            return link.sent["MISSION_ITEM_INT"]

    assert run(attempt()) < 10 * 101


def test_the_vehicles_refusal_is_told_in_words() -> None:
    async def attempt() -> Refused:
        unknown = msgspec.structs.replace(items(5)[3], command=9999)
        async with simulated(warm_up_s=1.0) as link:
            with pytest.raises(Refused) as refused:
                await transfer.upload(link.mailbox, MISSION, (*items(20), unknown, *items(20)[1:]), quiet)
            return refused.value

    refused = run(attempt())
    assert refused.code == 3
    assert "command not supported" in str(refused)


def test_a_silent_vehicle_is_named_after_all_retries() -> None:
    async def attempt() -> tuple[VehicleSilent, int]:
        async with simulated(warm_up_s=1.0) as link:
            link.set(parse("loss=100%"))
            with pytest.raises(VehicleSilent) as silent:
                await transfer.upload(link.mailbox, MISSION, items(5), quiet)
            return silent.value, link.sent["MISSION_COUNT"]

    error, asked = run(attempt())
    assert asked == 6
    assert "MISSION_COUNT sent 6 times" in str(error)


def test_a_reboot_interrupts() -> None:
    async def attempt() -> Interrupted:
        async with simulated(warm_up_s=5.0) as link:
            link.set(parse("delay=50ms"))
            asyncio.get_running_loop().call_later(0.2, link.vehicle.reboot)
            with pytest.raises(Interrupted) as interrupted:
                await transfer.upload(link.mailbox, MISSION, items(500), quiet)
            return interrupted.value

    assert "rebooted" in str(run(attempt()))


def test_two_at_once_go_one_after_the_other() -> None:
    async def attempt() -> tuple[str, ...]:
        async with simulated(warm_up_s=1.0) as link:
            first = transfer.upload(link.mailbox, MISSION, items(50, 20.0), quiet)
            second = transfer.upload(link.mailbox, MISSION, items(60, 40.0), quiet)
            await asyncio.gather(first, second)
            return differences(items(60, 40.0), await transfer.download(link.mailbox, MISSION, quiet))

    assert run(attempt()) == ()


def test_part_of_a_mission_is_overwritten_and_the_rest_left() -> None:
    async def attempt() -> tuple[str, ...]:
        before, after = items(30, 20.0), items(30, 90.0)
        async with simulated(warm_up_s=1.0) as link:
            await transfer.upload(link.mailbox, MISSION, before, quiet)
            await transfer.write_partial(link.mailbox, MISSION, 10, after[10:20], quiet)
            held = await transfer.download(link.mailbox, MISSION, quiet)
        return differences((*before[:10], *after[10:20], *before[20:]), held)

    assert run(attempt()) == ()


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    loss=st.integers(0, 15),
    duplicate=st.integers(0, 30),
    reorder=st.integers(0, 30),
    count=st.integers(1, 120),
)
def test_what_is_read_back_is_what_the_vehicle_holds(
    seed: int, loss: int, duplicate: int, reorder: int, count: int
) -> None:
    async def attempt() -> tuple[str, ...]:
        async with simulated(seed=seed, warm_up_s=1.0) as link:
            link.set(parse(f"delay=30ms,jitter=10ms,loss={loss}%,duplicate={duplicate}%,reorder={reorder}%"))
            try:
                await transfer.upload(link.mailbox, MISSION, items(count), quiet)
                held = await transfer.download(link.mailbox, MISSION, quiet)
            except VehicleSilent:
                return ()
            return differences(held[1:], tuple(link.vehicle.mission)[1:])

    assert run(attempt()) == ()
