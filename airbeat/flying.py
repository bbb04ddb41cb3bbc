"""One sortie from the command line: check, upload and verify, fly, record, sum up.

It is the same gateway, recorder and bus as in `airbeat up`, started for this one flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import msgspec

from airbeat import services
from airbeat.supervisor import Service, Supervisor
from airbeat.terminal import COMMAND_LINE
from mission.context import Context
from mission.plan import Plan, digest
from mission.report import report
from telemetry import subjects
from telemetry.bus import Bus, joined
from telemetry.errors import TelemetryError
from telemetry.review import cross_track_p95
from telemetry.settings import load
from telemetry.wire import (
    Actor,
    Event,
    FlightRecord,
    LiveFrame,
    LiveVehicle,
    Progress,
    Reply,
    Request,
    UploadOrder,
    UploadReceipt,
)
from web.judgement import judge

PREPARE_S: Final = 120.0
"""ArduCopter wants about 42 s of its own time for GPS and EKF before it lets itself be armed."""
ORDER_S: Final = 30.0
RETRY_S: Final = 2.0
UPLOAD_S: Final = 300.0
SILENCE_S: Final = 30.0
"""So long without a word of the vehicle in flight and the flight counts as lost from sight."""

PILOT: Final = Actor("command-line", "pilot")


class FlightFailed(TelemetryError):
    """The sortie ended before it could be summed up."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one sortie. Distances in metres; `cross_track_p95_m` None where nothing planned was flown."""

    flight_id: str
    outcome: str
    upload_verified: bool
    duration_s: float
    distance_m: float
    max_height_m: float | None
    cross_track_p95_m: float | None
    frames_received: int
    frames_recorded: int
    frames_lost: int
    bundle: str

    @property
    def good(self) -> bool:
        return self.outcome == "landed" and self.upload_verified and self.frames_recorded == self.frames_received


class Watcher:
    """Says to a person how far it is: `step` names what is waited for, `progress` how much of it is done."""

    def step(self, text: str) -> None: ...

    def progress(self, done: float, total: float) -> None: ...


@contextlib.asynccontextmanager
async def running(settings_file: Path, home: Path, more: list[Service]) -> AsyncIterator[Bus]:
    """The services that record a flight, and `more`; all are gone when the block ends."""
    supervisor = Supervisor(home / "logs")
    settings = load(settings_file)
    supervisor.start([*services.services(settings_file, home, services.RECORDING), *more])
    try:
        async with joined(settings, COMMAND_LINE, home) as bus:
            yield bus
    finally:
        await supervisor.stop()


