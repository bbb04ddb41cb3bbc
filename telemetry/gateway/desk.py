"""The gateway's desk: people's requests to one vehicle, and what becomes of them.

Each request is a task of its own, so that return, land and hold never wait for anything. One upload at a time per
vehicle; while it runs, orders that would fly what is half on board are refused. An upload leaves its marker on the bus
until it has ended: a gateway that finds one at its start knows that nobody saw the end. It reads what is on board, says
so, and reports the upload as failed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from mission.plan import digest
from telemetry import subjects
from telemetry.bus import Bus, new_id
from telemetry.errors import AuthorityError, BusError
from telemetry.gateway.command import words
from telemetry.gateway.contact import Contact
from telemetry.gateway.jobs import FETCHING, READING, Jobs
from telemetry.gateway.jobs import VERBS as JOBS
from telemetry.services import orders
from telemetry.services.orders import RESTORE, UPLOAD
from telemetry.services.uploading import RESTARTED, read_back, upload_plan
from telemetry.wire import (
    Event,
    FormerPlan,
    Onboard,
    Progress,
    Reply,
    Request,
    UploadOrder,
    UploadReceipt,
    UploadUnderWay,
)
from telemetry.words import order_words

log = logging.getLogger(__name__)

WAIT_FOR_VEHICLE_S: Final = 60.0
"""How long a vehicle that was being written to when the gateway died is waited for, to say what it holds."""
FLIES_THE_MISSION: Final = frozenset({"arm", "start", "continue", "takeoff", "mode", "parameter"})
"""Not while a plan is being written: what is on board then is neither the old plan nor the new one. Nor are parameters
set behind the upload, which sets those of the fence."""


class Desk:
    """Serves ``request.<vehicle>.*`` of one contact. `broken` is an upload to it that a former gateway began."""

    def __init__(
        self, bus: Bus, contact: Contact, tell: Callable[[Event], None], broken: UploadUnderWay | None = None
    ) -> None:
        self._bus, self._contact, self._tell, self._broken = bus, contact, tell, broken
        self._jobs = Jobs(contact, tell)
        self._upload: asyncio.Task[None] | None = None
        self._writing = False
        """A plan is being written or read back now."""

    async def open(self) -> None:
        if self._broken is not None:
            self._writing = True
            self._upload = asyncio.create_task(self._finish(self._broken))
        await self._bus.serve(subjects.requests_of(self._contact.vehicle.name), Request, self._answer)

    async def _answer(self, subject: str, request: Request) -> Reply:
        verb, command = subject.rsplit(".", 1)[1], self._contact.command
        if verb in orders.COMMAND_VERBS:
            return command.change(verb, request)
        if verb == FETCHING:
            return self._jobs.fetching()
        try:
            if verb in READING:
                reply = await self._jobs.carry_out(verb, request)
            else:
                with command.ordering(verb, request):
                    reply = await self._carry_out(verb, request)
        except AuthorityError as error:
            reply = Reply(False, words(error))
        self._tell(_command_event(self._contact.vehicle.name, verb, request, reply))
        return reply

    async def _carry_out(self, verb: str, request: Request) -> Reply:
        if verb == UPLOAD:
            return await self._begin_upload(request)
        if verb == RESTORE:
            return await self._begin_restore(request)
        if self._writing and verb in FLIES_THE_MISSION:
            what = f"{order_words(verb)} would change or fly what is half on board."
            return Reply(False, f"Not while a plan is being uploaded: {what}")
        if verb in JOBS:
            return await self._jobs.carry_out(verb, request)
        return await orders.execute(self._contact.mailbox, verb, request)

    async def _begin_restore(self, request: Request) -> Reply:
        """The plan that was verified on board before the last uploads failed, written again."""
        try:
            onboard = await self._bus.entry(subjects.ONBOARD_BUCKET, self._contact.vehicle.name, Onboard)
        except BusError as error:
            return Reply(False, str(error))
        if onboard is None or onboard.former is None:
            return Reply(False, "There is no former plan to restore.")
        former = onboard.former
        order = msgspec.to_builtins(UploadOrder(new_id(), former.plan, former.plan_sha256))
        return await self._begin_upload(msgspec.structs.replace(request, arguments=order, sortie=former.sortie))

    async def _begin_upload(self, request: Request) -> Reply:
        if self._writing:
            return Reply(False, "Another upload to this vehicle is under way.")
        try:
            order = msgspec.convert(request.arguments, UploadOrder)
        except msgspec.ValidationError as error:
            return Reply(False, f"upload: {error}")
        if digest(order.plan) != order.plan_sha256:
            return Reply(False, "The plan is not the one that its SHA-256 names; nothing was sent.")
        self._writing = True
        self._upload = asyncio.create_task(self._run_upload(order, request, self._upload))
        return Reply(True, f"Upload to {self._contact.vehicle.name} started.", data={"upload_id": order.upload_id})

    async def _run_upload(self, order: UploadOrder, request: Request, former: asyncio.Task[None] | None) -> None:
        if former is not None:
            await former  # it may still be telling of its end
        name = self._contact.vehicle.name
        marker = UploadUnderWay(order, request.actor, request.sortie, datetime.now(UTC))
        await self._bus.put(subjects.UPLOADS_BUCKET, name, marker)
        steps: asyncio.Queue[Progress] = asyncio.Queue()
        ending = upload_plan(self._contact.mailbox, order, request.actor, request.sortie, steps.put_nowait)
        await self._end(marker, steps, ending)

    async def _finish(self, broken: UploadUnderWay) -> None:
        steps: asyncio.Queue[Progress] = asyncio.Queue()
        await self._end(broken, steps, read_back(self._contact.mailbox, broken, steps.put_nowait))

    async def _end(
        self, marker: UploadUnderWay, steps: asyncio.Queue[Progress], ending: Coroutine[Any, Any, UploadReceipt]
    ) -> None:
        name = self._contact.vehicle.name
        showing = asyncio.create_task(self._show(steps))
        try:
            receipt = await ending
        except Exception as error:  # a bug in between must not leave the upload without an end
            log.exception("upload %s to %s", marker.order.upload_id, name)
            receipt = failed_receipt(name, marker, f"The gateway failed: {error!r}. What is on board is not known.")
        finally:
            showing.cancel()
            self._writing = False
        await conclude(self._bus, marker.order, receipt)

    async def _show(self, steps: asyncio.Queue[Progress]) -> None:
        """Publishes progress, the latest only where the bus is slower than the link."""
        while True:
            step = await steps.get()
            while not steps.empty():
                step = steps.get_nowait()
            await self._bus.publish(subjects.progress(step.vehicle), step)


async def conclude(bus: Bus, order: UploadOrder, receipt: UploadReceipt) -> None:
    """The end of an upload, for everyone: what is on board, the event, and no marker any more."""
    former = None if receipt.verified else await _former(bus, receipt.vehicle)
    if former is not None:
        receipt = msgspec.structs.replace(receipt, former_sha256=former.plan_sha256)
    await bus.put(subjects.ONBOARD_BUCKET, receipt.vehicle, Onboard(receipt.vehicle, order.plan, receipt, former))
    await bus.record(_upload_event(receipt))
    await bus.delete(subjects.UPLOADS_BUCKET, receipt.vehicle)


class BrokenUploads:
    """Those that this gateway was in the middle of when it died. They are not done, whatever is on board."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._markers: dict[str, UploadUnderWay] = {}

    async def load(self, is_ours: Callable[[str], bool]) -> None:
        found = await self._bus.entries(subjects.UPLOADS_BUCKET, UploadUnderWay)
        self._markers = {vehicle: marker for vehicle, marker in found.items() if is_ours(vehicle)}

    def of(self, vehicle: str) -> UploadUnderWay | None:
        """For the desk of a vehicle that is heard: it is to be asked what it holds."""
        return self._markers.pop(subjects.token(vehicle), None)

    async def give_up(self) -> None:
        """After `WAIT_FOR_VEHICLE_S`: ends those to vehicles that were not heard again."""
        await asyncio.sleep(WAIT_FOR_VEHICLE_S)
        while self._markers:
            vehicle, marker = self._markers.popitem()
            problem = f"{RESTARTED} {vehicle} is not heard since; what is on board is not known."
            await conclude(self._bus, marker.order, failed_receipt(vehicle, marker, problem))


