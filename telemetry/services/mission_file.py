"""ArduPilot's `@MISSION/*.dat`: mission, geofence or rally points as one file over MAVFTP.

Little-endian. Head: magic u16 = 0x763D · MAV_MISSION_TYPE u16 · options u16 (1: keep the others) · first item u16 ·
items u16. Then each item as the payload of MISSION_ITEM_INT, 38 bytes: param1..4 f32 · x i32 · y i32 · z f32 ·
seq u16 · command u16 · target_system u8 · target_component u8 · frame u8 · current u8 · autocontinue u8 ·
mission_type u8.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from mission.items import MissionType, WireItem
from telemetry.errors import NotVerified

PATHS: Final = {
    MissionType.MISSION: "@MISSION/mission.dat",
    MissionType.FENCE: "@MISSION/fence.dat",
    MissionType.RALLY: "@MISSION/rally.dat",
}
MAGIC: Final = 0x763D
_HEAD: Final = struct.Struct("<5H")
_ITEM: Final = struct.Struct("<4f2if2H6B")


def pack(kind: MissionType, items: Sequence[WireItem], system: int, component: int) -> bytes:
    """The file that replaces all items of `kind` on the vehicle `system`, `component`."""
    return _HEAD.pack(MAGIC, kind, 0, 0, len(items)) + b"".join(
        _ITEM.pack(
            *(item.param1, item.param2, item.param3, item.param4, item.x, item.y, item.z),
            *(number, item.command, system, component, item.frame, 0, item.autocontinue, kind),
        )
        for number, item in enumerate(items)
    )


def length(first_block: bytes) -> int | None:
    """Bytes of the whole file by its head; None if it has none."""
    if len(first_block) < _HEAD.size:
        return None
    return _HEAD.size + int(_HEAD.unpack_from(first_block)[4]) * _ITEM.size


def items_in(size: int) -> int:
    """Whole items in the first `size` bytes of a file."""
    return max(0, size - _HEAD.size) // _ITEM.size


def unpack(kind: MissionType, data: bytes) -> tuple[WireItem, ...]:
    """The items in the file. Raises `NotVerified` for a file that is cut, or not of this kind."""
    path = PATHS[kind]
    if len(data) < _HEAD.size:
        raise NotVerified(f"read {path}", f"{len(data)} bytes are no mission file")
    magic, of_kind, _, _, count = _HEAD.unpack_from(data)
    if (magic, of_kind) != (MAGIC, kind):
        raise NotVerified(f"read {path}", f"magic {magic:#x} and type {of_kind} are not a {kind.name.lower()} file's")
    if len(data) != _HEAD.size + count * _ITEM.size:
        raise NotVerified(f"read {path}", f"{count} items were announced, but {len(data)} bytes came")
    return tuple(_item(fields) for fields in _ITEM.iter_unpack(data[_HEAD.size :]))


def _item(fields: tuple[float, ...]) -> WireItem:
    *numbers, x, y, z, _, command, _, _, frame, _, autocontinue, _ = fields
    one, two, three, four = numbers
    return WireItem(int(command), int(frame), one, two, three, four, int(x), int(y), z, int(autocontinue))
