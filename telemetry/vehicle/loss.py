"""How much of a link is lost, by the gaps in MAVLink's 8-bit sequence numbers."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

WINDOW_S: Final = 10.0
_SAMPLE_S: Final = 1.0
_OVERTAKEN: Final = 16
"""A frame this far behind the latest is late, not a restart."""
_REMEMBERED: Final = 64


class _Sample(NamedTuple):
    at: float
    received: int
    lost: int


class SequenceLoss:
    """Per component, since each counts for itself. A frame that others overtook, or that comes twice, is no loss; any
    other jump of more than half the range is taken as a restart."""

    def __init__(self) -> None:
        self.received = 0
        self.lost = 0
        self._next: dict[int, int] = {}
        self._missing: set[tuple[int, int]] = set()
        """Component and number of what was passed over lately and may still come."""
        self._samples: deque[_Sample] = deque([_Sample(float("-inf"), 0, 0)])

    def count(self, component_id: int, sequence: int) -> None:
        self.received += 1
        expected = self._next.get(component_id, sequence)
        if sequence == expected:
            self._next[component_id] = (sequence + 1) & 0xFF
        else:
            self._jump(component_id, sequence, (sequence - expected) & 0xFF)

    def expected(self, component_id: int) -> int:
        """The number of the component's next frame; -1 before its first."""
        return self._next.get(component_id, -1)

    def went_on(self, component_id: int, frames: int) -> None:
        """So many frames in sequence, the first of them the one `expected`."""
        self.received += frames
        self._next[component_id] = (self._next[component_id] + frames) & 0xFF

    def _jump(self, component_id: int, sequence: int, ahead: int) -> None:
        if ahead >= 256 - _OVERTAKEN:
            if (component_id, sequence) in self._missing:
                self._missing.remove((component_id, sequence))
                self.lost -= 1
            else:
                self.received -= 1
            return
        if len(self._missing) > _REMEMBERED:
            self._missing.clear()
        if ahead < 128:
            self.lost += ahead
            late = range(max(0, ahead - _OVERTAKEN), ahead)
            self._missing.update((component_id, (sequence - ahead + number) & 0xFF) for number in late)
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
