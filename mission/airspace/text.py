"""The words of aeronautical data: heights such as ``FL115``, ``1500 ft``, ``SFC``; places such as 572153N 0015835W."""

from __future__ import annotations

import re
from typing import Final

from mission.airspace import FOOT_M, NAUTICAL_MILE_M, Datum, Limit
from mission.airspace.boundary import LonLat

UNLIMITED_M: Final = 30_000.0

_LEVEL = re.compile(r"(?:FL|F)\s*(\d{1,3})", re.IGNORECASE)
_FEET = re.compile(r"(-?\d{1,6})\s*(?:ft|f)?\s*(agl|gnd|sfc|asfc|amsl|msl|alt)?", re.IGNORECASE)
_METRES = re.compile(r"(-?\d{1,6})\s*m\s*(agl|gnd|sfc|asfc|amsl|msl|alt)?", re.IGNORECASE)
_DMS = re.compile(
    r"(\d{2})[: ]?(\d{2})(?:[: ]?(\d{2}(?:\.\d+)?)|(\.\d+))?\s*([NS])[ ,]*"
    r"(\d{3})[: ]?(\d{2})(?:[: ]?(\d{2}(?:\.\d+)?)|(\.\d+))?\s*([EW])",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(nm|km|m)", re.IGNORECASE)
_UNITS: Final = {"nm": NAUTICAL_MILE_M, "km": 1000.0, "m": 1.0}


def limit(text: str) -> Limit | None:
    """A vertical limit; None for words that are none."""
    word = " ".join(text.split())
    if word.upper() in ("SFC", "GND", "SURFACE", "0"):
        return Limit(0.0, Datum.AGL, word)
    if word.upper().startswith("UNL"):
        return Limit(UNLIMITED_M, Datum.STD, word)
    if level := _LEVEL.fullmatch(word):
        return Limit(round(int(level[1]) * 100 * FOOT_M, 3), Datum.STD, word)
    for pattern, unit in ((_METRES, 1.0), (_FEET, FOOT_M)):
        if found := pattern.fullmatch(word):
            above_ground = (found[2] or "").lower() in ("agl", "gnd", "sfc", "asfc")
            return Limit(round(int(found[1]) * unit, 3), Datum.AGL if above_ground else Datum.AMSL, word)
    return None


def place(text: str) -> LonLat | None:
    """Degrees of (lon, lat) from degrees, minutes and seconds; None for words that are no place."""
    found = _DMS.fullmatch(text.strip())
    if found is None:
        return None
    lat, lon = _degrees(*found.groups()[:4]), _degrees(*found.groups()[5:9])
    lat = -lat if found[5].upper() == "S" else lat
    lon = -lon if found[10].upper() == "W" else lon
    return (lon, lat) if abs(lat) <= 90.0 and abs(lon) <= 180.0 else None


def length_m(text: str) -> float | None:
    """A length such as ``2.5 nm``; None for words that are none."""
    found = _LENGTH.fullmatch(text.strip())
    return float(found[1]) * _UNITS[found[2].lower()] if found else None


def _degrees(degrees: str, minutes: str, seconds: str | None, part_of_minute: str | None) -> float:
    fraction = float(seconds) / 3600.0 if seconds else float(part_of_minute or 0.0) / 60.0
    return int(degrees) + int(minutes) / 60.0 + fraction
