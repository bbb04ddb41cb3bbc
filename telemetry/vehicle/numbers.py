"""The numbers known of one vehicle: the record that messages are read into, and how it is shown.

Unknown is NaN here and None where it is shown. Times are those of `time.monotonic()`; ages are made of them when they
are shown.
"""

from __future__ import annotations

from types import UnionType
from typing import Final, get_args, get_type_hints

import msgspec
import numpy as np
from numpy.typing import NDArray

from telemetry.compiled import compiled
from telemetry.wire import LiveVehicle, tile_of

WORDS: Final = ("vehicle", "mode", "link", "links")
"""What begins a `LiveVehicle`; the rest of it are numbers."""
NOWHERE: Final = -1
Buffer = bytes | bytearray | memoryview | NDArray[np.uint8]
SINGLE, DOUBLE, INTEGER, TRUTH, AGE = range(5)
PRECISE: Final = {"lat_deg", "lon_deg", "home_lat_deg", "home_lon_deg", "clock_offset_s"}
"""The other floats are shown in single precision: it is no less than MAVLink says of them, and a third less to send."""

_KINDS: Final = {float: SINGLE, int: INTEGER, bool: TRUTH}
_HINTS: Final = {
    name: hint for name, hint in get_type_hints(LiveVehicle).items() if name in LiveVehicle.__struct_fields__
}
_SHOWN: Final = LiveVehicle.__struct_fields__[len(WORDS) :]


def _kind(name: str) -> int:
    if name in PRECISE:
        return DOUBLE
    hint: UnionType = _HINTS[name]
    return AGE if name.endswith("_age_ms") else _KINDS[get_args(hint)[0]]


KINDS: Final[NDArray[np.uint8]] = np.array([_kind(name) for name in _SHOWN], np.uint8)
HIDDEN: Final = (
    "autopilot",
    "base_mode",
    "custom_mode",
    "system_status",
    "booted_ms",
    "landed_state_known",
    "link_lost",
    "changed",
)
"""Known as well, but not shown as they are: the last HEARTBEAT, the vehicle's own clock, two truths, and whether there
is something new to be shown."""
NUMBERS: Final = np.dtype([(name.replace("_age_ms", "_at"), np.float64) for name in (*_SHOWN, *HIDDEN)])
"""As shown, in that order, but for each age the time that it is counted from; then what is `HIDDEN`."""
_COUNTED: Final = ("booted_ms", "landed_state_known", "link_lost", "changed")
LARGEST: Final = 9 * len(_SHOWN)
"""Bytes that the shown numbers may take."""
_HEAD: Final = msgspec.msgpack.encode((None,) * len(LiveVehicle.__struct_fields__))[
    : -len(LiveVehicle.__struct_fields__)
]
_encode = msgspec.msgpack.Encoder().encode


def numbers_of(vehicles: int) -> NDArray[np.void]:
    """A record for each, of whom nothing is known yet."""
    numbers = np.full(vehicles, np.nan, NUMBERS)
    for name in _COUNTED:
        numbers[name] = 0.0
    return numbers


def words(*said: object) -> bytes:
    """How a `LiveVehicle` begins, as msgpack: its `WORDS`."""
    return _HEAD + _encode(said)[1:]


@compiled
def whole(number: int, into: NDArray[np.uint8], at: int) -> int:
    """Writes an integer as msgpack (https://github.com/msgpack/msgpack spec); gives how many bytes it takes."""
    if 0 <= number < 0x80:
        into[at] = number
        return 1
    size = 2 if 0 <= number < 0x10000 else 8
    into[at] = 0xCD if size == 2 else 0xD3
    for byte in range(size):
        into[at + 1 + byte] = number >> 8 * (size - 1 - byte) & 0xFF
    return 1 + size


_tile_of: Final = compiled(tile_of)


@compiled
def _tile(numbers: NDArray[np.void]) -> int:
    known = numbers[0]
    return NOWHERE if np.isnan(known.lat_deg) or np.isnan(known.lon_deg) else _tile_of(known.lat_deg, known.lon_deg)


@compiled
def shown(numbers: NDArray[np.void], now: float, into: NDArray[np.uint8], end: int) -> int:
    """Writes what follows its words behind them, which end there in `into`; gives where it ends."""
    values = numbers.view(np.float64)
    bits = numbers.view(np.uint64)
    single = np.empty(1, np.float32)
    single_bits = single.view(np.uint32)
    for place in range(len(KINDS)):
        value, kind = values[place], KINDS[place]
        if np.isnan(value):
            into[end] = 0xC0
            end += 1
        elif kind == SINGLE:
            single[0] = value
            into[end] = 0xCA
            for byte in range(4):
                into[end + 1 + byte] = single_bits[0] >> np.uint32(24 - 8 * byte) & np.uint32(0xFF)
            end += 5
        elif kind == DOUBLE:
            into[end] = 0xCB
            for byte in range(8):
                into[end + 1 + byte] = bits[place] >> np.uint64(56 - 8 * byte) & np.uint64(0xFF)
            end += 9
        elif kind == TRUTH:
            into[end] = 0xC3 if value else 0xC2
            end += 1
        else:
            end += whole(int((now - value) * 1000) if kind == AGE else int(value), into, end)
    return end


@compiled
def show(
    numbers: NDArray[np.void],
    words: bytes,
    word_ends: NDArray[np.int64],
    everyone: bool,
    now: float,
    into: NDArray[np.uint8],
    groups: NDArray[np.int64],
) -> int:
    """Writes all autopilots of which there is something new, or `everyone`, tile by tile, as `LiveVehicle`s.

    Gives the number of `groups`, in each of which is said its tile, how many vehicles it has, and where it ends.
    """
    who = np.empty(len(numbers), np.int64)
    tiles = np.empty(len(numbers), np.int64)
    count = 0
    for number in range(len(numbers)):
        known = numbers[number]
        if not np.isnan(known.autopilot) and (everyone or known.changed):
            known.changed = 0.0
            who[count], tiles[count] = number, _tile(numbers[number : number + 1])
            count += 1
    found = end = 0
    for place in np.argsort(tiles[:count]):
        number, tile = who[place], tiles[place]
        for byte in range(word_ends[number - 1] if number else 0, word_ends[number]):
            into[end] = words[byte]
            end += 1
        end = shown(numbers[number : number + 1], now, into, end)
        if found == 0 or groups[found - 1, 0] != tile:
            groups[found, 0], groups[found, 1] = tile, 0
            found += 1
        groups[found - 1, 1] += 1
        groups[found - 1, 2] = end
    return found
