"""The monitor: rules over the live state of the whole fleet, and the alerts that come of them.

What is open or not acknowledged lies in the bucket ``alerts``: a restarted monitor goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from datetime import UTC, datetime
from typing import Final

import msgspec

from mission.plan import Plan
from telemetry import settings as settings_file
from telemetry import subjects
from telemetry.bus import Bus, new_id
from telemetry.bus_keys import BusKeys
from telemetry.errors import BusError
from telemetry.rules import RULES, Change, Drone, Fleet, Watch
from telemetry.rules.ground import Ground
from telemetry.running import run_service, told_to_end
from telemetry.settings import Settings
from telemetry.wire import Alert, Event, LiveFrame, Onboard, Reply, Request, VehicleInfo

log = logging.getLogger(__name__)

STEP_S: Final = 0.1
USAGE_EVERY_S: Final = 2.0


class Monitor:
    def __init__(self, bus: Bus, kept: list[Alert]) -> None:
        self._bus = bus
        self._watch = Watch(RULES, kept)
        self._ground = Ground()
        self._drones: dict[str, Drone] = {}
        self._plans: dict[str, Plan] = {}
        self._known: dict[str, bool] = {}
        self._raw_share: float | None = None
        self._changes: asyncio.Queue[Change] = asyncio.Queue()

    async def run(self) -> None:
        await self._bus.subscribe(subjects.LIVE_ALL, LiveFrame, self._see)
        await self._bus.serve(subjects.request(subjects.MONITOR, subjects.ACKNOWLEDGE), Request, self._acknowledge)
        await self._bus.subscribe(subjects.REQUESTS_ALL, Request, self._hear_order)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._learn_plans())
            tasks.create_task(self._learn_vehicles())
            tasks.create_task(self._learn_usage())
            tasks.create_task(self._tell())
            tasks.create_task(self._judge())

    async def _judge(self) -> None:
        due = time.monotonic()
        while not told_to_end():
            due = max(due + STEP_S, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            fleet = Fleet(time.monotonic(), self._drones, self._ground, self._raw_share)
            for change in self._watch.step(fleet, datetime.now(UTC)):
                self._changes.put_nowait(change)

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

    async def _learn_plans(self) -> None:
        async with contextlib.aclosing(self._bus.watch(subjects.ONBOARD_BUCKET, Onboard)) as changes:
            async for _, onboard in changes:
                if onboard is not None:
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
                    if info.vehicle in self._drones:
                        self._drones[info.vehicle].known = info.known

    async def _learn_usage(self) -> None:
        while not told_to_end():
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
        alert_id = request.arguments.get("alert_id")
        alert = next((one for one in self._watch.alerts if one.alert_id == alert_id), None)
        if alert is None:
            return Reply(False, "There is no such alert any more.")
        by = request.actor.user
        change = self._watch.acknowledge(
            alert.alert_id, by, datetime.now(UTC), still_heard=alert.vehicle in self._drones
        )
        if change is None:
            return Reply(False, f"{alert.acknowledged_by} has acknowledged it before.")
        self._changes.put_nowait(change)
        return Reply(True, f"Acknowledged by {by}.", data={"alert_id": alert.alert_id})

    async def _tell(self) -> None:
        """In order, each until the bus has it: the list of open alerts first, then the event."""
        while not told_to_end():
            change = await self._changes.get()
            alert = change.alert
            if change.is_closed:
                await self._bus.delete(subjects.ALERTS_BUCKET, alert.alert_id)
            else:
                await self._bus.put(subjects.ALERTS_BUCKET, alert.alert_id, alert)
            await self._bus.record(event_of(change))


def event_of(change: Change) -> Event:
    alert = change.alert
    at = {
        "alert_raised": alert.raised_at,
        "alert_ended": alert.ended_at,
        "alert_acknowledged": alert.acknowledged_at,
    }[change.kind]
    text = {
        "alert_raised": alert.text,
        "alert_ended": f"Over: {alert.text}",
        "alert_acknowledged": f"{alert.acknowledged_by} has seen: {alert.text}",
    }[change.kind]
    actor = alert.acknowledged_by if change.kind == "alert_acknowledged" else None
    return Event(new_id(), at or alert.raised_at, alert.vehicle, change.kind, text, actor, msgspec.to_builtins(alert))


async def run(settings: Settings) -> None:
    """Until cancelled."""
    keys = BusKeys(settings_file.home() / "keys")
    bus = await Bus.connect(settings_file.nats_url(settings), "monitor", keys.service_credentials("monitor"))
    try:
        await bus.prepare(settings.nats.raw_limit_mb)
        kept = await bus.entries(subjects.ALERTS_BUCKET, Alert)
        await Monitor(bus, list(kept.values())).run()
    finally:
        await bus.close()


def main() -> None:
    run_service(run)


if __name__ == "__main__":
    main()
