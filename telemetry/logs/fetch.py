"""Bytes out of many places of a file at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]


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
