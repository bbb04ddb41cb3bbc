"""A plan onto a vehicle: geofence, rally points and mission written, each read back and compared; then the receipt.

The order is the safe one: no mission is on board before the fence it was checked with. A plan with a geofence also
needs FENCE_ENABLE = 1, without which ArduPilot stores the fence and ignores it, and a fence of the very ceiling,
radius and margin that the checks judged it by: an ArduCopter whose FENCE_RADIUS is smaller breaks a good mission off in
mid-air. They are set, read back and reported as the stage ``parameters``. A plan without a geofence leaves them alone.

The read-back alone decides. Whatever the transfer said, a stage is verified only if what the vehicle holds equals what
was sent, and all of it only if it passes the checks again as the vehicle holds it, rounded as it may be. After a
failure the vehicle is read as soon as it answers again, so that the receipt says what is on board.
"""

from __future__ import annotations

import asyncio
import hashlib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from mission.context import DEFAULT
from mission.finding import Finding, Severity
from mission.items import ITEMS, MissionType, WireItem, differences, fence_items, items_digest, mission_items
from mission.plan import Plan
from mission.readback import check_read_back
from telemetry.errors import Interrupted, ServiceError, VehicleSilent
from telemetry.mavlink.enums import MavState
from telemetry.services import parameters, storing
from telemetry.services.channel import Channel
from telemetry.services.orders import HEARTBEAT_TIMEOUT_S
from telemetry.wire import Actor, Progress, TransferReceipt, UploadOrder, UploadReceipt, UploadUnderWay

STAGES: Final = (
    (MissionType.FENCE, "geofence"),
    (MissionType.RALLY, "rally"),
    (MissionType.MISSION, "mission"),
)
PATIENCE_S: Final = 60.0
"""How long a vehicle that fell silent in mid-upload is waited for, to say what it holds."""
VEHICLE: Final = DEFAULT.vehicle
"""The envelope that plans are checked by."""
UNION: Final = 2
"""Bit of FENCE_OPTIONS: inside any inclusion is enough."""
RTL_OR_LAND: Final = 1.0
"""FENCE_ACTION where the vehicle's own is to report only."""

RESTARTED: Final = "The gateway was restarted in the middle of it."

ENDED_OTHERWISE: Final = ServiceError("read back", "it differs from what was sent")
BOOT_BEATS: Final = 5

OnProgress = Callable[[Progress], None]


async def upload_plan(
    channel: Channel, order: UploadOrder, actor: Actor, sortie: str | None, on_progress: OnProgress
) -> UploadReceipt:
    """Puts `order.plan` on board. Never raises for the vehicle's sake: the receipt says what became of each stage."""
    started_at = datetime.now(UTC)
    stages: list[TransferReceipt] = []
    reports = [_Report(order.upload_id, channel.vehicle, stage, on_progress) for _, stage in STAGES]
    reboots = channel.reboots
    await storing.settle(channel)
    for report, (kind, _) in zip(reports, STAGES, strict=True):
        handle = _write if all(done.verified for done in stages) else _leave
        stages.append(await handle(channel, kind, ITEMS[kind](order.plan), report))
    if channel.reboots != reboots:  # what was read back before it may not have been stored yet
        for index, (report, (kind, stage)) in enumerate(zip(reports, STAGES, strict=True)):
            if stages[index].verified:
                rebooted = Interrupted(stage, "the vehicle rebooted meanwhile")
                stages[index] = await _look(channel, kind, ITEMS[kind](order.plan), report, rebooted)
    if fence_items(order.plan) and all(stage.verified for stage in stages):
        stages.append(
            await _enable_fence(channel, _Report(order.upload_id, channel.vehicle, "parameters", on_progress))
        )
    problems = [f"{stage.stage}: {stage.problem}" for stage in stages if stage.problem]
    verified = all(stage.verified for stage in stages)
    worse = await asyncio.to_thread(_worse, order.plan, reports) if verified else ()
    broken = [finding.text for finding in worse if finding.severity is Severity.ERROR]
    if broken:
        problems.append(f"As the vehicle holds it, the plan does not pass its checks: {' '.join(broken)}")
    return UploadReceipt(
        upload_id=order.upload_id,
        vehicle=channel.vehicle,
        sortie=sortie,
        plan_sha256=order.plan_sha256,
        actor=actor,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        verified=verified and not broken,
        stages=tuple(stages),
        problem=" ".join(problems) or None,
        findings=worse,
    )


def _worse(plan: Plan, reports: Sequence[_Report]) -> tuple[Finding, ...]:
    """The checks again, on what the vehicle gave back: what they find there and did not find in the plan as sent."""
    fence, rally, mission = (report.held for report in reports)
    # Item 0 is the vehicle's own home, which it may not know yet; the plan was judged from its own.
    as_held = [*mission_items(plan)[:1], *mission[1:]]
    return check_read_back(plan, as_held, fence, rally).worse


async def read_back(channel: Channel, broken: UploadUnderWay, on_progress: OnProgress) -> UploadReceipt:
    """The receipt of an upload in whose middle the gateway died: nothing is written any more, but all of it is read.

    It is not verified, whatever is on board: nobody saw it end, nor the geofence switched on.
    """
    order = broken.order
    stages: list[TransferReceipt] = []
    await storing.settle(channel)
    for kind, stage in STAGES:
        report = _Report(order.upload_id, channel.vehicle, stage, on_progress)
        failure = Interrupted(stage, "it was broken off")
        stages.append(await _look(channel, kind, ITEMS[kind](order.plan), report, failure))
    found = [
        stage.problem or f"{stage.stage}: on board as sent, {_counted(stage.stage, stage.items)}." for stage in stages
    ]
    return UploadReceipt(
        upload_id=order.upload_id,
        vehicle=channel.vehicle,
        sortie=broken.sortie,
        plan_sha256=order.plan_sha256,
        actor=broken.actor,
        started_at=broken.started_at,
        finished_at=datetime.now(UTC),
        verified=False,
        stages=tuple(stages),
        problem=" ".join([RESTARTED, *found, "Upload it again."]),
    )


