"""Where the records of a .tlog lie: every MAVLink frame behind its stamp, found and checked by whole arrays.

A record is 8 bytes of big-endian µs since 1970 and a frame (`telemetry.mavlink.frame` has its layout). Each byte FD or
FE with a stamp and a header that can be is a candidate; the candidates' checksums are computed side by side, two bytes
a step (CRC-16/MCRF4XX of a byte pair is one look into a table of 65,536); those that are right and do not lie inside
an earlier one are the records. It finds what `telemetry.mavlink.tlog` finds by stepping from record to record.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.logs.damage import Damage
from telemetry.logs.fetch import Bytes, fetch
from telemetry.logs.table import Rows
from telemetry.mavlink.dialect import CRC_EXTRA, PAYLOAD_SIZE
from telemetry.mavlink.frame import LARGEST_FRAME, SIGNED, frame_at

Numbers = npt.NDArray[np.int64]

STAMP_SIZE: Final = 8
LATEST_US: Final = 4_102_444_800_000_000
"""2100-01-01: a later stamp is no stamp."""
_BLOCK: Final = 1 << 19
"""Bytes looked through at once, so that the arrays made of them stay in the processor's cache."""
_SLAB: Final = 32
"""Bytes of every frame fetched at once for its checksum."""
_HEAD: Final = np.dtype(
    {
        "names": ["stamp", "magic", "length", "flags", "msgid_1", "msgid", "msgid_high", "source_1", "source"],
        "formats": [">u8", "u1", "u1", "u1", "u1", "<u2", "u1", "<u4", "<u4"],
        "offsets": [0, 8, 9, 10, 13, 15, 17, 10, 12],
        "itemsize": 18,
    }
)
"""Stamp and header of both versions: what ends in 1 is MAVLink 1's."""
_PADDING: Final = 512
"""Zeros behind a block, so that what is fetched for a frame never ends beyond it."""


class Records(NamedTuple):
    """One entry per record, in the file's order. `start` is that of the frame, its stamp lies before it."""

    start: Numbers
    size: npt.NDArray[np.uint16]
    """Of the frame, its checksum and signature included."""
    msgid: npt.NDArray[np.uint16]
    length: npt.NDArray[np.uint8]
    """Bytes of the payload as sent."""
    version: npt.NDArray[np.uint8]
    stamp: npt.NDArray[np.uint64]
    source: npt.NDArray[np.uint32]
    """Sequence number, system and component, from the lowest byte on."""

    def take(self, rows: Rows) -> Records:
        return Records(
            self.start[rows],
            self.size[rows],
            self.msgid[rows],
            self.length[rows],
            self.version[rows],
            self.stamp[rows],
            self.source[rows],
        )


def _crc_tables() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    one = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        one = np.where(one & 1, (one >> 1) ^ 0x8408, one >> 1).astype(np.uint16)
    pair = np.arange(1 << 16, dtype=np.uint32).astype(np.uint16)
    first = one[pair & 0xFF] ^ (pair >> 8)
    return one, one[first & 0xFF] ^ (first >> 8)


_CRC_BYTE, _CRC_PAIR = _crc_tables()


def _by_id(values: dict[int, int], otherwise: int) -> npt.NDArray[np.int16]:
    table = np.full(1 << 16, otherwise, dtype=np.int16)
    for number, value in values.items():
        table[number] = value
    return table


_EXTRA: Final = _by_id({number: extra[0] for number, extra in CRC_EXTRA.items()}, -1)
"""CRC_EXTRA by message id, -1 for an unknown one. The dialect has no id above 65,535."""
_PAYLOAD: Final = _by_id(dict(PAYLOAD_SIZE), 0)


def find_records(data: Bytes) -> tuple[list[Records], tuple[Damage, ...], int]:
    """The records block by block, the damage between them, and how many frames have an id the dialect does not know."""
    blocks: list[Records] = []
    damage: list[Damage] = []
    unknown = at = 0
    for begin in range(0, len(data), _BLOCK):
        found = _without_nested(_block(data, begin), at)
        blocks.append(found)
        ends = np.append(at, found.start + found.size)
        starts = found.start - STAMP_SIZE
        if begin + _BLOCK >= len(data):
            starts = np.append(starts, len(data))
        for gap in np.flatnonzero(starts > ends[: len(starts)]).tolist():
            whole, hurt = _between(data, int(ends[gap]), int(starts[gap]))
            unknown += whole
            damage.extend(hurt)
        at = int(ends[-1])
    return blocks, tuple(damage), unknown


