"""MAVLink telemetry logs as tables, one for each message name.

A column is what pymavlink decodes: wire scaling, trailing zeros that MAVLink 2 cut off put back, character arrays cut
at the first NUL. Besides the message's own fields each table has `src_system`, `src_component` and `frame_sequence`
of the frames. The times are those of the receiver's stamps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.errors import RecordingError
from telemetry.logs import units
from telemetry.logs.fetch import Bytes, Offsets, columns, fetch
from telemetry.logs.framing import STAMP_SIZE, find_records
from telemetry.logs.grouping import grouped
from telemetry.logs.log import Log
from telemetry.logs.table import Column, Floats, Table
from telemetry.logs.text import cut_at_nul
from telemetry.mavlink.dialect import MESSAGES

SOURCE_FIELDS: Final = ("src_system", "src_component", "frame_sequence")
_STAMP: Final = " stamp"
_PAYLOAD_AT: Final = STAMP_SIZE + 10
"""Behind the stamp and MAVLink 2's header."""
_HEAD: Final = {
    _STAMP: (">u8", 0),
    "frame_sequence": ("u1", 12),
    "src_system": ("u1", 13),
    "src_component": ("u1", 14),
}
"""numpy's type and where it stands."""
_NUMPY_TYPES: Final = {
    "char": ("S", 1),
    "float": ("<f4", 4),
    "double": ("<f8", 8),
    **{f"int{bits}_t": (f"<i{bits // 8}", bits // 8) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}_t": (f"<u{bits // 8}", bits // 8) for bits in (8, 16, 32, 64)},
}
"""numpy's type and its bytes."""


def read(path: Path, data: Bytes) -> Log:
    """Raises `RecordingError` where there is no record at all."""
    blocks, damage, unknown = find_records(data)
    messages = grouped((block.msgid, (block.start, block.length, block.version)) for block in blocks)
    if len(data) and not messages and not unknown:
        raise RecordingError(str(path), 0, "holds no MAVLink frame with its time; it is no .tlog")
    tables = {}
    for msgid, records in sorted(messages.items()):
        definition = MESSAGES[msgid]
        tables[definition.msgname] = _table(definition, data, _Frames(*records))
    return Log(path, "tlog", len(data), tables, damage, utc=True, unknown=unknown)


class _Frames(NamedTuple):
    """Of one message, as in `Records`."""

    start: Offsets
    length: npt.NDArray[np.uint8]
    version: npt.NDArray[np.uint8]


def _table(definition: Any, data: Bytes, records: _Frames) -> Table:
    kinds = {field: units.unit(text.strip("[]")) for field, text in definition.fieldunits_by_name.items()}
    loader = _Columns(definition, data, records)
    return Table(
        definition.msgname,
        (*definition.fieldnames, *SOURCE_FIELDS),
        len(records.start),
        loader.load,
        loader.times,
        kinds,
        definition.instance_field,
    )


class _Columns:
    """The records of one message, all taken apart when the first of their columns is asked for."""

    def __init__(self, definition: Any, data: Bytes, records: _Frames) -> None:
        self._data, self._records = data, records
        self._layout = _layout(definition)
        self._texts = {
            name for name, kind in zip(definition.fieldnames, definition.fieldtypes, strict=True) if kind == "char"
        }
        self._columns: dict[str, Column] | None = None

    def load(self, field: str) -> Column:
        if self._columns is None:
            self._columns = columns(self._rows, len(self._records.start), self._layout, {})
        column = self._columns[field]
        return cut_at_nul(column) if field in self._texts else column

    def _rows(self, part: slice) -> npt.NDArray[np.uint8]:
        """Stamp, MAVLink 2 header and payload; what was not sent is zero, MAVLink 1 is moved to fit."""
        start, width = self._records.start[part], self._layout.itemsize
        rows = fetch(self._data, start - STAMP_SIZE, width)
        places = np.arange(width - _PAYLOAD_AT, dtype=np.uint8)
        old = np.flatnonzero(self._records.version[part] == 1)
        if len(old):
            rows[old, _PAYLOAD_AT:] = fetch(self._data, start[old] + 6, len(places))
            rows[old, 12:15] = rows[old, 10:13]
        length = self._records.length[part]
        if int(length.min()) < len(places):
            rows[:, _PAYLOAD_AT:] *= places < length[:, None]
        return rows

    def times(self) -> Floats:
        return self.load(_STAMP) * 1e-6


def _layout(definition: Any) -> np.dtype[Any]:
    """The record as it is fetched: the payload's fields by size, extensions behind, nothing between."""
    types = dict(zip(definition.fieldnames, definition.fieldtypes, strict=True))
    names, formats, places = list(_HEAD), [kind for kind, _ in _HEAD.values()], [place for _, place in _HEAD.values()]
    at = _PAYLOAD_AT
    for name, count in zip(definition.ordered_fieldnames, definition.array_lengths, strict=True):
        kind, each = _NUMPY_TYPES[types[name]]
        names.append(name)
        formats.append(f"S{max(1, count)}" if kind == "S" else f"({count},){kind}" if count else kind)
        places.append(at)
        at += each * max(1, count)
    return np.dtype({"names": names, "formats": formats, "offsets": places, "itemsize": at})
