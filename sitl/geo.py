"""The flat earth ArduPilot flies on: metres north and east of an origin, from degrees · 1e7.

ArduPilot (`Location`) takes 0.011131884502145034 m for 1e-7 degrees of latitude and shrinks longitude by the cosine
of the mean latitude. Using the same numbers makes positions agree with it to the centimetre.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

METRES_PER_E7: Final = 0.011131884502145034
Floats = NDArray[np.float64]


def offset_m(origin_lat_e7: float, origin_lon_e7: float, lat_e7: float, lon_e7: float) -> tuple[float, float]:
    """Metres north and east from the origin to a place, both given in degrees · 1e7."""
    shrink = max(0.01, math.cos(math.radians((origin_lat_e7 + lat_e7) * 0.5e-7)))
    return (lat_e7 - origin_lat_e7) * METRES_PER_E7, (lon_e7 - origin_lon_e7) * METRES_PER_E7 * shrink


def place(origin_lat_e7: Floats, origin_lon_e7: Floats, north_m: Floats, east_m: Floats) -> tuple[Floats, Floats]:
    """Degrees · 1e7 of points `north_m`, `east_m` from their origins."""
    lat = origin_lat_e7 + north_m / METRES_PER_E7
    shrink = np.maximum(0.01, np.cos(np.radians((origin_lat_e7 + lat) * 0.5e-7)))
    return lat, origin_lon_e7 + east_m / METRES_PER_E7 / shrink


def bearing_deg(north_m: float, east_m: float) -> float:
    """Bearing of an offset, 0 to 360 degrees."""
    return math.degrees(math.atan2(east_m, north_m)) % 360.0
