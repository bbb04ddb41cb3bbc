"""A hard link between vehicle and ground: delay, jitter, loss, duplication, reordering, bandwidth and outages.

What is lost, doubled or overtaken is a whole MAVLink frame, on TCP too: that is what a radio does to it. All chance
comes from a seed. Times are real time, whatever the simulation's speed.

    conditions = parse("delay=50ms,jitter=20ms,loss=1%,outage=5s@30s")
    async with TcpProxy(("127.0.0.1", 5760), conditions, seed=1) as proxy:
        ...  # connect to proxy.port instead of 5760
"""

from __future__ import annotations

import asyncio
import heapq
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

from sitl.errors import LinkTextError
from telemetry.mavlink.frame import FrameReader

QUEUE_S: Final = 2.0
"""A link slower than its traffic keeps at most so much of it waiting, then drops."""
OVERTAKEN_S: Final = 0.05
"""How much later a reordered frame arrives, at least."""


@dataclass(frozen=True)
class Conditions:
    """Each direction by itself. Shares are 0 to 1, times seconds, `bandwidth` bytes per second (0: any)."""

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    bandwidth: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()
    """(start, length) in seconds after the link was opened."""

    @property
    def perfect(self) -> bool:
        return self == PERFECT


PERFECT: Final = Conditions()

_NUMBER: Final = r"(\d+(?:\.\d+)?)"
_TIME: Final = re.compile(rf"{_NUMBER}(ms|s)")
_SHARE: Final = re.compile(rf"{_NUMBER}%")
_RATE: Final = re.compile(rf"{_NUMBER}(B|kB|bit|kbit|Mbit)")
_RATES: Final = {"B": 1.0, "kB": 1e3, "bit": 0.125, "kbit": 125.0, "Mbit": 125e3}


def parse(text: str) -> Conditions:
    """``delay=50ms,jitter=20ms,loss=1%,duplicate=0.5%,reorder=2%,bandwidth=57.6kbit,outage=5s@30s``.

    `outage` is LENGTH@START and may come several times. Raises `LinkTextError` naming the word.
    """
    values: dict[str, float] = {}
    outages: list[tuple[float, float]] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = word.partition("=")
        if name in ("delay", "jitter"):
            values[name] = _seconds(text, word, value)
        elif name in ("loss", "duplicate", "reorder"):
            share = _SHARE.fullmatch(value)
            if not share or float(share[1]) > 100:
                raise LinkTextError(text, f"{word!r} is no share such as {name}=1%")
            values[name] = float(share[1]) / 100.0
        elif name == "bandwidth":
            rate = _RATE.fullmatch(value)
            if not rate:
                raise LinkTextError(text, f"{word!r} is no rate such as bandwidth=57.6kbit")
            values[name] = float(rate[1]) * _RATES[rate[2]]
        elif name == "outage":
            length, _, start = value.partition("@")
            outages.append((_seconds(text, word, start), _seconds(text, word, length)))
        else:
            raise LinkTextError(text, f"unknown word {word!r}")
    return Conditions(**values, outages=tuple(sorted(outages)))


def _seconds(text: str, word: str, value: str) -> float:
    time = _TIME.fullmatch(value)
    if not time:
        raise LinkTextError(text, f"{word!r} has no time such as 50ms or 2s")
    return float(time[1]) * (0.001 if time[2] == "ms" else 1.0)


@dataclass
class Counts:
    sent: int = 0
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0


@dataclass
class Direction:
    """One way of a link: frames go in by `send` and come out of `deliver`, some of them, some time later."""

    conditions: Conditions
    deliver: Callable[[bytes], None]
    seed: int = 0
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._opened = self._loop.time()
        self._random = random.Random(self.seed)
        self._waiting: list[tuple[float, int, bytes]] = []
        self._number = 0
        self._line_free = 0.0
        self._latest = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def send(self, frame: bytes) -> None:
        self.counts.sent += 1
        now, wanted = self._loop.time(), self.conditions
        lost = self._random.random() < wanted.loss
        if lost or self._in_outage(now):
            self.counts.lost += 1
            return
        if wanted.bandwidth:
            if self._line_free - now > QUEUE_S:
                self.counts.lost += 1
                return
            self._line_free = max(now, self._line_free) + len(frame) / wanted.bandwidth
        due = max(now, self._line_free) + wanted.delay + self._random.random() * wanted.jitter
        if self._random.random() < wanted.reorder:
            self.counts.reordered += 1
            due += max(OVERTAKEN_S, wanted.jitter)
        else:
            due = self._latest = max(due, self._latest)
        self._queue(due, frame)
        if self._random.random() < wanted.duplicate:
            self.counts.duplicated += 1
            self._queue(due, frame)

    def close(self) -> None:
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _in_outage(self, now: float) -> bool:
        since = now - self._opened
        return any(start <= since < start + length for start, length in self.conditions.outages)

    def _queue(self, due: float, frame: bytes) -> None:
        heapq.heappush(self._waiting, (due, self._number, frame))
        self._number += 1
        if self._timer is None or self._timer.cancelled() or self._waiting[0][0] < self._timer.when():
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._waiting[0][0], self._release) if self._waiting else None

    def _release(self) -> None:
        self._timer = None
        now = self._loop.time() + 1e-4
        while self._waiting and self._waiting[0][0] <= now:
            self.deliver(heapq.heappop(self._waiting)[2])
        if self._waiting:
            self._arm()


class Framed:
    """A direction fed with bytes of a stream; bytes that are no MAVLink do not pass."""

    def __init__(self, direction: Direction) -> None:
        self.direction = direction
        self._reader = FrameReader("hard link")

    def send(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            self.direction.send(frame.raw)


class TcpProxy:
    """Listens on `port` and connects every caller to `target` over the hard link."""

    def __init__(self, target: tuple[str, int], conditions: Conditions, seed: int = 0) -> None:
        self.target, self.conditions, self.seed = target, conditions, seed
        self.port = 0
        self.up, self.down = Counts(), Counts()
        """Towards the target, and back."""
        self._server: asyncio.Server | None = None
        self._bridges: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> TcpProxy:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for bridge in self._bridges:
            bridge.cancel()
        await asyncio.gather(*self._bridges, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one caller in a task of its own: asyncio's for a caller reports being cancelled as an error."""
        bridge = asyncio.create_task(self._bridge(reader, writer))
        self._bridges.add(bridge)
        bridge.add_done_callback(self._bridges.discard)
        await asyncio.wait((bridge,))

    async def _bridge(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.close()
            return
        up = Direction(self.conditions, _quietly(far_writer), self.seed * 2 + 1, self.up)
        down = Direction(self.conditions, _quietly(writer), self.seed * 2 + 2, self.down)
        pumps = [
            asyncio.create_task(_pump(reader, Framed(up))),
            asyncio.create_task(_pump(far_reader, Framed(down))),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            up.close()
            down.close()
            writer.close()
            far_writer.close()


async def _pump(reader: asyncio.StreamReader, way: Framed) -> None:
    while data := await reader.read(65536):
        way.send(data)


def _quietly(writer: asyncio.StreamWriter) -> Callable[[bytes], None]:
    def deliver(frame: bytes) -> None:
        if not writer.is_closing():
            writer.write(frame)

    return deliver
