"""DataFlash's own description of its records: FMT, FMTU, UNIT, MULT.

Format characters as in ArduPilot's AP_Logger/LogStructure.h; what pymavlink divides a value by stands in `_TYPES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import numpy as np

from telemetry.logs.fetch import Column, Run
from telemetry.logs.units import Unit

FMT_TYPE: Final = 0x80
FMT_LENGTH: Final = 89
HEADER: Final = 3

_TYPES: Final[dict[str, tuple[Any, float | None]]] = {
    "a": (("<i2", (32,)), None),
    "b": ("i1", None),
    "B": ("u1", None),
    "g": ("<f2", None),
    "h": ("<i2", None),
    "H": ("<u2", None),
    "i": ("<i4", None),
    "I": ("<u4", None),
    "f": ("<f4", None),
    "d": ("<f8", None),
    "n": ("S4", None),
    "N": ("S16", None),
    "Z": ("S64", None),
    "c": ("<i2", 1 / 0.01),
    "C": ("<u2", 1 / 0.01),
    "e": ("<i4", 1 / 0.01),
    "E": ("<u4", 1 / 0.01),
    "L": ("<i4", 1 / 1.0e-7),
    "M": ("u1", None),
    "q": ("<i8", None),
    "Q": ("<u8", None),
}
"""numpy type, and what the logged integer is divided by."""
_KINDS: Final[dict[str, np.dtype[Any]]] = {letter: np.dtype(kind) for letter, (kind, _) in _TYPES.items()}
_ANGLES: Final = {"deglatitude": "deg", "deglongitude": "deg", "degheading": "deg"}


class Format(NamedTuple):
    """One FMT: how the record of a type is laid out."""

    kind: int
    name: str
    length: int
    types: str
    fields: tuple[str, ...]

    @property
    def layout(self) -> Iterator[Run]:
        """The whole record; its header belongs to no field."""
        end = HEADER
        for letter, fields in groupby(zip(self.types, self.fields, strict=True), itemgetter(0)):
            names = tuple(name for _, name in fields)
            begin, end = end, end + len(names) * _KINDS[letter].itemsize
            yield Run(names, _KINDS[letter], begin, end, _TYPES[letter][1])

    @property
    def numbers(self) -> tuple[str, ...]:
        """The fields with one number in each record: no text, no array."""
        return tuple(field for field, kind in zip(self.fields, self.types, strict=True) if kind not in "nNZa")

    def is_text(self, field: str) -> bool:
        return self.types[self.fields.index(field)] in "nNZ"


FMT: Final = Format(FMT_TYPE, "FMT", FMT_LENGTH, "BBnNZ", ("Type", "Length", "Name", "Format", "Columns"))


def formats(rows: Mapping[str, Column]) -> dict[int, Format]:
    """The formats that FMT records describe, by type; the last one of a type holds. What means nothing is left out."""
    found = {FMT_TYPE: FMT}
    for row in zip(*(rows[field].tolist() for field in FMT.fields), strict=True):
        made = _format(*row)
        if made is not None:
            found[made.kind] = made
    return found


def _format(kind: int, length: int, name: bytes, types: bytes, columns: bytes) -> Format | None:
    fields = tuple(_text(columns).split(",")) if _text(columns) else ()
    made = Format(kind, _text(name), length, _text(types), fields)
    if not made.name or not all(fields) or len(set(fields)) != len(fields):
        return None
    if len(made.types) != len(fields) or not _TYPES.keys() >= set(made.types):
        return None
    return made if HEADER + sum(_KINDS[letter].itemsize for letter in made.types) == length else None


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("latin-1")


def units_of(
    made: Format, units: dict[str, str], factors: dict[str, float], unit_ids: str, factor_ids: str
) -> tuple[dict[str, Unit], str | None]:
    """Each field's unit by FMTU's letters, and the field that tells the instances apart (``#``)."""
    found: dict[str, Unit] = {}
    instance = None
    for place, (field, kind, letter) in enumerate(zip(made.fields, made.types, unit_ids, strict=False)):
        if letter == "#":
            instance = field
            continue
        base = units.get(letter, "")
        factor = factors.get(factor_ids[place], 1.0) if place < len(factor_ids) else 1.0
        if base and base != "UNKNOWN":
            scaled = _TYPES[kind][1] is None and factor not in (0.0, 1.0)
            found[field] = Unit(1.0 / factor if scaled else 1.0, _ANGLES.get(base, base))
    return found, instance