def _block(data: Bytes, begin: int) -> Records:
    """The frames whose stamp starts within one block and whose checksum is right."""
    piece = np.zeros(min(_BLOCK, len(data) - begin) + LARGEST_FRAME + STAMP_SIZE + _PADDING, dtype=np.uint8)
    source = data[begin : begin + _BLOCK + LARGEST_FRAME + STAMP_SIZE]
    piece[: len(source)] = source
    stamp_at = np.flatnonzero(piece[STAMP_SIZE : STAMP_SIZE + min(_BLOCK, len(source))] - np.uint8(0xFD) < 2)
    head = fetch(piece, stamp_at, _HEAD.itemsize).view(_HEAD)[:, 0]
    is_2 = head["magic"] == 0xFD
    signed = is_2 & (head["flags"] == SIGNED)
    length = head["length"]
    msgid = np.where(is_2, head["msgid"], head["msgid_1"])
    size = length + np.where(is_2, np.where(signed, np.uint16(25), np.uint16(12)), np.uint16(8))
    extra = _EXTRA[msgid]
    possible = (
        (head["stamp"] < LATEST_US)
        & (extra >= 0)
        & np.where(is_2, (head["flags"] <= SIGNED) & (head["msgid_high"] == 0), length <= _PAYLOAD[msgid])
        & (stamp_at + STAMP_SIZE + size <= len(source))
    )
    kept = np.flatnonzero(possible)
    start = stamp_at[kept] + STAMP_SIZE
    checked = length[kept] + np.where(is_2[kept], 9, 5)
    right = kept[_crc_matches(piece, start + 1, checked, extra[kept].astype(np.uint16))]
    return Records(
        start=stamp_at[right] + (begin + STAMP_SIZE),
        size=size[right],
        msgid=msgid[right],
        length=length[right],
        version=np.where(is_2[right], np.uint8(2), np.uint8(1)),
        stamp=head["stamp"][right].astype(np.uint64),
        source=np.where(is_2[right], head["source"][right], head["source_1"][right]),
    )


def _crc_matches(piece: Bytes, start: Numbers, length: Numbers, extra: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """Whether the `length` bytes from `start`, then `extra`, have the checksum behind them."""
    crc = np.full(len(start), 0xFFFF, dtype=np.uint16)
    pairs = length >> 1
    longest = int(pairs.max(initial=0))
    beyond = len(pairs) - np.cumsum(np.bincount(pairs, minlength=1))
    order = np.argsort((255 - pairs).astype(np.uint8), kind="stable")
    start, length, extra = start[order], length[order], extra[order]
    slab = np.empty((0, 0), dtype="<u2")
    for step in range(longest):
        column = step % (_SLAB // 2)
        count = int(beyond[step])
        if column == 0:
            slab = fetch(piece, start[:count] + 2 * step, _SLAB).view("<u2")
        np.bitwise_xor(slab[:count, column], crc[:count], out=crc[:count])
        np.take(_CRC_PAIR, crc[:count], out=crc[:count], mode="clip")  # every index is inside: clip only saves looking
    last = start + length
    odd = (length & 1) == 1
    by_pair = _CRC_PAIR[crc ^ (piece[last - 1] | extra << 8)]
    by_byte = _CRC_BYTE[(crc ^ extra) & 0xFF] ^ (crc >> 8)
    matches = np.empty(len(start), dtype=np.bool_)
    matches[order] = np.where(odd, by_pair, by_byte) == (piece[last] | piece[last + 1].astype(np.uint16) << 8)
    return matches


def _without_nested(found: Records, since: int) -> Records:
    """Without records that begin before `since` or inside an earlier one: a payload may carry another frame's bytes."""
    found = found.take(slice(int(np.searchsorted(found.start - STAMP_SIZE, since)), None))
    begin, end = found.start - STAMP_SIZE, found.start + found.size
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


def _between(data: Bytes, at: int, stop: int) -> tuple[int, list[Damage]]:
    """What lies between two records: frames of unknown ids, which are in step, and damage."""
    unknown = 0
    while (size := _unknown_frame(data, at, stop)) > 0:
        at += STAMP_SIZE + size
        unknown += 1
    return unknown, [Damage(at, stop - at, _reason(data, at, stop))] if at < stop else []


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
