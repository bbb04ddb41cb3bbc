"""Columns of a log that was never flown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from telemetry.logs.table import Message, Table

Columns = Mapping[str, Any]
FLOWN_S = 100.0
CLOCK = np.arange(0.0, FLOWN_S + 5.0, 0.1)
ONE = np.ones(len(CLOCK))


def table(name: str, columns: Columns, instance: str | None = None) -> Table:
    clock = columns.get("t", CLOCK)
    fields = {field: np.asarray(column) for field, column in columns.items() if field != "t"}
    message = Message(name, tuple(fields), tuple(fields), {}, instance)
    return Table(message, len(clock), fields.__getitem__, lambda: clock)
