"""Where the sun stands: NOAA's solar position equations (after Meeus, *Astronomical Algorithms*), good to 0.1°."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from mission.position import Position

SUNSET_DEG: Final = -0.833
"""Elevation of the sun's centre when its upper rim sets, refraction included."""
CIVIL_TWILIGHT_DEG: Final = -6.0

_J2000: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)


def elevation_deg(place: Position, at: datetime) -> float:
    """The sun's elevation above the horizon, refraction left out."""
    days = (at - _J2000).total_seconds() / 86_400.0
    anomaly = math.radians((357.528 + 0.985_600_3 * days) % 360.0)
    mean = 280.460 + 0.985_647_4 * days
    longitude = math.radians(mean + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2.0 * anomaly))
    obliquity = math.radians(23.439 - 0.000_000_4 * days)
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    sidereal = math.radians((280.460_618_37 + 360.985_647_366_29 * days) % 360.0)
    hour_angle = sidereal + math.radians(place.lon_deg) - ascension
    lat = math.radians(place.lat_deg)
    height = math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, height))))
