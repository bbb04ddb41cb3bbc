"""Parameter files: ArduPilot's packed `@PARAM/param.pck`, and the text files that pilots keep.

Packed, little-endian: magic u16 = 0x671B · parameters in the file u16 · parameters in all u16, then for each: type (low
4 bits: 1 int8, 2 int16, 3 int32, 4 float) u8 · characters shared with the name before (low 4 bits) and further ones − 1
(high 4 bits) u8 · these characters · the value. Zero bytes may stand before an entry.

Text: a parameter a line, ``NAME,VALUE``, ``NAME VALUE`` (Mission Planner, MAVProxy) or QGroundControl's five columns
``system component NAME VALUE type``; ``#`` begins a comment.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from typing import Final

import msgspec

from telemetry.errors import NotVerified, ParameterFileError

PATH: Final = "@PARAM/param.pck"
MAGIC: Final = 0x671B
_HEAD: Final = struct.Struct("<3H")
_VALUES: Final = {1: struct.Struct("<b"), 2: struct.Struct("<h"), 3: struct.Struct("<i"), 4: struct.Struct("<f")}


MEAN_SIZE: Final = 11
"""Bytes of an entry of ArduCopter's file on average: for a progress bar."""


class Difference(msgspec.Struct, frozen=True):
    """A parameter that is not as wanted; `held` is None for one the vehicle does not have."""

    name: str
    wanted: float
    held: float | None


def count(first_block: bytes) -> int:
    """Parameters that the packed file announces; 0 if it has no head."""
    return int(_HEAD.unpack_from(first_block)[1]) if len(first_block) >= _HEAD.size else 0


def unpack(data: bytes) -> dict[str, float]:
    """All parameters of the packed file. Raises `NotVerified` for one that is cut or wrong."""
    try:
        magic, announced, _ = _HEAD.unpack_from(data)
        if magic != MAGIC:
            raise NotVerified(f"read {PATH}", f"magic {magic:#x} is not {MAGIC:#x}")
        parameters = _entries(data)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
        raise NotVerified(f"read {PATH}", f"{len(data)} bytes that break off or mean nothing ({error})") from error
    if len(parameters) != announced:
        raise NotVerified(f"read {PATH}", f"{announced} parameters were announced, {len(parameters)} came")
    return parameters


def _entries(data: bytes) -> dict[str, float]:
    parameters: dict[str, float] = {}
    name, at = "", _HEAD.size
    while True:
        while at < len(data) and data[at] == 0:
            at += 1
        if at >= len(data):
            return parameters
        value = _VALUES[data[at] & 0x0F]
        shared, more = data[at + 1] & 0x0F, (data[at + 1] >> 4) + 1
        name = name[:shared] + data[at + 2 : at + 2 + more].decode("ascii")
        at += 2 + more
        parameters[name] = float(value.unpack_from(data, at)[0])
        at += value.size


def parse(text: str) -> dict[str, float]:
    """A text file's parameters. Raises `ParameterFileError` naming the line."""
    parameters: dict[str, float] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = re.split(r"[\s,]+", line.partition("#")[0].strip())
        if words == [""]:
            continue
        name, value = (words[2], words[3]) if len(words) == 5 else (words[0], words[1]) if len(words) == 2 else ("", "")
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,15}", name):
            raise ParameterFileError(number, f"no parameter and value in {line.strip()!r}")
        try:
            parameters[name] = float(value)
        except ValueError:
            raise ParameterFileError(number, f"{value!r} is no number") from None
        if not math.isfinite(parameters[name]):
            raise ParameterFileError(number, f"{value!r} is no value a parameter can have")
    return parameters


def differences(wanted: Mapping[str, float], held: Mapping[str, float]) -> tuple[Difference, ...]:
    """Where the vehicle differs from a file, in the order of the file, to the 6 digits that text files carry."""
    return tuple(
        Difference(name, value, held.get(name))
        for name, value in wanted.items()
        if name not in held or not math.isclose(value, held[name], rel_tol=1e-6, abs_tol=1e-9)
    )
