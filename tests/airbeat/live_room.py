"""The live page over a real NATS and web server; what gateway, monitor and recorder say is said by the test."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from airbeat.demo import PASSWORD
from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
from telemetry.wire import Alert, Event, LiveFrame, LiveVehicle, Reply, Request, VehicleInfo, area_of
from tests.airbeat.conftest import Unit, running_pages
from web import users
from web.serve import open_database

T = TypeVar("T")
RAW_LIMIT_MB: Final = 16
GATEWAY: Final = "gateway"
EVERY_S: Final = 0.5
SETTINGS: Final = 'unit = "Test Unit"\n[web]\nport = 0\nsecure_cookies = false\n'


def flying(vehicle: str, **changes: Any) -> LiveVehicle:
    """All is well with it."""
    number = int(vehicle.rpartition("-")[2])
    known: dict[str, Any] = {
        "mode": "AUTO",
        "armed": True,
        "landed": False,
        "lat_deg": 51.5073 + 0.001 * (number // 4),
        "lon_deg": -0.1637 + 0.001 * (number % 4),
        "height_home_m": 40.0,
        "ground_speed_m_s": 6.0,
        "battery_pct": 80.0,
        "heartbeat_age_ms": 200,
        "position_age_ms": 100,
        "battery_age_ms": 400,
    }
    return LiveVehicle(vehicle, **(known | changes))


def raised(vehicle: str, rule: str, severity: str, text: str) -> Alert:
    at = datetime.now(UTC)
    return Alert(f"{rule}.{vehicle}.{at:%Y%m%dT%H%M%S%f}", vehicle, rule, severity, f"{vehicle}: {text}", at)


@dataclass
class Room:
    """`vehicles` are told of twice a second; `known` are the ids of the alerts that were acknowledged, in order."""

    unit: Unit
    vehicles: tuple[LiveVehicle, ...]
    known: list[str] = field(default_factory=list)


class _Services:
    """Gateway, monitor and recorder in one thread."""

    def __init__(self, url: str, keys: BusKeys) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._bus = self._run(Bus.connect(url, GATEWAY, keys.service_credentials(GATEWAY)))
        self._run(self._bus.prepare(RAW_LIMIT_MB))
        self._alerts: dict[str, Alert] = {}
        self._speaking: asyncio.Task[None] | None = None

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def begin(self, room: Room, alerts: tuple[Alert, ...]) -> None:
        self._run(self._begin(room, alerts))

    async def _begin(self, room: Room, alerts: tuple[Alert, ...]) -> None:
        for number, live in enumerate(room.vehicles, start=1):
            known = VehicleInfo(live.vehicle, GATEWAY, "radio", number, True)
            await self._bus.put(subjects.VEHICLES_BUCKET, live.vehicle, known)
        for alert in alerts:
            await self._tell(alert, "alert_raised")

        async def acknowledge(_: str, request: Request) -> Reply:
            told = self._alerts[str(request.arguments["alert_id"])]
            room.known.append(told.alert_id)
            by = {"acknowledged_at": datetime.now(UTC), "acknowledged_by": request.actor.user}
            await self._tell(msgspec.structs.replace(told, **by), "alert_acknowledged")
            return Reply(True, "Acknowledged.")

        await self._bus.serve(subjects.request(subjects.MONITOR, subjects.ACKNOWLEDGE), Request, acknowledge)
        self._speaking = asyncio.create_task(self._speak(room))

    async def _tell(self, alert: Alert, kind: str) -> None:
        self._alerts[alert.alert_id] = alert
        await self._bus.put(subjects.ALERTS_BUCKET, subjects.alert_key(alert.alert_id), alert)
        number = len(self._alerts)
        told = Event(f"{kind}-{alert.alert_id}-{number}", datetime.now(UTC), alert.vehicle, kind, alert.text)
        await self._bus.record(msgspec.structs.replace(told, data=msgspec.to_builtins(alert)))

    async def _speak(self, room: Room) -> None:
        sequence = 0
        while True:
            sequence += 1
            now = datetime.now(UTC)
            areas = {area_of(live.lat_deg, live.lon_deg) for live in room.vehicles}
            for area in areas:
                there = tuple(live for live in room.vehicles if area_of(live.lat_deg, live.lon_deg) == area)
                await self._bus.publish(subjects.live(area), LiveFrame(GATEWAY, area, sequence, now, there))
            everyone = LiveFrame(GATEWAY, subjects.EVERYWHERE, sequence, now, room.vehicles)
            await self._bus.publish(subjects.fleet(GATEWAY), everyone)
            for service in (GATEWAY, subjects.MONITOR, subjects.RECORDER):
                await self._bus.pulse(service, 30.0)
            await asyncio.sleep(EVERY_S)

    def end(self) -> None:
        if self._speaking is not None:
            self._loop.call_soon_threadsafe(self._speaking.cancel)
        self._run(self._bus.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@contextlib.contextmanager
def running_room(home: Path, vehicles: tuple[LiveVehicle, ...], alerts: tuple[Alert, ...]) -> Iterator[Room]:
    """Everybody of the demo may log in."""
    home.mkdir()
    database = open_database(home)
    users.seed_demo(database, PASSWORD)
    database.close()
    server = NatsServer(home, NatsSettings(port=0, websocket_port=0, raw_limit_mb=RAW_LIMIT_MB))
    on = server.start()
    try:
        with running_pages(home, SETTINGS, NATS_URL=on.url, NATS_WEBSOCKET_URL=on.websocket_url) as unit:
            services = _Services(on.url, BusKeys(home / "keys"))
            room = Room(unit, vehicles)
            services.begin(room, alerts)
            try:
                yield room
            finally:
                services.end()
    finally:
        server.stop()
