"""How a service runs as a process: its settings, its log, and an orderly end at SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from telemetry import settings
from telemetry.settings import Settings


def run_service(run: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """``python -m telemetry.<service> SETTINGS``: runs until told to stop, then lets `run` clean up after itself."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    loaded = settings.load(Path(sys.argv[1]))
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(_until_told(run(loaded)))


def told_to_end() -> bool:
    """Whether the current task has been cancelled.

    Before Python 3.12 `asyncio.wait_for`, on which nats-py builds, loses a cancellation that comes at the very moment
    of an answer; a loop that asks here before each round ends all the same.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _loop() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # there is none on Windows
        return asyncio.new_event_loop
    return uvloop.new_event_loop


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
