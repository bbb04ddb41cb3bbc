"""Telemetry logs: before each frame the time it was received or sent, as 8 bytes big-endian, µs since 1970 (UTC).

The format that pymavlink, MAVProxy, QGroundControl and Mission Planner read and write.
"""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from telemetry.errors import RecordingError
from telemetry.mavlink.frame import Frame, frame_at

STAMP: Final = struct.Struct(">Q")
_LATEST_US: Final = 4_102_444_800_000_000
"""2100-01-01: a later stamp is no stamp. Vehicles without a clock start at 1970."""
_MAGIC: Final = re.compile(rb"[\xfd\xfe]")

log = logging.getLogger(__name__)


def record(time_us: int, frames: Iterable[bytes]) -> bytes:
    """The bytes that record `frames` (each the whole frame) as of `time_us`, µs since 1970."""
    stamp = STAMP.pack(time_us)
    joined = stamp.join(frames)
    return stamp + joined if joined else b""


def read(source: Path | str | bytes) -> Iterator[tuple[int, Frame]]:
    """Time (µs since 1970) and frame of each record, in the file's order.

    What is damaged is skipped and logged with its size, and a record cut off at the end is left out. Raises
    `RecordingError` where the file cannot be read, or is not empty and holds no record at all.
    """
    if isinstance(source, bytes):
        return _records(source, "recording")
    try:
        return _records(Path(source).read_bytes(), str(source))
    except OSError as error:
        raise RecordingError(str(source), 0, error.strerror or str(error)) from error


def _records(data: bytes, name: str) -> Iterator[tuple[int, Frame]]:
    at, count, skipped = 0, 0, 0
    while at + STAMP.size < len(data):
        found = _record_at(data, at)
        if found is None:
            following = _next_record(data, at + 1)
            skipped += following - at
            at = following
            continue
        count += 1
        yield found
        at += STAMP.size + len(found[1].raw)
    skipped += len(data) - at
    if data and not count:
        raise RecordingError(name, 0, "holds no MAVLink frame with its time; it is no .tlog")
    if skipped:
        log.warning("%s: skipped %d damaged bytes among %d records", name, skipped, count)


def _record_at(data: bytes, at: int) -> tuple[int, Frame] | None:
    frame = frame_at(data, at + STAMP.size)
    if frame is None:
        return None
    time_us = int(STAMP.unpack_from(data, at)[0])
    return (time_us, frame) if time_us < _LATEST_US else None


def _next_record(data: bytes, start: int) -> int:
    """Where the next record with a checked frame starts, or the end of `data`."""
    for magic in _MAGIC.finditer(data, start + STAMP.size):
        at = magic.start() - STAMP.size
        found = _record_at(data, at)
        if found is not None and found[1].verified:
            return at
    return len(data)
