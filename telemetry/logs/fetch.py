"""Bytes out of many places of a file at once, and records into columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Column = npt.NDArray[Any]

_ROWS: Final = 1 << 13
"""Rows taken apart at once, so that they are still in the processor's cache for their last field."""


def fetch(data: Bytes, at: Offsets, width: int) -> npt.NDArray[np.uint8]:
    """`width` bytes from each of `at`, as rows; zeros beyond the end of `data`."""
    if not len(at):
        return np.empty((0, width), dtype=np.uint8)
    if int(at.max()) + width > len(data):
        first = int(at.min())
        piece = np.zeros(int(at.max()) + width - first, dtype=np.uint8)
        piece[: len(data) - first] = data[first:]
        data, at = piece, at - first
    everywhere: npt.NDArray[Any] = np.ndarray((len(data) - width + 1,), f"V{width}", buffer=data.data, strides=(1,))
    return everywhere[at].view(np.uint8).reshape(len(at), width)


def columns(
    rows: Callable[[slice], npt.NDArray[np.uint8]], count: int, layout: np.dtype[Any], divisors: Mapping[str, float]
) -> dict[str, Column]:
    """`count` records of `layout`, which `rows` gives by parts, as one array for each field, some of them divided."""
    names = [name for name in layout.names or () if name not in divisors]
    made: dict[str, Column] = {name: np.empty(count, dtype=layout[name]) for name in names}
    made |= {name: np.empty(count, dtype=np.float64) for name in divisors}
    for begin in range(0, count, _ROWS):
        part = slice(begin, begin + _ROWS)
        records = rows(part).view(layout)[:, 0]
        for name in names:
            made[name][part] = records[name]
        for name, divisor in divisors.items():
            np.divide(records[name], divisor, out=made[name][part])
    return made
