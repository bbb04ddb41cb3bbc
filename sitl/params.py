"""ArduCopter's parameters as ArduCopter 4.6.3 SITL sends them, and one vehicle's own values."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from sitl.errors import ParameterFileError

INTEGER_TYPES: Final = {2: (-128, 127), 4: (-32768, 32767), 6: (-2147483648, 2147483647)}
"""MAV_PARAM_TYPE INT8, INT16, INT32; everything else is REAL32 (9)."""
READ_ONLY: Final = frozenset(
    {"MIS_TOTAL", "FENCE_TOTAL", "RALLY_TOTAL", "STAT_RUNTIME", "STAT_FLTTIME", "FORMAT_VERSION"}
)


@cache
def defaults() -> tuple[tuple[str, ...], dict[str, float], tuple[int, ...], dict[str, int]]:
    """Names in ArduCopter's order, each name's value, types in the same order, and each name's index."""
    text = (files("sitl") / "data" / "arducopter-4.6.3.csv").read_text(encoding="ascii")
    rows = [line.split(",") for line in text.splitlines() if line and not line.startswith("#")]
    names = tuple(row[0] for row in rows)
    values = {row[0]: single(float(row[1])) for row in rows}
    return names, values, tuple(int(row[2]) for row in rows), {name: i for i, name in enumerate(names)}


def single(value: float) -> float:
    """`value` as IEEE single precision, which is what travels."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


class Parameters:
    """One vehicle's parameters: the shared defaults and what it changed. `changed` is told every new value."""

    def __init__(self, changed: Callable[[str, float], None] | None = None) -> None:
        self._names, self._shared, self._types, self._index = defaults()
        self._own: dict[str, float] = {}
        self._changed = changed

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._index

    def __getitem__(self, name: str) -> float:
        value = self._own.get(name)
        return self._shared[name] if value is None else value

    def get(self, name: str, default: float) -> float:
        return self[name] if name in self._index else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def integer(self, name: str) -> int:
        return int(self[name])

    def name_at(self, index: int) -> str | None:
        return self._names[index] if 0 <= index < len(self._names) else None

    def index(self, name: str) -> int:
        return self._index[name]

    def kind(self, name: str) -> int:
        """MAV_PARAM_TYPE."""
        return self._types[self._index[name]]

    def set(self, name: str, value: float) -> bool:
        """Takes a value in the parameter's type, clipped and rounded as ArduPilot does. False for no number."""
        if not math.isfinite(value) or name not in self._index:
            return False
        limits = INTEGER_TYPES.get(self.kind(name))
        if limits:
            value = float(
                max(limits[0], min(limits[1], math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)))
            )
        value = single(value)
        if value != self[name]:
            self._own[name] = value
            if self._changed is not None:
                self._changed(name, value)
        return True


def load_file(path: Path) -> dict[str, float]:
    """Reads a parameter file as ground stations save it: ``NAME,VALUE`` or ``NAME VALUE``, ``#`` for remarks.

    Raises `ParameterFileError` naming the line.
    """
    known, result = defaults()[3], {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterFileError(str(path), 0, str(error)) from error
    for number, line in enumerate(lines, 1):
        words = line.split("#", 1)[0].replace(",", " ").split()
        if not words:
            continue
        if len(words) < 2 or words[0] not in known:
            raise ParameterFileError(str(path), number, f"no ArduCopter parameter: {line.strip()[:60]!r}")
        try:
            value = float(words[1])
        except ValueError:
            raise ParameterFileError(str(path), number, f"no number: {words[1][:30]!r}") from None
        if not math.isfinite(value):
            raise ParameterFileError(str(path), number, f"no finite number: {words[1][:30]!r}")
        result[words[0]] = value
    return result
