"""How much of the loop's time may go to bytes that are no frames."""

from __future__ import annotations

from typing import Final

FRAME_PAYS_S: Final = 100e-6
"""Ten times what a frame costs to read, check, record and take into the state."""
REST_FROM_S: Final = 5e-3
"""Shorter rests would cost more than they save, longer ones would be felt by a vehicle that shares the port."""


class Debt:
    """Of one socket. Frames pay for the time that reading takes; what they leave unpaid is followed by a rest as long.

    So noise has at most half of the loop's time, whatever it costs the frame reader, and real frames are never in its
    way. Random bytes at 10 MB/s cost less than that, and are all read: a vehicle that shares the port loses nothing.
    """

    def __init__(self) -> None:
        self._owed_s = 0.0

    def rest_s(self, took_s: float, frames: int) -> float:
        """How long not to read on after a turn of `took_s` processor time that found so many frames: mostly 0."""
        owed_s = max(0.0, self._owed_s + took_s - frames * FRAME_PAYS_S)
        rests = owed_s >= REST_FROM_S
        self._owed_s = 0.0 if rests else owed_s
        return owed_s if rests else 0.0
