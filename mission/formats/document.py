"""A decoded document (JSON or YAML) that knows the path to each of its parts, so that every complaint names a place.

`Node` is what the readers of `.plan`, GeoJSON and yaixm walk over: each step checks the type and raises
PlanFormatError with the path, e.g. ``mission.items[3].params``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from mission.errors import PlanFormatError
from mission.position import Position

_NAMES = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}


class Node:
    """One value of the document and the path to it."""

    __slots__ = ("path", "value")

    def __init__(self, value: Any, path: str = "") -> None:
        self.value, self.path = value, path

    def fail(self, what: str) -> PlanFormatError:
        return PlanFormatError(self.path, what)

    def _wrong(self, wanted: str) -> PlanFormatError:
        return self.fail(f"should be {wanted}, but is {_NAMES.get(type(self.value), 'a number')}")

    def member(self, name: str) -> Node:
        """A member that must be there."""
        node = self.find(name)
        if node is None:
            raise self.fail(f"has no {name!r}")
        return node

    def find(self, name: str) -> Node | None:
        """A member that may be missing or null."""
        if not isinstance(self.value, dict):
            raise self._wrong("an object")
        value = self.value.get(name)
        return None if value is None else Node(value, f"{self.path}.{name}" if self.path else name)

    def entries(self, at_most: int) -> Iterator[Node]:
        """The entries of a list."""
        if not isinstance(self.value, list):
            raise self._wrong("a list")
        if len(self.value) > at_most:
            raise self.fail(f"has {len(self.value)} entries; at most {at_most} are read")
        for index, value in enumerate(self.value):
            yield Node(value, f"{self.path}[{index}]")

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self._wrong("a number")
        number = float(self.value)
        if not math.isfinite(number):
            raise self.fail(f"is {number}, which is no number to fly by")
        return number

    def optional_number(self) -> float | None:
        """A number, or None where the document says null (JSON has no NaN)."""
        return None if self.value is None else self.number()

    def whole(self, low: int, high: int) -> int:
        number = self.number()
        if number != int(number) or not low <= number <= high:
            raise self.fail(f"should be a whole number from {low} to {high}, but is {number:g}")
        return int(number)

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self._wrong("a text")
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self._wrong("true or false")
        return self.value

    def latitude_longitude(self) -> Position:
        """A list that begins with latitude and longitude in degrees."""
        lat, lon = self._pair()
        return _position(lat, lon)

    def longitude_latitude(self) -> Position:
        """A list that begins with longitude and latitude in degrees, as GeoJSON has it."""
        lon, lat = self._pair()
        return _position(lat, lon)

    def _pair(self) -> tuple[Node, Node]:
        numbers = list(self.entries(at_most=4))
        if len(numbers) < 2:
            raise self.fail("should hold two coordinates")
        return numbers[0], numbers[1]


def _position(lat: Node, lon: Node) -> Position:
    if abs(lat.number()) > 90.0:
        raise lat.fail(f"{lat.number():g} is no latitude")
    if abs(lon.number()) > 180.0:
        raise lon.fail(f"{lon.number():g} is no longitude")
    return Position(lat.number(), lon.number())


def parse_json(data: bytes) -> Node:
    """The root of a JSON document. PlanFormatError says at which byte it is broken."""
    try:
        return Node(msgspec.json.decode(data))
    except msgspec.DecodeError as error:
        raise PlanFormatError("", f"is no valid JSON: {error}") from None
    except RecursionError:
        raise PlanFormatError("", "is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise PlanFormatError("", f"is not UTF-8 text at byte {error.start}") from None
