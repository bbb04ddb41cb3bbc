"""ArduPilot DataFlash logs (.bin) as tables, one for each record name.

A column is what pymavlink's DFReader gives: c, C, e, E divided by 100, L by 10⁷, text cut at the first NUL; only
FILE.Data stays rows of 64 bytes, for it is no text. Times are TimeUS behind the first GPS record that knows the week
(GPS time less 18 leap seconds, as of 2017), else since the vehicle's start; after a reboot within the log they count
from the next such record. Records without TimeUS (FMT, FILE) have no time: NaN. A damaged time of more than a year is
that of the record before.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from telemetry.errors import RecordingError
from telemetry.logs import formats
from telemetry.logs.damage import mended
from telemetry.logs.fetch import Bytes, Offsets, columns, fetch
from telemetry.logs.formats import FMT, FMT_TYPE, Format
from telemetry.logs.grouping import Groups
from telemetry.logs.log import Log
from telemetry.logs.scan import Scan, kept
from telemetry.logs.table import Column, Floats, Message, Table
from telemetry.logs.text import cut_at_nul
from telemetry.logs.units import Unit
from telemetry.logs.walk import candidates, damage_between, walk

GPS_EPOCH_S: Final = 315_964_800
WEEK_S: Final = 604_800
LEAP_S: Final = 18
_MEANINGS: Final = {
    "FMTU": ("QBNN", ("TimeUS", "FmtType", "UnitIds", "MultIds")),
    "UNIT": ("QbZ", ("TimeUS", "Id", "Label")),
    "MULT": ("Qbd", ("TimeUS", "Id", "Mult")),
}
"""The records that tell units, and how they are laid out; a damaged one of another layout tells nothing."""
_DESCRIBED: Final = 256
"""No type: a record's is one byte."""
_LATEST_US: Final = 365 * 86_400 * 1_000_000
"""No vehicle runs for longer: a later TimeUS was damaged."""
_REBOOT_US: Final = 1_000_000
"""TimeUS going back further than this is another start of the vehicle, not two tasks that log at once."""


def read(path: Path, data: Bytes, places: Path | None = None) -> Log:
    """`places` keeps where the records are (`scan.kept`).

    Raises `RecordingError` where there is no FMT, so that nothing in it can be read.
    """
    found = kept(places, partial(_scan, path, data))
    starts = {kind: at for kind, at in found.places.items() if kind != _DESCRIBED}
    tables = _tables(data, starts, _formats(data, found.places[_DESCRIBED]))
    return Log(path, "dataflash", len(data), tables, found.damage, utc=_date(tables))


def _scan(path: Path, data: Bytes) -> Scan:
    """By type, and as `_DESCRIBED` what looks like an FMT: only with the lengths can the chain be walked."""
    tried = candidates(data)
    described = tried.start[tried.kind == FMT_TYPE]
    described = described[described + FMT.length <= len(data)]
    lengths = np.zeros(256, dtype=np.int64)
    for kind, made in _formats(data, described).items():
        lengths[kind] = made.length
    records = walk(tried, lengths, len(data))
    groups = Groups()
    for start, kinds in records:
        groups.add(kinds, start)
    starts = groups.taken()
    if len(data) and FMT_TYPE not in starts:
        raise RecordingError(str(path), 0, "holds no FMT record; it is no DataFlash log")
    return Scan({**starts, _DESCRIBED: described}, damage_between(data, records, lengths))


def _formats(data: Bytes, at: Offsets) -> dict[int, Format]:
    """From what looks like an FMT and reads as one."""
    return formats.formats(columns(lambda part: fetch(data, at[part], FMT.length), len(at), FMT.layout))


def _tables(data: Bytes, starts: dict[int, Offsets], known: dict[int, Format]) -> dict[str, Table]:
    clock = _Clock()
    loaders = {known[kind].name: _Columns(known[kind], data, at) for kind, at in starts.items()}
    meanings = _meanings(loaders, known)
    tables = {}
    for name, loader in loaders.items():
        units, instance = meanings.get(name, ({}, None))
        fields = loader.format.fields
        time = partial(clock.times, loader) if "TimeUS" in fields else partial(np.full, len(loader.starts), np.nan)
        message = Message(name, fields, loader.format.numbers, units, instance)
        tables[name] = Table(message, len(loader.starts), loader.load, time)
    clock.set(tables.get("GPS"))
    return tables


