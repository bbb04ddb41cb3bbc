"""Rows by a key of theirs, part by part, so that what is sorted stays in the processor's cache."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Columns = tuple[npt.NDArray[Any], ...]


def grouped(parts: Iterable[tuple[npt.NDArray[Any], Columns]]) -> dict[int, Columns]:
    """For each key its rows of all parts, in their order. A part is the keys, and columns as long as they are."""
    found: dict[int, list[Columns]] = defaultdict(list)
    for keys, columns in parts:
        order = np.argsort(keys, kind="stable")
        ordered, rows = keys[order], [column[order] for column in columns]
        firsts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1])).tolist()
        begins = [0, *firsts] if len(keys) else []
        for begin, end in zip(begins, [*firsts, len(keys)], strict=False):
            found[int(ordered[begin])].append(tuple(column[begin:end] for column in rows))
    return {key: tuple(np.concatenate(column) for column in zip(*pieces, strict=True)) for key, pieces in found.items()}
