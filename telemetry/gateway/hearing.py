"""What comes all the time, taken without a line of Python for each frame: checked, recorded and read in one call.

That is: datagrams with nothing but whole, unsigned MAVLink 2 frames of one autopilot, with right checksums and without
a gap in their sequence, from where it is known to send from. `take` takes all that have arrived at once, and gives back
every other datagram. Those go through `telemetry.mavlink.frame.FrameReader`, frame by frame, with the same
result. What happens to a vehicle, and what somebody listens for, is noted and looked at besides.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from telemetry.compiled import compiled
from telemetry.links import Peer
from telemetry.mavlink.dialect import CRC_EXTRA
from telemetry.mavlink.frame import MAGIC_2
from telemetry.vehicle.numbers import Buffer
from telemetry.vehicle.readings import HAPPENS, Payload, read_at
from telemetry.vehicle.tape import STAMP_SIZE, TAPE_BYTES, record

AUTOPILOT: Final = 1
"""MAV_COMP_ID_AUTOPILOT1."""
HEADER: Final = 10
AROUND: Final = HEADER + 2
"""Bytes of a frame besides its payload."""
UNKNOWN: Final = -1

MOST_LISTENED_FOR: Final = 32
HEARD: Final = np.dtype(
    [
        ("is_open", np.int64),
        ("peer", np.int64),
        ("expected", np.int64),
        ("frames", np.int64),
        ("listened_for", np.int64, (MOST_LISTENED_FOR,)),
        ("heard_at", np.float64),
    ]
)
"""Of one system on one link: whether its datagrams may be taken so, the number of its `Peer`, the sequence number that
comes next, how many frames were taken since that was asked, the ids of messages to be noted (-1: no more)."""
_IS_OPEN, _PEER, _EXPECTED, _FRAMES, _LISTENED_FOR = range(5)
_HEARD_AT: Final = _LISTENED_FOR + MOST_LISTENED_FOR

_EXTRA: Final[NDArray[np.int16]] = np.full(1 << 16, UNKNOWN, np.int16)
"""CRC_EXTRA by message id."""
for _number, _byte in CRC_EXTRA.items():
    _EXTRA[_number] = _byte[0]


def _crc_table() -> NDArray[np.uint16]:
    """CRC-16/MCRF4XX (polynomial 0x1021, reflected), a byte at a time."""
    table = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ 0x8408, table >> 1).astype(np.uint16)
    return table


_CRC: Final = _crc_table()


@compiled
def _is_right(data: Buffer, at: int, end: int, extra: int) -> bool:
    """Whether the frame in `data[at:end]` has the checksum that it should."""
    crc = 0xFFFF
    for place in range(at + 1, end - 2):
        crc = crc >> 8 ^ _CRC[(crc ^ data[place]) & 0xFF]
    crc = crc >> 8 ^ _CRC[(crc ^ extra) & 0xFF]
    return bool(crc == data[end - 2] | data[end - 1] << 8)


@compiled
def _frames(data: Buffer, begin: int, stop: int, system_id: int, sequence: int) -> int:
    """How many frames lie in `data[begin:stop]`, if there is nothing else and they begin with `sequence`; else 0."""
    at, count = begin, 0
    while at < stop:
        if stop - at < AROUND or data[at] != MAGIC_2 or data[at + 2] != 0 or data[at + 9] != 0:
            return 0
        end = at + AROUND + data[at + 1]
        extra = _EXTRA[data[at + 7] | data[at + 8] << 8]
        if end > stop or extra == UNKNOWN:
            return 0
        if data[at + 4] != sequence or data[at + 5] != system_id or data[at + 6] != AUTOPILOT:
            return 0
        if not _is_right(data, at, end, extra):
            return 0
        sequence = sequence + 1 & 0xFF
        count += 1
        at = end
    return count


@compiled
def _is_listened_for(number: int, heard: NDArray[np.void]) -> bool:
    for other in heard[0].listened_for:
        if other == number:
            return True
        if other == UNKNOWN:
            break
    return False


@compiled
def _is_among(peer: int, peers: NDArray[np.int64], some: NDArray[np.int64]) -> bool:
    for number in some:  # noqa: SIM110 - numba has no any()
        if peers[number] == peer:
            return True
    return False


@compiled
def take(
    data: Buffer,
    ends: NDArray[np.int64],
    peers: NDArray[np.int64],
    systems: NDArray[np.void],
    numbers: NDArray[np.void],
    tapes: NDArray[np.void],
    payload: Payload,
    left: NDArray[np.int64],
    noted: NDArray[np.int64],
    now: float,
    now_us: int,
) -> tuple[int, int, int]:
    """As `Systems.take`: how many frames were taken, datagrams are `left`, and frames `noted`."""
    begin = all_frames = all_left = all_noted = 0
    for number in range(len(ends)):
        stop = ends[number]
        system_id = data[begin + 5] if stop - begin >= AROUND else 0
        heard, tape = systems[system_id : system_id + 1], tapes[system_id : system_id + 1]
        frames = 0
        if heard[0].is_open and heard[0].peer == peers[number] and not _is_among(peers[number], peers, left[:all_left]):
            frames = _frames(data, begin, stop, system_id, heard[0].expected)
        if frames == 0 or tape[0].size + stop - begin + STAMP_SIZE * frames > TAPE_BYTES:
            left[all_left] = number
            all_left += 1
            begin = stop
            continue
        while begin < stop:
            size, kind = data[begin + 1], data[begin + 7] | data[begin + 8] << 8
            record(data, begin, size + AROUND, now_us, tape)
            found = read_at(data, begin + HEADER, size, kind, payload, numbers[system_id : system_id + 1], now)
            if found == HAPPENS or _is_listened_for(kind, heard):
                noted[all_noted] = begin
                all_noted += 1
            begin += size + AROUND
        heard[0].frames += frames
        heard[0].expected = heard[0].expected + frames & 0xFF
        heard[0].heard_at = now
        all_frames += frames
    return all_frames, all_left, all_noted


class Hearing:
    """One system on one link, as its record says."""

    def __init__(self, record: NDArray[np.void]) -> None:
        self._words = record.view(np.int64).data
        self._times = cast("memoryview[float]", record.view(np.float64).data)

    @property
    def heard_at(self) -> float:
        """`time.monotonic()` of what was heard last."""
        return self._times[_HEARD_AT]

    @heard_at.setter
    def heard_at(self, now: float) -> None:
        self._times[_HEARD_AT] = now

    def open(self, peer: Peer, expected: int, listened_for: Collection[int]) -> None:
        """From now on what comes all the time need not be looked at, but for `listened_for`."""
        self._words[_IS_OPEN] = expected >= 0 and len(listened_for) < MOST_LISTENED_FOR
        self._words[_PEER], self._words[_EXPECTED] = peer.number, expected
        if self._words[_IS_OPEN]:
            for place, number in enumerate((*listened_for, UNKNOWN), start=_LISTENED_FOR):
                self._words[place] = number

    def shut(self) -> None:
        self._words[_IS_OPEN] = False

    def collect(self) -> int:
        """Frames taken since the last time."""
        frames = self._words[_FRAMES]
        self._words[_FRAMES] = 0
        return frames
