"""A fleet that is heard, the monitor's process that watches it, and what people see of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.errors import BusError
from telemetry.wire import Actor, Alert, LiveFrame, LiveVehicle, Reply, Request
from tests.telemetry.conftest import Broker

HEARD: dict[str, Any] = {
    "armed": True,
    "landed": False,
    "mode": "GUIDED",
    "heartbeat_age_ms": 10,
    "position_age_ms": 10,
}


class Fleet:
    """Says ten times a second how its drones, far apart, are."""

    def __init__(self, bus: Bus, *names: str) -> None:
        self._bus = bus
        self.drones: dict[str, dict[str, Any]] = {
            name: {**HEARD, "lat_deg": 51.50735 + 0.01 * row, "lon_deg": -0.1637, "battery_pct": 80.0}
            for row, name in enumerate(names)
        }

    async def go_on(self) -> None:
        number = 0
        while True:
            number += 1
            vehicles = tuple(LiveVehicle(name, **state) for name, state in self.drones.items())
            frame = LiveFrame("gateway", "2046-1362", number, datetime.now(UTC), vehicles)
            await self._bus.publish(subjects.live("2046-1362"), frame)
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def heard(bus: Bus, *names: str) -> AsyncIterator[Fleet]:
    made = Fleet(bus, *names)
    task = asyncio.create_task(made.go_on())
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


class Process:
    """``python -m telemetry.monitor``, to be killed."""

    def __init__(self, broker: Broker) -> None:
        self._settings = broker.home / "airbeat.toml"
        self._settings.write_text("[nats]\nraw_limit_mb = 64\n")
        self._environment = {**os.environ, "AIRBEAT_HOME": str(broker.home), "NATS_URL": broker.listening.url}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "telemetry.monitor", str(self._settings)], env=self._environment
        )

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        self._process.send_signal(number)
        return self._process.wait(10)


async def alerts(bus: Bus, count: int, within_s: float = 15.0) -> list[Alert]:
    """The list when it has `count` entries."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        with contextlib.suppress(BusError):
            found = await bus.entries(subjects.ALERTS_BUCKET, Alert)
            if len(found) == count:
                return list(found.values())
        await asyncio.sleep(0.05)
    raise AssertionError(f"never {count} alerts, but {found}")


async def acknowledge(bus: Bus, alert_id: str) -> Reply:
    subject = subjects.request(subjects.MONITOR, subjects.ACKNOWLEDGE)
    return await bus.request(subject, Request(Actor("ann", "control_room"), {"alert_id": alert_id}), Reply, 5)


async def ready(bus: Bus) -> None:
    """When the monitor answers."""
    for _ in range(300):
        with contextlib.suppress(BusError):
            await acknowledge(bus, "none")
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the monitor never answered")
