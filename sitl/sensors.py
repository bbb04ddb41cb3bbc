"""What the vehicles believe of themselves: the small errors of GPS, barometer and filter, and faults on demand."""

from __future__ import annotations

import numpy as np

from sitl.state import State

WANDER_M = np.array((0.015, 0.015, 0.02))
WANDER_S = 20.0
NOTICED_M = 0.01
EVERY = 10
"""Ticks between two draws."""


class Sensors:
    """Random walks that return to zero, one per vehicle and axis."""

    def __init__(self, state: State, rng: np.random.Generator) -> None:
        self.s, self._rng = state, rng
        self._wander = np.zeros((state.count, 3))
        self._count = 0

    def step(self, dt: float) -> None:
        self._count += 1
        if self._count % EVERY:
            return
        s, share = self.s, EVERY * dt / WANDER_S
        size = WANDER_M + s.gps_noise[:, None] * 0.3
        noise = self._rng.standard_normal((s.count, 3)) * size * np.sqrt(2 * share)
        self._wander += noise - self._wander * share
        s.gps_offset = s.gps_glitch + self._rng.standard_normal((s.count, 3)) * (s.gps_noise * 0.5)[:, None]
        s.jumped = np.abs(s.gps_glitch - s.gps_accepted).max(axis=1) > NOTICED_M
        s.error_goal = self._wander * s.armed[:, None] + s.gps_accepted
