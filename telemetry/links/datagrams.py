"""What one look at a socket brought: datagrams, one behind the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from telemetry.links.link import BYTES_PER_WAKEUP, Peer

LARGEST_DATAGRAM: Final = 65_535
MOST_BYTES: Final = BYTES_PER_WAKEUP + LARGEST_DATAGRAM
MOST_DATAGRAMS: Final = 128


class Datagrams:
    """Filled by the link, and good until it looks again."""

    def __init__(self) -> None:
        self.data = bytearray(MOST_BYTES)
        self.ends: list[int] = []
        """Where in `data` each datagram ends and the next begins."""
        self.peers: list[Peer] = []
        self._view = memoryview(self.data)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> bytes:
        begin = self.ends[number - 1] if number else 0
        return bytes(self._view[begin : self.ends[number]])

    def __iter__(self) -> Iterator[tuple[Peer, bytes]]:
        return ((peer, self[number]) for number, peer in enumerate(self.peers))

    def room(self, end: int) -> memoryview:
        """For the next one behind those that end there: enough as long as `end` is below `BYTES_PER_WAKEUP`."""
        return self._view[end:]

    def add(self, peer: Peer, end: int) -> None:
        """What has come into the `room`, up to the new `end`."""
        self.ends.append(end)
        self.peers.append(peer)

    def clear(self) -> None:
        self.ends.clear()
        self.peers.clear()


OnDatagrams = Callable[[Datagrams], int]
"""As `OnBytes`, for all that has arrived at once."""