class Pilot:
    """Flies one plan on one vehicle through the bus, as a pilot does through the pages."""

    def __init__(self, bus: Bus, vehicle: str | None, watcher: Watcher) -> None:
        self._bus = bus
        self._watcher = watcher
        self.vehicle = vehicle
        self._live: LiveVehicle | None = None
        self._heard = asyncio.Event()
        self._events: asyncio.Queue[Event] = asyncio.Queue()

    async def listen(self) -> None:
        await self._bus.subscribe(subjects.LIVE_ALL, LiveFrame, self._on_live)
        await self._bus.subscribe(subjects.EVENTS_ALL, Event, self._on_event)
        await self._bus.subscribe(subjects.PROGRESS_ALL, Progress, self._on_progress)

    async def heard(self) -> None:
        self._watcher.step("Waiting for the vehicle")
        await self._until(lambda live: True, PREPARE_S, "no vehicle was heard")

    async def ready(self) -> None:
        """Returns when the vehicle says that it may be armed."""
        self._watcher.step(f"{self.vehicle}: waiting for its pre-arm checks")
        await self._until(lambda live: live.prearm_ok is True, PREPARE_S, "its pre-arm checks do not pass")

    async def placed(self) -> None:
        """Returns when it knows where it is and where home is, without which ArduCopter refuses to arm in GUIDED."""
        await self._until(lambda live: live.ekf_ok is True and live.home_lat_deg is not None, PREPARE_S, "no position")

    async def upload(self, plan: Plan) -> UploadReceipt:
        self._watcher.step(f"{self.vehicle}: uploading and reading back")
        order = UploadOrder(uuid.uuid4().hex, plan, digest(plan))
        await self._order("upload", msgspec.to_builtins(order))
        event = await self._event("upload", UPLOAD_S, lambda event: event.data.get("upload_id") == order.upload_id)
        return msgspec.convert(event.data, UploadReceipt)

    async def fly(self, items: int) -> FlightRecord:
        """Arms, starts the mission, and returns when the recorder has closed the flight."""
        await self._start()
        self._watcher.step(f"{self.vehicle}: flying")
        closing = asyncio.create_task(self._event("flight_closed", None))
        while not closing.done():
            self._heard.clear()
            waiting = asyncio.create_task(self._heard.wait())
            await asyncio.wait({closing, waiting}, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done() and not closing.done():
                closing.cancel()
                raise FlightFailed(f"{self.vehicle} has not been heard for {SILENCE_S:.0f} s")
            waiting.cancel()
            self._watcher.progress((self._live.mission_item or 0) if self._live else 0, items)
        return msgspec.convert(closing.result().data, FlightRecord)

    async def _start(self) -> None:
        """Arms and starts; again while the autopilot refuses, for it may pass its pre-arm checks without a position."""
        self._watcher.step(f"{self.vehicle}: arming")
        until = time.monotonic() + PREPARE_S
        while True:
            try:
                await self._order("start", {"arm": True})
                return
            except FlightFailed as refusal:
                if time.monotonic() > until:
                    raise
                self._watcher.step(str(refusal))
                await asyncio.sleep(RETRY_S)

    async def _order(self, verb: str, arguments: dict[str, object]) -> Reply:
        assert self.vehicle is not None
        reply = await self._bus.request(subjects.request(self.vehicle, verb), Request(PILOT, arguments), Reply, ORDER_S)
        if not reply.ok:
            raise FlightFailed(f"{self.vehicle}, {verb}: {reply.text}")
        return reply

    async def _until(self, reached: Callable[[LiveVehicle], bool], timeout_s: float, otherwise: str) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                while self._live is None or not reached(self._live):
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError as error:
            raise FlightFailed(f"{self.vehicle or 'nobody'}: {otherwise} within {timeout_s:.0f} s") from error

    async def _event(
        self, kind: str, timeout_s: float | None, wanted: Callable[[Event], bool] = lambda event: True
    ) -> Event:
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    event = await self._events.get()
                    if event.kind == kind and event.vehicle == self.vehicle and wanted(event):
                        return event
        except TimeoutError as error:
            raise FlightFailed(f"{self.vehicle}: no word of {kind} within {timeout_s:.0f} s") from error

    async def _on_live(self, subject: str, frame: LiveFrame) -> None:
        for live in frame.vehicles:
            if self.vehicle is None:
                self.vehicle = live.vehicle
            if live.vehicle == self.vehicle:
                self._live = live
                self._heard.set()

    async def _on_event(self, subject: str, event: Event) -> None:
        await self._events.put(event)

    async def _on_progress(self, subject: str, progress: Progress) -> None:
        if progress.vehicle == self.vehicle:
            self._watcher.step(f"{self.vehicle}: {progress.stage}, {progress.phase}")
            self._watcher.progress(progress.done, progress.total)


async def fly_plan(
    plan: Plan, bus: Bus, vehicle: str | None, watcher: Watcher, world: Context | None = None
) -> Outcome:
    """Raises `FlightFailed` where there is no flight to sum up: refused by the checks, or by the vehicle.

    With a `world` the plan is judged as the pages judge it, in that world and now; without one by itself.
    """
    judged = report(plan) if world is None else judge(plan, 0, world)
    if not judged.may_submit:
        errors = "; ".join(finding.text for finding in judged.findings if finding.severity == "error")
        raise FlightFailed(f"the plan may not fly: {errors}")
    pilot = Pilot(bus, vehicle, watcher)
    await pilot.listen()
    await pilot.heard()
    await pilot.ready()
    receipt = await pilot.upload(plan)
    if not receipt.verified:
        raise FlightFailed(f"{receipt.vehicle}: the upload is not verified: {receipt.problem}")
    record = await pilot.fly(len(plan.items))
    return Outcome(
        flight_id=record.flight_id,
        outcome=record.outcome,
        upload_verified=record.upload_verified is True,
        duration_s=record.duration_s,
        distance_m=record.distance_m,
        max_height_m=record.max_height_m,
        cross_track_p95_m=await asyncio.to_thread(cross_track_p95, Path(record.bundle)),
        frames_received=record.frames_received,
        frames_recorded=record.frames_recorded,
        frames_lost=record.frames_lost,
        bundle=record.bundle,
    )
