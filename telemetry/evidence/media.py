"""Photographs and videos that people attach to a flight: what they are, and when they say they were taken.

Known by their first bytes, whatever their name says: JPEG, PNG, MP4 and QuickTime, WebM. The time is Exif's
``DateTimeOriginal`` (Exif 2.32, in JPEG's APP1 segment), or ``creation_time`` of the movie header (ISO 14496-12).
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Final

_EXIF_IFD: Final = 0x8769
_DATE_TIME_ORIGINAL: Final = 0x9003
_OFFSET_TIME_ORIGINAL: Final = 0x9011
_MAC_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
_ENTRY_BYTES: Final = 12


def media_type(content: bytes) -> str | None:
    """None for anything but the kinds above."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[4:8] == b"ftyp":
        return "video/quicktime" if content[8:12] == b"qt  " else "video/mp4"
    return "video/webm" if content.startswith(b"\x1a\x45\xdf\xa3") else None


def taken_at(content: bytes) -> datetime | None:
    """UTC. A camera that writes no time zone is taken to run on UTC. None where the file does not say."""
    try:
        return _of_jpeg(content) if content.startswith(b"\xff\xd8") else _of_movie(content)
    except (struct.error, ValueError, OverflowError, IndexError):  # cut short or damaged
        return None


def _of_jpeg(content: bytes) -> datetime | None:
    at = 2
    while content[at : at + 1] == b"\xff" and content[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", content, at + 2)
        if content[at + 1] == 0xE1 and content[at + 4 : at + 10] == b"Exif\0\0":
            return _of_tiff(content[at + 10 : at + 2 + length])
        at += 2 + length
    return None


def _of_tiff(block: bytes) -> datetime | None:
    order = "<" if block.startswith(b"II") else ">"
    (first,) = struct.unpack_from(f"{order}I", block, 4)
    pointer = _entries(block, first, order).get(_EXIF_IFD)
    if pointer is None:
        return None
    entries = _entries(block, pointer[1], order)
    written = _text(block, entries.get(_DATE_TIME_ORIGINAL))
    if not written:
        return None
    offset = _text(block, entries.get(_OFFSET_TIME_ORIGINAL)) or "+00:00"
    return datetime.strptime(f"{written}{offset}", "%Y:%m:%d %H:%M:%S%z").astimezone(UTC)


def _entries(block: bytes, at: int, order: str) -> dict[int, tuple[int, int]]:
    """Of an image file directory: tag → count and value."""
    (count,) = struct.unpack_from(f"{order}H", block, at)
    found = {}
    for index in range(count):
        tag, _, values, value = struct.unpack_from(f"{order}HHII", block, at + 2 + _ENTRY_BYTES * index)
        found[tag] = (values, value)
    return found


def _text(block: bytes, entry: tuple[int, int] | None) -> str:
    """A text longer than four bytes, which lies at an offset."""
    if entry is None or entry[0] <= 4:
        return ""
    return block[entry[1] : entry[1] + entry[0]].split(b"\0")[0].decode("ascii").strip()


def _of_movie(content: bytes) -> datetime | None:
    at = content.find(b"mvhd")
    if at < 0:
        return None
    form = ">Q" if content[at + 4] == 1 else ">I"
    (seconds,) = struct.unpack_from(form, content, at + 8)
    return _MAC_EPOCH + timedelta(seconds=seconds) if seconds else None
