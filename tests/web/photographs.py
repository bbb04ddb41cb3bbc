"""A photograph that says when it was taken."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

TAKEN = datetime(2026, 11, 22, 5, 18, 30, tzinfo=UTC)


def jpeg(written: str, offset: str | None, order: str = "<") -> bytes:
    """A photograph's first bytes, with Exif's DateTimeOriginal and OffsetTimeOriginal."""
    texts = [(0x9003, written.encode() + b"\0")]
    if offset is not None:
        texts.append((0x9011, offset.encode() + b"\0"))
    at = 26 + 2 + 12 * len(texts) + 4
    entries = b""
    data = b""
    for tag, value in texts:
        entries += struct.pack(f"{order}HHII", tag, 2, len(value), at + len(data))
        data += value
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    first = struct.pack(f"{order}HHHIII", 1, 0x8769, 4, 1, 26, 0)
    block = head + first + struct.pack(f"{order}H", len(texts)) + entries + bytes(4) + data
    exif = b"Exif\0\0" + block
    app0 = b"\xff\xe0" + struct.pack(">H", 4) + b"JF"
    return b"\xff\xd8" + app0 + b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + b"\xff\xda rest"
