"""What is recorded of one vehicle until it goes to the recorder: tlog entries of both directions, in order."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from telemetry.compiled import compiled
from telemetry.vehicle.numbers import Buffer, whole

STAMP_SIZE: Final = 8
TAPE_BYTES: Final = 8192
"""Three seconds of 50 messages each; it is emptied at every tick."""
TAPE: Final = np.dtype(
    [("size", np.int64), ("frames", np.int64), ("before", np.int64), ("entries", np.uint8, (TAPE_BYTES,))]
)
"""Bytes and frames that lie on it, and how many frames lay on it before."""
_SIZE, _FRAMES = 0, 1
_ENTRIES: Final = 3 * 8
MOST_AROUND: Final = 32
"""Bytes of a `RawVehicle` besides its name and entries, at most."""


@compiled
def record(data: Buffer, at: int, size: int, now_us: int, tape: NDArray[np.void]) -> None:
    """A frame onto the tape, as a tlog holds it. There must be room."""
    entries, end = tape[0].entries, tape[0].size
    for byte in range(STAMP_SIZE):
        entries[end + byte] = now_us >> 8 * (STAMP_SIZE - 1 - byte) & 0xFF
    for place in range(size):
        entries[end + STAMP_SIZE + place] = data[at + place]
    tape[0].size = end + STAMP_SIZE + size
    tape[0].frames += 1


@compiled
def rewind(
    tapes: NDArray[np.void], names: bytes, name_ends: NDArray[np.int64], into: NDArray[np.uint8]
) -> tuple[int, int, int]:
    """Empties the tapes of those that have names here, in the order of their names: one `RawVehicle` after the other,
    as msgpack. Gives how many, how many frames, and how many bytes they take."""
    vehicles = all_frames = end = begin = 0
    for number in range(len(tapes)):
        name, begin = begin, name_ends[number]
        tape = tapes[number : number + 1]
        size, frames = tape[0].size, tape[0].frames
        if frames == 0:
            continue
        into[end] = 0x94
        end += 1
        for place in range(name, begin):
            into[end] = names[place]
            end += 1
        into[end] = 0xC6
        for byte in range(4):
            into[end + 1 + byte] = size >> 8 * (3 - byte) & 0xFF
        end += 5
        entries = tape[0].entries
        for place in range(size):
            into[end + place] = entries[place]
        end += size
        end += whole(frames, into, end)
        end += whole(tape[0].before, into, end)
        tape[0].before += frames
        tape[0].size = tape[0].frames = 0
        vehicles += 1
        all_frames += frames
    return vehicles, all_frames, end


class Tape:
    """One of them, for who takes a single frame."""

    def __init__(self, record: NDArray[np.void]) -> None:
        self._words = record.view(np.int64).data
        self._entries = record.view(np.uint8).data[_ENTRIES:]

    def put(self, stamp: bytes, raw: bytes) -> bool:
        """Whether there was room for it."""
        begin = self._words[_SIZE]
        middle = begin + STAMP_SIZE
        end = middle + len(raw)
        if end > TAPE_BYTES:
            return False
        self._entries[begin:middle], self._entries[middle:end] = stamp, raw
        self._words[_SIZE] = end
        self._words[_FRAMES] += 1
        return True
