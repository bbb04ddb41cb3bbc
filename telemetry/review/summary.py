"""A flight in figures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from mission.geodesy import EARTH_RADIUS_M
from mission.plan import Plan
from telemetry.logs import Log
from telemetry.logs.story import Arming
from telemetry.logs.table import Floats
from telemetry.review.battery import BatterySummary, battery_of, capacity_of, summarise
from telemetry.review.bundle import opened
from telemetry.review.legs import PlannedFlown, planned_flown
from telemetry.review.track import Track, track_of

_STEP_M = 0.5
"""Shorter moves are noise of the position while standing."""


class Summary(msgspec.Struct, frozen=True):
    """`started_at` and `ended_at` are UTC, None where the log has no date. Heights above home."""

    started_at: datetime | None
    ended_at: datetime | None
    duration_s: float
    distance_m: float
    max_height_m: float | None
    max_speed_m_s: float | None
    furthest_m: float | None
    """Greatest horizontal distance from where it took off."""
    planned: PlannedFlown
    battery: BatterySummary | None = None


def summary(flight: Path | Log, plan: Plan | None = None) -> Summary:
    """The longest time armed in a recording; `plan` is by default the one on board. Raises `RecordingError`."""
    log, plan = opened(flight, plan)
    track = track_of(log)
    battery = battery_of(log)
    begin, end = _flight(log)
    flown = _within(track, begin, end) if track else None
    return Summary(
        started_at=datetime.fromtimestamp(begin, UTC) if log.utc else None,
        ended_at=datetime.fromtimestamp(end, UTC) if log.utc else None,
        duration_s=round(end - begin, 3),
        distance_m=round(distance_flown(flown), 1) if flown else 0.0,
        max_height_m=_greatest(flown.height_home_m) if flown else None,
        max_speed_m_s=_greatest(flown.ground_speed_m_s) if flown else None,
        furthest_m=_greatest(from_start(flown)) if flown else None,
        planned=planned_flown(log, plan) if plan else PlannedFlown(),
        battery=summarise(battery, capacity_of(log)) if battery else None,
    )


def distance_flown(track: Track) -> float:
    """Metres over the ground: the sum of great-circle steps (equirectangular) of half a metre and more."""
    total, last = 0.0, 0
    north, east = _metres(track)
    steps = np.hypot(np.diff(north), np.diff(east))
    if len(steps) and steps.min() >= _STEP_M:
        return float(steps.sum())
    for row in range(1, len(north)):
        step = float(np.hypot(north[row] - north[last], east[row] - east[last]))
        if step >= _STEP_M:
            total, last = total + step, row
    return total


def from_start(track: Track) -> Floats:
    """Horizontal distance of each position from the first, in metres."""
    north, east = _metres(track)
    return np.asarray(np.hypot(north - north[0], east - east[0]), dtype=np.float64)


def _metres(track: Track) -> tuple[Floats, Floats]:
    """North and east of the first position, in metres of a sphere of `EARTH_RADIUS_M`."""
    lat = np.radians(track.lat_deg)
    lon = np.unwrap(np.radians(track.lon_deg))
    return (lat - lat[0]) * EARTH_RADIUS_M, (lon - lon[0]) * EARTH_RADIUS_M * np.cos(lat[0])


def _flight(log: Log) -> tuple[float, float]:
    """From arming to disarming; the whole recording where it never tells of either."""
    first, last = log.span_s or (0.0, 0.0)
    spans = [_closed(arming, first, last) for arming in log.story.armings] or [(first, last)]
    return max(spans, key=lambda span: span[1] - span[0])


def _closed(arming: Arming, first: float, last: float) -> tuple[float, float]:
    return arming.from_s if arming.from_s is not None else first, arming.to_s if arming.to_s is not None else last


def _within(track: Track, begin: float, end: float) -> Track | None:
    rows = (track.time_s >= begin) & (track.time_s <= end)
    return Track(*(column[rows] for column in track)) if rows.any() else None


def _greatest(values: Floats) -> float | None:
    return None if np.isnan(values).all() else round(float(np.nanmax(values)), 2)
