"""How much of a link is lost, by the gaps in MAVLink's 8-bit sequence numbers."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

WINDOW_S: Final = 10.0
_SAMPLE_S: Final = 1.0


class _Sample(NamedTuple):
    at: float
    received: int
    lost: int


class SequenceLoss:
    """Per component, since each counts for itself. A jump of more than half the range is taken as a restart."""

    def __init__(self) -> None:
        self.received = 0
        self.lost = 0
        self._next: dict[int, int] = {}
        self._samples: deque[_Sample] = deque([_Sample(float("-inf"), 0, 0)])

    def count(self, component_id: int, sequence: int) -> None:
        self.received += 1
        expected = self._next.get(component_id, sequence)
        if sequence != expected:
            gap = (sequence - expected) & 0xFF
            self.lost += gap if gap < 128 else 0
        self._next[component_id] = (sequence + 1) & 0xFF

    def percent(self, now: float) -> float | None:
        """Of the last 10 s, as far back as this has been asked in them; None where nothing came."""
        samples = self._samples
        while len(samples) > 1 and now - samples[1].at >= WINDOW_S:
            samples.popleft()
        since = samples[0]
        if now - samples[-1].at >= _SAMPLE_S:
            samples.append(_Sample(now, self.received, self.lost))
        received, lost = self.received - since.received, self.lost - since.lost
        return round(100.0 * lost / (received + lost), 2) if received else None
