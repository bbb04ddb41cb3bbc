"""TCP, as client and as server."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any, Final, cast

from telemetry.errors import LinkError
from telemetry.links.debt import Debt
from telemetry.links.endpoint import Endpoint
from telemetry.links.link import BYTES_PER_WAKEUP, RETRY_FIRST_S, RETRY_LONGEST_S, Link, OnBytes, Peer, State, host_port

CONNECT_TIMEOUT_S: Final = 5.0
MOST_UNSENT: Final = 256 * 1024
"""Bytes that may wait for a peer that does not read; what comes then is dropped and counted."""


class _Connection(asyncio.BufferedProtocol):
    """One connection of `link`, which it tells of its beginning and end."""

    def __init__(self, link: _TcpLink) -> None:
        self._link = link
        self._buffer = bytearray(BYTES_PER_WAKEUP)
        self._debt = Debt()
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.peer = Peer(self._link.name, host_port(transport.get_extra_info("peername") or ("gone", 0)))
        self._link.connections[self.peer] = self.transport

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        begun = time.thread_time()
        frames = self._link.arrived(self.peer, bytes(self._buffer[:nbytes]))
        rest_s = self._debt.rest_s(time.thread_time() - begun, frames)
        if rest_s and not self.transport.is_closing():
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(rest_s, self._read_on)

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self._link.connections.pop(self.peer, None)
        if not self.ended.done():
            self.ended.set_result(str(error) if error else "closed by the other end")


class _TcpLink(Link):
    def __init__(self, name: str, on_bytes: OnBytes) -> None:
        super().__init__(name, on_bytes)
        self.connections: dict[Peer, asyncio.WriteTransport] = {}

    def arrived(self, peer: Peer, data: bytes) -> int:
        return 0 if self.state is State.CLOSED else self._received(peer, data)

    def send(self, peer: Peer | None, data: bytes) -> None:
        for transport in tuple(self.connections.values()) if peer is None else (self.connections.get(peer),):
            if transport is None or transport.is_closing() or transport.get_write_buffer_size() > MOST_UNSENT:
                self.counters.not_sent += 1
            else:
                transport.write(data)
                self.counters.bytes_out += len(data)

    def _drop_connections(self) -> None:
        for transport in tuple(self.connections.values()):
            transport.abort()


class TcpClientLink(_TcpLink):
    """``tcp``: connects, and connects again for ever."""

    def __init__(self, name: str, endpoint: Endpoint, on_bytes: OnBytes) -> None:
        super().__init__(name, on_bytes)
        self._endpoint = endpoint
        self._task = asyncio.get_running_loop().create_task(self._keep_connected(), name=f"link {name}")

    async def close(self) -> None:
        self.state = State.CLOSED
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._drop_connections()

    async def _keep_connected(self) -> None:
        loop, wait_s = asyncio.get_running_loop(), RETRY_FIRST_S
        while True:
            try:
                connecting: Any = loop.create_connection(
                    lambda: _Connection(self), self._endpoint.place, int(self._endpoint.number)
                )
                _, connection = await asyncio.wait_for(connecting, CONNECT_TIMEOUT_S)
            except (OSError, UnicodeError, TimeoutError) as error:
                self._is_down(str(error) or "no answer")
            else:
                self._is_up()
                reads_before = self.counters.reads
                self._is_down(await connection.ended)
                if self.counters.reads > reads_before:
                    wait_s = RETRY_FIRST_S
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, RETRY_LONGEST_S)


class TcpServerLink(_TcpLink):
    """``tcpin``: every connection is a peer."""

    def __init__(self, name: str, endpoint: Endpoint, text: str, on_bytes: OnBytes) -> None:
        super().__init__(name, on_bytes)
        try:
            listening = socket.create_server(
                (endpoint.place, int(endpoint.number)),
                family=socket.AF_INET6 if ":" in endpoint.place else socket.AF_INET,
            )
        except (OSError, UnicodeError) as error:
            raise LinkError(text, f"{name}: {error}") from error
        listening.setblocking(False)
        self.address = host_port(listening.getsockname())
        self._listening = listening
        self._task = asyncio.get_running_loop().create_task(self._serve(), name=f"link {name}")
        self._is_up()

    async def close(self) -> None:
        self.state = State.CLOSED
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._listening.close()
        self._drop_connections()

    async def _serve(self) -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), sock=self._listening)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