async def _former(bus: Bus, vehicle: str) -> FormerPlan | None:
    """What was verified on board before an upload that failed."""
    try:
        before = await bus.entry(subjects.ONBOARD_BUCKET, vehicle, Onboard)
    except BusError:
        return None  # without the bus there is no telling; the failure itself must still be told
    if before is None or not before.receipt.verified:
        return before.former if before is not None else None
    return FormerPlan(before.plan, before.receipt.plan_sha256, before.receipt.sortie)


def failed_receipt(vehicle: str, marker: UploadUnderWay, problem: str) -> UploadReceipt:
    return UploadReceipt(
        upload_id=marker.order.upload_id,
        vehicle=vehicle,
        sortie=marker.sortie,
        plan_sha256=marker.order.plan_sha256,
        actor=marker.actor,
        started_at=marker.started_at,
        finished_at=datetime.now(UTC),
        verified=False,
        stages=(),
        problem=problem,
    )


def _upload_event(receipt: UploadReceipt) -> Event:
    outcome = "verified on board" if receipt.verified else f"not verified. {receipt.problem or ''}".rstrip()
    text = f"Upload by {receipt.actor.user}: {outcome}"
    data: dict[str, Any] = msgspec.to_builtins(receipt)
    return Event(
        f"upload-{receipt.upload_id}-{receipt.finished_at.timestamp():.6f}",
        receipt.finished_at,
        receipt.vehicle,
        UPLOAD,
        text if text.endswith(".") else text + ".",
        receipt.actor.user,
        data,
    )


def _command_event(vehicle: str, verb: str, request: Request, reply: Reply) -> Event:
    data = {
        "verb": verb,
        "ok": reply.ok,
        "said": list(reply.said),
        "role": request.actor.role,
        "sortie": request.sortie,
        "reason": request.reason,
        "arguments": {} if verb in (UPLOAD, RESTORE) else request.arguments,
    }
    return Event(
        new_id(),
        datetime.now(UTC),
        vehicle,
        "command",
        f"{request.actor.user}: {verb}. {reply.text}",
        request.actor.user,
        data,
    )
