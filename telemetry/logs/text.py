"""Text columns of fixed width."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def cut_at_nul(texts: npt.NDArray[np.bytes_]) -> npt.NDArray[np.bytes_]:
    """Without the first NUL of each and what lies behind it."""
    texts = np.ascontiguousarray(texts)
    letters = texts.view(np.uint8).reshape(len(texts), texts.dtype.itemsize)
    ended = np.logical_or.accumulate(letters == 0, axis=1)
    return np.multiply(letters, ~ended, dtype=np.uint8).view(texts.dtype)[:, 0]
