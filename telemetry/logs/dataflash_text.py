"""DataFlash logs written out as text (.log): a line a record, ``NAME, value, value …``, FMT lines before.

The values stand there as the vehicle or the ground station scaled them, so nothing is multiplied.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from telemetry.errors import RecordingError
from telemetry.logs.damage import Damage
from telemetry.logs.fetch import Bytes
from telemetry.logs.log import Log
from telemetry.logs.table import Column, Floats, Message, Table
from telemetry.logs.units import Unit

_WHOLE: Final = set("bBhHiIqQM")
_TEXT: Final = set("nNZ")
_MODE_NUMBER: Final = "M"
_TOO_LARGE: Final = 1 << 63


def read(path: Path, data: Bytes) -> Log:
    """Raises `RecordingError` where there is no FMT line."""
    formats: dict[str, tuple[str, tuple[str, ...]]] = {}
    rows: dict[str, list[list[str]]] = defaultdict(list)
    damage: list[Damage] = []
    at = 0
    for raw in data.tobytes().splitlines(keepends=True):
        line = raw.decode("latin-1").strip()
        name, _, rest = line.partition(",")
        if name == "FMT":
            described = _format(rest)
            if described is None:
                damage.append(Damage(at, len(raw), "an FMT line that describes nothing"))
            else:
                formats.setdefault(*described)
        elif name in formats:
            values = [value.strip() for value in rest.split(",", len(formats[name][1]) - 1)]
            if _fits(values, formats[name][0]):
                rows[name].append(values)
            else:
                damage.append(Damage(at, len(raw), f"no values of a {name}"))
        elif line:
            damage.append(Damage(at, len(raw), "no record that an FMT line describes"))
        at += len(raw)
    if len(data) and not formats:
        raise RecordingError(str(path), 0, "holds no FMT line; it is no DataFlash log")
    tables = {name: _table(name, *formats[name], lines) for name, lines in rows.items()}
    return Log(path, "dataflash text", len(data), tables, tuple(damage), utc=False)


def _format(line: str) -> tuple[str, tuple[str, tuple[str, ...]]] | None:
    """Name, types and fields."""
    parts = [part.strip() for part in line.split(",", 4)]
    if len(parts) < 5:
        return None
    fields = tuple(field.strip() for field in parts[4].split(","))
    sound = all(fields) and len(set(fields)) == len(fields) == len(parts[3])
    return (parts[2], (parts[3], fields)) if sound else None


def _fits(values: list[str], kinds: str) -> bool:
    if len(values) != len(kinds):
        return False
    try:
        for value, kind in zip(values, kinds, strict=True):
            if kind in _TEXT or kind == _MODE_NUMBER:
                continue
            number = float(value)
            if kind in _WHOLE and not abs(int(number)) < _TOO_LARGE:
                return False
    except (ValueError, OverflowError):
        return False
    return True


def _table(name: str, kinds: str, fields: tuple[str, ...], rows: list[list[str]]) -> Table:
    columns = {
        field: _column(kind, [row[place] for row in rows])
        for place, (field, kind) in enumerate(zip(fields, kinds, strict=True))
    }
    units = {"TimeUS": Unit(1e6, "s")} if "TimeUS" in fields else {}
    numbers = tuple(field for field in fields if columns[field].dtype.kind != "S")
    return Table(
        Message(name, fields, numbers, units), len(rows), columns.__getitem__, partial(_times, columns, len(rows))
    )


def _column(kind: str, values: list[str]) -> Column:
    if kind in _TEXT or (kind == _MODE_NUMBER and not all(value.isdecimal() and len(value) < 4 for value in values)):
        return np.array([value.encode() for value in values])
    if kind in _WHOLE:
        return np.array([int(float(value)) for value in values], dtype=np.int64)
    return np.array(values, dtype=np.float64)


def _times(columns: dict[str, Any], rows: int) -> Floats:
    if "TimeUS" in columns and columns["TimeUS"].dtype.kind != "S":
        return np.asarray(columns["TimeUS"] * 0.000001, dtype=np.float64)
    return np.full(rows, np.nan)
