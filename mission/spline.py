"""The curve that ArduCopter flies to a NAV_SPLINE_WAYPOINT.

A cubic Hermite curve from the place before to the waypoint. Its direction at the beginning is that of the leg before,
with that leg's length, or for a spline before, that one's direction at its end; none after a stop. At its end it is
the way on to the next place, or, where that is a spline, the way there from the place before; none before a stop. Both
together are at most four times as long as the way (ArduCopter 4.6: AC_WPNav::set_spline_destination, SplineCurve).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mission.geodesy import FloatArray
from mission.leg import Point

PIECES: Final = 16
"""Straight pieces that stand for the curve: within 0.1 m of it for a quarter turn 100 m long."""
LONGEST: Final = 4.0

STOP: Final[Point] = (0.0, 0.0, 0.0)


def curve(start: Point, end: Point, leaving: Point, arriving: Point) -> FloatArray:
    """The ends of the pieces, (`PIECES`, 3), the last one `end` itself."""
    a, b = np.array(start), np.array(end)
    u, v = np.array(leaving), np.array(arriving)
    size, longest = float(np.linalg.norm(u) + np.linalg.norm(v)), LONGEST * float(np.linalg.norm(b - a))
    if size > longest:
        u, v = u * (longest / size), v * (longest / size)
    t = np.linspace(0.0, 1.0, PIECES + 1)[1:, None]
    return np.asarray(
        (2 * t**3 - 3 * t**2 + 1) * a + (t**3 - 2 * t**2 + t) * u + (3 * t**2 - 2 * t**3) * b + (t**3 - t**2) * v
    )


def way(start: Point, end: Point) -> Point:
    """From one place to another."""
    return end[0] - start[0], end[1] - start[1], end[2] - start[2]
