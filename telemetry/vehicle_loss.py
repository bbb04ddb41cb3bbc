"""How much of a link is lost, by the gaps in MAVLink's 8-bit sequence numbers."""

from __future__ import annotations

from collections import deque
from typing import Final

WINDOW_S: Final = 10.0
_SLOT_S: Final = 1.0


class SequenceLoss:
    """Per component, since each counts for itself. A jump of more than half the range is taken as a restart."""

    def __init__(self) -> None:
        self.received = 0
        self.lost = 0
        self._next: dict[int, int] = {}
        self._slots: deque[list[float]] = deque()

    def count(self, component_id: int, sequence: int, now: float) -> None:
        expected = self._next.get(component_id, sequence)
        gap = (sequence - expected) & 0xFF
        self._next[component_id] = (sequence + 1) & 0xFF
        missing = gap if gap < 128 else 0
        self.received += 1
        self.lost += missing
        slots = self._slots
        if not slots or now - slots[-1][0] >= _SLOT_S:
            slots.append([now, 0, 0])
            while now - slots[0][0] > WINDOW_S:
                slots.popleft()
        slots[-1][1] += 1
        slots[-1][2] += missing

    def percent(self, now: float) -> float | None:
        """Of the last 10 s; None where nothing came in them."""
        received = lost = 0.0
        for at, came, missed in self._slots:
            if now - at <= WINDOW_S:
                received += came
                lost += missed
        return round(100.0 * lost / (received + lost), 2) if received else None
