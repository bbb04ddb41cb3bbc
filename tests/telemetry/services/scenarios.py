"""Each service once, as a unit uses it: done and verified, or a `ServiceError`. `truth` is read on a good link."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from mission.items import (
    MissionType,
    WireItem,
    differences,
    fence_items,
    items_digest,
    mission_items,
    rally_items,
)
from mission.plan import digest
from sitl.link import PERFECT
from telemetry.errors import NotVerified
from telemetry.mavlink.enums import COPTER_MODE_NUMBERS
from telemetry.services import intervals, orders, parameters, storing, transfer, uploading
from telemetry.wire import Actor, Request, UploadOrder
from tests.telemetry.services.hard_link import HardLink
from tests.telemetry.services.plans import items, plan

PILOT: Final = Actor("mills", "pilot")
BEFORE: Final = items(30, 50.0)
"""What is on board before each scenario."""
PLAN: Final = plan(90)
LISTS: Final = {
    MissionType.MISSION: mission_items(PLAN),
    MissionType.FENCE: fence_items(PLAN),
    MissionType.RALLY: rally_items(PLAN),
}

Scenario = Callable[[HardLink], Awaitable[None]]
"""Raises `ServiceError` for the service's sake, AssertionError if what it claims is not so."""


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


async def truth(link: HardLink, kind: MissionType) -> tuple[WireItem, ...]:
    return await transfer.download(link.mailbox, kind, quiet)


def verify(sent: Sequence[WireItem], held: Sequence[WireItem]) -> None:
    """The end of a transfer proves nothing: the read-back does. Raises `NotVerified`."""
    wrong = differences(sent, held)
    if wrong:
        raise NotVerified("write", wrong[0])


def _writes(kind: MissionType) -> Scenario:
    async def scenario(link: HardLink) -> None:
        await transfer.upload(link.mailbox, kind, LISTS[kind], quiet)
        verify(LISTS[kind], await transfer.download(link.mailbox, kind, quiet))

    return scenario


async def _stores(link: HardLink) -> None:
    held = await storing.put(link.mailbox, MissionType.MISSION, LISTS[MissionType.MISSION], quiet, quiet)
    verify(LISTS[MissionType.MISSION], held)


async def _writes_part(link: HardLink) -> None:
    await transfer.write_partial(link.mailbox, MissionType.MISSION, 5, LISTS[MissionType.MISSION][5:15], quiet)
    wanted = (*BEFORE[:5], *LISTS[MissionType.MISSION][5:15], *BEFORE[15:])
    verify(wanted, await transfer.download(link.mailbox, MissionType.MISSION, quiet))


async def _reads(link: HardLink) -> None:
    assert not differences(BEFORE, await transfer.download(link.mailbox, MissionType.MISSION, quiet))


async def _clears(link: HardLink) -> None:
    await transfer.clear(link.mailbox, MissionType.MISSION)


async def _uploads(link: HardLink) -> None:
    """The receipt is the claim: it may say failed, but what it says is on board must be on board."""
    progress: list[int] = []
    order = UploadOrder("upload-1", PLAN, digest(PLAN))
    receipt = await uploading.upload_plan(link.mailbox, order, PILOT, "S-1", lambda step: progress.append(step.done))
    heal(link)
    for stage, kind in (
        ("geofence", MissionType.FENCE),
        ("rally", MissionType.RALLY),
        ("mission", MissionType.MISSION),
    ):
        entry = next(entry for entry in receipt.stages if entry.stage == stage)
        held = await truth(link, kind)
        assert entry.read_sha256 == items_digest(held)
        assert entry.verified == (not differences(LISTS[kind], held))
        assert entry.verified or (entry.problem and "On board: " in entry.problem)
    assert receipt.verified == all(entry.verified for entry in receipt.stages)
    if receipt.verified:
        assert await parameters.get(link.mailbox, "FENCE_ENABLE") == 1
        assert progress


async def _orders(link: HardLink) -> None:
    """A reply that says done is one the vehicle's heartbeat bears out."""
    reply = await orders.execute(link.mailbox, "mode", Request(PILOT, {"mode": "ALT_HOLD"}))
    heal(link)
    _, mode = await orders.state(link.mailbox)
    assert not reply.ok or mode == COPTER_MODE_NUMBERS["ALT_HOLD"]
    assert reply.ok or reply.text


async def _asks_for_messages(link: HardLink) -> None:
    await intervals.ask_for(link.mailbox, intervals.NEEDS_HZ)
    heal(link)
    with link.mailbox.listen("VIBRATION") as inbox:
        assert await inbox.get(3.0) is not None


async def _sets_a_parameter(link: HardLink) -> None:
    await parameters.put(link.mailbox, "WPNAV_SPEED", 725.0)
    heal(link)
    assert await parameters.get(link.mailbox, "WPNAV_SPEED") == 725.0


async def _fetches_parameters(link: HardLink) -> None:
    held = await parameters.fetch(link.mailbox, quiet)
    assert len(held) > 1000
    assert held["SYSID_THISMAV"] == 1.0


async def _fetches_listed_parameters(link: HardLink) -> None:
    held = await parameters.fetch_listed(link.mailbox, quiet)
    assert len(held) > 1000
    assert held["SYSID_THISMAV"] == 1.0


def heal(link: HardLink) -> None:
    """The link is good again."""
    link.set(PERFECT)


SCENARIOS: Final[dict[str, Scenario]] = {
    "write mission": _writes(MissionType.MISSION),
    "write geofence": _writes(MissionType.FENCE),
    "write rally points": _writes(MissionType.RALLY),
    "write by file": _stores,
    "write part": _writes_part,
    "read mission": _reads,
    "clear mission": _clears,
    "upload plan": _uploads,
    "order": _orders,
    "message intervals": _asks_for_messages,
    "set parameter": _sets_a_parameter,
    "fetch parameters": _fetches_parameters,
    "fetch listed parameters": _fetches_listed_parameters,
}
