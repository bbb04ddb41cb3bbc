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

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.logs.damage import Damage
from telemetry.logs.fetch import Bytes, Offsets

HEAD: Final = b"\xa3\x95"
_BLOCK: Final = 1 << 20

Lengths = npt.NDArray[np.int64]
"""By type: bytes of a record, its header included; 0 where no FMT tells."""


class Walked(NamedTuple):
    """The records in the file's order: where each begins, and its type."""

    start: Offsets
    kind: npt.NDArray[np.uint8]


def candidates(data: Bytes) -> Walked:
    """Every A3 95 that a type follows."""
    found = []
    for begin in range(0, len(data), _BLOCK):
        first = np.flatnonzero(data[begin : begin + _BLOCK] == HEAD[0]) + begin
        first = first[: np.searchsorted(first, len(data) - 2)]
        found.append(first[data[first + 1] == HEAD[1]])
    start = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    return Walked(start, data[start + 2])


def walk(tried: Walked, lengths: Lengths, size: int) -> Walked:
    """The candidates that are records of a file of `size` bytes."""
    start = tried.start
    length = lengths[tried.kind]
    end = start + length
    broken = np.flatnonzero(end[:-1] != start[1:])
    if len(start):
        broken = np.append(broken, len(start) - 1)
    kept = np.ones(len(start), dtype=np.bool_)
    lands = _landing(start, length, end, size)
    at = 0
    for here in broken.tolist():
        if here < at:
            continue
        at = _after(here, start, end, kept, lands, size)
    return tried if kept.all() else Walked(start[kept], tried.kind[kept])


Lands = Callable[[int], int]
"""The candidate at which candidate `i` ends; the number of candidates for the end of the file; -1 for nowhere."""


def _landing(start: Offsets, length: Lengths, end: Offsets, size: int) -> Lands:
    def lands(row: int) -> int:
        if not length[row] or end[row] > size:
            return -1
        if end[row] == size:
            return len(start)
        following = int(np.searchsorted(start, end[row]))
        return following if following < len(start) and start[following] == end[row] else -1

    return lands


def _after(here: int, start: Offsets, end: Offsets, kept: npt.NDArray[np.bool_], lands: Lands, size: int) -> int:
    """Decides about the candidate `here`, whose end is not the next one's begin; gives the one to go on from."""
    following = lands(here)
    if following >= 0:
        kept[here + 1 : following] = False
        return following
    if end[here] == start[here] or end[here] > size:
        kept[here] = False
        return here + 1
    inner = here + 1
    while inner < len(start) and start[inner] < end[here]:
        then = lands(inner)
        if then >= 0 and (then == len(start) or lands(then) >= 0):
            kept[here:inner] = False
            return inner
        inner += 1
    kept[here + 1 : inner] = False
    return inner


def damage_between(data: Bytes, records: Walked, lengths: Lengths) -> tuple[Damage, ...]:
    """What lies between the records and behind them, but for the 00 or FF that a page of flash is filled up with."""
    begin = np.append(records.start, len(data))
    end = np.append(0, records.start + lengths[records.kind])
    found = []
    for gap in np.flatnonzero(begin > end).tolist():
        lost = data[end[gap] : begin[gap]]
        if lost.min() == lost.max() and lost[0] in (0x00, 0xFF):
            continue
        found.append(Damage(int(end[gap]), len(lost), _reason(lost, gap == len(records.start), lengths)))
    return tuple(found)


def _reason(lost: Bytes, at_the_end: bool, lengths: Lengths) -> str:
    if bytes(lost[:2]) != HEAD or len(lost) < 3:
        return "the file ends in the middle of a record" if at_the_end and len(lost) < 3 else "no record starts here"
    if not lengths[lost[2]]:
        return f"records of type {lost[2]}, which no FMT describes"
    return "the file ends in the middle of a record" if at_the_end else "a record that was cut"
