"""What the motors were told: at their limit, and one of them more than the others."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.review import readings
from telemetry.review.observation import Case, Observation, exceeded
from telemetry.review.readings import Reading
from telemetry.review.track import Track

LIMIT_US: Final = 1950.0
SPREAD_US: Final = 150.0
"""A motor's mean this far from the mean of all: 15 % of the 1,000 µs; the airframe is out of balance or pulls."""
_MEAN_S: Final = 10.0
"""Steering and turning on the spot tell motors apart for less than that."""
_TURNING_US: Final = 1200.0


def observe_motors(log: Log, track: Track | None) -> list[Observation]:
    reading = readings.motors(log)
    if reading is None:
        return []
    outputs = np.array(list(reading.columns.values()))
    case = Case(
        "motor at its limit",
        Severity.WARNING,
        2.0,
        "Too heavy, too windy, a weak battery, or another motor gives less than it should.",
        lambda worst, lasted: f"A motor was told {worst:.0f} µs, its limit, for {lasted:.0f} s.",
    )
    top = outputs.max(axis=0)
    found = exceeded(log, track, reading.time_s, top, top >= LIMIT_US, case, reading.source)
    clock, means = _running_means(reading.time_s, outputs)
    off = means - means.mean(axis=0)
    for row, name in enumerate(reading.columns):
        worst = (np.abs(off).argmax(axis=0) == row) & (means.mean(axis=0) > _TURNING_US)
        found += _unlike_the_others(log, track, name, Reading(clock, {"off": off[row]}, reading.source), worst)
    return found


def _running_means(clock: Floats, outputs: Floats) -> tuple[Floats, Floats]:
    """Of each motor over ten seconds, at their middle."""
    width = round(_MEAN_S / float(np.median(np.diff(clock)))) if len(clock) > 1 else 1
    if not 1 < width < len(clock):
        return clock[:0], outputs[:, :0]
    means = np.array([np.convolve(one, np.ones(width) / width, mode="valid") for one in outputs])
    return clock[width // 2 :][: means.shape[1]], means


def _unlike_the_others(
    log: Log, track: Track | None, name: str, reading: Reading, worst: npt.NDArray[np.bool_]
) -> list[Observation]:
    """|mean of one motor - mean of all| over ten seconds, where it is the `worst`."""
    off = reading.columns["off"]
    bad = worst & (np.abs(off) > SPREAD_US)
    more = bool((off[bad] > 0).any())
    weak = "this motor or propeller gives" if more else "the motor opposite gives"
    case = Case(
        "motor balance",
        Severity.WARNING,
        1.0,
        f"The load is off centre, an arm is twisted, or {weak} less than the others.",
        lambda worst, lasted: (
            f"Motor output {name} was told {worst:.0f} µs {'more' if more else 'less'} than the mean of all, "
            f"for {lasted:.0f} s."
        ),
    )
    return exceeded(log, track, reading.time_s, np.abs(off), bad, case, reading.source)
