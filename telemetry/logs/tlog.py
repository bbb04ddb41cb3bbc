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
from telemetry.logs.fetch import Bytes, fetch
from telemetry.logs.framing import STAMP_SIZE, Records, find_records
from telemetry.logs.log import Log
from telemetry.logs.table import Column, Floats, Table
from telemetry.logs.text import cut_at_nul
from telemetry.mavlink.dialect import MESSAGES

SOURCE_FIELDS: Final = ("src_system", "src_component", "frame_sequence")
_SOURCE_OFFSETS: Final = {1: (3, 4, 2), 2: (5, 6, 4)}
"""Where those three stand in a frame of each version."""
_NUMPY_TYPES: Final = {
    "float": "<f4",
    "double": "<f8",
    **{f"int{bits}_t": f"<i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}_t": f"<u{bits // 8}" for bits in (8, 16, 32, 64)},
}
_ROWS: Final = 1 << 16
"""Rows fetched at once."""


def read(path: Path, data: Bytes) -> Log:
    """Raises `RecordingError` where there is no record at all."""
    records, damage, unknown = find_records(data)
    if len(data) and not len(records.start) and not unknown:
        raise RecordingError(str(path), 0, "holds no MAVLink frame with its time; it is no .tlog")
    order = np.argsort(records.msgid.astype(np.uint16), kind="stable")
    ids, firsts = np.unique(records.msgid[order], return_index=True)
    tables = {}
    for msgid, rows in zip(ids.tolist(), np.split(order, firsts[1:]), strict=False):
        definition = MESSAGES[msgid]
        tables[definition.msgname] = _table(definition, data, records.take(rows))
    return Log(path, "tlog", len(data), tables, damage, utc=True, unknown=unknown)


def _table(definition: Any, data: Bytes, records: Records) -> Table:
    kinds = {field: units.unit(text.strip("[]")) for field, text in definition.fieldunits_by_name.items()}
    return Table(
        definition.msgname,
        (*definition.fieldnames, *SOURCE_FIELDS),
        len(records.start),
        _Columns(definition, data, records).load,
        partial(_times, data, records),
        kinds,
        definition.instance_field,
    )


class _Columns:
    """The payloads of one message, fetched when the first of their fields is asked for, until the last one was."""

    def __init__(self, definition: Any, data: Bytes, records: Records) -> None:
        self._data, self._records = data, records
        self._layout = _layout(definition)
        self._texts = {
            name for name, kind in zip(definition.fieldnames, definition.fieldtypes, strict=True) if kind == "char"
        }
        self._payloads: npt.NDArray[Any] | None = None
        self._wanted = set(definition.fieldnames)

    def load(self, field: str) -> Column:
        if field in SOURCE_FIELDS:
            return self._source(SOURCE_FIELDS.index(field))
        if self._payloads is None:
            self._payloads = _payloads(self._data, self._records, self._layout.itemsize).view(self._layout)[:, 0]
        column = self._payloads[field]
        self._wanted.discard(field)
        if not self._wanted:
            self._payloads = None
        return cut_at_nul(column) if field in self._texts else np.ascontiguousarray(column)

    def _source(self, place: int) -> Column:
        one, two = _SOURCE_OFFSETS[1][place], _SOURCE_OFFSETS[2][place]
        return self._data[self._records.start + np.where(self._records.version == 2, two, one)]


def _layout(definition: Any) -> np.dtype[Any]:
    """The payload as it travels: fields by size, extensions behind, nothing between."""
    types = dict(zip(definition.fieldnames, definition.fieldtypes, strict=True))
    fields: list[tuple[str, str] | tuple[str, str, int]] = []
    for name, count in zip(definition.ordered_fieldnames, definition.array_lengths, strict=True):
        if types[name] == "char":
            fields.append((name, f"S{max(1, count)}"))
        elif count:
            fields.append((name, _NUMPY_TYPES[types[name]], count))
        else:
            fields.append((name, _NUMPY_TYPES[types[name]]))
    return np.dtype(fields)


def _payloads(data: Bytes, records: Records, size: int) -> npt.NDArray[np.uint8]:
    """The payloads as rows of `size` bytes; what was not sent is zero."""
    rows = np.empty((len(records.start), size), dtype=np.uint8)
    places = np.arange(size, dtype=np.uint8)
    payload_at = records.start + np.where(records.version == 2, 10, 6)
    for begin in range(0, len(rows), _ROWS):
        part = slice(begin, begin + _ROWS)
        rows[part] = fetch(data, payload_at[part], size)
        length = records.length[part]
        if size and int(length.min()) < size:
            rows[part] *= places < length[:, None]
    return rows


def _times(data: Bytes, records: Records) -> Floats:
    stamps = fetch(data, records.start - STAMP_SIZE, STAMP_SIZE).view(">u8")[:, 0]
    return stamps * 1e-6
