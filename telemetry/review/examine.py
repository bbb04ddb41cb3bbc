"""The examiner: every rule over one flight, in the order of time. A quiet flight has no observation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec.structs import replace

from mission.finding import Severity
from mission.plan import Plan
from telemetry.logs.log import Log
from telemetry.review.battery import observe_battery
from telemetry.review.bundle import opened
from telemetry.review.chain import outranks, told_once
from telemetry.review.course import observe_course
from telemetry.review.failsafe import observe_failsafes
from telemetry.review.fence import observe_fence
from telemetry.review.health import observe_health
from telemetry.review.link import observe_link
from telemetry.review.motors import observe_motors
from telemetry.review.observation import Observation
from telemetry.review.track import track_of
from telemetry.review.upset import observe_upset

_SAME_S: Final = 2.0
_HEARTBEAT_S: Final = 1.5
_ACTION_S: Final = 5.0
_CLOCKS_S: Final = 5.0
"""A .tlog tells a second late, at its own rate, and two clocks are aligned to some tenths."""


def examine(flight: Path | Log, plan: Plan | None = None) -> tuple[Observation, ...]:
    """`plan` is by default the one on board. Raises `RecordingError`."""
    log, plan = opened(flight, plan)
    track = track_of(log)
    measured = [
        *observe_fence(log, track, plan),
        *observe_upset(log, track),
        *observe_battery(log, track),
        *observe_motors(log, track),
        *observe_health(log, track),
        *observe_link(log, track),
    ]
    spoken = [one for one in observe_failsafes(log, track) if not any(_same(one, other) for other in measured)]
    failures = [*measured, *spoken]
    flown = [one for one in observe_course(log, track, plan) if not any(_follows(one, other) for other in failures)]
    return tuple(sorted([*told_once(failures), *flown], key=lambda one: one.from_s))


def _follows(one: Observation, failure: Observation) -> bool:
    """That a failsafe ended the mission is told with it, as its action."""
    if one.check != "mission left" or failure.severity is not Severity.ERROR:
        return False
    return -_HEARTBEAT_S <= one.from_s - failure.from_s <= _ACTION_S


def joined(
    own: tuple[Observation, ...], other: tuple[Observation, ...], offset_s: float, span_s: tuple[float, float]
) -> tuple[Observation, ...]:
    """What two logs of one flight tell: all of `own`, and of `other` what `own` does not, or tells less of.

    `offset_s` is added to the other's times; what then lies outside `span_s` is of another flight in the same log.
    """
    moved = [
        replace(one, from_s=one.from_s + offset_s, to_s=None if one.to_s is None else one.to_s + offset_s)
        for one in other
    ]
    found = list(own)
    for one in (one for one in moved if span_s[0] <= one.from_s <= span_s[1]):
        known = {row: outranks(one, before) for row, before in enumerate(found) if _overlaps(one, before)}
        same = {row: better for row, better in known.items() if better is not None}
        if all(same.values()):
            found = [*(before for row, before in enumerate(found) if row not in same), one]
    return tuple(sorted(found, key=lambda one: one.from_s))


def _overlaps(one: Observation, known: Observation) -> bool:
    ends, known_ends = (item.from_s if item.to_s is None else item.to_s for item in (one, known))
    return one.from_s <= known_ends + _CLOCKS_S and known.from_s <= ends + _CLOCKS_S


def _same(one: Observation, other: Observation) -> bool:
    """A failed sensor is in its own flags, with its end, and in the autopilot's words."""
    return one.check == other.check and abs(one.from_s - other.from_s) <= _SAME_S
