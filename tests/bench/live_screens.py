"""Screens of a control room, as far as the bus sees them: ``python -m tests.bench.live_screens URL CREDS COUNT AREA…``.

A fifth of them take every area, the others one each. They take what comes and look no further than whose it is: on
this machine they stand for thirty other ones.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys


class Head(msgspec.Struct, frozen=True, array_like=True):
    """How a `LiveFrame` begins."""

    gateway: str
    area: str


async def watch(url: str, keys: BusKeys, subject: str) -> None:
    bus = await Bus.connect(url, "screen", keys.service_credentials("screen"))
    await bus.subscribe(subject, Head, _take)
    await asyncio.Event().wait()


async def _take(_: str, frame: Head) -> None:
    assert frame.area


async def main() -> None:
    url, folder, count, *areas = sys.argv[1:]
    keys = BusKeys(Path(folder))
    every = int(count) // 5
    wanted = [subjects.LIVE_ALL] * every
    wanted += [subjects.live(areas[number % len(areas)]) for number in range(int(count) - every)]
    await asyncio.gather(*(watch(url, keys, subject) for subject in wanted))


if __name__ == "__main__":
    asyncio.run(main())
