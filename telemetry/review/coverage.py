"""What the downward camera saw: the union of its footprints, and when a spot was in view."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mission.camera import footprint
from mission.geodesy import frame_at
from mission.pattern import Camera
from mission.plan import Position
from telemetry.logs.table import Floats
from telemetry.review.observation import spans
from telemetry.review.track import Track

_STEP_S: Final = 1.0
_LOWEST_M: Final = 2.0
"""Lower than this a footprint tells nothing."""
_JOIN_S: Final = 2.5
_SIMPLIFIED_M: Final = 0.5


class Seen(msgspec.Struct, frozen=True):
    """A spot was in view from `from_s` to `to_s`; the nearest it then lay to the drone, in the air line."""

    from_s: float
    to_s: float
    nearest_m: float


class _Frames(msgspec.Struct, frozen=True):
    time_s: Floats
    centre: Floats
    """East and north, metres."""
    height_m: Floats
    corners: Floats
    """rows × 4 × 2, about the centre."""


def coverage(track: Track, camera: Camera) -> BaseGeometry | None:
    """The ground that was in view at some second of the flight, in (lon, lat); None where the drone was never up.

    Pinhole over level ground at the height of home, camera straight down and its wide side across the heading (a
    gimbal's, as survey cameras are): each second's rectangle of h · s / f (`mission.camera`), and their union.
    """
    frames = _frames(track, camera)
    if frames is None:
        return None
    rectangles = shapely.polygons(frames.centre[:, None, :] + frames.corners)
    seen = shapely.simplify(shapely.union_all(rectangles), _SIMPLIFIED_M)
    return shapely.transform(seen, frame_at(_origin(track)).xy_to_degrees)


def when_seen(track: Track, camera: Camera, spot: Position) -> tuple[Seen, ...]:
    """When `spot` lay in the footprint, as `coverage` has it, to the second."""
    frames = _frames(track, camera)
    if frames is None:
        return ()
    (x, y), *_ = frame_at(_origin(track)).to_xy([spot])
    offset = np.array([x, y]) - frames.centre
    side = frames.corners[:, 1] - frames.corners[:, 0]
    other = frames.corners[:, 3] - frames.corners[:, 0]
    inside = np.ones(len(offset), dtype=np.bool_)
    for edge in (side, other):
        inside &= np.abs((offset * edge).sum(axis=1)) <= 0.5 * (edge * edge).sum(axis=1)
    away = np.hypot(np.hypot(*offset.T), frames.height_m)
    return tuple(
        Seen(float(frames.time_s[first]), float(frames.time_s[last]), round(float(away[first : last + 1].min()), 1))
        for first, last in spans(frames.time_s.tolist(), inside.tolist(), _JOIN_S)
    )


def _origin(track: Track) -> Position:
    return Position(float(track.lat_deg[0]), float(track.lon_deg[0]))


def _frames(track: Track, camera: Camera) -> _Frames | None:
    """A frame each second, where height and heading are known."""
    rows = np.unique(np.searchsorted(track.time_s, np.arange(track.time_s[0], track.time_s[-1] + _STEP_S, _STEP_S)))
    rows = rows[rows < len(track.time_s)]
    height, heading = track.height_home_m[rows], track.heading_deg[rows]
    rows = rows[(height > _LOWEST_M) & ~np.isnan(heading)]
    if not len(rows):
        return None
    centre = frame_at(_origin(track)).degrees_to_xy(np.column_stack((track.lon_deg[rows], track.lat_deg[rows])))
    one = footprint(camera, 1.0)
    across, along = 0.5 * one.across_m, 0.5 * one.along_m
    heading = np.radians(track.heading_deg[rows])
    right = np.column_stack((np.cos(heading), -np.sin(heading)))
    ahead = np.column_stack((np.sin(heading), np.cos(heading)))
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    corners = np.stack([sideways * across * right + forward * along * ahead for sideways, forward in signs], axis=1)
    height = track.height_home_m[rows]
    return _Frames(track.time_s[rows], centre, height, corners * height[:, None, None])
