"""A mission not flown as it was planned: left, waypoints not reached, the path not held."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from mission.finding import Severity
from mission.plan import Plan
from telemetry.logs.log import Log
from telemetry.review.legs import MISSED_M, Course, course
from telemetry.review.observation import Case, Observation, because, exceeded, place_at
from telemetry.review.track import Track
from telemetry.words import mode_words

OFF_PATH_M: Final = 15.0
"""ArduCopter holds its path within two metres in common wind, and cuts corners by its WPNAV_RADIUS and speed."""
_FAR_M: Final = 50.0
_GAP_S: Final = 3.0
"""Between positions further apart nothing is said of where the drone was."""
_WORD_S: Final = 2.0
"""In which the autopilot tells the item that it flies to."""


def observe_course(log: Log, track: Track | None, plan: Plan | None) -> list[Observation]:
    """Quiet where no mission was flown. Items have the numbers that the autopilot says, of which the first is 1."""
    flown = course(log, track, plan) if plan else None
    if plan is None or track is None or flown is None:
        return []
    return [*_left(log, track, flown, len(plan.items)), *_missed(track, flown), *_off_path(log, track, flown)]


def _left(log: Log, track: Track, flown: Course, items: int) -> list[Observation]:
    """AUTO ended before the mission did, and did not go on: a pause is the pilot's business."""
    modes = log.story.modes
    found = []
    for number, (auto, after) in enumerate(pairwise(modes), 1):
        rows = np.flatnonzero((track.time_s >= auto.time_s) & (track.time_s < after.time_s))
        if auto.name != "AUTO" or not len(rows) or not 0 <= flown.item[rows[-1]] <= flown.last:
            continue
        item = int(flown.item[rows[-1]])
        arrived = next((leg.passed_at_m for leg in flown.legs if leg.item == item), None)
        if item == flown.last and arrived is not None and arrived <= MISSED_M:
            continue
        if any(mode.name == "AUTO" for mode in modes[number + 1 :]):
            continue
        text = (
            f"Left the mission for good on the way to item {item + 1} of {items}: "
            f"{mode_words(auto.name)} to {mode_words(after.name)}{because(log, after)}."
        )
        found.append(_told(track, "mission left", Severity.INFO, after.time_s, text))
    return found


def _missed(track: Track, flown: Course) -> list[Observation]:
    """Each row of items that the drone never came near, though it went on; none that a gap in the log may hide.

    A mission may be begun in its middle, where an earlier flight left it: what comes before is not missed.
    """
    found = []
    begun = int(flown.item[flown.item >= 0][0]) if (flown.item >= 0).any() else -1
    gaps = np.flatnonzero(np.diff(track.time_s) > _GAP_S)
    heard_again = np.searchsorted(track.time_s, track.time_s[gaps + 1] + _WORD_S).clip(max=len(flown.item) - 1)
    unheard = {
        item
        for row, after in zip(gaps.tolist(), heard_again.tolist(), strict=True)
        for item in range(int(flown.item[row]), int(flown.item[after]) + 1)
    }
    missed = [item for item in flown.missed if item > begun and (flown.item > item).any() and item not in unheard]
    for first in (item for item in missed if item - 1 not in missed):
        last = next(item for item in range(first, flown.last + 2) if item + 1 not in missed)
        at = float(track.time_s[np.flatnonzero(flown.item > last)[0]])
        names = f"Item {first + 1} was" if first == last else f"Items {first + 1} to {last + 1} were"
        text = f"{names} not reached: the drone went on to item {int(flown.item[track.time_s >= at][0]) + 1}."
        found.append(_told(track, "waypoint missed", Severity.WARNING, at, text))
    return found


def _off_path(log: Log, track: Track, flown: Course) -> list[Observation]:
    """Not judged: the way to the first item of each stretch of AUTO, which begins wherever the drone is then."""
    coming = np.zeros(len(flown.item), dtype=np.bool_)
    for begun in np.flatnonzero(np.diff(flown.item >= 0, prepend=False) & (flown.item >= 0)):
        others = np.flatnonzero(flown.item[begun:] != flown.item[begun])
        coming[begun : begun + others[0] if len(others) else None] = True
    across = np.nan_to_num(flown.across_m)
    case = Case(
        "off the path",
        Severity.ERROR if float(across[~coming].max(initial=0.0)) > _FAR_M else Severity.WARNING,
        5.0,
        "Wind stronger than it could fly against, a wrong position, a motor too weak, or items skipped.",
        lambda worst, lasted: (
            f"Up to {worst:.0f} m beside the planned path, over {OFF_PATH_M:.0f} m for {lasted:.0f} s."
        ),
    )
    return exceeded(log, track, track.time_s, across, (across > OFF_PATH_M) & ~coming, case, "position, plan")


def _told(track: Track, check: str, severity: Severity, at: float, text: str) -> Observation:
    meaning = "Flown otherwise than planned, by order, by a switch, or because the autopilot had to."
    position, height = place_at(track, at)
    return Observation(check, severity, at, None, text, meaning, "modes, mission items, position", position, height)
