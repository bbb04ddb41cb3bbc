"""MAVLink telemetry logs as tables, one for each message name.

A column is what pymavlink decodes: wire scaling, trailing zeros that MAVLink 2 cut off put back, character arrays cut
at the first NUL. Besides the message's own fields each table has `src_system`, `src_component` and `frame_sequence`
of the frames. The times are those of the receiver's stamps.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from telemetry.errors import RecordingError
from telemetry.logs import units
from telemetry.logs.fetch import Bytes, Offsets, columns, fetch
from telemetry.logs.framing import HEADER_1, HEADER_2, STAMP_SIZE, Span, between, find_records
from telemetry.logs.grouping import Groups
from telemetry.logs.log import Log
from telemetry.logs.scan import Scan, kept
from telemetry.logs.table import Column, Floats, Table
from telemetry.logs.text import cut_at_nul
from telemetry.mavlink.dialect import MESSAGES
from telemetry.mavlink.frame import MAGIC_1

SOURCE_FIELDS: Final = ("frame_sequence", "src_system", "src_component")
_STAMP: Final = "stamp"
_SOURCE_AT, _SOURCE_AT_1 = STAMP_SIZE + 4, STAMP_SIZE + 2
_PAYLOAD_AT, _PAYLOAD_AT_1 = STAMP_SIZE + HEADER_2, STAMP_SIZE + HEADER_1
"""Where they and the payload stand in a record, and where MAVLink 1 has them."""
_NUMPY_TYPES: Final = {
    "float": "<f4",
    "double": "<f8",
    **{f"int{bits}_t": f"<i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}_t": f"<u{bits // 8}" for bits in (8, 16, 32, 64)},
}


def read(path: Path, data: Bytes, places: Path | None = None) -> Log:
    """`places` keeps where the records are (`scan.kept`). Raises `RecordingError` where there is no record at all."""
    found = kept(places, partial(_scan, path, data))
    tables = {MESSAGES[msgid].msgname: _table(MESSAGES[msgid], data, at) for msgid, at in found.places.items()}
    return Log(path, "tlog", len(data), tables, found.damage, utc=True, unknown=found.unknown)


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


def _table(definition: Any, data: Bytes, starts: Offsets) -> Table:
    kinds = {field: units.unit(text.strip("[]")) for field, text in definition.fieldunits_by_name.items()}
    loader = _Columns(definition, data, starts)
    single = {
        name for name, count in zip(definition.ordered_fieldnames, definition.array_lengths, strict=True) if not count
    }
    return Table(
        definition.msgname,
        (*definition.fieldnames, *SOURCE_FIELDS),
        len(starts),
        loader.load,
        loader.times,
        kinds,
        definition.instance_field,
        tuple(name for name in definition.fieldnames if name in single),
    )


class _Columns:
    """The records of one message, all taken apart when the first of their fields is asked for."""

    def __init__(self, definition: Any, data: Bytes, starts: Offsets) -> None:
        self._definition, self._data, self._starts = definition, data, starts
        self._columns: dict[str, Column] = {}

    def load(self, field: str) -> Column:
        if not self._columns:
            layout = _layout(self._definition)
            self._columns = columns(partial(self._rows, layout.itemsize), len(self._starts), layout, {})
        column = self._columns.pop(field)  # the table keeps it
        return cut_at_nul(column) if column.dtype.kind == "S" else column

    def times(self) -> Floats:
        stamps = self._columns.pop(_STAMP, None)
        if stamps is None:
            stamps = fetch(self._data, self._starts, STAMP_SIZE).view(">u8")[:, 0]
        return np.asarray(stamps * 1e-6, dtype=np.float64)

    def _rows(self, width: int, part: slice) -> npt.NDArray[np.uint8]:
        """Records in MAVLink 2's layout; what was not sent of the payload is zero."""
        rows = fetch(self._data, self._starts[part], width)
        older = np.flatnonzero(rows[:, STAMP_SIZE] == MAGIC_1)
        if len(older):
            rows[older, _PAYLOAD_AT:] = rows[older, _PAYLOAD_AT_1 : _PAYLOAD_AT_1 - _PAYLOAD_AT]
            rows[older, _SOURCE_AT : _SOURCE_AT + 3] = rows[older, _SOURCE_AT_1 : _SOURCE_AT_1 + 3]
        sent = rows[:, STAMP_SIZE + 1]
        if int(sent.min()) < width - _PAYLOAD_AT:
            rows[:, _PAYLOAD_AT:] *= np.arange(width - _PAYLOAD_AT, dtype=np.uint8) < sent[:, None]
        return rows


def _layout(definition: Any) -> np.dtype[Any]:
    """The record as MAVLink 2 lays it out. The payload: fields by size, extensions behind, nothing between."""
    types = dict(zip(definition.fieldnames, definition.fieldtypes, strict=True))
    payload: list[Any] = []
    for name, count in zip(definition.ordered_fieldnames, definition.array_lengths, strict=True):
        if types[name] == "char":
            payload.append((name, f"S{max(1, count)}"))
        else:
            kind = _NUMPY_TYPES[types[name]]
            payload.append((name, kind, count) if count else (name, kind))
    placed: Any = np.dtype(payload).fields or {}
    source_at = range(_SOURCE_AT, _SOURCE_AT + len(SOURCE_FIELDS))
    return np.dtype(
        {
            "names": [_STAMP, *SOURCE_FIELDS, *placed],
            "formats": [">u8", *["u1"] * len(SOURCE_FIELDS), *(kind for kind, _ in placed.values())],
            "offsets": [0, *source_at, *(_PAYLOAD_AT + at for _, at in placed.values())],
            "itemsize": _PAYLOAD_AT + np.dtype(payload).itemsize,
        }
    )
