"""The line over the ground that the autopilot flies: splines as curves, corners rounded, heights above home.

While a corner is turned the leg before still brakes to rest at it as the one after already speeds up from it, and the
two motions add up (SCurve::advance_target_along_track). With d(t) the distance from rest after t seconds, a turn that
lasts T goes through

    corner - u · d(T - t) + w · d(t),    0 <= t <= T

where u and w are the directions of the two legs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mission.context import Vehicle
from mission.geodesy import FloatArray
from mission.leg import Leg, LegKind
from mission.timing import Kinematics, corner_overlap, from_rest

TURN_POINTS: Final = 9
_APART_M: Final = 0.01


@dataclass(frozen=True)
class Flown:
    """`points` (n, 3): x, y, height above home in the local frame; `leg`: the leg each belongs to."""

    points: FloatArray
    leg: NDArray[np.intp]
    turns: tuple[tuple[int, FloatArray], ...]
    """The rounded corners: the leg that each ends, and its points."""


def flown(legs: Sequence[Leg], vehicle: Vehicle) -> Flown:
    """The line through `legs`. Where two do not join, it goes straight from one to the other."""
    if not legs:
        return Flown(np.zeros((0, 3)), np.zeros(0, dtype=np.intp), ())
    k = Kinematics(legs, vehicle)
    turns = _turns(k, legs, vehicle)
    points, owners = [k.start[:1]], [np.zeros(1, dtype=np.intp)]
    for index in range(len(legs)):
        if index and np.abs(k.start[index] - k.end[index - 1]).max() > _APART_M:
            points.append(k.start[index : index + 1])
            owners.append(np.array([index]))
        end = turns.get(index, k.end[index : index + 1])
        points.append(end)
        owners.append(np.full(len(end), index))
    return Flown(np.concatenate(points), np.concatenate(owners), tuple(turns.items()))


def _turns(k: Kinematics, legs: Sequence[Leg], vehicle: Vehicle) -> dict[int, FloatArray]:
    """The points of the turn at the end of each leg that has one."""
    overlap = corner_overlap(k, legs, vehicle)
    joined = np.abs(k.start[1:] - k.end[:-1]).max(axis=1) <= _APART_M
    bend = np.linalg.norm(k.direction[1:] - k.direction[:-1], axis=1)
    # A spline begins and ends in the direction of the legs beside it: nothing is left to round.
    curved = np.array([leg.kind is LegKind.CURVE for leg in legs], dtype=bool)
    at = np.flatnonzero((overlap > 0.0) & joined & (bend > 1e-3) & ~curved[1:] & ~curved[:-1])
    if not len(at):
        return {}
    times, covered, _ = from_rest(vehicle.acceleration_m_s2, vehicle.jerk_m_s3)
    share = np.linspace(0.0, 1.0, TURN_POINTS)
    done = np.interp(overlap[at, None] * share, times, covered)
    left = np.minimum(done[:, ::-1], k.length[at, None] / 2.0)
    done = np.minimum(done, k.length[at + 1, None] / 2.0)
    corner, before, after = k.end[at, None], k.direction[at, None], k.direction[at + 1, None]
    points = corner - before * left[:, :, None] + after * done[:, :, None]
    return dict(zip(at.tolist(), points, strict=True))
