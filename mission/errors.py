"""Errors of the planning package.

MissionError
├── PlanFormatError      a file or message that is no plan; names the place, e.g. ``mission.items[3].params``
├── GeometryError        a shape that means nothing (self-crossing, too few corners, NaN)
└── PlanLimitError       more of something than the autopilot or Airbeat can hold
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


class PlanLimitError(MissionError):
    """``count`` of ``what`` where only ``limit`` fit."""

    def __init__(self, what: str, count: int, limit: int) -> None:
        self.what, self.count, self.limit = what, count, limit
        super().__init__(f"{count} {what}, but only {limit} fit")
