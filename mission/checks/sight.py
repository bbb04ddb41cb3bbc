"""Checks of what the pilot can see: daylight, distance, and the ground in between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mission.checks.legs import at_sample, leg_name
from mission.finding import Finding, Place, Severity
from mission.situation import SHARES, Situation
from mission.sun import CIVIL_TWILIGHT_DEG, SUNSET_DEG, elevation_deg

EYE_M: Final = 1.7


def daylight(situation: Situation) -> Iterable[Finding]:
    """The sun is up from take-off to landing, or the authorisation covers the night."""
    context, home = situation.context, situation.plan.home
    if context.at is None or home is None:
        return
    landing = context.at + timedelta(seconds=situation.totals.duration_s)
    lowest = min(elevation_deg(home.position, moment) for moment in (context.at, landing))
    if lowest >= SUNSET_DEG:
        return
    what = "in civil twilight" if lowest >= CIVIL_TWILIGHT_DEG else "at night"
    text = f"The flight is {what}: the sun stands at {lowest:.0f}° at {context.at:%H:%M} to {landing:%H:%M} UTC."
    severity = Severity.INFO if context.rules.night else Severity.WARNING
    yield Finding("daylight", severity, text, "Fit the green light, or fly by day.", Place("home"))


def line_of_sight(situation: Situation) -> Iterable[Finding]:
    """No point is further from the pilot than the rule allows, nor hidden from the pilot by the ground."""
    context, points = situation.context, situation.samples
    limit = context.rules.distance_max_m
    pilot = situation.pilot_xy
    if pilot is None or not len(points.leg):
        return
    away = np.hypot(*(points.xy - pilot).T)
    if limit is not None and away.max() > limit:
        worst = int(away.argmax())
        leg, spot = at_sample(situation, worst)
        legs = len(np.unique(points.leg[away > limit]))
        text = (
            f"{leg_name(leg)} is {away[worst]:.0f} m from the pilot; {limit:g} m are allowed ({legs} legs are beyond)."
        )
        yield Finding("line_of_sight", Severity.ERROR, text, "Move the pilot, or plan an observer.", spot)
    hidden = _hidden(situation)
    if hidden.any():
        leg, spot = at_sample(situation, int(np.flatnonzero(hidden)[0]))
        legs = len(np.unique(points.leg[hidden]))
        text = f"From {leg_name(leg).lower()} on, the ground hides the drone from the pilot on {legs} legs."
        yield Finding("line_of_sight", Severity.WARNING, text, "Move the pilot, or fly higher there.", spot)


def _hidden(situation: Situation) -> NDArray[np.bool_]:
    """Per sample: whether the ground rises over the straight line between the pilot's eye and the drone."""
    at_pilot, ground = situation.ground_between
    height, eye = situation.samples.height_home, at_pilot + EYE_M
    ray = eye + (height - eye)[:, None] * SHARES
    # A sample on the ground at the pilot's feet is seen; NaN compares as not hidden.
    return np.asarray((ground > ray).any(axis=1) & (height > EYE_M), dtype=np.bool_)
