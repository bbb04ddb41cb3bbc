"""UDP. The socket is read until it is empty, but never so long that another link has to wait."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import sys
import time
from typing import Any, Final

from telemetry.errors import LinkError
from telemetry.links.datagrams import MOST_DATAGRAMS, Datagrams, OnDatagrams
from telemetry.links.debt import Debt
from telemetry.links.endpoint import Endpoint
from telemetry.links.link import BYTES_PER_WAKEUP, RECEIVE_BUFFER, Link, OnBytes, Peer, State, host_port

MOST_PEERS: Final = 10_000
"""Senders remembered; beyond them the one known longest is forgotten, so that forged ones cannot fill the memory."""

LATE_S: Final = 0.05
"""After this long without having seen the socket empty, the system is asked when the next datagram came."""
RCVBUFFORCE: Final = 33
TIMESTAMPNS: Final = 35
"""SO_RCVBUFFORCE; SO_TIMESTAMPNS and its control message, a timespec (socket(7)). Python has no names for them."""
_TIMESPEC: Final = struct.Struct("@qq")

log = logging.getLogger(__name__)


class UdpLink(Link):
    """``udpin``: peers are whoever sent something. ``udpout``: the one peer is known from the start."""

    def __init__(
        self, name: str, endpoint: Endpoint, text: str, on_bytes: OnBytes, on_datagrams: OnDatagrams | None = None
    ) -> None:
        super().__init__(name, on_bytes)
        self._on_datagrams = on_datagrams or self._one_by_one
        self._arrived = Datagrams()
        self._peers: dict[Any, Peer] = {}
        self._addresses: dict[Peer, Any] = {}
        self._met = 0
        self._loop = asyncio.get_running_loop()
        self._socket = _open(endpoint, text, name)
        if endpoint.kind == "udpout":
            self._remember(self._socket.getpeername())
            self._connected = True
        else:
            self.address = host_port(self._socket.getsockname())
            self._connected = False
        self._debt = Debt()
        self._empty_at = time.monotonic()
        self._read_on()
        self._is_up()

    def send(self, peer: Peer | None, data: bytes) -> None:
        if self.state is State.CLOSED:
            self.counters.not_sent += 1
            return
        for address in tuple(self._peers) if peer is None else (self._addresses.get(peer),):
            try:
                if address is None:
                    self.counters.not_sent += 1
                elif self._connected:
                    self.counters.bytes_out += self._socket.send(data)
                else:
                    self.counters.bytes_out += self._socket.sendto(data, address)
            except OSError:
                # A full send buffer, or nobody at the other end: a datagram may be lost on the way as well.
                self.counters.not_sent += 1

    async def close(self) -> None:
        if self.state is not State.CLOSED:
            self.state = State.CLOSED
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()

    def _read_on(self) -> None:
        if self.state is not State.CLOSED:
            self._loop.add_reader(self._socket.fileno(), self._turn)

    def _turn(self) -> None:
        begun = time.thread_time()
        frames = self._drain()
        rest_s = self._debt.rest_s(time.thread_time() - begun, frames)
        if rest_s and self.state is not State.CLOSED:
            self._loop.remove_reader(self._socket.fileno())
            self._loop.call_later(rest_s, self._read_on)

    def _drain(self) -> int:
        """How many frames were found."""
        arrived, receive, peers = self._arrived, self._socket.recvfrom_into, self._peers
        arrived.clear()
        late_s = time.monotonic() - self._empty_at
        self.waited_s = 0.0
        end = 0
        for _ in range(MOST_DATAGRAMS):
            try:
                room = arrived.room(end)
                size, address = self._stamped(room, late_s) if end == 0 and late_s > LATE_S else receive(room)
            except BlockingIOError:
                self._empty_at = time.monotonic()
                break
            except OSError:
                # ICMP says that nobody listened to what was sent; the vehicle may come up later.
                self.counters.failures += 1
                continue
            end += size
            arrived.add(peers.get(address) or self._remember(address), end)
            if end >= BYTES_PER_WAKEUP:
                break
        self.counters.reads += len(arrived)
        self.counters.bytes_in += end
        return self._on_datagrams(arrived) if end else 0

    def _one_by_one(self, arrived: Datagrams) -> int:
        return sum(self._on_bytes(peer, data) for peer, data in arrived if self.state is not State.CLOSED)

    def _stamped(self, room: memoryview, late_s: float) -> tuple[int, Any]:
        """The next datagram. Those read with it have waited as long, at most `late_s`: a clock may have been set."""
        size, told, _, address = self._socket.recvmsg_into([room], socket.CMSG_SPACE(_TIMESPEC.size))
        for _, kind, stamp in told:
            if kind == TIMESTAMPNS:
                seconds, nanoseconds = _TIMESPEC.unpack(stamp)
                self.waited_s = min(late_s, max(0.0, time.time() - seconds - nanoseconds / 1e9))
        return size, address

    def _remember(self, address: Any) -> Peer:
        if len(self._peers) >= MOST_PEERS:
            del self._addresses[self._peers.pop(next(iter(self._peers)))]
        self._met += 1
        peer = Peer(self.name, host_port(address), self._met)
        self._peers[address] = peer
        self._addresses[peer] = address
        return peer


def _open(endpoint: Endpoint, text: str, name: str) -> socket.socket:
    opened: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            endpoint.place, int(endpoint.number), type=socket.SOCK_DGRAM
        )[0]
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if sys.platform == "linux":
            opened.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
            with contextlib.suppress(PermissionError):  # who may is not held to net.core.rmem_max
                opened.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, RECEIVE_BUFFER)
        granted = opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        if granted < RECEIVE_BUFFER:
            log.warning(
                "%s: receive buffer of only %d bytes; a large fleet needs net.core.rmem_max raised", name, granted
            )
        if endpoint.kind == "udpin":
            opened.bind(address)
        else:
            opened.connect(address)
    except (OSError, UnicodeError) as error:
        if opened is not None:
            opened.close()
        raise LinkError(text, f"{name}: {error.strerror if isinstance(error, OSError) else error}") from error
    return opened
