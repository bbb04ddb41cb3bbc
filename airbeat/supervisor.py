"""Runs the services of one machine and restarts what dies.

Every service is a child process. One that ends by itself is started again after a pause that grows from 0.1 s to
1 s while it keeps dying young. The kernel kills the children when this process dies, however it dies, so nothing
is ever left behind. What a service prints goes to ``logs/<service>.log`` in the data folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from telemetry.running import dies_with

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 1.0
YOUNG_S: Final = 10.0
STOP_GRACE_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class Service:
    """A child process. Services stop in the reverse of the order in which they were given."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


class Supervisor:
    """`start` keeps services running until `stop`."""

    def __init__(self, logs: Path, on_change: Callable[[str, str], None] = lambda name, what: None) -> None:
        self._logs = logs
        self._on_change = on_change
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        logs.mkdir(parents=True, exist_ok=True, mode=0o750)

    def start(self, services: Sequence[Service]) -> None:
        for service in services:
            self._tasks[service.name] = asyncio.create_task(self._keep(service), name=service.name)

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the services that run now, by name."""
        return {name: process.pid for name, process in self._processes.items() if process.returncode is None}

    async def stop(self) -> None:
        """Ends every service, last started first, so that the recorder outlives the gateway and NATS both."""
        self._stopping.set()
        for name in reversed(list(self._tasks)):
            await self._end(name)
            task = self._tasks.pop(name)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _end(self, name: str) -> None:
        process = self._processes.get(name)
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_GRACE_S)
        except TimeoutError:
            self._on_change(name, f"did not end within {STOP_GRACE_S:.0f} s and was killed")
            process.kill()
            await process.wait()

    async def _keep(self, service: Service) -> None:
        pause = FIRST_PAUSE_S
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run(service)
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE_S if time.monotonic() - started > YOUNG_S else min(2 * pause, LONGEST_PAUSE_S)
            self._on_change(service.name, f"ended with {_ending(code)}; starting it again")
            await asyncio.sleep(pause)

    async def _run(self, service: Service) -> int:
        with (self._logs / f"{service.name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *service.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **service.environment},
                start_new_session=True,
                preexec_fn=dies_with(os.getpid(), signal.SIGKILL),
            )
        self._processes[service.name] = process
        self._on_change(service.name, f"started, process {process.pid}")
        return await process.wait()


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


async def until_told_to_stop() -> None:
    """Returns at SIGINT or SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()
