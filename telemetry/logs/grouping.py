"""Places by a key of theirs, part by part, so that what is sorted stays in the processor's cache."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt

from telemetry.logs.fetch import Offsets


class Groups:
    """For each key the places it was given with, in their order."""

    def __init__(self) -> None:
        self._pieces: defaultdict[int, list[Offsets]] = defaultdict(list)

    def add(self, keys: npt.NDArray[Any], places: Offsets) -> None:
        if not len(keys):
            return
        order = np.argsort(keys, kind="stable")
        keys, places = keys[order], places[order]
        begins = np.append(0, np.flatnonzero(keys[1:] != keys[:-1]) + 1)
        for key, begin, end in zip(keys[begins].tolist(), begins.tolist(), [*begins[1:].tolist(), None], strict=True):
            self._pieces[key].append(places[begin:end])

    def taken(self) -> dict[int, Offsets]:
        """All of them by ascending keys. What was added is forgotten while it is put together, to save memory."""
        return {key: np.concatenate(self._pieces.pop(key)) for key in sorted(self._pieces)}
