"""The result of a check, and where in the plan it lies."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mission.plan import Position


class Severity(StrEnum):
    ERROR = "error"
    """The plan may not be submitted."""
    WARNING = "warning"
    """A person must look; the supervisor sees it at approval."""
    INFO = "info"


class Place(msgspec.Struct, frozen=True):
    """What a finding points at. `kind`: item, leg (from `index` to `index`+1), polygon, circle, rally, home, plan."""

    kind: str
    index: int | None = None
    position: Position | None = None
    """The spot itself, e.g. where a leg crosses a fence."""


class Finding(msgspec.Struct, frozen=True):
    """`check` is the check's name, `text` says what is wrong with numbers, `remedy` what to do."""

    check: str
    severity: Severity
    text: str
    remedy: str
    place: Place = Place("plan")
