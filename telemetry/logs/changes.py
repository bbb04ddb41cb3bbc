"""Columns of states, reduced to the moments at which they change."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from telemetry.logs.story import Arming, Parameter
from telemetry.logs.table import Column, Floats


def changes(values: Column) -> npt.NDArray[np.intp]:
    """The rows at which a value differs from the row before; the first row is one."""
    if not len(values):
        return np.empty(0, dtype=np.intp)
    return np.concatenate(([0], np.flatnonzero(values[1:] != values[:-1]) + 1))


def armings(time_s: Floats, armed: npt.NDArray[np.bool_]) -> tuple[Arming, ...]:
    """The times armed, out of a state reported again and again."""
    found: list[Arming] = []
    since: float | None = None
    for row in changes(armed).tolist():
        if armed[row]:
            since = float(time_s[row]) if row else None
            found.append(Arming(since, None))
        elif row:
            found[-1] = Arming(since, float(time_s[row]))
    return tuple(found)


def parameters(said: Iterable[tuple[float, str, float]]) -> tuple[Parameter, ...]:
    """Each new value of a parameter, out of times, names and values of which many only say it again."""
    last: dict[str, float] = {}
    found: list[Parameter] = []
    for time_s, name, value in said:
        if last.get(name) != value:
            last[name] = value
            found.append(Parameter(time_s, name, value))
    return tuple(found)
