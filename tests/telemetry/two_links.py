"""One drone behind a router that sends everything over two links, each with its own losses, delay and outages."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import decode
from tests.telemetry.drone import Drone


class Way(asyncio.DatagramProtocol):
    """`loss` is of what the drone says; `carried` are the numbers of its frames that got through."""

    def __init__(self, loss: float, delay_s: float, seed: int) -> None:
        self.loss, self.delay_s = loss, delay_s
        self.is_out = False
        self.drone: Drone
        self.carried: set[int] = set()
        self.commands: list[int] = []
        self._dice = random.Random(seed)
        self._reader = FrameReader("way")

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def carry(self, number: int, frame: bytes) -> None:
        if not self.is_out and self._dice.random() >= self.loss:
            self.carried.add(number)
            asyncio.get_running_loop().call_later(self.delay_s, self._transport.sendto, frame)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self.is_out:
            return
        for frame in self._reader.feed(data):
            message: Any = decode(frame)
            if type(message).__name__ == "COMMAND_LONG":
                self.commands.append(message.command)
        self.drone.datagram_received(data, addr)

    def close(self) -> None:
        self._transport.close()


class Router:
    """In the place of the drone's transport."""

    def __init__(self, ways: tuple[Way, ...]) -> None:
        self._ways = ways
        self._count = 0

    def sendto(self, frame: bytes) -> None:
        for way in self._ways:
            way.carry(self._count, frame)
        self._count += 1

    def close(self) -> None:
        for way in self._ways:
            way.close()


@contextlib.asynccontextmanager
async def routed(addresses: tuple[str, ...], ways: tuple[Way, ...], pause_s: float = 0.02) -> AsyncIterator[Drone]:
    """A drone whose frames go to each of `addresses` by the way of the same place."""
    drone = Drone(7, pause_s)
    for address, way in zip(addresses, ways, strict=True):
        host, port = address.rsplit(":", 1)
        way.drone = drone
        await asyncio.get_running_loop().create_datagram_endpoint(lambda way=way: way, remote_addr=(host, int(port)))  # type: ignore[misc]
    drone.connection_made(Router(ways))
    try:
        yield drone
    finally:
        drone.stop()
