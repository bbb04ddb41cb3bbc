"""What could not be read of a recording, and what stands in the place of damaged values."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from telemetry.logs.fetch import Column


class Damage(msgspec.Struct, frozen=True):
    """`bytes` from `offset` on belong to no record; `what` says so for a person."""

    offset: int
    bytes: int
    what: str


def mended(values: Column, known: npt.NDArray[np.bool_], first: Any) -> Column:
    """Each value that is not known as that of the row before, and as `first` where no row before is known."""
    rows = np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))
    return np.where(known, values, first)[rows]
