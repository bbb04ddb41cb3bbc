"""A bad link between a `Mailbox` and a vehicle: delay, loss, duplication, reordering and outages, both ways.

Faults are decided frame by frame from a seeded generator, so that a failure can be run again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from telemetry.mavlink.frame import Frame, FrameReader
from telemetry.mavlink.messages import decode, encode
from telemetry.services.mailbox import Mailbox

AIRBEAT, AUTOPILOT = 255, 1


@dataclass(frozen=True)
class Faults:
    """`delay_s` each way; the others are the share of frames that are lost, doubled, or held back by `held_s`."""

    delay_s: float = 0.0
    loss: float = 0.0
    duplication: float = 0.0
    reordering: float = 0.0
    held_s: float = 0.12


class HardLink:
    """`transmit` carries bytes to the vehicle; `receive` takes what it sends. Times are the running loop's."""

    def __init__(self, transmit: Callable[[bytes], None], faults: Faults, seed: int = 1, system_id: int = 1) -> None:
        self.faults = faults
        self.is_out = False
        self.sent: dict[str, int] = {}
        self.mailbox = Mailbox(f"UAV-{system_id:02}", system_id, AUTOPILOT, self._send, AIRBEAT)
        self._carry = transmit
        self._random = random.Random(seed)
        self._reader = FrameReader("hard link")
        self._sequence = 0
        self._clock = asyncio.get_running_loop()

    def receive(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            if (frame.sysid, frame.compid) == (self.mailbox.target_system, AUTOPILOT):
                self._pass(self._deliver, frame)

    def heartbeat(self) -> None:
        gcs, no_autopilot = 6, 8
        self._send("HEARTBEAT", {"type": gcs, "autopilot": no_autopilot, "mavlink_version": 3})

    def _deliver(self, frame: Frame) -> None:
        message = decode(frame)
        if message is not None:
            self.mailbox.deliver(message)

    def _send(self, name: str, fields: Mapping[str, Any]) -> None:
        frame = encode(name, fields, seq=self._sequence, sysid=AIRBEAT, compid=190)
        self._sequence = (self._sequence + 1) % 256
        self.sent[name] = self.sent.get(name, 0) + 1
        self._pass(self._carry, frame)

    def _pass(self, forward: Callable[[Any], None], frame: Frame | bytes) -> None:
        if self.is_out or self._random.random() < self.faults.loss:
            return
        copies = 2 if self._random.random() < self.faults.duplication else 1
        for _ in range(copies):
            held_s = self.faults.held_s if self._random.random() < self.faults.reordering else 0.0
            delay_s = self.faults.delay_s + held_s
            if delay_s:
                self._clock.call_later(delay_s, forward, frame)
            else:
                forward(frame)


class TcpVehicle:
    """A vehicle behind a TCP port, heard and fed through a `HardLink`."""

    def __init__(self, port: int, faults: Faults, seed: int = 1) -> None:
        self.port, self.faults, self.seed = port, faults, seed

    async def __aenter__(self) -> HardLink:
        reader, self._writer = await self._connect()
        self.link = HardLink(self._writer.write, self.faults, self.seed)
        self._tasks = [asyncio.create_task(self._hear(reader)), asyncio.create_task(self._live())]
        return self.link

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in range(100):
            try:
                return await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.1)
        raise TimeoutError(f"nobody listens on port {self.port}")

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(65536):
            self.link.receive(data)

    async def _live(self) -> None:
        while True:
            self.link.heartbeat()
            await asyncio.sleep(1.0)
