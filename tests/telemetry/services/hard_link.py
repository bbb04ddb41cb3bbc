"""A `Mailbox` joined to a vehicle by the simulator's hard link: the built-in vehicle in this process, or one on TCP."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from sitl.channel import Channel
from sitl.fleet import TICK_S, Fleet, FleetOptions
from sitl.link import PERFECT, Conditions, Direction
from sitl.vehicle import Vehicle
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import decode, encode
from telemetry.services.mailbox import Mailbox

AIRBEAT, AUTOPILOT, GROUND_STATION = 255, 1, 190
WARM_UP_S: Final = 45.0
"""The built-in vehicle knows its position after so long, as ArduCopter does."""


class HardLink:
    """`transmit` carries bytes to the vehicle; `receive` takes what it sends. The link is good until `set`."""

    def __init__(self, transmit: Callable[[bytes], None], seed: int = 1, system_id: int = 1) -> None:
        self.mailbox = Mailbox(f"UAV-{system_id:02}", system_id, AUTOPILOT, self._send, AIRBEAT)
        self.sent: Counter[str] = Counter()
        self._carry, self._seed = transmit, seed
        self._reader = FrameReader("hard link")
        self._sequence = 0
        self.set(PERFECT)

    def set(self, conditions: Conditions) -> None:
        """From now on; times of outages count from now. What was under way still arrives."""
        self._up = Direction(conditions, self._carry, self._seed)
        self._down = Direction(conditions, self._deliver, self._seed + 1)

    def receive(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            if frame.compid == AUTOPILOT:
                self._down.send(frame.raw)

    def heartbeat(self) -> None:
        gcs, no_autopilot = 6, 8
        self._send("HEARTBEAT", {"type": gcs, "autopilot": no_autopilot, "mavlink_version": 3})

    def _deliver(self, raw: bytes) -> None:
        for frame in FrameReader("delivered").feed(raw):
            message = decode(frame)
            if message is not None:
                self.mailbox.deliver(message)

    def _send(self, name: str, fields: Mapping[str, Any]) -> None:
        frame = encode(name, fields, seq=self._sequence, sysid=AIRBEAT, compid=GROUND_STATION)
        self._sequence = (self._sequence + 1) % 256
        self.sent[name] += 1
        self._up.send(frame)


class Simulated(HardLink):
    """The built-in vehicle, whose truth (`vehicle.mission`, …) a test may look at."""

    def __init__(self, vehicle: Vehicle, fleet: Fleet, seed: int) -> None:
        self.vehicle = vehicle
        self._channel = Channel(vehicle, fleet.streams, lambda frames: self.receive(b"".join(frames)))
        super().__init__(self._hand_over, seed, vehicle.system)

    def _hand_over(self, data: bytes) -> None:
        self._channel.receive(data)
        self._channel.flush()


@asynccontextmanager
async def simulated(seed: int = 1, warm_up_s: float = WARM_UP_S, **parameters: float) -> AsyncIterator[Simulated]:
    """The built-in vehicle on the running loop's clock."""
    fleet = Fleet(FleetOptions(base_port=None, parameters=parameters, seed=seed))
    link = Simulated(fleet.vehicles[0], fleet, seed)
    for _ in range(round(warm_up_s / TICK_S)):
        fleet.step()
        fleet.flush()
    tasks = [asyncio.create_task(_fly(fleet)), asyncio.create_task(_live(link))]
    try:
        yield link
    finally:
        await _end(tasks)
        link.vehicle.log.stop()


async def _fly(fleet: Fleet) -> None:
    while True:
        fleet.step()
        fleet.flush()
        await asyncio.sleep(TICK_S)


async def _live(link: HardLink) -> None:
    while True:
        link.heartbeat()
        await asyncio.sleep(1.0)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError) and ended is not None:
            raise ended


class Remote(HardLink):
    """The vehicle that listens on a TCP port; connected again when it restarts."""

    def __init__(self, port: int, seed: int) -> None:
        super().__init__(self._write, seed)
        self._port = port
        self._writer: asyncio.StreamWriter | None = None

    def reboot(self) -> None:
        preflight_reboot_shutdown, autopilot = 246, 1
        fields = {"target_system": 1, "target_component": 1, "command": preflight_reboot_shutdown}
        self._send("COMMAND_LONG", {**fields, "param1": autopilot})

    def _write(self, data: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(data)

    async def hear(self) -> None:
        while True:
            try:
                reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
                while data := await reader.read(65536):
                    self.receive(data)
            except OSError:
                await asyncio.sleep(0.1)  # not up yet, or restarting
            finally:
                if self._writer is not None:
                    self._writer.close()


@asynccontextmanager
async def by_tcp(port: int, seed: int = 1) -> AsyncIterator[Remote]:
    """The vehicle that listens on `port`."""
    link = Remote(port, seed)
    tasks = [asyncio.create_task(link.hear()), asyncio.create_task(_live(link))]
    try:
        yield link
    finally:
        await _end(tasks)
