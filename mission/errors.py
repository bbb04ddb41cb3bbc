"""Errors of the planning package.

MissionError
├── PlanFormatError      a file or message that is no plan; names the place, e.g. ``mission.items[3].params``
└── GeometryError        a shape that means nothing (self-crossing, too few corners, NaN)
"""

from __future__ import annotations


class MissionError(Exception):
    """Base of all planning errors."""


class PlanFormatError(MissionError):
    """A document that cannot be read. ``where`` is a path inside it, ``what`` says what is wrong there."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(f"{where}: {what}" if where else what)


class GeometryError(MissionError):
    """A shape without meaning. ``where`` names it as the person knows it, e.g. ``exclusion polygon 2``."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(f"{where}: {what}")
