"""Planned against flown.

The path is the one the autopilot flies for the mission (`mission.path`): straight legs between its items. A leg counts
while the mode is AUTO and the mission has reached its item; the climb of the take-off, the return and the landing are
the autopilot's own business and are left out.
"""

from __future__ import annotations

import dataclasses
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from mission.context import DEFAULT
from mission.errors import GeometryError
from mission.geodesy import frame_of
from mission.leg import Leg, LegKind
from mission.path import flight_path
from mission.plan import Plan
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.logs.telling_tlog import said_by_vehicle
from telemetry.review.track import Track, held, track_of

_FLOWN: Final = (LegKind.TRAVEL, LegKind.CURVE, LegKind.CIRCLE)
MISSED_M: Final = 10.0
"""A waypoint never passed nearer than this was missed. ArduCopter counts it as reached at WPNAV_RADIUS, 2 m."""


class LegFlown(msgspec.Struct, frozen=True):
    """One mission item's leg as flown. Distances in metres; None where no position was recorded on it.

    `item` is the index in `plan.items`; `height_error_m` is flown minus planned at the end of the leg.
    """

    item: int
    from_s: float
    to_s: float
    cross_track_p95_m: float | None
    cross_track_max_m: float | None
    height_error_m: float | None
    passed_at_m: float | None
    """The nearest it came to the item's place, horizontally."""


class PlannedFlown(msgspec.Struct, frozen=True):
    """`cross_track_p95_m`: 95 % of the recorded positions on the mission's legs lie nearer to the path than this."""

    cross_track_p50_m: float | None = None
    cross_track_p95_m: float | None = None
    cross_track_max_m: float | None = None
    height_error_p95_m: float | None = None
    legs: tuple[LegFlown, ...] = ()
    missed: tuple[int, ...] = ()
    """Indices in `plan.items` of the places that were never reached, up to the last one flown to."""


class Course(NamedTuple):
    """Columns over the track. `item`: index in `plan.items` that was flown to, -1 outside AUTO.

    `across_m` is the horizontal distance to the path, `above_m` the height over the planned one; NaN off the legs.
    `last` is the last item that the mission flies to, of those that have a place.
    """

    item: npt.NDArray[np.int64]
    across_m: Floats
    above_m: Floats
    legs: tuple[LegFlown, ...]
    missed: tuple[int, ...]
    last: int


def planned_flown(log: Log, plan: Plan) -> PlannedFlown:
    """How far the flight lay from the plan."""
    flown = course(log, track_of(log), plan)
    if flown is None:
        return PlannedFlown()
    counted = flown.across_m[~np.isnan(flown.across_m)]
    if not len(counted):
        return PlannedFlown(missed=flown.missed)
    return PlannedFlown(
        cross_track_p50_m=round(float(np.percentile(counted, 50)), 3),
        cross_track_p95_m=round(float(np.percentile(counted, 95)), 3),
        cross_track_max_m=round(float(counted.max()), 3),
        height_error_p95_m=round(float(np.percentile(np.abs(flown.above_m[~np.isnan(flown.above_m)]), 95)), 3),
        legs=flown.legs,
        missed=flown.missed,
    )


def course(log: Log, track: Track | None, plan: Plan) -> Course | None:
    """Where on the mission the drone was, and how far off it; None where no mission was flown or nothing tells.

    Horizontal distance of each position to the nearest of three legs: of the item the autopilot says it flies to,
    and of its two neighbours, because it rounds corners and its word of the item arrives up to a second late.
    """
    items = _item_flown(log, track) if track else None
    if track is None or items is None:
        return None
    try:
        frame = frame_of(plan)
    except GeometryError:
        return None
    xy = frame.degrees_to_xy(np.column_stack((track.lon_deg, track.lat_deg)))
    legs = [
        leg for leg in flight_path(plan, frame, DEFAULT.vehicle).legs if leg.kind in _FLOWN and leg.horizontal_m > 0
    ]
    return _compare(track, xy, items, _from_take_off(legs, xy, items))


def _from_take_off(legs: list[Leg], xy: Floats, items: npt.NDArray[np.int64]) -> list[Leg]:
    """The first leg begins where the drone set out on it: it takes off beside the planned home, not on it."""
    rows = np.flatnonzero(items == legs[0].item) if legs else np.empty(0, np.intp)
    if not len(rows):
        return legs
    x, y = xy[rows[0]]
    return [dataclasses.replace(legs[0], start=(float(x), float(y), legs[0].start[2])), *legs[1:]]


