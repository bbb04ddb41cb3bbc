"""The examiner: every rule over one flight, in the order of time. A quiet flight has no observation."""

from __future__ import annotations

from pathlib import Path

from mission.plan import Plan
from telemetry.logs.log import Log
from telemetry.review.bundle import open_log, plan_of
from telemetry.review.failsafe import observe_failsafes
from telemetry.review.fence import observe_fence
from telemetry.review.health import observe_health
from telemetry.review.link import observe_link
from telemetry.review.observation import Observation
from telemetry.review.track import track_of


def examine(flight: Path | Log, plan: Plan | None = None) -> tuple[Observation, ...]:
    """`plan` is by default the one on board. Raises `RecordingError`."""
    log = open_log(flight)
    if plan is None and isinstance(flight, Path) and flight.is_dir():
        plan = plan_of(flight)
    plan = plan or log.story.plan
    track = track_of(log)
    found = [
        *observe_fence(log, track, plan),
        *observe_failsafes(log, track),
        *observe_health(log, track),
        *observe_link(log, track),
    ]
    return tuple(sorted(found, key=lambda one: one.from_s))
