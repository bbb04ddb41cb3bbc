"""One kind of MAVLink message for many vehicles at once: fields as arrays in, one frame per vehicle out."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from fastcrc import crc16
from numpy.typing import NDArray

from telemetry.mavlink.dialect import CRC_EXTRA, MESSAGES
from telemetry.mavlink.messages import BY_NAME

NUMPY: Final = {
    "char": "S1",
    "float": "<f4",
    "double": "<f8",
    "int8_t": "i1",
    "uint8_t": "u1",
    "int16_t": "<i2",
    "uint16_t": "<u2",
    "int32_t": "<i4",
    "uint32_t": "<u4",
    "int64_t": "<i8",
    "uint64_t": "<u8",
    "uint8_t_mavlink_version": "u1",
}
COMPONENT: Final = 1
_CHECKSUM: Final = struct.Struct("<H")
_crc: Final = crc16.mcrf4xx


class Packer:
    """Packs message `name`. `fields` is a structured array of whole payloads; `frames` makes the bytes."""

    def __init__(self, name: str) -> None:
        self.id = BY_NAME[name].id
        definition = MESSAGES[self.id]
        kinds = dict(zip(definition.fieldnames, definition.fieldtypes, strict=True))
        parts: list[tuple[Any, ...]] = []
        for field, length in zip(definition.ordered_fieldnames, definition.array_lengths, strict=True):
            kind = NUMPY[kinds[field]]
            parts.append((field, kind, (length,)) if length else (field, kind))
        self.dtype = np.dtype(parts)
        self.size = self.dtype.itemsize
        self._extra = CRC_EXTRA[self.id]
        defaults = definition.__init__.__defaults__ or ()
        extensions = definition.ordered_fieldnames[len(definition.ordered_fieldnames) - len(defaults) :]
        offsets: Mapping[str, Any] = self.dtype.fields or {}
        self.size_1 = min((offsets[f][1] for f in extensions), default=self.size)
        """Bytes of the payload in MAVLink 1, which knows no extension fields."""

    def fields(self, count: int) -> NDArray[Any]:
        """Zeroed payloads to fill."""
        return np.zeros(count, self.dtype)

    def frames(self, payload: NDArray[Any], systems: NDArray[Any], seqs: NDArray[Any]) -> list[bytes]:
        """One MAVLink 2 frame per row, trailing zeros cut."""
        count, size = len(payload), self.size
        body = payload.view(np.uint8).reshape(count, size)
        filled = body[:, ::-1] != 0
        lengths = np.where(filled.any(axis=1), size - filled.argmax(axis=1), 1)
        whole = np.zeros((count, 10 + size), np.uint8)
        whole[:, 10:] = body
        whole[:, 0], whole[:, 1] = 0xFD, lengths
        whole[:, 4], whole[:, 5], whole[:, 6] = seqs & 0xFF, systems, COMPONENT
        whole[:, 7], whole[:, 8], whole[:, 9] = self.id & 0xFF, self.id >> 8 & 0xFF, self.id >> 16
        raw, width, extra, check = whole.tobytes(), 10 + size, self._extra, _CHECKSUM.pack
        found = []
        for start, length in zip(range(0, count * width, width), lengths.tolist(), strict=True):
            frame = raw[start : start + 10 + length]
            found.append(frame + check(_crc(extra, _crc(frame[1:]))))
        return found

    def frame_1(self, payload: NDArray[Any], system: int, seq: int) -> bytes:
        """One MAVLink 1 frame; `payload` has one row."""
        body = payload.tobytes()[: self.size_1]
        head = bytes((0xFE, len(body), seq & 0xFF, system, COMPONENT, self.id))
        return head + body + _CHECKSUM.pack(_crc(self._extra, _crc(head[1:] + body)))
