"""How a service runs as a process: its settings, its log, an orderly end when told to, and none as an orphan."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from telemetry import settings
from telemetry.settings import Settings

log = logging.getLogger(__name__)

GARBAGE: Final = 100_000
"""New objects before cycles are looked for. A tick makes some for each drone, none in a cycle: looking as often as
Python does by itself took a third of the monitor's time."""
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def keep_from_others() -> None:
    """What this process writes is for its user and group alone, whoever made the folder of all data, and how."""
    os.umask(0o027)


def run_service(run: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """``python -m telemetry.<service> SETTINGS``: runs until told to stop, then lets `run` clean up after itself."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    keep_from_others()
    gc.set_threshold(GARBAGE)
    loaded = settings.load(Path(sys.argv[1]))
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(_until_told(run(loaded)))


def dies_with(parent_pid: int, by: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: Linux sends `by` to the child when the parent's thread that started it dies, however it dies.

    Elsewhere the parent's own orderly end must do.
    """

    def bind() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent_pid:  # it died before
            os._exit(1)

    return bind


def told_to_end() -> bool:
    """Whether the current task has been cancelled.

    Before Python 3.12 `asyncio.wait_for`, on which nats-py builds, loses a cancellation that comes at the very moment
    of an answer; a loop that asks here before each round ends all the same.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def within(time_s: float, work: Coroutine[Any, Any, None]) -> None:
    """Waits for `work` no longer than that, even where its cancellation is lost. Raises what it raises by then."""
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=time_s)
    if done:
        task.result()
    task.cancel()


async def paced(step_s: float, rest: float) -> AsyncGenerator[float, None]:
    """The moment of each step, for ever: one every `step_s`. Where a step is long, `rest` times as long is left after
    it for what else there is to do, and the steps are fewer."""
    due = time.monotonic() + step_s
    while not told_to_end():
        await asyncio.sleep(due - time.monotonic())
        begun = time.monotonic()
        yield begun
        ended = time.monotonic()
        due = max(due + step_s, ended + rest * (ended - begun))


class Beside:
    """Work that goes on beside a service's loop: held until it is done, and a failure is logged, as `failure`."""

    def __init__(self, failure: str) -> None:
        self._failure = failure
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def cancel(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s", self._failure, exc_info=error)


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