def _compare(track: Track, xy: Floats, items: npt.NDArray[np.int64], legs: list[Leg]) -> Course:
    numbers = sorted({leg.item for leg in legs})
    across = np.full(len(xy), np.nan)
    above = np.full(len(xy), np.nan)
    flown: list[LegFlown] = []
    missed: list[int] = []
    last = int(items.max(initial=-1))
    for place, number in enumerate(numbers):
        near = {number, *numbers[max(0, place - 1) : place + 2]}
        rows = np.flatnonzero(items == number)
        own = [leg for leg in legs if leg.item == number]
        across[rows], heights = _distance(xy[rows], [leg for leg in legs if leg.item in near])
        above[rows] = track.height_home_m[rows] - heights
        # A short leg may pass between two words of the item flown to.
        passed = _nearest(xy, rows if len(rows) else np.flatnonzero(items >= 0), own[-1])
        if number <= last and (passed is None or passed > MISSED_M):
            missed.append(number)
        if len(rows):
            flown.append(_leg_flown(number, track, rows, across[rows], own[-1], passed))
    return Course(items, across, above, tuple(flown), tuple(missed), max(numbers, default=-1))


def _leg_flown(
    number: int, track: Track, rows: npt.NDArray[np.intp], across: Floats, leg: Leg, passed: float | None
) -> LegFlown:
    return LegFlown(
        item=number,
        from_s=float(track.time_s[rows[0]]),
        to_s=float(track.time_s[rows[-1]]),
        cross_track_p95_m=round(float(np.percentile(across, 95)), 3),
        cross_track_max_m=round(float(across.max()), 3),
        height_error_m=round(float(track.height_home_m[rows[-1]]) - leg.end[2], 3),
        passed_at_m=passed,
    )


def _nearest(xy: Floats, rows: npt.NDArray[np.intp], leg: Leg) -> float | None:
    """The nearest the flight came to the end of a leg while on it or just after (the corner is rounded)."""
    if not len(rows):
        return None
    near = slice(rows[0], min(len(xy), rows[-1] + 3))
    return round(float(np.hypot(*(xy[near] - leg.end[:2]).T).min()), 3)


def _distance(xy: Floats, legs: list[Leg]) -> tuple[Floats, Floats]:
    """The distance of each point to the nearest of the legs, and the planned height there.

    Point to segment: the foot of the perpendicular, held within the segment.
    """
    if not len(xy):
        return np.empty(0), np.empty(0)
    starts = np.array([leg.start for leg in legs])
    vectors = np.array([leg.end for leg in legs]) - starts
    lengths = np.maximum((vectors[:, :2] ** 2).sum(axis=1), 1e-9)
    along = ((xy[:, None, :] - starts[None, :, :2]) * vectors[None, :, :2]).sum(axis=2) / lengths
    along = np.clip(along, 0.0, 1.0)
    feet = starts[None, :, :] + along[:, :, None] * vectors[None, :, :]
    distances = np.hypot(feet[:, :, 0] - xy[:, None, 0], feet[:, :, 1] - xy[:, None, 1])
    best = distances.argmin(axis=1)
    every = np.arange(len(xy))
    return distances[every, best], feet[every, best, 2]


def _item_flown(log: Log, track: Track) -> npt.NDArray[np.int64] | None:
    """For each row of the track the index in `plan.items` that was flown to, -1 outside AUTO; None: not told."""
    current = _current_item(log)
    if current is None:
        return None
    sequence = held(track.time_s, *current)
    modes = log.story.modes
    starts = np.array([mode.time_s for mode in modes])
    auto = held(track.time_s, starts, np.array([float(mode.name == "AUTO") for mode in modes]))
    return np.where((auto == 1.0) & ~np.isnan(sequence), np.nan_to_num(sequence) - 1, -1).astype(np.int64)


def _current_item(log: Log) -> tuple[Floats, Floats] | None:
    """Times, and the item flown to from each on: MISSION_CURRENT, or DataFlash's MISE (an item begins)."""
    if log.kind == "tlog":
        current, field = said_by_vehicle(log, "MISSION_CURRENT"), "seq"
    else:
        current, field = log.get("MISE"), "CNum"
    return None if current is None or field not in current else (current.time_s, current.si(field))
