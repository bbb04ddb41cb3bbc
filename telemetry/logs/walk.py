"""Where the records of a DataFlash .bin lie: A3 95, a type, and as many bytes as the type's FMT says.

Every A3 95 is a candidate. A candidate that ends where the next one begins is a link of the chain; the whole chain is
compared at once, and only where it does not close is it looked at by itself:

- A record that ends at a later candidate: those between were bytes of its own.
- One that ends at none, while a link of the chain begins within it: it was cut, and is left out.
- One that ends at none, and nothing begins within it: the record is the last good one before damage, or stands alone.
- One of a type that no FMT describes has no length: it is left out, and the next candidate tried.

There is no checksum: a changed value cannot be told from a right one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.logs.damage import Damage
from telemetry.logs.fetch import Bytes, Offsets

HEAD: Final = b"\xa3\x95"
_BLOCK: Final = 1 << 18
"""Bytes looked through at once."""
_ROWS: Final = 1 << 16
"""Candidates compared at once. Both so that the arrays made of them stay in the processor's cache."""

Lengths = npt.NDArray[np.int64]
"""By type: bytes of a record, its header included; 0 where no FMT tells."""


class Walked(NamedTuple):
    """The records in the file's order: where each begins, and its type."""

    start: Offsets
    kind: npt.NDArray[np.uint8]


def candidates(data: Bytes) -> Walked:
    """Every A3 95 that a type follows."""
    starts, kinds = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint8)]
    for begin in range(0, len(data) - 2, _BLOCK):
        block = data[begin : begin + _BLOCK + 2]
        heads = block[:-2] == HEAD[0]
        heads &= block[1:-1] == HEAD[1]
        first = np.flatnonzero(heads)
        starts.append(first + begin)
        kinds.append(block[first + 2])
    return Walked(np.concatenate(starts), np.concatenate(kinds))


def walk(tried: Walked, lengths: Lengths, size: int) -> list[Walked]:
    """The candidates that are records of a file of `size` bytes, block by block."""
    chain = _Chain(tried, lengths, size)
    kept = np.ones(len(tried.start), dtype=np.bool_)
    at = 0
    for here in chain.broken():
        if here >= at:
            at = _after(here, chain, kept)
    blocks = []
    for begin in range(0, len(kept), _ROWS):
        rows = kept[begin : begin + _ROWS]
        start, kind = tried.start[begin : begin + _ROWS], tried.kind[begin : begin + _ROWS]
        blocks.append(Walked(start, kind) if rows.all() else Walked(start[rows], kind[rows]))
    return blocks


class _Chain:
    """The candidates, and where each of them ends."""

    def __init__(self, tried: Walked, lengths: Lengths, size: int) -> None:
        self.start, self._kind = tried
        self._lengths, self.size = lengths, size

    def broken(self) -> Iterator[int]:
        """Those whose end is not the next one's begin, and the last."""
        count = len(self.start)
        for begin in range(0, count, _ROWS):
            part = slice(begin, min(begin + _ROWS, count - 1))
            end = self.start[part] + self._lengths[self._kind[part]]
            yield from (np.flatnonzero(end != self.start[part.start + 1 : part.stop + 1]) + begin).tolist()
        if count:
            yield count - 1

    def end(self, row: int) -> int:
        """Where the candidate begins, if its type has no length."""
        return int(self.start[row]) + int(self._lengths[self._kind[row]])

    def lands(self, row: int) -> int:
        """The candidate at which `row` ends; the number of candidates for the end of the file; -1 for nowhere."""
        end = self.end(row)
        if end == self.start[row] or end > self.size:
            return -1
        if end == self.size:
            return len(self.start)
        following = int(np.searchsorted(self.start, end))
        return following if following < len(self.start) and self.start[following] == end else -1


def _after(here: int, chain: _Chain, kept: npt.NDArray[np.bool_]) -> int:
    """Decides about the candidate `here`, whose end is not the next one's begin; gives the one to go on from."""
    following = chain.lands(here)
    if following >= 0:
        kept[here + 1 : following] = False
        return following
    end, count = chain.end(here), len(kept)
    if end == chain.start[here] or end > chain.size:
        kept[here] = False
        return here + 1
    inner = here + 1
    while inner < count and chain.start[inner] < end:
        then = chain.lands(inner)
        if then >= 0 and (then == count or chain.lands(then) >= 0):
            kept[here:inner] = False
            return inner
        inner += 1
    kept[here + 1 : inner] = False
    return inner


def damage_between(data: Bytes, blocks: list[Walked], lengths: Lengths) -> tuple[Damage, ...]:
    """What lies between the records and behind them, but for the 00 or FF that a page of flash is filled up with."""
    found: list[Damage] = []
    at = 0
    for start, kind in [*blocks, Walked(np.array([len(data)]), np.zeros(1, dtype=np.uint8))]:
        ends = np.append(at, start + lengths[kind])
        for gap in np.flatnonzero(start > ends[:-1]).tolist():
            lost = data[ends[gap] : start[gap]]
            if lost.min() != lost.max() or lost[0] not in (0x00, 0xFF):
                found.append(Damage(int(ends[gap]), len(lost), _reason(lost, start[gap] == len(data), lengths)))
        at = int(ends[-1])
    return tuple(found)


def _reason(lost: Bytes, at_the_end: bool, lengths: Lengths) -> str:
    if bytes(lost[:2]) != HEAD or len(lost) < 3:
        return "the file ends in the middle of a record" if at_the_end and len(lost) < 3 else "no record starts here"
    if not lengths[lost[2]]:
        return f"records of type {lost[2]}, which no FMT describes"
    return "the file ends in the middle of a record" if at_the_end else "a record that was cut"
