"""Check of the radio link from where the pilot stands: its range, and the ground in between.

The link holds while the ground stays out of 0.6 of the first Fresnel zone (ITU-R P.530): at distances a and b from
the ends of a path of d metres the straight line must clear it by

    0.6 · √(λ · a · b / d) + a · b / (2 · k · R)

the second term being the earth's bulge with k = 4/3 of its radius R for the usual refraction (ITU-R P.310). Its
range is the unit's own figure for its radios; free-space loss, 20 log₁₀(4π d / λ), is in that figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mission.checks.legs import at_sample, leg_name
from mission.finding import Finding, Severity
from mission.geodesy import EARTH_RADIUS_M, FloatArray
from mission.situation import SHARES, Situation

ANTENNA_M: Final = 2.0
"""Of the pilot's antenna above the ground."""
LIGHT_M_S: Final = 299_792_458.0
REFRACTION: Final = 4.0 / 3.0
CLEAR_SHARE: Final = 0.6


def radio_link(situation: Situation) -> Iterable[Finding]:
    """Every point of the path is within the radio's range of the pilot, and the ground leaves the link free."""
    context, points = situation.context, situation.samples
    pilot = situation.pilot_xy
    if pilot is None or not len(points.leg):
        return
    if context.rules.radio_range_m is None:
        text = "No radio range is given: whether the link reaches is unknown."
        yield Finding("radio_link", Severity.INFO, text, "Ask the administrator to set the radio's range.")
        return
    away = np.hypot(*(points.xy - pilot).T)
    slant = np.hypot(away, points.height_home)
    limit = context.rules.radio_range_m
    far = slant > limit
    if far.any():
        worst = int(slant.argmax())
        words = f"is {slant[worst]:.0f} m from the pilot; the radio reaches {limit:g} m"
        yield _finding(situation, worst, far, words, "Move the pilot, or plan a shorter way.")
    shadowed = _shadowed(situation, away) & ~far
    if shadowed.any():
        first = int(np.flatnonzero(shadowed)[0])
        words = f"is in the ground's shadow for a radio of {context.rules.radio_frequency_mhz:g} MHz"
        yield _finding(situation, first, shadowed, words, "Move the pilot or the antenna, or fly higher there.")


def _finding(situation: Situation, at: int, hit: NDArray[np.bool_], words: str, remedy: str) -> Finding:
    leg, place = at_sample(situation, at)
    more = len(np.unique(situation.samples.leg[hit])) - 1
    others = f" So {'is' if more == 1 else 'are'} {more} more leg{'' if more == 1 else 's'}." if more else ""
    text = f"{leg_name(leg)} {words}; a lost link starts the failsafe.{others}"
    return Finding("radio_link", Severity.WARNING, text, remedy, place)


def _shadowed(situation: Situation, away: FloatArray) -> NDArray[np.bool_]:
    """Per sample: whether the ground comes too near the straight line; not where the ground is unknown."""
    at_pilot, ground = situation.ground_between
    height = situation.samples.height_home
    antenna = at_pilot + ANTENNA_M
    ray = antenna + (height - antenna)[:, None] * SHARES
    wavelength = LIGHT_M_S / (situation.context.rules.radio_frequency_mhz * 1e6)
    a, b = away[:, None] * SHARES, away[:, None] * (1.0 - SHARES)
    needed = CLEAR_SHARE * np.sqrt(wavelength * SHARES * b) + a * b / (2.0 * REFRACTION * EARTH_RADIUS_M)
    # On the ground, at take-off and landing, the zone always touches it. NaN compares as free.
    flying = height > situation.context.rules.height_min_agl_m
    return np.asarray((ground + needed > ray).any(axis=1) & flying, dtype=np.bool_)
