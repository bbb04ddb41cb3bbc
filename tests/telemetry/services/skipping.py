"""An event loop whose clock skips what nobody does anything in: 20 s of outage take no time, and nothing changes order.

When nothing is left to happen it raises `Hangs` instead of waiting for ever: so a test shows that a service ends.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")
SMALLEST_SKIP_S: Final = 1e-6
"""Less would be lost in a float's rounding, and the clock would stand still."""


class Hangs(Exception):
    """Somebody waits for what will never come."""


class _Selector(selectors.SelectSelector):
    """Waits for nothing: moves the clock on instead."""

    skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Hangs
        if timeout > 0:
            self.skipped_s += max(timeout, SMALLEST_SKIP_S)
        return super().select(0)


class SkippingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Selector()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped_s

    def run_in_executor(  # type: ignore[override]  # typeshed's is generic in ways of its own
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """At once: what a thread would work out takes none of this clock's time."""
        done = self.create_future()
        done.set_result(func(*args))
        return done


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end on a skipping clock."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(work)
