"""Where the records of a .tlog lie: every MAVLink frame behind its stamp, found and checked by whole arrays.

A record is 8 bytes of big-endian µs since 1970 and a frame (`telemetry.mavlink.frame` has its layout). Each byte FD or
FE with a stamp and a header that can be is a candidate; those with a right checksum that do not lie inside an earlier
one are the records. It finds what `telemetry.mavlink.tlog` finds by stepping from record to record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.logs.checksum import checksums, with_byte
from telemetry.logs.damage import Damage
from telemetry.logs.fetch import Bytes, Offsets, fetch
from telemetry.logs.table import Rows
from telemetry.mavlink.dialect import CRC_EXTRA, PAYLOAD_SIZE
from telemetry.mavlink.frame import LARGEST_FRAME, MAGIC_1, MAGIC_2, SIGNATURE_SIZE, SIGNED, frame_at

STAMP_SIZE: Final = 8
HEADER_1: Final = 6
HEADER_2: Final = 10
LATEST_US: Final = 4_102_444_800_000_000
"""2100-01-01: a later stamp is no stamp."""
_BLOCKS: Final = (1 << 18, 1 << 19)
"""Bytes looked through at once, at least and at most: the arrays made of them are to stay in the processor's cache, and
small beside the log."""
CRC_SIZE: Final = 2
_HEAD_1: Final = np.dtype(
    {
        "names": ["stamp", "magic", "length", "msgid"],
        "formats": [">u8", "u1", "u1", "u1"],
        "offsets": [0, 8, 9, 13],
        "itemsize": STAMP_SIZE + HEADER_1,
    }
)
_HEAD_2: Final = np.dtype(
    {
        "names": ["stamp", "length", "flags", "msgid", "msgid_high"],
        "formats": [">u8", "u1", "u1", "<u2", "u1"],
        "offsets": [0, 9, 10, 15, 17],
        "itemsize": STAMP_SIZE + HEADER_2,
    }
)

Span = tuple[int, int]


class Records(NamedTuple):
    """One entry per record, in the file's order."""

    start: Offsets
    """Of the stamp."""
    size: npt.NDArray[np.uint16]
    """Of stamp and frame, its checksum and signature included."""
    checked: npt.NDArray[np.uint16]
    """Bytes between the frame's first one and its checksum."""
    msgid: npt.NDArray[np.uint16]

    def take(self, rows: Rows) -> Records:
        return Records(self.start[rows], self.size[rows], self.checked[rows], self.msgid[rows])

    def joined(self, other: Records) -> Records:
        both = Records(
            np.concatenate((self.start, other.start)),
            np.concatenate((self.size, other.size)),
            np.concatenate((self.checked, other.checked)),
            np.concatenate((self.msgid, other.msgid)),
        )
        return both.take(np.argsort(both.start, kind="stable"))


def _by_id(values: dict[int, int]) -> npt.NDArray[np.int16]:
    table = np.full(1 << 16, -1, dtype=np.int16)
    table[list(values)] = list(values.values())
    return table


_EXTRA: Final = _by_id({number: extra[0] for number, extra in CRC_EXTRA.items()})
"""CRC_EXTRA by message id, -1 for an unknown one. The dialect has no id above 65,535."""
_PAYLOAD: Final = _by_id(dict(PAYLOAD_SIZE))


