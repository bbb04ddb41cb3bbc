"""What the motors were told: at their limit, and one of them more than the others."""

from __future__ import annotations

from typing import Final

import numpy as np

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.review import readings
from telemetry.review.observation import Case, Observation, exceeded
from telemetry.review.track import Track

LIMIT_US: Final = 1950.0
SPREAD_US: Final = 150.0
"""A motor's mean this far above the mean of all: 15 % of the 1,000 µs. The one told more than the others is the weak
one, or it carries more; the one opposite is told as much less."""
_MEAN_S: Final = 10.0
"""Steering and turning on the spot tell motors apart for less than that."""
_TURNING_US: Final = 1200.0
_LIMIT_MEANS: Final = "Too heavy, too windy, a weak battery, or a motor gives less than it should."
_BALANCE_MEANS: Final = (
    "This motor or propeller gives less than the others, the load is off centre, or an arm is twisted."
)


def observe_motors(log: Log, track: Track | None) -> list[Observation]:
    reading = readings.motors(log)
    if reading is None:
        return []
    outputs = np.array(list(reading.columns.values()))
    clock, means = _running_means(reading.time_s, outputs)
    more = means - means.mean(axis=0)
    turning = means.mean(axis=0) > _TURNING_US
    found: list[Observation] = []
    for row, name in enumerate(reading.columns):
        case = _case(name, "motor at its limit", 2.0, "{worst:.0f} µs, its limit,", _LIMIT_MEANS)
        found += exceeded(log, track, reading.time_s, outputs[row], outputs[row] >= LIMIT_US, case, reading.source)
        case = _case(name, "motor balance", 1.0, "{worst:.0f} µs more than the mean of all", _BALANCE_MEANS)
        bad = turning & (more.argmax(axis=0) == row) & (more[row] > SPREAD_US)
        found += exceeded(log, track, clock, more[row], bad, case, reading.source)
    return found


def _case(name: str, check: str, at_least_s: float, told: str, meaning: str) -> Case:
    def say(worst: float, lasted: float) -> str:
        return f"Motor output {name} was told {told.format(worst=worst)} for {lasted:.0f} s."

    return Case(check, Severity.WARNING, at_least_s, meaning, say)


def _running_means(clock: Floats, outputs: Floats) -> tuple[Floats, Floats]:
    """Of each motor over ten seconds, at their middle."""
    width = round(_MEAN_S / float(np.median(np.diff(clock)))) if len(clock) > 1 else 1
    if not 1 < width < len(clock):
        return clock[:0], outputs[:, :0]
    means = np.array([np.convolve(one, np.ones(width) / width, mode="valid") for one in outputs])
    return clock[width // 2 :][: means.shape[1]], means
