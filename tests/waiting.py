"""Waiting until something is so: a test that waits in vain fails, and shows what it waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 60.0
STEP_S: Final = 0.02


async def until(happened: Callable[[], object]) -> None:
    """For a test on the event loop."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s"
        await asyncio.sleep(STEP_S)


def wait_until(happened: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> None:
    """For a test that other threads or processes work beside."""
    deadline = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < deadline, f"{what}: not within {within_s:g} s"
        time.sleep(STEP_S)
