"""A gateway with one built-in drone, in this process, over a real bus."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

import msgspec
import pytest

from mission.plan import Plan, digest
from sitl.fleet import Fleet
from telemetry import subjects
from telemetry.bus import Bus
from telemetry.errors import BusError
from telemetry.gateway.service import Gateway
from telemetry.mavlink import tlog
from telemetry.mavlink.frame import Frame
from telemetry.settings import LinkSettings, Settings, VehicleSettings
from telemetry.wire import Event, RawChunk, Reply, Request, UploadOrder
from tests.telemetry import one_gateway
from tests.telemetry.one_gateway import PILOT
from tests.waiting import until

NAME: Final = "UAV-01"
SETTINGS: Final = Settings(
    links=(LinkSettings("radio", "udpin:127.0.0.1:0"),),
    vehicles=(VehicleSettings(NAME, 1, pilot_port="tcpin:127.0.0.1:0"),),
)
SPEEDUP: Final = 10.0


class Unit:
    """A gateway with one drone, which has a port for tools."""

    def __init__(self, gateway: Gateway, bus: Bus) -> None:
        self.gateway, self.bus = gateway, bus
        self.port = gateway.pilot_ports.ports[NAME]

    @property
    def address(self) -> str:
        return f"tcp:{self.port.link.address}"

    async def upload(self, wanted: Plan) -> None:
        order = msgspec.to_builtins(UploadOrder("u1", wanted, digest(wanted)))
        subject = subjects.request(NAME, "upload")
        reply = None
        while reply is None:
            with contextlib.suppress(BusError):  # until the drone has been heard
                reply = await self.bus.request(subject, Request(PILOT, order), Reply, 30)
        assert reply.ok, reply.text
        await until(lambda: self.port.approved is not None and not self.port.writing)

    async def events(self, kind: str) -> list[Event]:
        """All that were told until now: what still waits for the bus, too."""
        await until(lambda: not self.gateway._events._waiting)
        found = await self.bus.past(subjects.EVENTS_STREAM, Event, only=subjects.event(NAME, kind))
        return [one.message for one in found if one.message is not None]

    async def recorded(self) -> list[Frame]:
        chunks = await self.bus.past(subjects.RAW_STREAM, RawChunk)
        parts = [part for one in chunks if one.message for part in one.message.vehicles]
        return [frame for part in parts for _, frame in tlog.read(part.tlog)]


@contextlib.asynccontextmanager
async def running(bus: Bus, settings: Settings = SETTINGS) -> AsyncIterator[Unit]:
    async with one_gateway.running(bus, settings) as (gateway, address):
        host, port = address.rsplit(":", 1)
        async with Fleet(base_port=None, udp=(host, int(port)), speedup=SPEEDUP):
            yield Unit(gateway, bus)


@pytest.fixture
async def unit(bus: Bus) -> AsyncIterator[Unit]:
    async with running(bus) as made:
        yield made
