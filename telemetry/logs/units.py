"""Units as logs spell them, and what a value is divided by to stand in SI units (angles stay in degrees)."""

from __future__ import annotations

import functools
from typing import Final, NamedTuple


class Unit(NamedTuple):
    """A logged value divided by `per` is in `base`."""

    per: float
    base: str


_SCALED: Final[dict[str, Unit]] = {
    "degE7": Unit(1e7, "deg"),
    "degE5": Unit(1e5, "deg"),
    "cdeg": Unit(1e2, "deg"),
    "ddeg": Unit(1e1, "deg"),
    "cdeg/s": Unit(1e2, "deg/s"),
    "ddeg/s": Unit(1e1, "deg/s"),
    "mrad/s": Unit(1e3, "rad/s"),
    "mm": Unit(1e3, "m"),
    "cm": Unit(1e2, "m"),
    "dm": Unit(1e1, "m"),
    "dam": Unit(1e-1, "m"),
    "mm/s": Unit(1e3, "m/s"),
    "cm/s": Unit(1e2, "m/s"),
    "dm/s": Unit(1e1, "m/s"),
    "mG": Unit(1e3 / 9.80665, "m/s/s"),
    "us": Unit(1e6, "s"),
    "ns": Unit(1e9, "s"),
    "ms": Unit(1e3, "s"),
    "cs": Unit(1e2, "s"),
    "ds": Unit(1e1, "s"),
    "mV": Unit(1e3, "V"),
    "cV": Unit(1e2, "V"),
    "mA": Unit(1e3, "A"),
    "cA": Unit(1e2, "A"),
    "mAh": Unit(1e3, "Ah"),
    "hJ": Unit(1e-2, "J"),
    "c%": Unit(1e2, "%"),
    "d%": Unit(1e1, "%"),
    "cdegC": Unit(1e2, "degC"),
    "kPa": Unit(1e-3, "Pa"),
    "hPa": Unit(1e-2, "Pa"),
    "mbar": Unit(1e-2, "Pa"),
    "mgauss": Unit(1e3, "gauss"),
    "mT": Unit(1e-1, "gauss"),
}


@functools.cache
def unit(text: str) -> Unit:
    """What `text` means; a unit that is already SI, a percentage or unknown stays as it is."""
    return _SCALED.get(text) or Unit(1.0, text)
