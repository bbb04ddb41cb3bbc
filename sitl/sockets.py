"""The vehicle's ends of TCP and UDP, with the hard link in between where there is one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final, cast

from sitl.channel import Channel
from sitl.link import Conditions, Direction, Framed
from sitl.streams import Streams
from sitl.vehicle import Vehicle

log = logging.getLogger(__name__)
DATAGRAM: Final = 1400


class _Link:
    """What TCP and UDP have in common. `link` is the conditions and the seed of the way in between."""

    def __init__(self, vehicle: Vehicle, streams: Streams, link: tuple[Conditions, int]) -> None:
        self.vehicle, self.streams = vehicle, streams
        self.conditions, self.seed = link
        self.channel: Channel | None = None
        self._up: Framed | None = None
        self._down: Direction | None = None

    def _open(self, write: Callable[[list[bytes]], None]) -> None:
        send = write
        if not self.conditions.perfect:
            down = Direction(self.conditions, lambda frame: write([frame]), self.seed * 2 + 1)
            self._down = down
            self._up = Framed(Direction(self.conditions, self._take, self.seed * 2 + 2))

            def send(frames: list[bytes]) -> None:
                for frame in frames:
                    down.send(frame)

        if not self.vehicle.crashed:
            self.channel = Channel(self.vehicle, self.streams, send)

    def _arrived(self, data: bytes) -> None:
        if self._up is not None:
            self._up.send(data)
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        if self.channel is not None:
            self.vehicle.attempt(partial(self.channel.receive, data))
            self.channel.flush()

    def connection_lost(self, error: Exception | None) -> None:
        if self._down is not None:
            self._down.close()
        if self._up is not None:
            self._up.direction.close()
        if self.channel is not None:
            self.channel.close()
            self.channel = None


class TcpLink(_Link, asyncio.Protocol):
    """A ground station connected by TCP."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._open(self._write)

    def _write(self, frames: list[bytes]) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"".join(frames))

    def data_received(self, data: bytes) -> None:
        self._arrived(data)


class UdpLink(_Link, asyncio.DatagramProtocol):
    """Sends to one place by UDP and listens for its answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)  # asyncio's own are no subclass of it
        self._open(self._write)

    def _write(self, frames: list[bytes]) -> None:
        if self.transport.is_closing():
            return
        size = 0
        batch: list[bytes] = []
        for frame in frames:
            if batch and size + len(frame) > DATAGRAM:
                self.transport.sendto(b"".join(batch))
                size, batch = 0, []
            batch.append(frame)
            size += len(frame)
        if batch:
            self.transport.sendto(b"".join(batch))

    def datagram_received(self, data: bytes, address: tuple[str | object, int]) -> None:
        self._arrived(data)

    def error_received(self, error: Exception) -> None:
        log.debug("UDP: %s", error)  # nobody listens yet; the next datagram may arrive
