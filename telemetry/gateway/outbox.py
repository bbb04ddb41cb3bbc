"""What waits for the bus: kept in memory over an outage of NATS, sent in order, and never dropped in silence."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Final

from msgspec import Raw

from telemetry import subjects
from telemetry.bus import Bus, new_id
from telemetry.gateway.systems import Recorded
from telemetry.running import told_to_end
from telemetry.wire import Event, RawChunk, VehicleInfo, filled

log = logging.getLogger(__name__)

TICK_S: Final = 0.1
CHUNK_BYTES: Final = 4 * 1024 * 1024
"""A chunk holds at most this and one link's tapes more: together less than what a NATS message may."""
MEMORY_BYTES: Final = 512 * 1024 * 1024
"""Kept while the bus is away: 200,000 vehicle-seconds, an hour of 60 drones."""
EVENTS_KEPT: Final = 100_000


class RawOutbox:
    """Frames on their way to the recorder: one chunk under way at a time, the next one filling meanwhile.

    Frames that did not fit into `MEMORY_BYTES` are counted in `lost`, and seen by everyone as a jump of
    `frames_before`.
    """

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway
        self._run = new_id()
        self._sequence = 0
        self._waiting: deque[Recorded] = deque()
        self._size = 0
        self._on_way: Raw | None = None
        self.lost = 0

    def add(self, recorded: Recorded) -> None:
        if self._size + len(recorded.encoded) > MEMORY_BYTES:
            self.lost += recorded.frames
            return
        self._size += len(recorded.encoded)
        self._waiting.append(recorded)

    async def run(self, bus: Bus) -> None:
        """Sends what waits every `TICK_S`, for ever."""
        while not told_to_end():
            await asyncio.sleep(TICK_S)
            await self.flush(bus)

    async def flush(self, bus: Bus) -> None:
        """Returns when everything that waited is stored."""
        while (chunk := self._on_way or self._next_chunk()) is not None:
            self._on_way = chunk
            await bus.store(subjects.raw(self._gateway), chunk, f"{self._run}:{self._sequence}")
            self._on_way = None

    def _next_chunk(self) -> Raw | None:
        if not self._waiting:
            return None
        parts: list[Recorded] = []
        size = 0
        while self._waiting and size < CHUNK_BYTES:
            parts.append(self._waiting.popleft())
            size += len(parts[-1].encoded)
        self._size -= size
        self._sequence += 1
        chunk = RawChunk(self._gateway, self._run, self._sequence, ())
        return filled(chunk, sum(part.vehicles for part in parts), (part.encoded for part in parts))


class EventOutbox:
    """Events on their way, in order."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque()
        self._arrived = asyncio.Event()

    def add(self, event: Event) -> None:
        if len(self._waiting) >= EVENTS_KEPT:
            log.error("%d events wait for the bus: lost %s of %s", EVENTS_KEPT, event.kind, event.vehicle)
            return
        self._waiting.append(event)
        self._arrived.set()

    async def run(self, bus: Bus) -> None:
        while not told_to_end():
            await self._arrived.wait()
            self._arrived.clear()
            await self.flush(bus)

    async def flush(self, bus: Bus) -> None:
        while self._waiting:
            await bus.record(self._waiting[0])
            self._waiting.popleft()


class Register:
    """What changes slowly about the vehicles, on its way: one at a time, and of each only the latest, so that a fleet
    that appears all at once does not take the time that its frames need."""

    def __init__(self) -> None:
        self._told: dict[str, VehicleInfo] = {}
        self._waiting: dict[str, VehicleInfo] = {}
        self._arrived = asyncio.Event()

    def note(self, info: VehicleInfo) -> None:
        if self._told.get(info.vehicle) != info:
            self._told[info.vehicle] = self._waiting[info.vehicle] = info
            self._arrived.set()

    async def run(self, bus: Bus) -> None:
        while not told_to_end():
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                info = self._waiting.pop(next(iter(self._waiting)))
                await bus.put(subjects.VEHICLES_BUCKET, info.vehicle, info)
