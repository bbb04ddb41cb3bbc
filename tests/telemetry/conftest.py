"""A real NATS for every test that asks for one: a server of its own, in a folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import Listening, NatsServer
from telemetry.settings import NatsSettings

RAW_LIMIT_MB = 64


class Broker:
    """A running nats-server, its keys and its home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.keys = BusKeys(home / "keys")
        self.server = NatsServer(home, NatsSettings(port=0, websocket_port=0, raw_limit_mb=RAW_LIMIT_MB))
        self.listening: Listening = self.server.start()

    async def connect(self, service: str = "test") -> Bus:
        bus = await Bus.connect(self.listening.url, service, self.keys.service_credentials(service))
        await bus.prepare(RAW_LIMIT_MB)
        return bus


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A server of the test's own: it starts in 40 ms, and what one test stores no other sees."""
    started = Broker(tmp_path)
    yield started
    started.server.stop()


@pytest.fixture
async def bus(broker: Broker) -> AsyncIterator[Bus]:
    connected = await broker.connect()
    yield connected
    await connected.close()
