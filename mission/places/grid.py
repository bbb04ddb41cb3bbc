"""Grid references of Great Britain: the Ordnance Survey's National Grid (EPSG:27700, OSGB36).

A reference is two letters for a square of 100 km and an even number of figures, easting before northing: ``TQ 2745
8010`` is the square of 10 m whose south-west corner is at 527450, 180100. The letters count squares of 500 km, then
of 100 km, both from the west and the north, without I (*A guide to coordinate systems in Great Britain*, OS, ch. 7).

The datum is changed by the seven parameters of the same guide (6.6; EPSG 1314), which is good to 5 m everywhere and to
about 2 m mostly; the same way in both directions, so that a reference comes back as it was.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

import numpy as np
from pyproj import Transformer

from mission.geodesy import FloatArray
from mission.position import Position

EAST_M: Final = 700_000.0
NORTH_M: Final = 1_300_000.0
"""The grid's reach from its false origin."""

_NATIONAL_GRID: Final = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +units=m +no_defs "
    "+towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489"
)
_LETTERS: Final = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_SQUARE_M: Final = 100_000
_FIGURES_MAX: Final = 10
_REFERENCE: Final = re.compile(r"([A-HJ-Z]{2})[\s:,]*(\d[\d\s,]*)", re.IGNORECASE)
_NUMBERS: Final = re.compile(
    r"E?\s*(\d{3,6}(?:\.\d+)?)\s*(?:M?E)?[\s,;]+N?\s*(\d{3,7}(?:\.\d+)?)\s*(?:M?N)?", re.IGNORECASE
)


def square(text: str) -> tuple[float, float, float] | None:
    """Easting and northing of the south-west corner of the square that `text` names, and its side in metres.

    Takes references by letters, in any spacing, and plain eastings and northings in metres (a side of 0). None for
    words that are neither, and for places off the grid.
    """
    word = text.strip()
    if found := _REFERENCE.fullmatch(word):
        return _by_letters(found[1].upper(), found[2])
    if found := _NUMBERS.fullmatch(word):
        east, north = float(found[1]), float(found[2])
        return (east, north, 0.0) if east > 360.0 and north > 360.0 and _on_grid(east, north) else None
    return None


def reference(position: Position, figures: int = 8) -> str | None:
    """The reference of a place, e.g. ``TQ 2753 8031``; None off the grid. 8 figures name a square of 10 m."""
    east, north = to_grid(position)
    if not _on_grid(east, north):
        return None
    column, row = int(east) // _SQUARE_M, int(north) // _SQUARE_M
    first = _LETTERS[(3 - row // 5) * 5 + column // 5 + 2]
    second = _LETTERS[(4 - row % 5) * 5 + column % 5]
    side = 10 ** (5 - figures // 2)
    parts = (f"{int(metres) % _SQUARE_M // side:0{figures // 2}d}" for metres in (east, north))
    return f"{first}{second} {' '.join(parts)}"


def to_grid(position: Position) -> tuple[float, float]:
    """Easting and northing in metres; infinite far off the grid."""
    east, north = _transformer().transform(position.lon_deg, position.lat_deg)
    return east, north


def from_grid(east_m: float, north_m: float) -> Position:
    """The place of an easting and a northing, to 1e-7 degrees."""
    return many_from_grid(np.array([[east_m, north_m]]))[0]


def many_from_grid(east_north: FloatArray) -> tuple[Position, ...]:
    """The places of an array (n, 2) of eastings and northings."""
    lon, lat = _transformer().transform(east_north[:, 0], east_north[:, 1], direction="INVERSE")
    return tuple(Position(round(y, 7), round(x, 7)) for x, y in zip(lon.tolist(), lat.tolist(), strict=True))


def _by_letters(letters: str, written: str) -> tuple[float, float, float] | None:
    groups = re.split(r"[\s,]+", written.strip(" ,"))
    figures = "".join(groups)
    half = len(figures) // 2
    if len(figures) % 2 or len(figures) > _FIGURES_MAX or (len(groups) == 2 and len(groups[0]) != half):
        return None
    first, second = (_LETTERS.index(letter) for letter in letters)
    # The false origin is the corner of square S, two of 500 km to the east of A's and four down.
    column = (first % 5 - 2) * 5 + second % 5
    row = (3 - first // 5) * 5 + 4 - second // 5
    side = 10.0 ** (5 - half)
    east = column * _SQUARE_M + int(figures[:half]) * side
    north = row * _SQUARE_M + int(figures[half:]) * side
    return (east, north, side) if _on_grid(east, north) else None


def _on_grid(east: float, north: float) -> bool:
    return math.isfinite(east) and math.isfinite(north) and 0 <= east < EAST_M and 0 <= north < NORTH_M


@lru_cache(maxsize=1)
def _transformer() -> Transformer:
    return Transformer.from_crs("EPSG:4326", _NATIONAL_GRID, always_xy=True)
