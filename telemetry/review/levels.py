"""Levels of detail: which rows of a long column draw the same line as all of them.

A chart a thousand pixels wide shows of ten million values only the least and the greatest of each pixel. `Levels`
keeps the rows of the least and greatest of every 16, 256, 4096 … values: any window is thinned in the same time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from telemetry.logs.table import Floats

Indexes = npt.NDArray[np.intp]

_FAN: Final = 16
"""Each level has so many times fewer stretches than the one below."""


class Levels:
    """Of one column; NaN is no value. Level 0 are the rows themselves, so it is not kept."""

    def __init__(self, values: Floats) -> None:
        unknown = np.isnan(values)
        holes = bool(unknown.any())
        self._low = np.where(unknown, np.inf, values) if holes else values
        self._high = np.where(unknown, -np.inf, values) if holes else values
        self._levels = [self._stretches()]
        while len(self._levels[-1][0]) > _FAN:
            self._levels.append(self._extremes(*self._levels[-1], _FAN))

    def rows(self, begin: int, end: int, stretches: int) -> Indexes:
        """Of the rows from `begin` to before `end`: the first, the last, and the extremes of `stretches` parts.

        They ascend; there are at most two more than twice `stretches`, all rows where there are no more than that.
        """
        count = end - begin
        if count <= 2 * stretches:
            return np.arange(begin, end)
        level, size = 0, 1
        while level < len(self._levels) and size * _FAN * stretches <= count:
            level, size = level + 1, size * _FAN
        first, last = -(-begin // size), end // size
        parts = [self._edge(begin, first * size), self._inner(level, first, last), self._edge(last * size, end)]
        lows, highs = (np.concatenate(rows) for rows in zip(*parts, strict=True))
        picked = self._extremes(lows, highs, -(-len(lows) // stretches))
        return np.unique(np.concatenate([*picked, [begin, end - 1]]))

    def _inner(self, level: int, first: int, last: int) -> tuple[Indexes, Indexes]:
        if level == 0:
            return np.arange(first, last), np.arange(first, last)
        lows, highs = self._levels[level - 1]
        return lows[first:last], highs[first:last]

    def _stretches(self) -> tuple[Indexes, Indexes]:
        """Level 1, without a list of all rows."""
        count = len(self._low) // _FAN
        begins, shape, whole = np.arange(count) * _FAN, (count, _FAN), count * _FAN
        lows = begins + self._low[:whole].reshape(shape).argmin(axis=1)
        highs = begins + self._high[:whole].reshape(shape).argmax(axis=1)
        tail_low, tail_high = self._edge(whole, len(self._low))
        return np.append(lows, tail_low), np.append(highs, tail_high)

    def _edge(self, begin: int, end: int) -> tuple[Indexes, Indexes]:
        """The extremes of the rows that are no whole stretch of the level."""
        rows = np.arange(begin, end)
        return self._extremes(rows, rows, len(rows)) if len(rows) else (rows, rows)

    def _extremes(self, lows: Indexes, highs: Indexes, width: int) -> tuple[Indexes, Indexes]:
        """The rows of the least and greatest value of each `width` neighbours; the last of them may be fewer."""
        padding = (0, -len(lows) % width)
        lows = np.pad(lows, padding, mode="edge").reshape(-1, width)
        highs = np.pad(highs, padding, mode="edge").reshape(-1, width)
        stretch = np.arange(len(lows))
        return lows[stretch, self._low[lows].argmin(axis=1)], highs[stretch, self._high[highs].argmax(axis=1)]
