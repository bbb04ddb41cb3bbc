"""What a recording tells of the vehicle, in the words of the field and the same for every format.

Times are those of `Table.time_s`.
"""

from __future__ import annotations

import msgspec

from mission.plan import Plan


class Parameter(msgspec.Struct, frozen=True):
    """A parameter's value from `time_s` on."""

    time_s: float
    name: str
    value: float


class Mode(msgspec.Struct, frozen=True):
    """The flight mode from `time_s` on, by the autopilot's name, and why where the log says so."""

    time_s: float
    name: str
    reason: str | None = None


class Text(msgspec.Struct, frozen=True):
    """What the autopilot said. `severity` is MAV_SEVERITY's number, None where the log does not keep it."""

    time_s: float
    severity: int | None
    text: str


class Arming(msgspec.Struct, frozen=True):
    """From arming to disarming; None where the log begins or ends armed."""

    from_s: float | None
    to_s: float | None


class Happening(msgspec.Struct, frozen=True):
    """An event or error of a subsystem, in the log's own words."""

    time_s: float
    kind: str
    text: str


class Story(msgspec.Struct, frozen=True):
    """All in the order of time. `plan` is the mission, fence and rally points as they were on board; None: not told."""

    parameters: tuple[Parameter, ...] = ()
    modes: tuple[Mode, ...] = ()
    armings: tuple[Arming, ...] = ()
    texts: tuple[Text, ...] = ()
    happenings: tuple[Happening, ...] = ()
    plan: Plan | None = None

    def parameter(self, name: str) -> float | None:
        """The last value of a parameter."""
        for parameter in reversed(self.parameters):
            if parameter.name == name:
                return parameter.value
        return None
