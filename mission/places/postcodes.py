"""Postcodes from a CSV file: OS Code-Point Open, the ONS Postcode Directory, or any with a header that names them.

A header names the postcode (``postcode``, ``pcd``, ``pcds``…) and its place (``lat`` and ``long``, or eastings and
northings). Without one the columns are Code-Point Open's: postcode, quality, easting, northing.
"""

from __future__ import annotations

import csv
import io
import math
import re
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mission.errors import PlanFormatError
from mission.geodesy import FloatArray
from mission.places.grid import many_from_grid
from mission.position import Position

MAX_POSTCODES: Final = 3_000_000
"""Great Britain has 1.8 million."""

_WHOLE: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})")
_BEGUN: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(?:\s+(\d[A-Z]?)?)?")
_NAMES: Final = ("postcode", "pcds", "pcd", "pcd7", "pcd8")
_DEGREES: Final = (("lat", "latitude"), ("long", "lon", "lng", "longitude"))
_METRES: Final = (("eastings", "easting", "oseast1m", "x"), ("northings", "northing", "osnrth1m", "y"))


class Postcodes:
    """Sorted, with one blank before the inward code; places as the file has them."""

    def __init__(self, codes: NDArray[np.str_], places: FloatArray, on_grid: bool) -> None:
        order = np.argsort(codes, kind="stable")
        self.codes, self._places, self._on_grid = codes[order], places[order], on_grid

    def find(self, text: str) -> tuple[str, tuple[Position, ...]] | None:
        """The postcode that `text` is and its place; for the beginning of one, e.g. ``W2``, all that it begins."""
        word = text.strip().upper()
        if whole := _WHOLE.fullmatch(word):
            wanted = f"{whole[1]} {whole[2]}"
        elif begun := _BEGUN.fullmatch(word):
            wanted = f"{begun[1]} {begun[2] or ''}"
        else:
            return None
        low, high = np.searchsorted(self.codes, [wanted, wanted + "~"]).tolist()
        if low == high:
            return None
        return wanted.strip(), self._positions(self._places[low:high])

    def _positions(self, places: FloatArray) -> tuple[Position, ...]:
        if self._on_grid:
            return many_from_grid(places)
        return tuple(Position(lat, lon) for lat, lon in places.tolist())


def load(name: str, data: bytes) -> Postcodes:
    """Raises PlanFormatError naming the line. A postcode whose place the file does not know is left out."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlanFormatError(name, f"is not UTF-8 text at byte {error.start}") from None
    rows = csv.reader(io.StringIO(text, newline=""))
    columns = _columns(name, text.partition("\n")[0])
    if columns.header:
        next(rows)
    codes: list[str] = []
    places: list[tuple[float, float]] = []
    try:
        for row in rows:
            code, place = columns.read(row)
            if place is not None:
                codes.append(code)
                places.append(place)
            if len(codes) > MAX_POSTCODES:
                raise PlanFormatError(name, f"has more than {MAX_POSTCODES} postcodes")
    except (ValueError, IndexError, csv.Error) as error:
        raise PlanFormatError(f"{name}, line {rows.line_num}", f"is no postcode with its place: {error}") from None
    return Postcodes(np.array(codes, dtype=np.str_), np.array(places).reshape(-1, 2), columns.on_grid)


class _Columns(NamedTuple):
    """Where a row has the postcode and the two numbers of its place."""

    code: int
    first: int
    second: int
    on_grid: bool
    header: bool

    def read(self, row: list[str]) -> tuple[str, tuple[float, float] | None]:
        """Raises ValueError or IndexError."""
        whole = _WHOLE.fullmatch(row[self.code].strip().upper())
        if whole is None:
            raise ValueError(f"{row[self.code][:20]!r}")
        code = f"{whole[1]} {whole[2]}"
        if not row[self.first].strip() or not row[self.second].strip():
            return code, None
        a, b = float(row[self.first]), float(row[self.second])
        if not (math.isfinite(a) and math.isfinite(b)):
            raise ValueError(f"{a}, {b}")
        # Files say "no place" by easting 0, or by a latitude of 99.9999.
        known = a > 0.0 if self.on_grid else abs(a) <= 90.0 and abs(b) <= 180.0
        return code, (a, b) if known else None


def _columns(name: str, line: str) -> _Columns:
    names = [word.strip().strip('"').lower() for word in line.split(",")]
    if names and _WHOLE.fullmatch(names[0].upper()):
        return _Columns(0, 2, 3, on_grid=True, header=False)
    code = _first(names, _NAMES)
    for wanted, on_grid in ((_DEGREES, False), (_METRES, True)):
        first, second = (_first(names, group) for group in wanted)
        if code is not None and first is not None and second is not None:
            return _Columns(code, first, second, on_grid, header=True)
    raise PlanFormatError(f"{name}, line 1", "names no column of postcodes, or none of their places")


def _first(names: list[str], wanted: tuple[str, ...]) -> int | None:
    return next((names.index(one) for one in wanted if one in names), None)
