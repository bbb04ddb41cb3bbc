"""The monitor: rules over the live state of the whole fleet, and the alerts that come of them.

What is open or not acknowledged lies in the bucket ``alerts``: a restarted monitor goes on from there, and several
may run at once (`telemetry.alert_book`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import socket
import time
from datetime import UTC, datetime
from typing import Final

from mission.plan import Plan
from telemetry import settings as settings_file
from telemetry import subjects
from telemetry.alert_book import AlertBook
from telemetry.bus import Bus, joined
from telemetry.errors import BusError
from telemetry.guests import GuestRelay
from telemetry.rules import RULES, Drone, Fleet, Watch
from telemetry.rules.condition import FRAMES_LOST, SIGNATURE_REFUSED
from telemetry.rules.fleet import Disk, Heard, Notice
from telemetry.rules.ground import Ground
from telemetry.rules.traffic import FORGOTTEN_S
from telemetry.running import paced, run_service, told_to_end
from telemetry.settings import Settings
from telemetry.wire import Alert, Event, LiveFrame, Onboard, Reply, Request, TrafficFrame, VehicleInfo

log = logging.getLogger(__name__)

STEP_S: Final = 0.1
LISTENING: Final = 3.0
"""Times as long as a step took are left for what is heard before the next one: from some 3,000 drones on two cores on,
alerts come a little later before frames are lost."""
PULSE_S: Final = 1.0
PULSE_WITHIN_S: Final = 6.0
"""Judging thousands of drones may take a while."""
USAGE_EVERY_S: Final = 2.0


class Monitor:
    def __init__(self, bus: Bus, kept: list[Alert], tasks: asyncio.TaskGroup) -> None:
        self._bus, self._tasks = bus, tasks
        self._watch = Watch(RULES, kept, socket.gethostname())
        self._book = AlertBook(bus, tasks, self._watch.adopt, self._watch.drop)
        self._ground = Ground()
        self._drones: dict[str, Drone] = {}
        self._plans: dict[str, Plan] = {}
        self._known: dict[str, bool] = {}
        self._raw_share: float | None = None
        self._disk: Disk | None = None
        self._traffic: dict[str, Heard] = {}
        self._own: set[str] = set()
        """Our drones' own voices among the traffic, by their serial numbers."""
        self._notices: dict[tuple[str, str], Notice] = {}

    async def run(self) -> None:
        await self._know_plans()
        await self._bus.subscribe(subjects.LIVE_ALL, LiveFrame, self._see)
        acknowledging = subjects.request(subjects.MONITOR, subjects.ACKNOWLEDGE)
        await self._bus.serve(acknowledging, Request, self._acknowledge, group=subjects.MONITOR)
        await self._bus.subscribe(subjects.REQUESTS_ALL, Request, self._hear_order)
        await self._bus.subscribe(subjects.TRAFFIC_ALL, TrafficFrame, self._hear_traffic)
        for kind in (FRAMES_LOST, SIGNATURE_REFUSED):
            await self._bus.subscribe(subjects.event_of_all(kind), Event, self._take_notice)
        learning = (self._learn_plans(), self._learn_vehicles(), self._learn_usage())
        for work in (*learning, self._book.follow(), GuestRelay(self._bus).run(), self._judge()):
            self._tasks.create_task(work)

    async def _judge(self) -> None:
        pulse_due = 0.0
        async for now in paced(STEP_S, LISTENING):
            fleet = Fleet(now, self._drones, self._ground, self._raw_share, self._traffic, self._notices, self._disk)
            changes = self._watch.step(fleet, datetime.now(UTC))
            for change in sorted(changes, key=lambda change: change.alert.severity != "critical"):
                self._book.settle(change)
            if now >= pulse_due:
                pulse_due = now + PULSE_S
                await self._bus.pulse(subjects.MONITOR, PULSE_WITHIN_S)

    async def _see(self, _: str, frame: LiveFrame) -> None:
        now = time.monotonic()
        for live in frame.vehicles:
            drone = self._drones.get(live.vehicle)
            if drone is None:
                known = self._known.get(live.vehicle, True)
                drone = self._drones[live.vehicle] = Drone(live, now, known=known)
                self._lay_out(live.vehicle)
            before, drone.live, drone.heard_at = drone.live, live, now
            if before.mode != live.mode and before.mode is not None and before.armed and live.armed:
                drone.mode_before, drone.mode_changed_at = before.mode, now

    async def _hear_traffic(self, _: str, frame: TrafficFrame) -> None:
        now = time.monotonic()
        for aircraft in frame.aircraft:
            if aircraft.aircraft.lower() not in self._own:
                self._traffic[aircraft.aircraft] = Heard(aircraft, now)
        for name in [name for name, heard in self._traffic.items() if heard.age_s(now) > FORGOTTEN_S]:
            del self._traffic[name]

    async def _take_notice(self, _: str, event: Event) -> None:
        self._notices[event.kind, event.vehicle] = Notice(event.text, time.monotonic())

    async def _know_plans(self) -> None:
        """Before anything is judged: without its plan a drone that breaches would look well."""
        with contextlib.suppress(BusError):  # the bus has gone again; they are learnt with the others
            for onboard in (await self._bus.entries(subjects.ONBOARD_BUCKET, Onboard)).values():
                self._plans[onboard.vehicle] = onboard.plan

    async def _learn_plans(self) -> None:
        async with contextlib.aclosing(self._bus.watch(subjects.ONBOARD_BUCKET, Onboard)) as changes:
            async for _, onboard in changes:
                if onboard is not None and self._plans.get(onboard.vehicle) != onboard.plan:
                    self._plans[onboard.vehicle] = onboard.plan
                    self._lay_out(onboard.vehicle)

    def _lay_out(self, vehicle: str) -> None:
        """The geometry of what is on board, for a drone that has been seen."""
        if vehicle in self._drones and vehicle in self._plans:
            self._drones[vehicle].plan = self._ground.of_plan(self._plans[vehicle])

    async def _learn_vehicles(self) -> None:
        async with contextlib.aclosing(self._bus.watch(subjects.VEHICLES_BUCKET, VehicleInfo)) as changes:
            async for _, info in changes:
                if info is not None:
                    self._known[info.vehicle] = info.known
                    self._own |= {f"rid-{info.serial.lower()}"} if info.serial else set()
                    if info.vehicle in self._drones:
                        self._drones[info.vehicle].known = info.known

    async def _learn_usage(self) -> None:
        while not told_to_end():
            with contextlib.suppress(OSError):  # a data folder that is away just now
                used = shutil.disk_usage(settings_file.home())
                self._disk = Disk(socket.gethostname(), used.free, used.total)
            with contextlib.suppress(BusError):  # asked again in a moment
                usage = await self._bus.usage(subjects.RAW_STREAM)
                self._raw_share = usage.used_bytes / usage.limit_bytes if usage.limit_bytes else None
            await asyncio.sleep(USAGE_EVERY_S)

    async def _hear_order(self, subject: str, _: Request) -> None:
        """Listens in on every request as it is made: a mode that changes soon after one is meant."""
        vehicle = subject.split(".")[1]
        for name, drone in self._drones.items():
            if subjects.token(name) == vehicle:
                drone.ordered_at = time.monotonic()

    async def _acknowledge(self, _: str, request: Request) -> Reply:
        alert_id, by = request.arguments.get("alert_id"), request.actor.user
        while True:
            alert = next((one for one in self._watch.alerts if one.alert_id == alert_id), None)
            if alert is None:
                return Reply(False, "There is no such alert any more.")
            heard = alert.vehicle in self._drones
            change = self._watch.acknowledge(alert.alert_id, by, datetime.now(UTC), still_heard=heard)
            if change is None:
                return Reply(False, f"{alert.acknowledged_by} has acknowledged it before.")
            if await self._book.settle(change):
                return Reply(True, f"Acknowledged by {by}.", data={"alert_id": alert.alert_id})


async def run(settings: Settings) -> None:
    """Until cancelled."""
    async with joined(settings, "monitor") as bus:
        kept = await bus.entries(subjects.ALERTS_BUCKET, Alert)
        async with asyncio.TaskGroup() as tasks:
            await Monitor(bus, list(kept.values()), tasks).run()


def main() -> None:
    run_service(run)


if __name__ == "__main__":
    main()
