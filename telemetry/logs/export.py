"""A message of a recording as CSV or Parquet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from telemetry.logs.table import Column, Table

TIME: Final = "time_s"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet begins a formula, and a drone says what it likes."""


def write_csv(table: Table, path: Path) -> None:
    """The first column is `time_s`; an array has a column for each of its values, `field[0]` and so on.

    A text that a spreadsheet would take for a formula gets a ``'`` before it; Parquet has it as it is.
    """
    columns = {TIME: table.time_s, **{name: column for field in table.fields for name, column in _flat(table, field)}}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(_cells(column) for column in columns.values()), strict=True))


def write_parquet(table: Table, path: Path) -> None:
    """Columns of the types they are logged in, arrays as lists; each field's unit in its metadata."""
    columns: dict[str, Any] = {TIME: pa.array(table.time_s)}
    fields = [pa.field(TIME, pa.float64(), metadata={"unit": "s"})]
    for name in table.fields:
        column = _arrow(table[name])
        unit = table.units.get(name)
        columns[name] = column
        fields.append(pa.field(name, column.type, metadata={"unit": f"{unit.base} / {unit.per:g}"} if unit else None))
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), path)


def _flat(table: Table, field: str) -> list[tuple[str, Column]]:
    column = table[field]
    if column.ndim == 1:
        return [(field, column)]
    return [(f"{field}[{place}]", column[:, place]) for place in range(column.shape[1])]


def _cells(column: Column) -> list[Any]:
    if column.dtype.kind != "S":
        return _values(column)
    return [f"'{text}" if text.startswith(_FORMULA) else text for text in _values(column)]


def _values(column: Column) -> list[Any]:
    if column.dtype.kind == "S":
        return [text.decode("utf-8", "replace") for text in column.tolist()]
    return list(column.tolist())


def _arrow(column: Column) -> Any:
    if column.ndim == 2:
        return pa.FixedSizeListArray.from_arrays(pa.array(column.reshape(-1)), column.shape[1])
    if column.dtype.kind == "S":
        return pa.array(_values(column))
    return pa.array(np.ascontiguousarray(column))
