"""CRC-16/MCRF4XX of many stretches of a file side by side, eight bytes a step.

Bytes are a polynomial over GF(2), and their CRC is its remainder by P = x^16 + x^12 + x^5 + 1. Squaring such a
polynomial squares its terms: P^4 = x^64 + x^48 + x^20 + 1. The remainder by P^4 is one 64-bit word, a few shifts carry
it eight bytes on, and divided by P it leaves what the bytes themselves leave. In a little-endian word, as in this CRC,
the higher power is the lower bit.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from fastcrc import crc16

from telemetry.logs.fetch import Bytes, Offsets, fetch

Crcs = npt.NDArray[np.uint16]

_WORD: Final = 8
_SLAB: Final = 4
"""Words of every stretch fetched at once."""
_FEW: Final = 32
"""Fewer long stretches than this are quicker done one by one than side by side."""
_LONGEST: Final = 280
"""Bytes that a stretch may have: more than the largest MAVLink frame."""


def checksums(data: Bytes, start: Offsets, length: npt.NDArray[np.uint16]) -> Crcs:
    """Of the `length` bytes from each `start`, which must lie at least a word behind the beginning of `data`."""
    words = (length + (_WORD - 1)) >> 3
    order = np.argsort(words.astype(np.uint8), kind="stable")[::-1]
    longer_than = len(words) - np.cumsum(np.bincount(words, minlength=1))
    side_by_side = int(np.count_nonzero(longer_than >= _FEW))
    before = words * _WORD - length
    at = (start - before)[order]
    hidden = (8 * before)[order].astype(np.uint64)
    slab = _slab(data, at)
    remainder = slab[:, 0] >> hidden << hidden
    for word in range(1, side_by_side):
        rows = slice(int(longer_than[word]))
        if word % _SLAB == 0:
            slab = _slab(data, at[rows] + word * _WORD)
        remainder[rows] = _carried(remainder[rows], 4) ^ slab[rows, word % _SLAB]
    found = np.empty(len(order), dtype=np.uint16)
    found[order] = _carried(_remainder_by_p(remainder), 1)
    found ^= _OF_BEGINNING[length]
    for row in order[: longer_than[side_by_side]].tolist():
        found[row] = crc16.mcrf4xx(data[start[row] : start[row] + length[row]].tobytes())
    return found


def with_byte(crc: Crcs, byte: Crcs) -> Crcs:
    """The checksums with one more byte behind each of the stretches."""
    return np.asarray(_OF_BYTE[(crc ^ byte) & 0xFF] ^ crc >> 8)


def _slab(data: Bytes, at: Offsets) -> npt.NDArray[np.uint64]:
    return fetch(data, at, _SLAB * _WORD).view("<u8")


def _carried(remainder: npt.NDArray[Any], power: int) -> npt.NDArray[Any]:
    """`remainder` · x^(16 `power`) modulo P^`power`, a power of two; words of 16 `power` bits."""
    quotient = remainder ^ remainder << 8 * power
    quotient ^= quotient << 4 * power
    quotient ^= remainder << 11 * power
    return np.asarray(quotient ^ quotient >> 5 * power ^ quotient >> 12 * power)


def _remainder_by_p(remainder: npt.NDArray[Any]) -> Crcs:
    """By P^2, then by P: the half of a word with the higher powers is carried over the other."""
    for power in (2, 1):
        high, low = remainder.view(f"<u{2 * power}").reshape(-1, 2).T.copy()
        remainder = _carried(high, power) ^ low
    return remainder


def _of_bytes() -> Crcs:
    crc = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        crc = np.where(crc & 1, crc >> 1 ^ np.uint16(0x8408), crc >> 1)
    return crc


_OF_BYTE: Final = _of_bytes()
_OF_BEGINNING: Final = np.array([crc16.mcrf4xx(bytes(length)) for length in range(_LONGEST)], dtype=np.uint16)
"""What the CRC's first value, FFFF, comes to behind so many bytes; the remainders begin with nothing."""
