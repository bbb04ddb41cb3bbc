"""ArduPilot's packed files: all parameters in one, and a whole mission, fence or set of rally points in one."""

from __future__ import annotations

import struct
import zlib
from typing import Any, Final
from urllib.parse import parse_qs

from mission.items import WireItem
from sitl.params import Parameters, defaults
from sitl.storage import Item
from telemetry.mavlink.messages import BY_NAME

PARAMETERS: Final = 0x671B
WITH_DEFAULTS: Final = 0x671C
ITEMS: Final = 0x763D
PARAMETER_HEAD: Final = struct.Struct("<HHH")
"""Magic, parameters in the file, parameters there are."""
ITEM_HEAD: Final = struct.Struct("<HHHHH")
"""Magic, MAV_MISSION_TYPE, options, first item, items."""
TYPES: Final = {2: (1, "<b"), 4: (2, "<h"), 6: (3, "<i"), 9: (4, "<f")}
"""MAV_PARAM_TYPE to ArduPilot's type number and how it is packed."""
BY_TYPE: Final = dict(TYPES.values())
READ_SIZE: Final = 239
NAME: Final = 16
_ITEM: Final = BY_NAME["MISSION_ITEM_INT"]
ITEM_SIZE: Final = 38


def parameters(params: Parameters, query: str = "") -> bytes:
    """``param.pck``: each name without what it shares with the one before. Values do not cross read blocks."""
    wanted = {name: values[0] for name, values in parse_qs(query).items()}
    start, count = _number(wanted.get("start")), _number(wanted.get("count"))
    with_defaults = wanted.get("withdefaults") == "1"
    names = list(params)[start : start + count if count else None]
    body = bytearray(PARAMETER_HEAD.pack(WITH_DEFAULTS if with_defaults else PARAMETERS, len(names), len(params)))
    before = ""
    for name in names:
        number, how = TYPES[params.kind(name)]
        common = 0
        while common < min(len(name), len(before), 15) and name[common] == before[common]:
            common += 1
        common = min(common, len(name) - 1)
        rest = name[common:].encode()
        value = _pack(how, params[name])
        original = defaults()[1][name]
        extra = _pack(how, original) if with_defaults and original != params[name] else b""
        crossing = (len(body) + 2 + len(rest) + len(value) + len(extra)) % READ_SIZE
        if len(value) > 1 and 0 < crossing < len(value):
            body += bytes(len(value) - crossing)
        body += bytes((number | bool(extra) << 4, common | (len(rest) - 1) << 4)) + rest + value + extra
        before = name
    return bytes(body)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() else 0


def _pack(how: str, value: float) -> bytes:
    return struct.pack(how, value if how == "<f" else int(value))


def read_parameters(data: bytes) -> dict[str, float]:
    """What an uploaded ``param.pck`` sets; empty for one that cannot be read to its end."""
    if len(data) < PARAMETER_HEAD.size or PARAMETER_HEAD.unpack_from(data)[0] != PARAMETERS:
        return {}
    found: dict[str, float] = {}
    at, before = PARAMETER_HEAD.size, ""
    while at < len(data):
        kind = data[at]
        if kind == 0:
            at += 1
            continue
        if at + 2 > len(data) or kind & 0xF not in BY_TYPE:
            return {}
        common, length = data[at + 1] & 0xF, (data[at + 1] >> 4) + 1
        how = BY_TYPE[kind & 0xF]
        end = at + 2 + length + struct.calcsize(how)
        if end > len(data):
            return {}
        before = before[:common] + data[at + 2 : at + 2 + length].decode("ascii", "replace")
        found[before] = float(struct.unpack_from(how, data, at + 2 + length)[0])
        at = end
    return found


def items(stored: list[WireItem], kind: int) -> bytes:
    """``mission.dat``, ``fence.dat`` or ``rally.dat``: a head, then MISSION_ITEM_INT payloads."""
    body = bytearray(ITEM_HEAD.pack(ITEMS, kind, 0, 0, len(stored)))
    for seq, item in enumerate(stored):
        fields: dict[str, Any] = {name: getattr(item, name) for name in WireItem.__struct_fields__}
        body += _ITEM.pack({**fields, "seq": seq, "mission_type": kind})[:ITEM_SIZE]
    return bytes(body)


def read_items(data: bytes, kind: int) -> tuple[int, list[Item]] | None:
    """The first item's number and the items of an uploaded file; None for one that is not whole."""
    if len(data) < ITEM_HEAD.size:
        return None
    magic, found_kind, _, start, count = ITEM_HEAD.unpack_from(data)
    if magic != ITEMS or found_kind != kind or len(data) != ITEM_HEAD.size + count * ITEM_SIZE:
        return None
    found = []
    for index in range(count):
        begin = ITEM_HEAD.size + index * ITEM_SIZE
        m = _ITEM.decode(data[begin : begin + ITEM_SIZE])
        found.append(Item.of(m, m.x, m.y))
    return start, found


def crc32(data: bytes) -> int:
    return zlib.crc32(data)
