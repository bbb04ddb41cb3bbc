"""A recording that has been read: its messages as tables, and what they tell of the vehicle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from telemetry.logs.damage import Damage
from telemetry.logs.story import Story
from telemetry.logs.table import Table


class Log:
    """`kind`: ``tlog``, ``dataflash``, ``dataflash text`` or ``ulog``.

    `utc` says whether times are seconds since 1970; if not, the log holds no date and they count from the vehicle's
    start. `damage` is what could not be read, in the file's order.
    """

    def __init__(
        self,
        path: Path,
        kind: str,
        size: int,
        tables: Mapping[str, Table],
        damage: tuple[Damage, ...],
        utc: bool,
        unknown: int = 0,
    ) -> None:
        self.path, self.kind, self.size = path, kind, size
        self.tables, self.damage, self.utc = tables, damage, utc
        self.unknown = unknown
        """Whole records of messages that nobody here knows the fields of."""

    def __contains__(self, name: str) -> bool:
        return name in self.tables

    def __getitem__(self, name: str) -> Table:
        """Raises `KeyError` for a message that the recording does not hold."""
        return self.tables[name]

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def get(self, name: str) -> Table | None:
        return self.tables.get(name)

    @property
    def messages(self) -> int:
        """Records read."""
        return sum(len(table) for table in self) + self.unknown

    @cached_property
    def span_s(self) -> tuple[float, float] | None:
        """The first and the last time in it; None where nothing in it has a time."""
        times = [times for table in self if len(times := table.time_s[~np.isnan(table.time_s)])]
        if not times:
            return None
        return min(float(t.min()) for t in times), max(float(t.max()) for t in times)

    @cached_property
    def story(self) -> Story:
        """Parameters, modes, arming, events, messages to the pilot, and the plan as it was on board."""
        from telemetry.logs.telling import tell

        return tell(self)
