"""What the camera saw: the union of its footprints, and when a spot was in view."""

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
from telemetry.review.readings import Reading
from telemetry.review.track import Track, held

_STEP_S: Final = 1.0
_LOWEST_M: Final = 2.0
"""Lower than this a footprint tells nothing."""
FARTHEST_M: Final = 500.0
"""A view that reaches the horizon counts as far as this; what lies further away is seen too small to tell."""
_DOWN_DEG: Final = -90.0
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


def coverage(track: Track, camera: Camera, mount: Reading | None = None) -> BaseGeometry | None:
    """The ground that was in view at some second of the flight, in (lon, lat); None where none ever was.

    Pinhole over level ground at the height of home: each second's picture laid on it, and their union. The camera
    looks where `mount` (`readings.mount`) says, held level; without one straight down, its wide side across the
    heading, as survey cameras are: a rectangle of h · s / f then (`mission.camera`).
    """
    frames = _frames(track, camera, mount)
    if frames is None:
        return None
    rectangles = shapely.polygons(frames.centre[:, None, :] + frames.corners)
    seen = shapely.simplify(shapely.union_all(rectangles), _SIMPLIFIED_M)
    return shapely.transform(seen, frame_at(track.start).xy_to_degrees)


def when_seen(track: Track, camera: Camera, spot: Position, mount: Reading | None = None) -> tuple[Seen, ...]:
    """When `spot` lay in the footprint, as `coverage` has it, to the second."""
    frames = _frames(track, camera, mount)
    if frames is None:
        return ()
    (x, y), *_ = frame_at(track.start).to_xy([spot])
    offset = np.array([x, y]) - frames.centre
    inside = np.ones(len(offset), dtype=np.bool_)
    for corner in range(4):
        edge = frames.corners[:, (corner + 1) % 4] - frames.corners[:, corner]
        to_spot = offset - frames.corners[:, corner]
        inside &= edge[:, 0] * to_spot[:, 1] - edge[:, 1] * to_spot[:, 0] >= 0.0
    away = np.hypot(np.hypot(*offset.T), frames.height_m)
    return tuple(
        Seen(float(frames.time_s[first]), float(frames.time_s[last]), round(float(away[first : last + 1].min()), 1))
        for first, last in spans(frames.time_s, inside, _JOIN_S)
    )


def _frames(track: Track, camera: Camera, mount: Reading | None) -> _Frames | None:
    """A frame each second, where the height is known and where the camera looked, and that was at the ground."""
    rows = np.unique(np.searchsorted(track.time_s, np.arange(track.time_s[0], track.time_s[-1] + _STEP_S, _STEP_S)))
    rows = rows[rows < len(track.time_s)]
    clock = track.time_s[rows]
    if mount is None:
        pitch, yaw = np.full(len(rows), _DOWN_DEG), track.heading_deg[rows]
    else:
        pitch, yaw = (held(clock, mount.time_s, mount.columns[axis]) for axis in ("pitch", "yaw"))
    height = track.height_home_m[rows]
    known = (height > _LOWEST_M) & ~np.isnan(pitch + yaw)
    corners = _corners(camera, height[known], np.radians(pitch[known]), np.radians(yaw[known]))
    at_ground = np.hypot(*corners[:, 0].T) < FARTHEST_M
    rows = rows[known][at_ground]
    if not len(rows):
        return None
    centre = frame_at(track.start).degrees_to_xy(np.column_stack((track.lon_deg[rows], track.lat_deg[rows])))
    return _Frames(track.time_s[rows], centre, track.height_home_m[rows], corners[at_ground])


def _corners(camera: Camera, height_m: Floats, pitch: Floats, yaw: Floats) -> Floats:
    """rows × 4 × 2: the picture's corners on the ground, near left first, anticlockwise; metres east and north.

    The ray through a corner (x, y of the half picture at one metre) points ahead by cos p - y · sin p, aside by x and
    down by -(sin p + y · cos p); it meets the ground at h / down of that, and `FARTHEST_M` away at the most.
    """
    one = footprint(camera, 1.0)
    found = []
    for sideways, up in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        aside, high = sideways * 0.5 * one.across_m, up * 0.5 * one.along_m
        ahead = np.cos(pitch) - high * np.sin(pitch)
        down = -(np.sin(pitch) + high * np.cos(pitch))
        level = np.maximum(np.hypot(ahead, aside), 1e-9)
        with np.errstate(divide="ignore"):
            reach = np.where(down > 0.0, level * height_m / down, np.inf)
        scale = np.minimum(reach, FARTHEST_M) / level
        east, north = ahead * np.sin(yaw) + aside * np.cos(yaw), ahead * np.cos(yaw) - aside * np.sin(yaw)
        found.append(np.column_stack((east * scale, north * scale)))
    return np.stack(found, axis=1)
