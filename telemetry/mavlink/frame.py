"""MAVLink 1 and 2 frames out of a stream of bytes.

    MAVLink 2   FD len incompat compat seq sysid compid msgid(3) payload(len) crc(2) [signature(13)]
    MAVLink 1   FE len seq sysid compid msgid payload(len) crc(2)

The checksum is CRC-16/MCRF4XX over everything from `len` to the end of the payload, then the message's CRC_EXTRA
(https://mavlink.io/en/guide/serialization.html). Multi-byte numbers are little-endian.

A message id that the dialect does not know has no CRC_EXTRA, so its frame cannot be checked. It is given out with
`verified` False where it follows directly on a good frame and another one follows on it (so it waits for one more
byte): a recording must hold what a newer autopilot says even where we cannot read it. Anywhere else it is taken for
garbage, so that noise does not pass for a frame.
"""

from __future__ import annotations

import logging
import re
import struct
from typing import Final

import msgspec
from fastcrc import crc16

from telemetry.mavlink.dialect import CRC_EXTRA, PAYLOAD_SIZE

MAGIC_1: Final = 0xFE
MAGIC_2: Final = 0xFD
SIGNED: Final = 0x01
"""The only incompatibility flag there is; a frame with any other must be dropped."""
SIGNATURE_SIZE: Final = 13
LARGEST_FRAME: Final = 10 + 255 + 2 + SIGNATURE_SIZE

_SMALLEST_2: Final = 12
_SMALLEST_1: Final = 8
_HEADER_2: Final = struct.Struct("<BBBBBBBI")
"""Its last word is the 3-byte message id and one byte of what follows, which is masked off."""
_MAYBE_FRAME: Final = re.compile(rb"\xfd(?=.[\x00\x01]|.?\Z)|\xfe(?!\xfe{5})", re.DOTALL)
"""A run of FE would be MAVLink 1's message 254 with 254 bytes; it has 9. A stuck line must not cost a look a byte."""

