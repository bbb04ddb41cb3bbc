"""ArduPilot's MAVLink dialect as pymavlink generates it: the one place that imports pymavlink."""

from __future__ import annotations

from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega

MESSAGES: Final[dict[int, Any]] = ardupilotmega.mavlink_map
"""pymavlink's generated class of each message id."""

ENUMS: Final[dict[str, dict[int, Any]]] = ardupilotmega.enums
"""Entries (`name`, `description`) of each MAVLink enum by number; the last one of each is its ``…_ENUM_END``."""

CRC_EXTRA: Final[dict[int, bytes]] = {number: bytes([message.crc_extra]) for number, message in MESSAGES.items()}
"""The byte that the checksum of a message ends with, per message id: it is made from the field definitions."""

PAYLOAD_SIZE: Final[dict[int, int]] = {number: message.unpacker.size for number, message in MESSAGES.items()}
"""Bytes of the whole payload, extension fields included, per message id."""
