"""A gateway over a real bus, and what it stores and shows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.gateway.service import Gateway
from telemetry.mavlink import tlog
from telemetry.settings import LinkSettings, Settings, VehicleSettings
from telemetry.wire import Actor, Event, LiveFrame, LiveVehicle, RawChunk
from tests.waiting import until

PILOT = Actor("ann", "pilot")
SETTINGS = Settings(
    links=(LinkSettings("radio", "udpin:127.0.0.1:0"),),
    vehicles=(VehicleSettings("UAV-07", 7), VehicleSettings("UAV-08", 8, links=("radio",), serial="S8")),
)


@contextlib.asynccontextmanager
async def running(bus: Bus, settings: Settings = SETTINGS) -> AsyncIterator[tuple[Gateway, str]]:
    """A gateway, and where it listens."""
    gateway = Gateway(settings, bus)
    task = asyncio.create_task(gateway.run())
    await until(lambda: "radio" in gateway.links)
    try:
        yield gateway, str(gateway.links["radio"].address)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Screen:
    """The latest live state of each vehicle, and all live frames."""

    def __init__(self) -> None:
        self.frames: list[LiveFrame] = []
        self.latest: dict[str, LiveVehicle] = {}

    async def show(self, _: str, frame: LiveFrame) -> None:
        self.frames.append(frame)
        self.latest.update({vehicle.vehicle: vehicle for vehicle in frame.vehicles})


async def watching(bus: Bus) -> Screen:
    screen = Screen()
    await bus.subscribe(subjects.LIVE_ALL, LiveFrame, screen.show)
    await bus.usage(subjects.RAW_STREAM)
    return screen


async def stored(bus: Bus) -> list[RawChunk]:
    return [one.message for one in await bus.past(subjects.RAW_STREAM, RawChunk) if one.message is not None]


async def events(bus: Bus, kind: str) -> list[Event]:
    found = await bus.past(subjects.EVENTS_STREAM, Event, only=f"event.*.{kind}")
    return [one.message for one in found if one.message is not None]


def frames_of(chunks: list[RawChunk], vehicle: str) -> list[bytes]:
    """All frames of a vehicle in the stream; fails on a hole or a doubling."""
    counted, found = 0, []
    for chunk in chunks:
        for part in chunk.vehicles:
            if part.vehicle == vehicle:
                frames = [frame.raw for _, frame in tlog.read(part.tlog)]
                assert len(frames) == part.frames
                assert part.frames_before == counted
                counted += part.frames
                found += frames
    return found
