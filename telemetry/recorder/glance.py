"""What the recorder must know of recorded frames, and no more: armed or not, and where.

tlog entry: 8 bytes big-endian microseconds since 1970, then the MAVLink frame. Offsets below are from the entry:
MAVLink 2 has its magic at 8, length 9, incompatibility flags 10, message id 15–17, payload 18, checksum 2 bytes and a
signature of 13; MAVLink 1 magic 8, length 9, message id 13, payload 14. The gateway has checked every frame.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from telemetry.errors import RecordingError

HEARTBEAT: Final = 0
GLOBAL_POSITION_INT: Final = 33
_ARMED: Final = 128
_AUTOPILOT_INVALID: Final = 8
_SIGNED: Final = 1
_POSITION: Final = struct.Struct("<Iiiii")
"""time_boot_ms, lat, lon, alt, relative_alt: the beginning of GLOBAL_POSITION_INT."""


class Place(NamedTuple):
    lat_deg: float
    lon_deg: float
    height_home_m: float
    boot_ms: int
    """The vehicle's own clock: over several links places come out of order."""


class Glance(NamedTuple):
    first_us: int
    last_us: int
    armed: list[tuple[int, bool]]
    """(time, armed) of each HEARTBEAT of an autopilot."""
    places: list[Place]


def glance(tlog: bytes) -> Glance:
    """Looks through whole tlog entries. Raises `RecordingError` with the offset of what is none."""
    armed: list[tuple[int, bool]] = []
    places: list[Place] = []
    offset = last = 0
    size = len(tlog)
    while offset + 16 <= size:
        last = offset
        if tlog[offset + 8] == 0xFD:
            message = tlog[offset + 15] if not tlog[offset + 16] | tlog[offset + 17] else -1
            payload = offset + 18
            end = payload + tlog[offset + 9] + (15 if tlog[offset + 10] & _SIGNED else 2)
        elif tlog[offset + 8] == 0xFE:
            message = tlog[offset + 13]
            payload = offset + 14
            end = payload + tlog[offset + 9] + 2
        else:
            break
        if message == HEARTBEAT and tlog[payload + 5] != _AUTOPILOT_INVALID:
            armed.append((time_us(tlog, offset), bool(tlog[payload + 6] & _ARMED)))
        elif message == GLOBAL_POSITION_INT:
            body = tlog[payload : payload + tlog[offset + 9]].ljust(_POSITION.size, b"\0")
            boot_ms, lat, lon, _, relative_mm = _POSITION.unpack_from(body)
            if lat or lon:
                places.append(Place(lat / 1e7, lon / 1e7, relative_mm / 1000, boot_ms))
        offset = end
    if offset != size:
        raise RecordingError("chunk", offset, "no MAVLink frame here")
    return Glance(time_us(tlog, 0), time_us(tlog, last), armed, places)


def time_us(tlog: bytes, offset: int) -> int:
    """The receive time of the entry at `offset`."""
    return int.from_bytes(tlog[offset : offset + 8], "big")
