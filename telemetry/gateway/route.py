"""One link that a vehicle is heard on, and which of several carries our commands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from telemetry.gateway.hearing import Hearing
from telemetry.links import Link, Peer
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.messages import signed_copy
from telemetry.mavlink.signing import Signing
from telemetry.vehicle.loss import SequenceLoss
from telemetry.wire import LinkQuality

SILENT_S: Final = 2.0
"""A link that has brought nothing for this long gives way to one that has."""
BUSY_SILENT_S: Final = 0.7
"""The same for one that brought `BUSY_FRAMES` a second: before a command is repeated, it goes over the other one."""
BUSY_FRAMES: Final = 10
WORSE_PCT: Final = 20.0
"""A link that loses this much more gives way too."""
QUIET_BEATS: Final = 5
QUIET_FRAMES: Final = 3
"""A link that for so many seconds has brought fewer frames than this in each carries heartbeats only."""
ASK_AGAIN_S: Final = 30.0


class Route:
    """`number` tells the vehicle's links apart. ArduPilot keeps message intervals and sequence numbers per link."""

    def __init__(self, number: int, link: Link, peer: Peer, signing: Signing | None, hearing: Hearing) -> None:
        self.number, self.link, self.peer, self.signing = number, link, peer, signing
        self.loss = SequenceLoss()
        self.hearing = hearing
        self.refused = 0
        """Frames in the vehicle's name whose signature was not right."""
        self.sequence = 0
        """Of the next frame that we send on it."""
        self.clock_ms = 0
        """The vehicle's own clock, as last heard on this link."""
        self.greeted = False
        """The vehicle has been asked for its messages on this link."""
        self.greeted_at = float("-inf")
        self._received = 0
        self._came = 0
        """Frames in the last second."""
        self._quiet_beats = 0

    def is_alive(self, now: float) -> bool:
        return now - self.hearing.heard_at < SILENT_S

    def carries(self, now: float) -> bool:
        """Whether it may be relied on for a command now."""
        return now - self.hearing.heard_at < (BUSY_SILENT_S if self._came >= BUSY_FRAMES else SILENT_S)

    def next_sequence(self) -> int:
        number = self.sequence
        self.sequence = (number + 1) & 0xFF
        return number

    def send(self, raw: bytes) -> None:
        self.link.send(self.peer, raw)

    def pass_on(self, frame: Frame) -> None:
        """A frame that somebody else made: as it is, or under our signature where the link has one."""
        self.send(frame.raw if self.signing is None else signed_copy(frame, self.signing))

    def beat(self, now: float) -> None:
        """Once a second: a vehicle that sends only heartbeats here has forgotten what it was asked for."""
        came, self._received = self.loss.received - self._received, self.loss.received
        self._came = came or self._came
        self._quiet_beats = self._quiet_beats + 1 if 0 < came < QUIET_FRAMES else 0
        if self._quiet_beats >= QUIET_BEATS and now - self.greeted_at > ASK_AGAIN_S:
            self.greeted = False

    def quality(self, now: float) -> LinkQuality:
        return LinkQuality(
            link=self.peer.link,
            loss_pct=self.loss.percent(now),
            heard_age_ms=int((now - self.hearing.heard_at) * 1000),
            signed=self.signing is not None,
            refused=self.refused,
        )


def better(current: Route, routes: Collection[Route], now: float) -> Route:
    """Stays with `current` unless that is silent or clearly worse than another."""
    alive = [route for route in routes if route.carries(now)]
    if not alive:
        return current
    best = min(alive, key=lambda route: route.loss.percent(now) or 0.0)
    if not current.carries(now):
        return best
    lost_more = (current.loss.percent(now) or 0.0) - (best.loss.percent(now) or 0.0)
    return best if lost_more > WORSE_PCT else current
