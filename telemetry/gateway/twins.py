"""The same frame brought by several links: known by its bytes, so that it is taken once."""

from __future__ import annotations

from typing import Final

KEPT_S: Final = 4.0
"""A frame is remembered at least so long, at most twice: no copy comes later, or it counts as new."""


class Twins:
    """What came lately, and over which links. Two generations of a dictionary: forgetting costs nothing per frame."""

    def __init__(self) -> None:
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._turned_at = 0.0

    def repeats(self, content: bytes, link: int, now: float) -> bool:
        """Whether another link has brought `content` before. `link` is one bit for each link.

        The same from the same link again is no copy: sequence numbers begin anew after 256 frames. A HEARTBEAT that
        says under the same number what one said that only another link brought cannot be told from a copy.
        """
        if now - self._turned_at > KEPT_S:
            self._turned_at, self._old, self._young = now, self._young, {}
        by = self._young.get(content) or self._old.get(content, 0)
        is_copy = by != 0 and not by & link
        self._young[content] = by | link if is_copy else link
        return is_copy
