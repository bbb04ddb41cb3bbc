"""The examiner: every rule over one flight, in the order of time. A quiet flight has no observation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mission.plan import Plan
from telemetry.logs.log import Log
from telemetry.review.battery import observe_battery
from telemetry.review.bundle import open_log, plan_of
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


def examine(flight: Path | Log, plan: Plan | None = None) -> tuple[Observation, ...]:
    """`plan` is by default the one on board. Raises `RecordingError`."""
    log = open_log(flight)
    if plan is None and isinstance(flight, Path) and flight.is_dir():
        plan = plan_of(flight)
    plan = plan or log.story.plan
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
    return tuple(sorted([*failures, *flown], key=lambda one: one.from_s))


def _follows(one: Observation, failure: Observation) -> bool:
    """That a failsafe ended the mission is told with it, as its action."""
    return one.check == "mission left" and -_HEARTBEAT_S <= one.from_s - failure.from_s <= _ACTION_S


def _same(one: Observation, other: Observation) -> bool:
    """A failed sensor is in its own flags, with its end, and in the autopilot's words."""
    return one.check == other.check and abs(one.from_s - other.from_s) <= _SAME_S
