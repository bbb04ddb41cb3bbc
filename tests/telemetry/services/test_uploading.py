"""The receipt of an upload: verified only if the vehicle holds all of it; otherwise what it holds instead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from mission.context import DEFAULT
from mission.finding import Finding, Severity
from mission.items import WireItem, differences, fence_items, items_digest, mission_items, rally_items
from mission.plan import Geofence, Plan, digest
from mission.readback import ReadBack
from sitl.link import PERFECT, parse
from telemetry.services import parameters, storing, uploading
from telemetry.wire import Progress, UploadOrder, UploadReceipt
from tests.telemetry.services.hard_link import Simulated, simulated
from tests.telemetry.services.plans import plan
from tests.telemetry.services.scenarios import PILOT
from tests.telemetry.services.skipping import run


async def upload(
    link: Simulated, what: Plan, on_progress: Callable[[Progress], None] = lambda step: None
) -> UploadReceipt:
    order = UploadOrder("upload-1", what, digest(what))
    return await uploading.upload_plan(link.mailbox, order, PILOT, "S-1", on_progress)


def test_a_verified_receipt_has_every_stage_equal_and_the_fence_switched_on() -> None:
    async def attempt() -> tuple[UploadReceipt, dict[str, float], list[Progress]]:
        steps: list[Progress] = []
        own = {"FENCE_ENABLE": 0, "FENCE_TYPE": 3, "FENCE_RADIUS": 150, "FENCE_OPTIONS": 3, "FENCE_ACTION": 0}
        async with simulated(warm_up_s=5.0, **own) as link:
            receipt = await upload(link, plan(20), steps.append)
            held = {name: await parameters.get(link.mailbox, name) for name in (*own, "FENCE_ALT_MAX", "FENCE_MARGIN")}
            return receipt, held, steps

    receipt, held, steps = run(attempt())
    assert receipt.verified
    assert receipt.problem is None
    assert [stage.stage for stage in receipt.stages] == ["geofence", "rally", "mission", "parameters"]
    assert [stage.sent_sha256 for stage in receipt.stages] == [stage.read_sha256 for stage in receipt.stages]
    assert receipt.stages[0].sent_sha256 == items_digest(fence_items(plan(20)))
    assert receipt.stages[1].sent_sha256 == items_digest(rally_items(plan(20)))
    assert receipt.stages[2].sent_sha256 == items_digest(mission_items(plan(20)))
    assert (receipt.plan_sha256, receipt.sortie, receipt.actor) == (digest(plan(20)), "S-1", PILOT)
    assert held == {
        **DEFAULT.vehicle.fence_parameters(),
        "FENCE_ENABLE": 1.0,
        "FENCE_OPTIONS": 1.0,
        "FENCE_ACTION": 1.0,
    }
    assert {(step.stage, step.phase) for step in steps} >= {
        (stage, phase) for stage in ("geofence", "rally", "mission") for phase in ("write", "read back")
    }


def test_what_the_vehicle_gives_back_is_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[tuple[WireItem, ...]] = []

    def check_again(sent: Plan, mission: Sequence[WireItem], *rest: Sequence[WireItem]) -> ReadBack:
        judged.append(tuple(mission))
        found = Finding("fence_breach", Severity.ERROR, "Leg to item 3 is outside the inclusion.", "Move it.")
        return ReadBack(sent, (found,), (found,))

    async def attempt() -> tuple[UploadReceipt, UploadReceipt]:
        async with simulated(warm_up_s=5.0) as link:
            good = await upload(link, plan(20))
            monkeypatch.setattr(uploading, "check_read_back", check_again)
            return good, await upload(link, plan(20))

    good, bad = run(attempt())
    assert (good.verified, good.findings) == (True, ())
    assert (bad.verified, [finding.check for finding in bad.findings]) == (False, ["fence_breach"])
    assert "Leg to item 3" in (bad.problem or "")
    assert differences(judged[0], mission_items(plan(20))) == ()


def test_a_read_back_with_another_hash_is_never_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """However near every number is: the receipt shows both hashes, and whoever reads it compares those."""
    read = storing.read

    async def nearly(*arguments: Any) -> tuple[WireItem, ...]:
        return tuple(msgspec.structs.replace(one, param4=one.param4 + 5e-7) for one in await read(*arguments))

    async def attempt() -> UploadReceipt:
        async with simulated(warm_up_s=5.0) as link:
            return await upload(link, plan(5))

    monkeypatch.setattr(storing, "read", nearly)
    receipt = run(attempt())
    stage = receipt.stages[0]
    assert stage.sent_sha256 != stage.read_sha256
    assert (receipt.verified, stage.verified) == (False, False)


def test_a_plan_without_geofence_clears_the_old_one_and_leaves_the_switch_alone() -> None:
    async def attempt() -> tuple[UploadReceipt, int, float]:
        bare = Plan(home=plan(5).home, items=plan(5).items, geofence=Geofence())
        async with simulated(warm_up_s=5.0, FENCE_ENABLE=0) as link:
            await upload(link, plan(20))
            await parameters.put(link.mailbox, "FENCE_ENABLE", 0.0)
            receipt = await upload(link, bare)
            return receipt, len(link.vehicle.fence_items), await parameters.get(link.mailbox, "FENCE_ENABLE")

    receipt, fence, enabled = run(attempt())
    assert receipt.verified
    assert [stage.stage for stage in receipt.stages] == ["geofence", "rally", "mission"]
    assert (fence, enabled) == (0, 0.0)


def test_a_broken_upload_says_what_is_on_board_and_the_former_plan_can_be_restored() -> None:
    async def attempt() -> tuple[UploadReceipt, int, UploadReceipt, tuple[str, ...]]:
        async with simulated(warm_up_s=5.0) as link:
            former = plan(10, 60.0)
            assert (await upload(link, former)).verified
            link.set(parse("delay=50ms"))

            def fall_out(step: Progress) -> None:
                if (step.stage, step.phase) == ("mission", "write") and 10 <= step.done < 60:
                    link.set(parse("delay=50ms,outage=40s@0s"))

            receipt = await upload(link, plan(70), fall_out)
            on_board = len(link.vehicle.mission)
            link.set(PERFECT)
            restored = await upload(link, former)
            wrong = differences(mission_items(former), tuple(link.vehicle.mission))
            return receipt, on_board, restored, wrong

    receipt, on_board, restored, wrong = run(attempt())
    assert not receipt.verified
    assert receipt.problem
    for stage in receipt.stages:
        assert stage.verified or (stage.problem and "On board: " in stage.problem)
        assert stage.read_sha256
    mission = next(stage for stage in receipt.stages if stage.stage == "mission")
    assert f"On board: {on_board} items with home, the first" in str(mission.problem)
    assert "of the 71 sent" in str(mission.problem)
    assert restored.verified
    assert wrong == ()


def test_a_vehicle_that_stays_silent_leaves_the_state_unknown() -> None:
    async def attempt() -> UploadReceipt:
        async with simulated(warm_up_s=5.0) as link:
            link.set(parse("loss=100%"))
            async with asyncio.timeout(600.0):
                return await upload(link, plan(5))

    receipt = run(attempt())
    assert not receipt.verified
    assert all(stage.read_sha256 is None and not stage.verified for stage in receipt.stages)
    assert all("What is on board is not known." in str(stage.problem) for stage in receipt.stages)


def test_a_refused_item_is_told_in_the_vehicles_words() -> None:
    async def attempt() -> UploadReceipt:
        good = plan(8)
        bad = msgspec.structs.replace(
            good, items=(*good.items[:4], msgspec.structs.replace(good.items[4], command=9999))
        )
        async with simulated(warm_up_s=5.0) as link:
            return await upload(link, bad)

    receipt = run(attempt())
    assert not receipt.verified
    assert "command not supported" in str(receipt.problem)
    assert [stage.verified for stage in receipt.stages] == [True, True, False]


def test_no_mission_is_written_after_rally_points_that_were_refused() -> None:
    async def attempt() -> tuple[UploadReceipt, tuple[str, ...]]:
        too_large = msgspec.structs.replace(plan(20), rally=plan(20).rally * 47)
        async with simulated(warm_up_s=5.0) as link:
            assert (await upload(link, plan(10))).verified
            receipt = await upload(link, too_large)
            return receipt, differences(mission_items(plan(10)), tuple(link.vehicle.mission))

    receipt, wrong = run(attempt())
    assert [stage.verified for stage in receipt.stages] == [True, False, False]
    assert "not written after what failed before" in str(receipt.stages[2].problem)
    assert wrong == ()


def test_what_was_read_back_before_a_reboot_is_read_again() -> None:
    async def attempt() -> UploadReceipt:
        async with simulated(warm_up_s=5.0) as link:

            def reboot(step: Progress) -> None:
                if (step.stage, step.phase) == ("rally", "write") and not link.mailbox.reboots:
                    link.mailbox.reboots += 1
                    link.vehicle.fence_items = []

            return await upload(link, plan(10), reboot)

    receipt = run(attempt())
    assert [stage.verified for stage in receipt.stages] == [False, True, True]
    assert "the vehicle rebooted meanwhile" in str(receipt.stages[0].problem)


@pytest.mark.parametrize("seed", range(6))
def test_never_verified_unless_the_vehicle_holds_it(seed: int) -> None:
    async def attempt() -> tuple[UploadReceipt, bool]:
        async with simulated(seed=seed, warm_up_s=5.0) as link:
            link.set(parse("delay=50ms,loss=25%,duplicate=10%,reorder=10%"))
            receipt = await upload(link, plan(40))
            return receipt, not differences(mission_items(plan(40)), tuple(link.vehicle.mission))

    receipt, holds = run(attempt())
    assert holds or not receipt.verified
