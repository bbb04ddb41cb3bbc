"""A GPS that jumps, as ArduPilot's filter takes it: not believed at first, and in the end believed (EKF3).

A jump beyond what the filter's uncertainty allows is refused. Refused long enough the filter starts anew at what the
GPS says; whoever holds a place goes on holding it there, whoever flies to one sets off for it from there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

CRITICAL, WARNING = 2, 4
GATE_M, GATE_GROWS_M_S = 3.75, 0.1
"""The farthest jump that is believed, and how that grows while none is."""
SWITCH_S, ALARM_S, GIVE_IN_S, CALM_S = 0.2, 1.5, 10.1, 9.7
"""After the jump: the filter tries its other core, the pilot is told, the filter gives in; after the last jump that
was refused: the pilot is told again.
"""
SETTLE_S: Final = 1.0
QUIET: Final = 0.0042


class Glitch:
    """`active` is EKF_GPS_GLITCHING. Runs ten times a second once the filter has a position."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.active = False
        self._since: float | None = None
        self._refused_at = -math.inf
        self._core = 0
        self._switched = False

    def run(self) -> None:
        s, i, now = self.v.s, self.v.row, self.v.now
        if not (s.jumped[i] or self.active or self._since is not None):
            return
        off = s.gps_glitch[i] - s.gps_accepted[i]
        far = math.hypot(off[0], off[1])
        refused_s = now - self._since if self._since is not None else 0.0
        gate = GATE_M + GATE_GROWS_M_S * refused_s
        s.position_variance[i] = QUIET + far / gate
        if far < gate:
            self._since, self._switched = None, False
            s.gps_accepted[i] += off * (0.1 / SETTLE_S)
        else:
            self._since = now if self._since is None else self._since
            self._refused_at = now
            self._refuse(refused_s)
        if self.active and now - self._refused_at > CALM_S:
            self.active = False
            self.v.text(CRITICAL, "Glitch cleared")

    def _refuse(self, seconds: float) -> None:
        if seconds > SWITCH_S and not self._switched:
            self._switched, self._core = True, 1 - self._core
            self.v.text(CRITICAL, f"EKF3 lane switch {self._core}")
            self.v.text(WARNING, f"EKF primary changed:{self._core}")
        if seconds > ALARM_S and not self.active:
            self.active = True
            self.v.text(CRITICAL, "GPS Glitch or Compass error")
        if seconds > GIVE_IN_S:
            self._believe()

    def _believe(self) -> None:
        s, i = self.v.s, self.v.row
        jump = np.array((*(s.gps_glitch[i] - s.gps_accepted[i])[:2], 0.0))
        for array in (s.gps_accepted, s.error, s.error_goal, s.tpos):
            array[i] += jump
        if self.v.mode.holds_still:
            s.goal[i] += jump