class _Columns:
    """The records of one name, all taken apart when the first of their fields is asked for."""

    def __init__(self, made: Format, data: Bytes, starts: Offsets) -> None:
        self.format, self.starts = made, starts
        self._data = data
        self._columns: dict[str, Column] | None = None

    def load(self, field: str) -> Column:
        if self._columns is None:
            self._columns = columns(self._rows, len(self.starts), self.format.layout)
        column = self._columns[field]
        if self.format.name == "FILE" and field == "Data":
            return column.view(np.uint8).reshape(len(column), -1)
        return cut_at_nul(column) if self.format.is_text(field) else column

    def alone(self, field: str) -> Column:
        """One field, without all others if they have not been asked for."""
        if self._columns is not None:
            return self.load(field)
        run = next(run for run in self.format.layout if field in run.names)
        width = run.end - run.begin
        found = columns(
            lambda part: fetch(self._data, self.starts[part] + run.begin, width),
            len(self.starts),
            [run._replace(begin=0, end=width)],
        )
        return found[field]

    def _rows(self, part: slice) -> npt.NDArray[np.uint8]:
        return fetch(self._data, self.starts[part], self.format.length)


def _meanings(loaders: dict[str, _Columns], known: dict[int, Format]) -> dict[str, tuple[dict[str, Unit], str | None]]:
    """By name: the units of its fields, and its instance field."""
    told = {name: (loader.format.types, loader.format.fields) for name, loader in loaders.items() if name in _MEANINGS}
    if told != _MEANINGS:
        return {}
    units = {chr(i % 256): _word(label) for i, label in zip(*_lists(loaders["UNIT"], "Id", "Label"), strict=True)}
    factors = {
        chr(i % 256): float(f"{mult:.7g}") for i, mult in zip(*_lists(loaders["MULT"], "Id", "Mult"), strict=True)
    }
    rows = zip(*_lists(loaders["FMTU"], "FmtType", "UnitIds", "MultIds"), strict=True)
    return {
        known[kind].name: formats.units_of(known[kind], units, factors, _word(unit_ids), _word(factor_ids))
        for kind, unit_ids, factor_ids in rows
        if kind in known and known[kind].name in loaders
    }


def _lists(loader: _Columns, *fields: str) -> list[list[Any]]:
    return [loader.load(field).tolist() for field in fields]


def _word(raw: bytes) -> str:
    return raw.decode("latin-1")


class _Clock:
    """TimeUS to seconds since 1970, for each start of the vehicle that the log holds."""

    def __init__(self) -> None:
        self._bases: list[float] = [0.0]

    def set(self, gps: Table | None) -> None:
        """Takes the date from the first GPS record of each start that knows the week."""
        if gps is None or not {"TimeUS", "GMS", "GWk"} <= set(gps.fields):
            return
        time_us, week, millis = _credible(gps["TimeUS"]), gps["GWk"], gps["GMS"]
        starts = _starts(time_us)
        bases = []
        for start in range(int(starts[-1]) + 1 if len(starts) else 0):
            rows = np.flatnonzero((starts == start) & (week > 0))
            if len(rows):
                row = rows[0]
                utc = GPS_EPOCH_S + WEEK_S * int(week[row]) + int(millis[row]) * 0.001 - LEAP_S
                bases.append(utc - int(time_us[row]) * 0.000001)
            else:
                bases.append(bases[-1] if bases else 0.0)
        self._bases = bases or self._bases

    def times(self, loader: _Columns) -> Floats:
        time_us = _credible(loader.alone("TimeUS"))
        if len(self._bases) == 1:
            return np.asarray(self._bases[0] + time_us * 0.000001, dtype=np.float64)
        starts = np.minimum(_starts(time_us), len(self._bases) - 1)
        return np.asarray(np.array(self._bases)[starts] + time_us * 0.000001, dtype=np.float64)


def _credible(time_us: Column) -> Column:
    """A time that cannot be is that of the record before."""
    known = (time_us >= 0) & (time_us <= _LATEST_US)
    return time_us if known.all() else mended(time_us, known, 0)


def _starts(time_us: Column) -> npt.NDArray[np.int64]:
    """How often the vehicle had started again before each row."""
    steps = np.diff(time_us.astype(np.int64))
    return np.concatenate(([0], np.cumsum(steps < -_REBOOT_US)))[: len(time_us)]


def _date(tables: dict[str, Table]) -> bool:
    gps = tables.get("GPS")
    return gps is not None and "GWk" in gps and bool(np.any(gps["GWk"] > 0))
