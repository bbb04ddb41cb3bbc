"""What all links have in common."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

RECEIVE_BUFFER: Final = 16 * 1024 * 1024
"""Bytes asked of the kernel, which counts a small datagram as 768: some seconds of 1,000 vehicles at 50 messages each.
What is read late is told to be old, and recorded."""
BYTES_PER_WAKEUP: Final = 8 * 1024
"""Read of one link before the others have their turn. The worst noise costs the frame reader 1 µs a byte: 8 ms."""
RETRY_FIRST_S: Final = 0.5
RETRY_LONGEST_S: Final = 10.0

log = logging.getLogger(__name__)


class Peer(NamedTuple):
    """One far end of a link. `address` is ``host:port``, or the device, and new for each TCP connection."""

    link: str
    address: str
    number: int = 0
    """Counts the senders to a UDP port."""


OnBytes = Callable[[Peer, bytes], int]
"""Returns how many frames it found: a link that brings none for its share of time is read less."""


class State(Enum):
    UP = "up"
    """Listening, connected, or open. Whether anybody talks is seen from what arrives."""
    DOWN = "down"
    """Not connected; it is being tried again."""
    CLOSED = "closed"


@dataclass
class Counters:
    bytes_in: int = 0
    reads: int = 0
    """Datagrams, or pieces of a stream, that arrived."""
    bytes_out: int = 0
    not_sent: int = 0
    """Sends that the system refused, or to a peer that is not there."""
    failures: int = 0
    """Connections lost or refused."""


class Link(ABC):
    """A way to vehicles. Open one by `open_link`."""

    def __init__(self, name: str, on_bytes: OnBytes) -> None:
        self.name = name
        self.state = State.DOWN
        self.problem: str | None = None
        """Why it is down, in words."""
        self.address: str | None = None
        """``host:port`` that it listens at."""
        self.counters = Counters()
        self.waited_s = 0.0
        """How long what is read now had come before; 0 where the system does not tell."""
        self._on_bytes = on_bytes

    @abstractmethod
    def send(self, peer: Peer | None, data: bytes) -> None:
        """Sends one frame to `peer`, or to all peers known. Never waits and never raises; see `Counters.not_sent`."""

    @abstractmethod
    async def close(self) -> None:
        """Ends it. Nothing is called after that."""

    def _received(self, peer: Peer, data: bytes) -> int:
        """How many frames were found."""
        self.counters.reads += 1
        self.counters.bytes_in += len(data)
        return self._on_bytes(peer, data)

    def _is_up(self) -> None:
        if self.state is not State.UP:
            log.info("%s: up", self.name)
        self.state, self.problem = State.UP, None

    def _is_down(self, problem: str) -> None:
        if problem != self.problem:
            log.warning("%s: %s", self.name, problem)
        self.counters.failures += 1
        self.state, self.problem = State.DOWN, problem


def host_port(address: tuple[object, ...]) -> str:
    """A socket address as text, IPv6 in brackets."""
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"
