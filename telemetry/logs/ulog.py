"""PX4's ULog (.ulg) as tables, one for each topic, read by pyulog.

The instances of a topic stand in one table one after the other, told apart by `multi_id`. Times are the `timestamp`
of each row behind the first UTC time that a GPS gave, else since the vehicle's start.
"""

from __future__ import annotations

import io
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from pyulog import ULog

from telemetry.errors import RecordingError
from telemetry.logs.damage import Damage
from telemetry.logs.fetch import Bytes
from telemetry.logs.log import Log
from telemetry.logs.table import Column, Floats, Message, Table
from telemetry.logs.units import Unit

INSTANCE: Final = "multi_id"
MAGIC: Final = b"ULog\x01\x12\x35"
_GPS: Final = ("vehicle_gps_position", "sensor_gps")


class _File(io.BytesIO):
    """Steps back as far as it went: pyulog steps back by what it asked for, and at the end of a file it got less.

    Without it a damaged length keeps pyulog in the file's last bytes for ever.
    """

    _missing = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self._missing = max(0, (size or 0) - len(found))
        return found

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        back = whence == io.SEEK_CUR and offset < 0
        return super().seek(offset + self._missing if back else offset, whence)


class UlogLog(Log):
    """`header` is what pyulog keeps besides the topics; `base_s` is the UTC of the vehicle's start, 0 if unknown."""

    header: Any = None
    base_s: float = 0.0


def read(path: Path, data: Bytes) -> Log:
    """Raises `RecordingError` where pyulog finds no ULog."""
    try:
        header = ULog(_File(data.tobytes()))
    except Exception as error:  # pyulog raises whatever its parsing runs into
        raise RecordingError(str(path), 0, f"is no ULog that can be read: {error}") from error
    topics: dict[str, list[Any]] = defaultdict(list)
    for topic in header.data_list:
        if "timestamp" in topic.data:  # unless its format was damaged
            topics[topic.name].append(topic)
    base_s = _utc(topics)
    tables = {name: _table(name, parts, base_s or 0.0) for name, parts in topics.items()}
    damage = [Damage(0, 0, "pyulog skipped damaged bytes")] if header.file_corruption else []
    log = UlogLog(path, "ulog", len(data), tables, tuple(damage), utc=base_s is not None)
    log.header, log.base_s = header, base_s or 0.0
    return log


def _table(name: str, parts: list[Any], base_s: float) -> Table:
    fields = (*parts[0].data, INSTANCE)
    rows = sum(len(part.data["timestamp"]) for part in parts)
    message = Message(name, fields, fields, {"timestamp": Unit(1e6, "s")}, INSTANCE)
    return Table(message, rows, partial(_column, parts), partial(_times, parts, base_s))


def _column(parts: list[Any], field: str) -> Column:
    if field == INSTANCE:
        return np.concatenate([np.full(len(part.data["timestamp"]), part.multi_id, dtype=np.uint8) for part in parts])
    return np.concatenate([part.data[field] for part in parts])


def _times(parts: list[Any], base_s: float) -> Floats:
    return np.asarray(base_s + _column(parts, "timestamp") * 1e-6, dtype=np.float64)


def _utc(topics: dict[str, list[Any]]) -> float | None:
    """Seconds since 1970 of the vehicle's start."""
    for name in _GPS:
        for part in topics.get(name, []):
            utc = part.data.get("time_utc_usec")
            if utc is not None and np.any(utc > 0):
                row = int(np.argmax(utc > 0))
                return float(int(utc[row]) - int(part.data["timestamp"][row])) * 1e-6
    return None