def find_records(data: Bytes) -> Iterator[tuple[Records, list[Span]]]:
    """Block by block: the records, and from where to where there is none since the one before."""
    at = 0
    block = min(max(_BLOCKS[0], len(data) // 8), _BLOCKS[1])
    for begin in range(0, len(data), block):
        found = _without_nested(_block(data, begin, block), at)
        ends = np.append(at, found.start + found.size)
        starts = found.start if begin + block < len(data) else np.append(found.start, len(data))
        gaps = np.flatnonzero(starts > ends[: len(starts)]).tolist()
        yield found, [(int(ends[gap]), int(starts[gap])) for gap in gaps]
        at = int(ends[-1])


def _block(data: Bytes, begin: int, size: int) -> Records:
    """The records that start within a block of `size` bytes, with those that lie inside others."""
    at = _likely(data, begin, size)
    magic = data[at + STAMP_SIZE]
    frames = _frames_2(data, at[np.flatnonzero(magic == MAGIC_2)])
    older = _frames_1(data, at[np.flatnonzero(magic == MAGIC_1)])
    if len(older.start):
        frames = frames.joined(older)
    return frames.take(np.flatnonzero(_is_sound(data, frames)))


def _likely(data: Bytes, begin: int, size: int) -> Offsets:
    """Where a stamp can be: its first byte is 0 until the year 4253."""
    likely = data[begin + STAMP_SIZE : begin + STAMP_SIZE + size] >= MAGIC_2
    likely &= data[begin : begin + len(likely)] == 0
    return np.flatnonzero(likely) + begin


def _frames_1(data: Bytes, at: Offsets) -> Records:
    head = fetch(data, at, _HEAD_1.itemsize).view(_HEAD_1)[:, 0]
    length, msgid = head["length"].astype(np.uint16), head["msgid"].astype(np.uint16)
    possible = (head["stamp"] < LATEST_US) & (length <= _PAYLOAD.take(msgid))
    size = length + (STAMP_SIZE + HEADER_1 + CRC_SIZE)
    return Records(at, size, length + (HEADER_1 - 1), msgid).take(np.flatnonzero(possible))


def _frames_2(data: Bytes, at: Offsets) -> Records:
    head = fetch(data, at, _HEAD_2.itemsize).view(_HEAD_2)[:, 0]
    length, flags, msgid = head["length"].astype(np.uint16), head["flags"], head["msgid"].astype(np.uint16)
    possible = (head["stamp"] < LATEST_US) & (flags <= SIGNED) & (head["msgid_high"] == 0) & (_EXTRA.take(msgid) >= 0)
    size = length + (STAMP_SIZE + HEADER_2 + CRC_SIZE) + SIGNATURE_SIZE * flags
    return Records(at, size, length + (HEADER_2 - 1), msgid).take(np.flatnonzero(possible))


def _is_sound(data: Bytes, frames: Records) -> npt.NDArray[np.bool_]:
    """Whether they lie within the file and their checksums are right."""
    start = frames.start + (STAMP_SIZE + 1)
    told = fetch(data, start + frames.checked, CRC_SIZE).view("<u2")[:, 0]
    crc = with_byte(checksums(data, start, frames.checked), _EXTRA.take(frames.msgid).astype(np.uint16))
    return np.asarray((crc == told) & (frames.start + frames.size <= len(data)))


def _without_nested(found: Records, since: int) -> Records:
    """Without records that begin before `since` or inside an earlier one: a payload may carry another frame's bytes."""
    found = found.take(slice(int(np.searchsorted(found.start, since)), None))
    begin, end = found.start, found.start + found.size
    conflicts = np.flatnonzero(begin[1:] < end[:-1])
    if not len(conflicts):
        return found
    kept = np.ones(len(begin), dtype=np.bool_)
    for outer in conflicts.tolist():
        inner = outer + 1
        while kept[outer] and inner < len(begin) and begin[inner] < end[outer]:
            kept[inner] = False
            inner += 1
    return found.take(kept)


def between(data: Bytes, gaps: Iterable[Span]) -> tuple[tuple[Damage, ...], int]:
    """What lies between records: damage, and how many whole frames whose ids the dialect does not know."""
    damage: list[Damage] = []
    unknown = 0
    for at, stop in gaps:
        while size := _unknown_frame(data, at, stop):
            at += STAMP_SIZE + size
            unknown += 1
        if at < stop:
            damage.append(Damage(at, stop - at, _reason(data, at, stop)))
    return tuple(damage), unknown


def _unknown_frame(data: Bytes, at: int, stop: int) -> int:
    """Size of the frame of an unknown message that is recorded exactly at `at`, 0 where there is none."""
    record = data[at : min(stop, at + STAMP_SIZE + LARGEST_FRAME)].tobytes()
    frame = frame_at(record, STAMP_SIZE)
    if frame is None or int.from_bytes(record[:STAMP_SIZE], "big") >= LATEST_US:
        return 0
    return len(frame.raw)


def _reason(data: Bytes, at: int, stop: int) -> str:
    if stop == len(data) and stop - at < STAMP_SIZE + LARGEST_FRAME:
        return "the file ends in the middle of a record"
    return "no record with a right checksum"