log = logging.getLogger(__name__)
crc: Final = crc16.mcrf4xx


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One whole frame. `raw` is all of its bytes as received, `payload` without the zeros that MAVLink 2 cut off."""

    msgid: int
    sysid: int
    compid: int
    seq: int
    raw: bytes
    verified: bool = True
    """Its checksum is right. False only where the message id is unknown, so that it cannot be checked."""

    @property
    def version(self) -> int:
        return 2 if self.raw[0] == MAGIC_2 else 1

    @property
    def signed(self) -> bool:
        """It carries a signature (`telemetry.mavlink.signing` says whether a right one)."""
        return self.raw[0] == MAGIC_2 and self.raw[2] & SIGNED != 0

    @property
    def payload(self) -> bytes:
        raw = self.raw
        return raw[10 : 10 + raw[1]] if raw[0] == MAGIC_2 else raw[6 : 6 + raw[1]]


def frame_at(buffer: bytes | bytearray, at: int) -> Frame | None:
    """The whole frame that starts exactly at `at`: unverified if its id is unknown, None if there is no good one."""
    left = len(buffer) - at
    if left >= _SMALLEST_2 and buffer[at] == MAGIC_2 and buffer[at + 2] <= SIGNED:
        _, length, flags, _, seq, sysid, compid, word = _HEADER_2.unpack_from(buffer, at)
        msgid, stop = word & 0xFFFFFF, length + 10
        size = stop + 2 + (SIGNATURE_SIZE if flags else 0)
    elif left >= _SMALLEST_1 and buffer[at] == MAGIC_1:
        length, seq, sysid, compid, msgid = buffer[at + 1 : at + 6]
        stop = length + 6
        size = stop + 2
    else:
        return None
    if size > left:
        return None
    raw = bytes(buffer[at : at + size])
    extra = CRC_EXTRA.get(msgid)
    if extra is not None and crc(extra, crc(raw[1:stop])) != raw[stop] | raw[stop + 1] << 8:
        return None
    return Frame(msgid, sysid, compid, seq, raw, extra is not None)


class FrameReader:
    """Reads one stream. It never raises on wrong bytes: it counts them, and logs each kind's first reason.

    Between calls it holds at most one frame (`LARGEST_FRAME` bytes). `name` is what the log calls it.
    """

    def __init__(self, name: str = "stream") -> None:
        self.name = name
        self.frames = 0
        """Frames given out, unverified ones included."""
        self.bad_crc = 0
        self.garbage_bytes = 0
        """Bytes that belong to no frame, those of frames with a wrong checksum included."""
        self.unknown_ids = 0
        """Frames given out unverified."""
        self._rest = b""
        self._in_step = True
        self._logged: set[str] = set()

    @property
    def is_between_frames(self) -> bool:
        """All that came so far has been given out, and ended with a good frame."""
        return self._in_step and not self._rest

    def feed(self, data: bytes) -> list[Frame]:
        """Frames that are complete with `data`, in order. The same however the stream is cut into `data`."""
        buffer = self._rest + data if self._rest else data
        found: list[Frame] = []
        append, header, extras, make = found.append, _HEADER_2.unpack_from, CRC_EXTRA, Frame
        at, size = 0, len(buffer)
        last_start = size - _SMALLEST_2
        good = 0 if self._in_step else -1
        while True:
            if at <= last_start:
                magic, length, flags, _, seq, sysid, compid, word = header(buffer, at)
                msgid = word & 0xFFFFFF
                extra = extras.get(msgid)
                if magic == MAGIC_2 and flags <= SIGNED and extra is not None:
                    stop = length + 10
                    end = at + stop + (2 + SIGNATURE_SIZE if flags else 2)
                    if end > size:
                        break
                    raw = buffer[at:end]
                    if crc(extra, crc(raw[1:stop])) == raw[stop] | raw[stop + 1] << 8:
                        append(make(msgid, sysid, compid, seq, raw))
                        good = at = end
                        continue
            elif at == size:
                break
            self._in_step = at == good
            taken = self._take_other(buffer, at, found)
            if not taken:
                break
            at += taken
            if self._in_step:
                good = at
        self._in_step = at == good
        self._rest = buffer[at:]
        self.frames += len(found)
        return found

    def _take_other(self, buffer: bytes, at: int, found: list[Frame]) -> int:
        """Takes what is no checked MAVLink 2 frame at `at`: how many bytes, 0 where more are needed to tell."""
        left = len(buffer) - at
        if buffer[at] == MAGIC_1:
            return self._take_version_1(buffer, at, left, found)
        if buffer[at] != MAGIC_2:
            return self._skip(buffer, at, "no frame starts here")
        if left >= 3 and buffer[at + 2] > SIGNED:
            return self._skip(buffer, at, "unknown incompatibility flags")
        if left < _SMALLEST_2:
            return 0
        _, length, flags, _, seq, sysid, compid, word = _HEADER_2.unpack_from(buffer, at)
        if word & 0xFFFFFF in CRC_EXTRA:
            self.bad_crc += 1
            return self._skip(buffer, at, "wrong checksum")
        size = int(length) + 12 + (SIGNATURE_SIZE if flags else 0)
        unknown = Frame(word & 0xFFFFFF, sysid, compid, seq, buffer[at : at + size], False)
        return self._take_unknown(unknown, buffer, at, size, found)

    def _take_version_1(self, buffer: bytes, at: int, left: int, found: list[Frame]) -> int:
        if left < 6:
            return 0
        length, seq, sysid, compid, msgid = buffer[at + 1 : at + 6]
        taken = length + 8
        known = CRC_EXTRA.get(msgid)
        if known is None:
            unknown = Frame(msgid, sysid, compid, seq, buffer[at : at + taken], False)
            return self._take_unknown(unknown, buffer, at, taken, found)
        if length > PAYLOAD_SIZE[msgid]:
            return self._skip(buffer, at, "payload longer than its message")
        if left < taken:
            return 0
        raw = buffer[at : at + taken]
        if crc(known, crc(raw[1:-2])) != raw[-2] | raw[-1] << 8:
            self.bad_crc += 1
            return self._skip(buffer, at, "wrong checksum")
        found.append(Frame(msgid, sysid, compid, seq, raw))
        self._in_step = True
        return taken

    def _take_unknown(self, frame: Frame, buffer: bytes, at: int, size: int, found: list[Frame]) -> int:
        if not self._in_step:
            return self._skip(buffer, at, "unknown message id after garbage")
        if len(buffer) - at <= size:
            return 0
        if buffer[at + size] not in (MAGIC_1, MAGIC_2):
            return self._skip(buffer, at, "unknown message id that no frame follows")
        self.unknown_ids += 1
        self._log_once(f"message id {frame.msgid} is unknown: recorded unchecked")
        found.append(frame)
        return size

    def _skip(self, buffer: bytes, at: int, why: str) -> int:
        following = _MAYBE_FRAME.search(buffer, at + 1)
        skipped = (following.start() if following else len(buffer)) - at
        self.garbage_bytes += skipped
        self._in_step = False
        self._log_once(why)
        return skipped

    def _log_once(self, why: str) -> None:
        """At most some dozens of kinds are remembered, so that noise cannot fill the memory or the log."""
        if why not in self._logged and len(self._logged) < 50:
            self._logged.add(why)
            log.warning("%s: %s (logged once)", self.name, why)