class _Report:
    def __init__(self, job: str, vehicle: str, stage: str, on_progress: OnProgress) -> None:
        self.job, self.vehicle, self.stage, self.on_progress = job, vehicle, stage, on_progress
        self.held: Sequence[WireItem] = ()
        """What the vehicle gave back when it was last read."""

    def of(self, phase: str) -> Callable[[int, int], None]:
        return lambda done, total: self.on_progress(Progress(self.job, self.vehicle, self.stage, phase, done, total))


async def _write(channel: Channel, kind: MissionType, items: Sequence[WireItem], report: _Report) -> TransferReceipt:
    try:
        held = await storing.put(channel, kind, items, report.of("write"), report.of("read back"))
    except ServiceError as error:
        return await _look(channel, kind, items, report, error)
    receipt = _compare(items, held, report, ENDED_OTHERWISE)
    # A vehicle that has just booted says that it holds nothing, before it has read its storage.
    return receipt if receipt.verified else await _look(channel, kind, items, report, ENDED_OTHERWISE)


async def _leave(channel: Channel, kind: MissionType, items: Sequence[WireItem], report: _Report) -> TransferReceipt:
    """A stage that is not written any more because one before it failed."""
    return await _look(channel, kind, items, report, ServiceError(report.stage, "not written after what failed before"))


async def _look(
    channel: Channel, kind: MissionType, items: Sequence[WireItem], report: _Report, failure: ServiceError
) -> TransferReceipt:
    """After a `failure`: what the vehicle holds, as soon as it answers again."""
    now = asyncio.get_running_loop().time
    until = now() + PATIENCE_S
    while True:
        try:
            await _until_booted(channel)
            held = await storing.read(channel, kind, len(items), report.of("read back"))
            return _compare(items, held, report, failure)
        except ServiceError as error:
            if now() >= until:
                problem = f"{failure} Then: {error} What is on board is not known."
                return TransferReceipt(report.stage, len(items), items_digest(items), None, False, problem)
        await asyncio.sleep(1.0)


async def _until_booted(channel: Channel) -> None:
    """Raises `VehicleSilent` where no HEARTBEAT says that the vehicle runs."""
    with channel.listen("HEARTBEAT") as inbox:
        for _ in range(BOOT_BEATS):
            heartbeat = await inbox.get(HEARTBEAT_TIMEOUT_S)
            if heartbeat is not None and heartbeat.system_status > MavState.BOOT:
                return
    raise VehicleSilent("boot", "no heartbeat says that the vehicle runs")


def _compare(
    items: Sequence[WireItem], held: Sequence[WireItem], report: _Report, failure: ServiceError
) -> TransferReceipt:
    report.held = held
    sent_sha256, read_sha256 = items_digest(items), items_digest(held)
    wrong = differences(items, held)
    if not wrong and read_sha256 == sent_sha256:
        return TransferReceipt(report.stage, len(items), sent_sha256, read_sha256, True)
    problem = f"{failure} {_on_board(report.stage, items, held, wrong)}"
    return TransferReceipt(report.stage, len(items), sent_sha256, read_sha256, False, problem)


def _on_board(stage: str, sent: Sequence[WireItem], held: Sequence[WireItem], wrong: Sequence[str]) -> str:
    """What the vehicle holds instead, in words."""
    if not held:
        return "On board: nothing."
    as_sent = bisect_left(range(len(sent)), True, key=lambda n: bool(differences(sent[: n + 1], held[: n + 1])))
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    text = f"On board: {_counted(stage, len(held))}, the first {as_sent} of the {len(sent)} sent among them"
    return f"{text}; {'; '.join(wrong[:3])}{more}."


def _counted(stage: str, items: int) -> str:
    """MAVLink counts the mission's item 0, home, which is none of the plan's items."""
    return f"{items} items with home" if stage == "mission" else f"{items} items"


async def _enable_fence(channel: Channel, report: _Report) -> TransferReceipt:
    """Makes the vehicle's fence the one that the plan was checked against, and switches it on last."""
    on_progress = report.of("write")
    wanted: dict[str, float] = {}
    read: dict[str, float] = {}
    problem = None
    try:
        wanted = await _fence_parameters(channel)
        for done, (name, value) in enumerate(wanted.items()):
            on_progress(done, len(wanted))
            await parameters.put(channel, name, value)
            read[name] = value
        on_progress(len(wanted), len(wanted))
    except ServiceError as error:
        problem = f"{error} The geofence is stored, but ArduPilot may be ignoring it."
    sent_sha256, read_sha256 = _digest(wanted), _digest(read)
    verified = problem is None and sent_sha256 == read_sha256
    return TransferReceipt(report.stage, len(wanted), sent_sha256, read_sha256, verified, problem)


async def _fence_parameters(channel: Channel) -> dict[str, float]:
    options = int(await parameters.get(channel, "FENCE_OPTIONS"))
    action = await parameters.get(channel, "FENCE_ACTION")
    return {
        **VEHICLE.fence_parameters(),
        "FENCE_OPTIONS": float(options | UNION if VEHICLE.fence_union else options & ~UNION),
        "FENCE_ACTION": action or RTL_OR_LAND,
        "FENCE_ENABLE": 1.0,
    }


def _digest(values: dict[str, float]) -> str:
    return hashlib.sha256("".join(f"{name}={value}\n" for name, value in sorted(values.items())).encode()).hexdigest()
