"""How a service comes to be on the bus."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from telemetry import settings as settings_file
from telemetry.bus.connection import Bus
from telemetry.bus_keys import BusKeys
from telemetry.settings import Settings


@contextlib.asynccontextmanager
async def joined(settings: Settings, service: str, home: Path | None = None) -> AsyncIterator[Bus]:
    """A connection with the rights of `service`, once the server answers and its streams and buckets are there.

    `home` is the data folder, where it is not that of this process.
    """
    keys = BusKeys((home or settings_file.home()) / "keys")
    bus = await Bus.connect(settings_file.nats_url(settings), service, keys.service_credentials(service))
    try:
        await bus.prepare(settings.nats.raw_limit_mb, settings.nats.replicas)
        yield bus
    finally:
        await bus.close()
