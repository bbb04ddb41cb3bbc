"""OpenAir: airspace as lines of AC (class), AN (name), AL and AH (limits), then its outline.

Outline: ``DP`` a corner; ``V X=`` a centre, ``V D=`` a direction; ``DC`` a circle of so many nautical miles about
the centre, ``DA`` an arc of radius and two bearings, ``DB`` an arc between two points. Everything after ``*`` is a
comment. On saving, arcs become corners. Format: Winpilot's OpenAir 1.0 as gliding software writes it.
"""

from __future__ import annotations

import hashlib
import math
from datetime import date
from typing import Final

from pyproj import Geod

from mission.airspace import NAUTICAL_MILE_M, Airspace, DataSet, Datum, Limit, Zone
from mission.airspace.boundary import LonLat, arc, circle
from mission.airspace.text import limit, place
from mission.errors import GeometryError, PlanFormatError

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_CORNERS: Final = 100_000
DECIMALS: Final = 7

_GEOD: Final = Geod(ellps="WGS84")
_KINDS: Final = {"Q": "D", "GP": "R", "W": "WAVE"}
_SURFACE: Final = Limit(0.0, Datum.AGL, "SFC")


def load(name: str, data: bytes, airac: date | None = None) -> Airspace:
    """Raises PlanFormatError naming the line."""
    if len(data) > MAX_BYTES:
        raise PlanFormatError("", f"is {len(data) / 1e6:.1f} MB; an OpenAir file has at most {MAX_BYTES / 1e6:.1f} MB")
    reader = _Reader()
    for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
        text = line.partition("*")[0].strip()
        if text:
            try:
                reader.take(text)
            except GeometryError as error:
                raise PlanFormatError(f"line {number}", error.what) from None
            except _Wrong as error:
                raise PlanFormatError(f"line {number}", f"{text[:40]!r} {error}") from None
    try:
        zones = reader.finished()
    except _Wrong as error:
        raise PlanFormatError("end", f"{error}") from None
    source = DataSet(name, hashlib.sha256(data).hexdigest(), airac)
    return Airspace((source,), zones)


def save(airspace: Airspace) -> bytes:
    """The zones with straight outlines; times, rules and obstacles have no place in OpenAir."""
    return "\n".join(line for zone in airspace.zones for line in _lines(zone)).encode() + b"\n"


class _Wrong(Exception):
    """What is wrong with a line."""


class _Reader:
    def __init__(self) -> None:
        self._zones: list[Zone] = []
        self._begin("")

    def _begin(self, kind: str) -> None:
        self._kind, self._name = kind, ""
        self._lower, self._upper = _SURFACE, limit("UNL") or _SURFACE
        self._ring: list[LonLat] = []
        self._centre: LonLat | None = None
        self._clockwise = True

    def take(self, text: str) -> None:
        word, _, rest = text.partition(" ")
        rest = rest.strip()
        if word == "AC":
            self._end()
            self._begin(_KINDS.get(rest, rest))
        elif word == "AN":
            self._name = rest
        elif word in ("AL", "AH"):
            found = limit(rest)
            if found is None:
                raise _Wrong("is no height such as '1500 ft', 'FL115' or 'SFC'")
            self._lower, self._upper = (found, self._upper) if word == "AL" else (self._lower, found)
        elif word == "V":
            self._set(rest)
        elif word == "DP":
            self._ring.append(_place(rest))
        elif word == "DC":
            self._ring = list(circle(self._about(), _number(rest) * NAUTICAL_MILE_M))
        elif word == "DA":
            self._arc_by_bearings(rest)
        elif word == "DB":
            begin, _, end = rest.partition(",")
            self._arc(_place(begin), _place(end))
        elif word not in ("AT", "AF", "AG", "AY", "AX", "AI", "SP", "SB", "TO", "TC"):
            raise _Wrong("is no OpenAir line")
        if len(self._ring) > MAX_CORNERS:
            raise _Wrong(f"brings the outline over {MAX_CORNERS} corners")

    def finished(self) -> list[Zone]:
        self._end()
        return self._zones

    def _end(self) -> None:
        if not self._kind:
            return
        ring = [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in self._ring]
        if ring and ring[0] != ring[-1]:
            ring.append(ring[0])
        if len(ring) < 4:
            raise _Wrong(f"comes after {self._name or 'an airspace'!r}, which encloses no area")
        zone_id = f"{self._name.lower().replace(' ', '-')}-{len(self._zones) + 1}"
        self._zones.append(Zone(zone_id, self._name, self._kind, self._lower, self._upper, (tuple(ring),)))

    def _set(self, rest: str) -> None:
        key, _, value = (part.strip() for part in rest.partition("="))
        if key == "X":
            self._centre = _place(value)
        elif key == "D":
            self._clockwise = value != "-"

    def _about(self) -> LonLat:
        if self._centre is None:
            raise _Wrong("needs a centre: a line 'V X=' before it")
        return self._centre

    def _arc_by_bearings(self, rest: str) -> None:
        numbers = [_number(part) for part in rest.split(",")]
        if len(numbers) != 3:
            raise _Wrong("should have a radius and two bearings")
        radius = numbers[0] * NAUTICAL_MILE_M
        ends = [_GEOD.fwd(*self._about(), bearing, radius)[:2] for bearing in numbers[1:]]
        self._arc(ends[0], ends[1])

    def _arc(self, begin: LonLat, end: LonLat) -> None:
        self._ring.append(begin)
        self._ring.extend(arc(begin, end, self._about(), self._clockwise))


def _place(text: str) -> LonLat:
    found = place(text)
    if found is None:
        raise _Wrong("names no place such as 51:30:27 N 000:09:40 W")
    return found


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _Wrong("has no number where one should be") from None
    if not math.isfinite(number):
        raise _Wrong("has a number that is none")
    return number


def _lines(zone: Zone) -> list[str]:
    kind = next((code for code, meant in _KINDS.items() if meant == zone.kind), zone.kind)
    head = [f"AC {kind}", f"AN {zone.name}", f"AL {zone.lower.text}", f"AH {zone.upper.text}"]
    return [*head, *(f"DP {_dms(lat, 'NS', 2)} {_dms(lon, 'EW', 3)}" for lon, lat in zone.rings[0][:-1]), ""]


def _dms(degrees: float, letters: str, width: int) -> str:
    """Degrees, minutes and seconds with five decimals: finer than the seven decimals of degrees kept."""
    hundred_thousandths = round(abs(degrees) * 3600 * 100_000)
    whole, seconds = divmod(hundred_thousandths, 60 * 100_000)
    hours, minutes = divmod(whole, 60)
    return f"{hours:0{width}}:{minutes:02}:{seconds / 100_000:08.5f} {letters[degrees < 0]}"
