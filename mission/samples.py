"""Points along the legs, close enough together to see every hill between waypoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mission.geodesy import FloatArray
from mission.leg import Leg

STEP_M: Final = 30.0

GroundAt = Callable[[FloatArray], FloatArray]
"""Height of the ground above home at points (n, 2) of the local frame; NaN where it is not known."""


def unknown_ground(xy: FloatArray) -> FloatArray:
    """What is known of the ground without terrain data."""
    return np.full(len(xy), np.nan)


@dataclass(frozen=True)
class Samples:
    """Vectors of one entry per point. `leg` counts in the legs given; `share` is 0 at its start, 1 at its end."""

    leg: NDArray[np.intp]
    share: FloatArray
    xy: FloatArray
    height_home: FloatArray
    ground_home: FloatArray

    @property
    def height_ground(self) -> FloatArray:
        return self.height_home - self.ground_home


def sample(legs: Sequence[Leg], ground: GroundAt, step_m: float = STEP_M) -> Samples:
    """Both ends of every leg and points between at most `step_m` apart.

    Between two waypoints above ground the autopilot keeps to the ground's shape, otherwise it flies straight.
    """
    ends = np.array([(leg.start, leg.end) for leg in legs], dtype=np.float64).reshape(-1, 2, 3)
    counts = np.ceil(np.hypot(*(ends[:, 1, :2] - ends[:, 0, :2]).T) / step_m).astype(np.intp)
    counts = np.maximum(counts, 1) + 1
    leg = np.repeat(np.arange(len(legs)), counts)
    place = np.arange(len(leg)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = place / (counts[leg] - 1)
    points = ends[leg, 0] + (ends[leg, 1] - ends[leg, 0]) * share[:, None]
    below = ground(points[:, :2])
    height = points[:, 2]
    follows = np.array([one.follows_terrain for one in legs], dtype=bool)
    if follows.any():
        last = np.cumsum(counts) - 1
        start_offset = ends[:, 0, 2] - below[last - counts + 1]
        end_offset = ends[:, 1, 2] - below[last]
        followed = below + start_offset[leg] + (end_offset - start_offset)[leg] * share
        height = np.where(follows[leg] & np.isfinite(followed), followed, height)
    return Samples(leg, share, points[:, :2], height, below)
