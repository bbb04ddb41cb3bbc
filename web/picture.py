"""The whole fleet as it was told last: what answers questions about now without asking anybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec

from telemetry.wire import LiveFrame, LiveVehicle


class Seen(msgspec.Struct, frozen=True):
    """A vehicle's latest state, which was told `since_s` ago."""

    live: LiveVehicle
    since_s: float

    @property
    def heartbeat_s(self) -> float | None:
        """Since it was last heard itself."""
        return self._age_s(self.live.heartbeat_age_ms)

    @property
    def position_s(self) -> float | None:
        return self._age_s(self.live.position_age_ms)

    def _age_s(self, age_ms: int | None) -> float | None:
        return None if age_ms is None else age_ms / 1000.0 + self.since_s


class FleetPicture:
    """Takes what gateways tell of their whole fleet once a second (``fleet.<gateway>``). For any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._frames: dict[str, tuple[float, LiveFrame]] = {}

    def take(self, frame: LiveFrame) -> None:
        with self._lock:
            self._frames[frame.gateway] = self._clock(), frame

    def now(self) -> dict[str, Seen]:
        """By name. A drone that several gateways hear is as the one that heard it last has it."""
        with self._lock:
            frames = list(self._frames.values())
        found: dict[str, Seen] = {}
        for heard_at, frame in frames:
            since_s = self._clock() - heard_at
            for live in frame.vehicles:
                seen, known = Seen(live, since_s), found.get(live.vehicle)
                if known is None or _youth(seen) > _youth(known):
                    found[live.vehicle] = seen
        return found


def _youth(seen: Seen) -> float:
    return float("-inf") if seen.heartbeat_s is None else -seen.heartbeat_s
