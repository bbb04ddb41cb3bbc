"""Logs that pages look into: each read once, and remembered while its file does not change.

What takes long to find out of a long log is kept in a file among the flight's attachments, and goes with them: the
recording's own folder is sealed.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from mission.plan import Plan
from telemetry import logs
from telemetry.flight_folder import TLOG
from telemetry.logs import Log, Table
from telemetry.logs.table import Floats
from telemetry.review import Observation, examine
from telemetry.review.levels import Levels
from telemetry.review.together import offset_s
from telemetry.review.track import track_of
from web.bundle import folder_beside

LONG_BYTES: Final = 20_000_000
"""A shorter log is read in a tenth of a second."""
_LOGS: Final = 4
_COLUMNS: Final = 12
"""What is kept is as long as the log: so that a server that many use keeps its memory."""
_EXAMINED: Final = 100
"""A few lines for each."""

_TIMES: Final = {1.0: "s", 1e1: "ds", 1e2: "cs", 1e3: "ms", 1e6: "µs", 1e9: "ns"}
"""The unit of a logged time, by how many of it are a second."""

State = tuple[Path, int, int]


class Values(NamedTuple):
    """One column over its own clock, ascending. NaN is unknown."""

    time_s: Floats
    values: Floats
    levels: Levels


def state(path: Path) -> State:
    """The file as it is now; a missing one is read, and named, by `opened`."""
    known = path.stat() if path.exists() else None
    return path, known.st_mtime_ns if known else 0, known.st_size if known else 0


def opened(path: Path) -> Log:
    """Raises `RecordingError`."""
    return _opened(state(path))


@functools.lru_cache(maxsize=_LOGS)
def _opened(of: State) -> Log:
    return logs.read(of[0], kept_file(of, "places"))


def kept_file(of: State, what: str) -> Path | None:
    """Where `what` is kept of a log as it is now; None for a short one, of which nothing is."""
    path, changed_ns, size = of
    if size < LONG_BYTES:
        return None
    folder = folder_beside(path) if path.name == TLOG else path.parent
    return folder / f"{path.stem}-{size}-{changed_ns}.{what}"


def values(path: Path, message: str, field: str, instance: int | None) -> Values:
    """One field of one sensor in the unit of `unit_of`.

    Raises `RecordingError`, and `KeyError` for what the log does not hold.
    """
    return _values(state(path), message, field, instance)


@functools.lru_cache(maxsize=_COLUMNS)
def _values(of: State, message: str, field: str, instance: int | None) -> Values:
    table = _opened(of)[message]
    if field not in table.numbers:
        raise KeyError(f"{message}.{field}")
    table = table if instance is None else table.of(instance)
    return over(table.time_s, _logged(table, field) if _is_time(table, field) else table.si(field))


def unit_of(table: Table, field: str) -> str | None:
    """SI and degrees; but a time as it is logged, for nobody reads a servo's pulse in seconds."""
    unit = table.units.get(field)
    if unit is None:
        return None
    return _TIMES[unit.per] if _is_time(table, field) else unit.base or None


def _is_time(table: Table, field: str) -> bool:
    unit = table.units.get(field)
    return unit is not None and unit.base == "s" and unit.per in _TIMES


def _logged(table: Table, field: str) -> Floats:
    return table[field].astype(np.float64)


def instances(path: Path, message: str) -> tuple[int, ...]:
    """The sensors that a message tells of; empty where it tells of one. Raises as `values` does."""
    return _instances(state(path), message)


@functools.lru_cache(maxsize=_COLUMNS)
def _instances(of: State, message: str) -> tuple[int, ...]:
    table = _opened(of)[message]
    return tuple(np.unique(table[table.instance]).tolist()) if table.instance else ()


def over(time_s: Floats, column: Floats) -> Values:
    """Rows without a time are left out, and rows out of order put into it."""
    known = ~np.isnan(time_s)
    if not known.all():
        time_s, column = time_s[known], column[known]
    if np.any(time_s[1:] < time_s[:-1]):
        order = np.argsort(time_s, kind="stable")
        time_s, column = time_s[order], column[order]
    return Values(time_s, column, Levels(column))


@functools.lru_cache(maxsize=_COLUMNS)
def _offset(own: State, other: State) -> float | None:
    one, two = track_of(_opened(own)), track_of(_opened(other))
    return offset_s(one, two) if one is not None and two is not None else None


def offset(recording: Path, other: Path) -> float | None:
    """Seconds to add to the times of `other` so that both tell the same; None where nothing tells."""
    return _offset(state(recording), state(other))


def examined(path: Path, plan: Plan | None) -> tuple[Observation, ...]:
    """What an examiner writes down of one log, in its own time. Raises `RecordingError`.

    It is in no file: what a report says must come from the bytes that were sealed or attached, and from nothing beside
    them that could be changed.
    """
    return _examined(state(path), plan)


@functools.lru_cache(maxsize=_EXAMINED)
def _examined(of: State, plan: Plan | None) -> tuple[Observation, ...]:
    return examine(_opened(of), plan)


def forget() -> None:
    """Drops what is remembered: a recording was erased."""
    for remembered in (_opened, _values, _instances, _offset, _examined):
        remembered.cache_clear()
