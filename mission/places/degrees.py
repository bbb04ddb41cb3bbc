"""Latitude and longitude as people write them, in degrees of WGS 84.

``51.50735, -0.16370`` · ``51.50735N 0.1637W`` · ``N 51.5 W 0.16`` · ``51°30'26.5"N 0°9'49.3"W`` · ``51 30 26.5 N,
0 9 49 W`` · ``N51°30.441' W000°09.822'`` · ``513026N 0000949W`` (aeronautical) · ``geo:51.5,-0.16``. Latitude comes
first, unless the letters say otherwise.
"""

from __future__ import annotations

import re
from typing import Final

from mission.geodesy import is_position
from mission.position import Position

_WORDS: Final = re.compile(r"\b(?:geo:|lat(?:itude)?|lon(?:g|gitude)?)\b[:=]?|geo:", re.IGNORECASE)
_TOKEN: Final = re.compile(
    r"(?P<number>[-+]?\d+(?:\.\d+)?)|(?P<side>[NSEW])|(?P<comma>[,;/])|[\s°º*:'′’\"″”]", re.IGNORECASE
)
_COMPACT: Final = {"N": (4, 6), "S": (4, 6), "E": (5, 7), "W": (5, 7)}
"""So many figures before the point are degrees and minutes, or degrees, minutes and seconds, written together."""


class _Half:
    """The numbers of the latitude or of the longitude, and its letter."""

    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.side: str | None = None

    def degrees(self) -> float | None:
        """None where the numbers make no angle."""
        numbers = self._parted()
        if not 1 <= len(numbers) <= 3 or any("." in number for number in numbers[:-1]):
            return None
        values = [abs(float(number)) for number in numbers]
        negative = numbers[0].startswith("-")
        if any(number[0] in "+-" for number in numbers[1:]) or any(value >= 60.0 for value in values[1:]):
            return None
        if negative and self.side:
            return None
        angle = sum(value / 60.0**place for place, value in enumerate(values))
        return -angle if negative or self.side in ("S", "W") else angle

    def _parted(self) -> list[str]:
        """513026 as 51, 30, 26 where the letter tells that it is so written."""
        if len(self.numbers) != 1 or self.side is None:
            return self.numbers
        whole, dot, rest = self.numbers[0].partition(".")
        if len(whole) not in _COMPACT[self.side]:
            return self.numbers
        degrees = _COMPACT[self.side][0] - 2
        parts = [whole[:degrees], *(whole[at : at + 2] for at in range(degrees, len(whole), 2))]
        return [*parts[:-1], parts[-1] + dot + rest]


def position(text: str) -> Position | None:
    """The place that `text` names; None where it is no latitude and longitude."""
    halves = _halves(_WORDS.sub(" ", text).replace("−", "-"))
    if halves is None:
        return None
    first, second = halves
    if first.side in ("E", "W"):
        first, second = second, first
    if first.side in ("E", "W") or second.side in ("N", "S") or (first.side is None) != (second.side is None):
        return None
    lat, lon = first.degrees(), second.degrees()
    if lat is None or lon is None:
        return None
    found = Position(round(lat, 9), round(lon, 9))
    return found if is_position(found) else None


def _halves(text: str) -> tuple[_Half, _Half] | None:
    """Parted at the comma, or at the letters, or in the middle of the numbers."""
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        at = token.end()
        if token.lastgroup:
            tokens.append((token.lastgroup, token[0].upper()))
    kinds = [kind for kind, _ in tokens]
    numbers = kinds.count("number")
    if kinds.count("comma") > 1 or kinds.count("side") not in (0, 2) or not 2 <= numbers <= 6:
        return None
    if "side" in kinds:
        leading = kinds[0] == "side"
        letters = [index for index, kind in enumerate(kinds) if kind == "side"]
        cut = letters[1] if leading else letters[0] + 1
    elif "comma" in kinds:
        cut = kinds.index("comma")
    else:
        cut = numbers // 2 if numbers % 2 == 0 else 0
    halves = _half(tokens[:cut]), _half(tokens[cut:])
    return halves if all(half.numbers for half in halves) else None


def _half(tokens: list[tuple[str, str]]) -> _Half:
    half = _Half()
    for kind, word in tokens:
        if kind == "number":
            half.numbers.append(word)
        elif kind == "side":
            half.side = word
    return half
