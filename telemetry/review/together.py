"""Two tracks beside each other: separation of two drones, and two logs of one flight."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
import numpy as np

from mission.geodesy import EARTH_RADIUS_M
from telemetry.logs.table import Floats
from telemetry.review.track import Track

_STEP_S: Final = 0.2
_FARTHEST_S: Final = 600.0
_GAP_S: Final = 5.0
"""Between positions further apart in time than this nothing is said of where a drone was."""


class Separation(msgspec.Struct, frozen=True):
    """The closest two drones came, horizontally and in all. `height_m` is the difference of heights then."""

    at_s: float
    horizontal_m: float
    height_m: float
    distance_m: float


class Apart(NamedTuple):
    """Columns of one length over the times at which both drones' places are known. `height_m`: one's above other's."""

    time_s: Floats
    horizontal_m: Floats
    height_m: Floats

    @property
    def distance_m(self) -> Floats:
        return np.hypot(self.horizontal_m, self.height_m)


def apart(one: Track, other: Track) -> Apart | None:
    """How far apart the two were; None where they were never recorded at the same time.

    Both are interpolated linearly to 5 Hz; horizontal distance is equirectangular, heights are above mean sea level.
    """
    begin, end = max(one.time_s[0], other.time_s[0]), min(one.time_s[-1], other.time_s[-1])
    clock = np.arange(begin, end, _STEP_S)
    clock = clock[_covered(clock, one) & _covered(clock, other)]
    lat, lon, height = (
        np.interp(clock, one.time_s, getattr(one, name)) - np.interp(clock, other.time_s, getattr(other, name))
        for name in ("lat_deg", "lon_deg", "altitude_amsl_m")
    )
    scale = np.cos(np.radians(np.interp(clock, one.time_s, one.lat_deg)))
    known = ~np.isnan(height)
    if not known.any():
        return None
    horizontal = EARTH_RADIUS_M * np.hypot(np.radians(lat), np.radians(lon) * scale)
    return Apart(clock[known], horizontal[known], height[known])


def separation(one: Track, other: Track) -> Separation | None:
    """The moment of the least distance; None where the two were never recorded at the same time."""
    found = apart(one, other)
    return nearest(found) if found else None


def nearest(found: Apart) -> Separation:
    distance = found.distance_m
    row = int(distance.argmin())
    return Separation(
        at_s=float(found.time_s[row]),
        horizontal_m=round(float(found.horizontal_m[row]), 2),
        height_m=round(float(found.height_m[row]), 2),
        distance_m=round(float(distance[row]), 2),
    )


def _covered(clock: Floats, track: Track) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    after = np.clip(np.searchsorted(track.time_s, clock), 1, len(track.time_s) - 1)
    return np.asarray(track.time_s[after] - track.time_s[after - 1] <= _GAP_S)


def offset_s(one: Track, other: Track) -> float | None:
    """Seconds to add to the times of `other` so that two logs of one flight tell the same; None for no common shape.

    The lag at which the climb rates (from the heights, at 5 Hz) correlate most, refined by a parabola through its
    neighbours. The clock of a .tlog is the receiver's, that of a .bin the vehicle's.
    """
    first, second = _climb(one), _climb(other)
    if first is None or second is None:
        return None
    size = 1 << int(np.ceil(np.log2(len(first) + len(second))))
    spectrum = np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size))
    correlation = np.fft.irfft(spectrum, size)
    lags = np.fft.fftfreq(size, 1.0 / size)
    start = float(one.time_s[0] - other.time_s[0])
    allowed = np.abs(lags * _STEP_S + start) <= _FARTHEST_S if abs(start) <= _FARTHEST_S else np.ones(size, dtype=bool)
    best = int(np.where(allowed, correlation, -np.inf).argmax())
    left, middle, right = (float(correlation[(best + step) % size]) for step in (-1, 0, 1))
    bend = left - 2.0 * middle + right
    return start + (float(lags[best]) + (0.5 * (left - right) / bend if bend else 0.0)) * _STEP_S


def _climb(track: Track) -> Floats | None:
    clock = np.arange(track.time_s[0], track.time_s[-1], _STEP_S)
    if len(clock) < 10:
        return None
    climb = np.diff(np.interp(clock, track.time_s, np.nan_to_num(track.altitude_amsl_m)))
    return climb if float(np.abs(climb).max()) > 0.05 else None
