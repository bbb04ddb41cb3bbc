"""How a service or a command comes to be on the bus."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from telemetry import settings as settings_file
from telemetry.bus.connection import Bus
from telemetry.bus_keys import BusKeys
from telemetry.errors import BusError
from telemetry.settings import Settings


@contextlib.asynccontextmanager
async def joined(
    settings: Settings, service: str, home: Path | None = None, within_s: float | None = None
) -> AsyncIterator[Bus]:
    """A connection with the rights of `service`, once the server answers and its streams and buckets are there.

    `home` is the data folder, where it is not that of this process. Raises `BusError` where that is not so `within_s`;
    without it waits as long as it takes.
    """
    keys, url = BusKeys((home or settings_file.home()) / "keys"), settings_file.nats_url(settings)
    async with contextlib.AsyncExitStack() as leaving:
        try:
            async with asyncio.timeout(within_s):
                bus = await Bus.connect(url, service, keys.service_credentials(service))
                leaving.push_async_callback(bus.close)
                await bus.prepare(settings.nats.raw_limit_mb, settings.nats.replicas)
        except TimeoutError as error:
            raise BusError(url, f"nobody answers within {within_s:g} s; is Airbeat running?") from error
        yield bus
