"""The rows of one message of a recording, as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.logs.units import Unit

Column = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_] | npt.NDArray[np.intp] | slice


class Message(NamedTuple):
    """What a log says of a message. `units` holds, for each field that has one, how it is divided to be in SI.

    `instance` names the field that tells the sensors of one message apart, if there is one. `numbers` are the fields
    with one number in each row.
    """

    name: str
    fields: tuple[str, ...]
    numbers: tuple[str, ...]
    units: Mapping[str, Unit]
    instance: str | None = None


class Table:
    """All rows of one message. A column is made when it is first asked for, and kept.

    `table["field"]` is as the log's own tools show it (pymavlink, pyulog); `si` gives it in SI units and degrees.
    """

    def __init__(self, message: Message, rows: int, load: Callable[[str], Column], time: Callable[[], Floats]) -> None:
        self.name, self.fields, self.numbers, self.units, self.instance = message
        self._message, self._rows, self._load, self._load_time = message, rows, load, time
        self._columns: dict[str, Column] = {}
        self._time_s: Floats | None = None

    def __len__(self) -> int:
        return self._rows

    def __contains__(self, field: str) -> bool:
        return field in self.fields

    def __getitem__(self, field: str) -> Column:
        """Raises `KeyError` naming message and field."""
        column = self._columns.get(field)
        if column is None:
            if field not in self.fields:
                raise KeyError(f"{self.name}.{field}")
            column = self._columns[field] = self._load(field)
        return column

    @property
    def time_s(self) -> Floats:
        """Seconds since 1970 (UTC) where the log tells the date, else since the vehicle's start; see `Log.utc`."""
        if self._time_s is None:
            self._time_s = self._load_time()
        return self._time_s

    def si(self, field: str) -> Floats:
        """The field in SI units and degrees, whichever way it is logged."""
        per = self.units[field].per if field in self.units else 1.0
        values = self[field].astype(np.float64)
        return values / per if per != 1.0 else values

    def where(self, rows: Rows) -> Table:
        """The chosen rows as a table of their own."""
        count = len(np.arange(self._rows)[rows])
        return Table(self._message, count, lambda f: self[f][rows], lambda: self.time_s[rows])

    def timed(self, time_s: Floats) -> Table:
        """The same rows at other times."""
        return Table(self._message, self._rows, self.__getitem__, lambda: time_s)

    def of(self, instance: int) -> Table:
        """The rows of one sensor; all of them where the message has no instances."""
        return self if self.instance is None else self.where(self[self.instance] == instance)
