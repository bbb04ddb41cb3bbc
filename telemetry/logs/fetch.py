"""Bytes out of many places of a file at once, and records into columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Column = npt.NDArray[Any]

_ROWS: Final = 1 << 13
"""Rows taken apart at once, so that they are still in the processor's cache for their last field."""


def fetch(data: Bytes, at: Offsets, width: int) -> npt.NDArray[np.uint8]:
    """`width` bytes from each of `at`, as rows; zeros beyond the end of `data`."""
    last = len(data) - width
    if len(at) and int(at.max()) <= last:
        everywhere: npt.NDArray[Any] = np.ndarray((last + 1,), f"V{width}", data, strides=(1,))
        return everywhere[at].view(np.uint8).reshape(len(at), width)
    rows = np.zeros((len(at), width), dtype=np.uint8)
    inside = at <= last
    if inside.any():
        rows[inside] = fetch(data, at[inside], width)
    for row in np.flatnonzero(~inside).tolist():
        tail = data[at[row] :]
        rows[row, : len(tail)] = tail
    return rows


class Run(NamedTuple):
    """Fields of one type side by side in a record, which are taken out of it together."""

    names: tuple[str, ...]
    kind: np.dtype[Any]
    """Of one field; with a shape if that is an array."""
    begin: int
    end: int
    divisor: float | None = None

    def found(self, records: npt.NDArray[np.uint8]) -> Column:
        """By field and record, and by place in arrays."""
        values = records[:, self.begin : self.end].view(self.kind.base)
        shape = self.kind.shape
        return values.reshape(len(records), -1, *shape).swapaxes(0, 1) if shape else values.T


def columns(rows: Callable[[slice], npt.NDArray[np.uint8]], count: int, layout: Iterable[Run]) -> dict[str, Column]:
    """`count` records, which `rows` gives by parts, as one array for each field, some of them divided."""
    made: list[tuple[Run, Column]] = [
        (run, np.empty((len(run.names), count), run.kind if run.divisor is None else np.float64)) for run in layout
    ]
    for begin in range(0, count, _ROWS):
        part = slice(begin, begin + _ROWS)
        records = rows(part)
        for run, values in made:
            if run.divisor is None:
                values[:, part] = run.found(records)
            else:
                np.divide(run.found(records), run.divisor, out=values[:, part])
    return {name: column for run, values in made for name, column in zip(run.names, values, strict=True)}
