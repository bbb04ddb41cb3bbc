"""MAVLink telemetry logs as tables, one for each message name.

A column is what pymavlink decodes: wire scaling, trailing zeros that MAVLink 2 cut off put back, character arrays cut
at the first NUL. Besides the message's own fields each table has `src_system`, `src_component` and `frame_sequence`
of the frames. The times are those of the receiver's stamps; a damaged one is that of the record before.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from telemetry.errors import RecordingError
from telemetry.logs.damage import mended
from telemetry.logs.fetch import Bytes, Offsets, Run, columns, fetch
from telemetry.logs.framing import HEADER_1, HEADER_2, STAMP_SIZE, Span, between, find_records
from telemetry.logs.grouping import Groups
from telemetry.logs.log import Log
from telemetry.logs.scan import Scan, kept
from telemetry.logs.table import Column, Floats, Message, Table
from telemetry.logs.text import cut_at_nul
from telemetry.logs.units import unit
from telemetry.mavlink.dialect import MESSAGES
from telemetry.mavlink.frame import MAGIC_1

SOURCE_FIELDS: Final = ("frame_sequence", "src_system", "src_component")
_STAMP: Final = "stamp"
_SOURCE_AT, _SOURCE_AT_1 = STAMP_SIZE + 4, STAMP_SIZE + 2
_PAYLOAD_AT, _PAYLOAD_AT_1 = STAMP_SIZE + HEADER_2, STAMP_SIZE + HEADER_1
"""Where they and the payload stand in a record, and where MAVLink 1 has them."""
_LONGEST_S: Final = 30 * 86_400.0
"""A stamp further than this from the others was damaged: no checksum covers it."""
_HEAD_RUNS: Final = 2
_KINDS: Final = {letter: np.dtype(f"<{letter}") for letter in "cbBhHiIqQfd"}
"""By the letter that pymavlink has for a field's type."""


def read(path: Path, data: Bytes, places: Path | None = None) -> Log:
    """`places` keeps where the records are (`scan.kept`). Raises `RecordingError` where there is no record at all."""
    found = kept(places, functools.partial(_scan, path, data))
    firsts = np.array([at[0] for at in found.places.values()], dtype=np.int64)
    about_s = sorted(_stamps(data, firsts).tolist())[len(firsts) // 2] * 1e-6 if len(firsts) else 0.0
    tables = {MESSAGES[msgid].msgname: _table(msgid, data, at, about_s) for msgid, at in found.places.items()}
    return Log(path, "tlog", len(data), tables, found.damage, utc=True, unknown=found.unknown)


def _stamps(data: Bytes, starts: Offsets) -> Column:
    return fetch(data, starts, STAMP_SIZE).view(">u8")[:, 0]


def _scan(path: Path, data: Bytes) -> Scan:
    """By message id."""
    groups = Groups()
    gaps: list[Span] = []
    for records, without in find_records(data):
        groups.add(records.msgid, records.start)
        gaps += without
    found = Scan(groups.taken(), *between(data, gaps))
    if len(data) and not found.places and not found.unknown:
        raise RecordingError(str(path), 0, "holds no MAVLink frame with its time; it is no .tlog")
    return found


@functools.cache
def _message(msgid: int) -> tuple[Message, tuple[Run, ...]]:
    """What is known of a message, and how its records are laid out."""
    definition = MESSAGES[msgid]
    arrays = dict(zip(definition.ordered_fieldnames, definition.array_lengths, strict=True))
    message = Message(
        name=definition.msgname,
        fields=(*definition.fieldnames, *SOURCE_FIELDS),
        numbers=tuple(name for name in definition.fieldnames if not arrays[name]),
        units={field: unit(text) for field, text in definition.fieldunits_by_name.items()},
        instance=definition.instance_field,
    )
    return message, tuple(_layout(definition))


def _layout(definition: Any) -> Iterator[Run]:
    """The record as MAVLink 2 lays it out. The payload: fields by size, extensions behind, nothing between."""
    yield Run((_STAMP,), np.dtype(">u8"), 0, STAMP_SIZE)
    yield Run(SOURCE_FIELDS, np.dtype("u1"), _SOURCE_AT, _SOURCE_AT + len(SOURCE_FIELDS))
    end = _PAYLOAD_AT
    types = zip(definition.native_format.decode()[1:], definition.array_lengths, strict=True)
    for (letter, count), fields in groupby(zip(types, definition.ordered_fieldnames, strict=True), itemgetter(0)):
        names = tuple(name for _, name in fields)
        kind = _KINDS[letter]
        if count:
            kind = np.dtype(f"S{count}" if letter == "c" else (kind, (count,)))
        begin, end = end, end + len(names) * kind.itemsize
        yield Run(names, kind, begin, end)


def _table(msgid: int, data: Bytes, starts: Offsets, about_s: float) -> Table:
    message, layout = _message(msgid)
    loader = _Columns(layout, data, starts, about_s)
    return Table(message, len(starts), loader.load, loader.times)


class _Columns:
    """The records of one message, all taken apart when the first of their fields is asked for.

    Whose they are is often all that is asked of a message: then only their heads are.
    """

    def __init__(self, layout: tuple[Run, ...], data: Bytes, starts: Offsets, about_s: float) -> None:
        self._layout, self._data, self._starts, self._about_s = layout, data, starts, about_s
        self._columns: dict[str, Column] = {}

    def load(self, field: str) -> Column:
        if field not in self._columns:
            layout = self._layout[:_HEAD_RUNS] if field in SOURCE_FIELDS else self._layout
            self._columns = columns(functools.partial(self._rows, layout[-1].end), len(self._starts), layout)
        column = self._columns.pop(field)  # the table keeps it
        return cut_at_nul(column) if column.dtype.kind == "S" else column

    def times(self) -> Floats:
        stamps = self._columns.pop(_STAMP, None)
        if stamps is None:
            stamps = _stamps(self._data, self._starts)
        seconds = np.asarray(stamps * 1e-6, dtype=np.float64)
        if self._is_credible(seconds.min()) and self._is_credible(seconds.max()):
            return seconds
        return mended(seconds, self._is_credible(seconds), self._about_s)

    def _is_credible(self, seconds: Any) -> Any:
        return abs(seconds - self._about_s) <= _LONGEST_S

    def _rows(self, end: int, part: slice) -> npt.NDArray[np.uint8]:
        """Records up to `end` in MAVLink 2's layout; what was not sent of the payload is zero."""
        rows = fetch(self._data, self._starts[part], end)
        older = rows[:, STAMP_SIZE] == MAGIC_1
        if older.any():
            rows[older, _PAYLOAD_AT:] = rows[older, _PAYLOAD_AT_1 : _PAYLOAD_AT_1 - _PAYLOAD_AT]
            rows[older, _SOURCE_AT : _SOURCE_AT + 3] = rows[older, _SOURCE_AT_1 : _SOURCE_AT_1 + 3]
        sent = rows[:, STAMP_SIZE + 1]
        least, most = int(sent.min()), min(int(sent.max()), end - _PAYLOAD_AT)
        if most >= 0:
            rows[:, _PAYLOAD_AT + most :] = 0
        if least < most:
            rows[:, _PAYLOAD_AT + least : _PAYLOAD_AT + most] *= np.arange(least, most, dtype=np.uint8) < sent[:, None]
        return rows
