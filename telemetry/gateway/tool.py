"""One program attached to a pilot port: who it says it is, and what it was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from telemetry.links import Peer
from telemetry.mavlink.frame import FrameReader
from telemetry.services.tool_upload import ToolUpload

TELL_AGAIN_S: Final = 5.0
"""The same act of the same tool, or the same refusal, is told no more often."""
MOST_IDS: Final = 16
"""Of one tool, which may speak for others."""
MOST_REMEMBERED: Final = 200
"""Things told of one tool."""


class Tool:
    """A connection, or a UDP sender. `answer` sends it a message as from the vehicle."""

    def __init__(self, peer: Peer, answer: Callable[[Tool, str, Mapping[str, Any]], None]) -> None:
        self.peer = peer
        self.reader = FrameReader(f"pilot's tool at {peer.address}")
        self.system = self.component = 0
        """As which it spoke last."""
        self.heard_at = 0.0
        self.upload = ToolUpload(partial(answer, self))
        self._ids: set[tuple[int, int]] = set()
        self._told_at: dict[str, float] = {}

    @property
    def name(self) -> str:
        return f"Tool at {self.peer.address} ({self.system}/{self.component})"

    def speaks_as(self, system: int, component: int, now: float) -> bool:
        """Whether it does for the first time."""
        self.heard_at, self.system, self.component = now, system, component
        is_new = (system, component) not in self._ids and len(self._ids) < MOST_IDS
        if is_new:
            self._ids.add((system, component))
        return is_new

    def goes_by(self, system: int, component: int) -> bool:
        """Whether what is addressed to these ids is for this tool."""
        return system == 0 or any(system == own and (component in (0, part) or part == 0) for own, part in self._ids)

    def is_due(self, what: str, now: float) -> bool:
        """Whether `what` is to be told now, and was not told just before."""
        if now - self._told_at.get(what, -TELL_AGAIN_S) < TELL_AGAIN_S:
            return False
        if len(self._told_at) >= MOST_REMEMBERED:
            self._told_at.clear()
        self._told_at[what] = now
        return True
