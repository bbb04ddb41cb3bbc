"""How near a flight came to others' airspace."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
import shapely

from mission.airspace import Airspace, Datum, Limit, Zone
from mission.geodesy import METRES_PER_DEGREE, frame_at
from telemetry.logs.table import Floats
from telemetry.review.observation import spans
from telemetry.review.track import Track

_JOIN_S: Final = 5.0


class NearZone(msgspec.Struct, frozen=True):
    """One zone that came near. `inside`: times within it, sideways and by height; empty where it stayed outside."""

    zone_id: str
    name: str
    kind: str
    nearest_m: float
    """Horizontally, while between its limits; 0 inside."""
    nearest_at_s: float
    inside: tuple[tuple[float, float], ...]


def distances(track: Track, zone: Zone) -> Floats:
    """Metres to the zone's outline at each row, negative inside; NaN while below or above it.

    In the plane of a local metric frame (`mission.geodesy`). A limit above ground is taken above home, a flight level
    (1013 hPa) above mean sea level, for the recording tells neither the ground's height nor the pressure.
    """
    frame = frame_at(track.start)
    outline = zone.ground(frame)
    shapely.prepare(outline)
    places = shapely.points(frame.degrees_to_xy(np.column_stack((track.lon_deg, track.lat_deg))))
    away = shapely.distance(shapely.boundary(outline), places)
    signed = np.where(shapely.intersects(outline, places), -away, away)
    between = (_height(track, zone.lower) >= zone.lower.metres) & (_height(track, zone.upper) <= zone.upper.metres)
    return np.where(between, signed, np.nan)


def near_zones(track: Track, airspace: Airspace, within_m: float) -> tuple[NearZone, ...]:
    """The zones that the flight came nearer to than `within_m`, the nearest first."""
    margin = within_m / METRES_PER_DEGREE
    wide = margin / max(0.01, float(np.cos(np.radians(track.lat_deg).mean())))
    west, east = float(track.lon_deg.min()) - wide, float(track.lon_deg.max()) + wide
    south, north = float(track.lat_deg.min()) - margin, float(track.lat_deg.max()) + margin
    found = [near for zone in airspace.zones_near(west, south, east, north) if (near := _near(track, zone, within_m))]
    return tuple(sorted(found, key=lambda near: near.nearest_m))


def _near(track: Track, zone: Zone, within_m: float) -> NearZone | None:
    away = distances(track, zone)
    if np.isnan(away).all() or float(np.nanmin(away)) > within_m:
        return None
    row = int(np.nanargmin(away))
    within = spans(track.time_s, away <= 0, _JOIN_S)
    return NearZone(
        zone_id=zone.zone_id,
        name=zone.name,
        kind=zone.kind,
        nearest_m=max(0.0, round(float(away[row]), 1)),
        nearest_at_s=float(track.time_s[row]),
        inside=tuple((float(track.time_s[first]), float(track.time_s[last])) for first, last in within),
    )


def _height(track: Track, limit: Limit) -> Floats:
    return track.height_home_m if limit.datum is Datum.AGL else track.altitude_amsl_m
