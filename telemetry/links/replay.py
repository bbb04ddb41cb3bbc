"""A recording as a link: what was recorded arrives again at the same intervals."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice
from typing import Final

from telemetry.errors import LinkError, RecordingError
from telemetry.links.endpoint import Endpoint
from telemetry.links.link import Link, OnBytes, Peer, State
from telemetry.mavlink import tlog
from telemetry.mavlink.frame import Frame

STEP_S: Final = 0.01
FRAMES_PER_WAKEUP: Final = 500


class ReplayLink(Link):
    """``tlog``: one peer. What is sent to it goes nowhere. It goes down at the recording's end."""

    def __init__(self, name: str, endpoint: Endpoint, text: str, on_bytes: OnBytes) -> None:
        super().__init__(name, on_bytes)
        self._peer = Peer(name, endpoint.place)
        try:
            records = tlog.read(endpoint.place)
            first = next(records, None)
        except RecordingError as error:
            raise LinkError(text, f"{name}: {error}") from error
        if first is None:
            raise LinkError(text, f"{name}: the recording is empty")
        self._is_up()
        play = self._play(first, records, endpoint.number)
        self._task = asyncio.get_running_loop().create_task(play, name=f"link {name}")

    def send(self, peer: Peer | None, data: bytes) -> None:
        self.counters.not_sent += 1

    async def close(self) -> None:
        self.state = State.CLOSED
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _play(self, first: tuple[int, Frame], records: Iterator[tuple[int, Frame]], speed: float) -> None:
        loop = asyncio.get_running_loop()
        started, first_us = loop.time(), first[0]
        self._received(self._peer, first[1].raw)
        while batch := list(islice(records, FRAMES_PER_WAKEUP)):
            for time_us, frame in batch:
                due = started + (time_us - first_us) / 1e6 / speed
                if due - loop.time() > STEP_S:
                    await asyncio.sleep(due - loop.time())
                self._received(self._peer, frame.raw)
            await asyncio.sleep(0)
        self._is_down("the recording is at its end")
