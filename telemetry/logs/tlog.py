"""MAVLink telemetry logs as tables, one for each message name.

A column is what pymavlink decodes: wire scaling, trailing zeros that MAVLink 2 cut off put back, character arrays cut
at the first NUL. Besides the message's own fields each table has `src_system`, `src_component` and `frame_sequence`
of the frames. The times are those of the receiver's stamps.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.errors import RecordingError
from telemetry.logs import units
from telemetry.logs.fetch import Bytes, Offsets, columns, fetch
from telemetry.logs.framing import find_records
from telemetry.logs.grouping import grouped
from telemetry.logs.log import Log
from telemetry.logs.table import Column, Floats, Table
from telemetry.logs.text import cut_at_nul
from telemetry.mavlink.dialect import MESSAGES

SOURCE_FIELDS: Final = ("frame_sequence", "src_system", "src_component")
_NUMPY_TYPES: Final = {
    "float": "<f4",
    "double": "<f8",
    **{f"int{bits}_t": f"<i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}_t": f"<u{bits // 8}" for bits in (8, 16, 32, 64)},
}


def read(path: Path, data: Bytes) -> Log:
    """Raises `RecordingError` where there is no record at all."""
    blocks, damage, unknown = find_records(data)
    messages = grouped(
        (block.msgid, (block.start, block.length, block.version, block.stamp, block.source)) for block in blocks
    )
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
    stamp: npt.NDArray[np.uint64]
    source: npt.NDArray[np.uint32]


def _table(definition: Any, data: Bytes, frames: _Frames) -> Table:
    kinds = {field: units.unit(text.strip("[]")) for field, text in definition.fieldunits_by_name.items()}
    loader = _Columns(definition, data, frames)
    single = {
        name for name, count in zip(definition.ordered_fieldnames, definition.array_lengths, strict=True) if not count
    }
    return Table(
        definition.msgname,
        (*definition.fieldnames, *SOURCE_FIELDS),
        len(frames.start),
        loader.load,
        loader.times,
        kinds,
        definition.instance_field,
        tuple(name for name in definition.fieldnames if name in single),
    )


class _Columns:
    """The payloads of one message, all taken apart when the first of their fields is asked for."""

    def __init__(self, definition: Any, data: Bytes, frames: _Frames) -> None:
        self._definition, self._data, self._frames = definition, data, frames
        self._columns: dict[str, Column] = {}

    def load(self, field: str) -> Column:
        if field in SOURCE_FIELDS:
            return (self._frames.source >> 8 * SOURCE_FIELDS.index(field)).astype(np.uint8)
        if not self._columns:
            layout = _layout(self._definition)
            rows = partial(self._payloads, layout.itemsize)
            self._columns = columns(rows, len(self._frames.start), layout, {})
        column = self._columns[field]
        return cut_at_nul(column) if column.dtype.kind == "S" else column

    def times(self) -> Floats:
        return self._frames.stamp.astype(np.float64) * 1e-6

    def _payloads(self, width: int, part: slice) -> npt.NDArray[np.uint8]:
        """What was not sent of them is zero."""
        length = self._frames.length[part]
        rows = fetch(self._data, self._frames.start[part] + np.where(self._frames.version[part] == 1, 6, 10), width)
        if int(length.min()) < width:
            rows *= np.arange(width, dtype=np.uint8) < length[:, None]
        return rows


def _layout(definition: Any) -> np.dtype[Any]:
    """The payload: its fields by size, extensions behind, nothing between."""
    types = dict(zip(definition.fieldnames, definition.fieldtypes, strict=True))
    fields: list[Any] = []
    for name, count in zip(definition.ordered_fieldnames, definition.array_lengths, strict=True):
        if types[name] == "char":
            fields.append((name, f"S{max(1, count)}"))
        else:
            kind = _NUMPY_TYPES[types[name]]
            fields.append((name, kind, count) if count else (name, kind))
    return np.dtype(fields)
