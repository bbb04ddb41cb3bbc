"""Remote identification as it goes over the air (ASTM F3411-22a, 25 bytes a message), out of a MESSAGE_PACK.

    byte 0      message type (high 4 bits), protocol version (low 4 bits)
    Basic ID    1 id type (high), UA type (low) · 2–21 UAS id
    Location    1 status (high), height over ground (bit 2), direction + 180° (bit 1), faster speeds (bit 0)
                2 direction, degrees · 3 speed, 0.25 m/s · 4 vertical speed, 0.5 m/s · 5–8 latitude · 9–12 longitude,
                1e-7° · 13–14 pressure, 15–16 geodetic altitude, 17–18 height, each 0.5 m from -1000 m · then accuracies

They come out as the NamedTuples of OPEN_DRONE_ID_BASIC_ID and OPEN_DRONE_ID_LOCATION, in MAVLink's units.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from telemetry.mavlink.messages import BY_NAME

MESSAGE_SIZE: Final = 25
UNKNOWN_DIRECTION: Final = 36_100
UNKNOWN_SPEED: Final = 25_500
UNKNOWN_CLIMB: Final = 6_300
UNKNOWN_ALTITUDE: Final = -1000.0
UNKNOWN_TIME: Final = 65_535.0
_BASIC_ID, _LOCATION = 0, 1
_LOCATION_LAYOUT: Final = struct.Struct("<BBBbiiHHH")
_FASTER_FROM: Final = 0.25 * 255
"""m/s: with the faster flag a step is 0.75 m/s, counted from here."""


def of_pack(pack: Any) -> Iterator[Any]:
    """What a pack says of identity and place; its other messages, and what is cut off, are left out."""
    if pack.single_message_size != MESSAGE_SIZE:
        return
    content = bytes(pack.messages)
    for at in range(0, min(pack.msg_pack_size * MESSAGE_SIZE, len(content)), MESSAGE_SIZE):
        message = content[at : at + MESSAGE_SIZE]
        kind = message[0] >> 4
        if kind == _BASIC_ID:
            yield _message("OPEN_DRONE_ID_BASIC_ID", pack, _basic_id(message))
        elif kind == _LOCATION:
            yield _message("OPEN_DRONE_ID_LOCATION", pack, _location(message))


def _message(name: str, pack: Any, fields: dict[str, Any]) -> Any:
    message = BY_NAME[name]
    sender = {"target_system": 0, "target_component": 0, "id_or_mac": pack.id_or_mac}
    return message.type(**{**dict.fromkeys(message.fields, 0), **sender, **fields})


def _basic_id(message: bytes) -> dict[str, Any]:
    return {"id_type": message[1] >> 4, "ua_type": message[1] & 15, "uas_id": tuple(message[2:22])}


def _location(message: bytes) -> dict[str, Any]:
    flags, direction, speed, climb, lat, lon, pressure, geodetic, height = _LOCATION_LAYOUT.unpack_from(message, 1)
    degrees = direction + (180 if flags & 2 else 0)
    metres_per_second = _FASTER_FROM + 0.75 * speed if flags & 1 else 0.25 * speed
    return {
        "status": flags >> 4,
        "direction": degrees * 100 if degrees < 360 else UNKNOWN_DIRECTION,
        "speed_horizontal": round(metres_per_second * 100) if speed != 255 else UNKNOWN_SPEED,
        "speed_vertical": climb * 50,
        "latitude": lat,
        "longitude": lon,
        "altitude_barometric": pressure * 0.5 + UNKNOWN_ALTITUDE,
        "altitude_geodetic": geodetic * 0.5 + UNKNOWN_ALTITUDE,
        "height_reference": flags >> 2 & 1,
        "height": height * 0.5 + UNKNOWN_ALTITUDE,
        "timestamp": UNKNOWN_TIME,
    }
