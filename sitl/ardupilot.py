"""Real ArduPilot SITL: finds the binary, starts and watches N processes, and leaves nothing behind.

Each process runs in a folder of its own. When this process is gone, even by ``kill -9``, a watchdog ends what it
started and removes the folders.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

from sitl.errors import BackendFailed, BackendMissing
from sitl.watchdog import Watchdog

ENVIRONMENT: Final = "ARDUPILOT_SITL"
READY_S: Final = 60.0
PORT_STEP: Final = 10
FIRST_PORT: Final = 5760
LAST_WORDS: Final = 400


def find(binary: Path | None) -> Path:
    """The binary: as given, `$ARDUPILOT_SITL`, or `arducopter` on PATH. `BackendMissing` says what was tried."""
    tried = []
    for source, text in (
        ("--binary", str(binary) if binary else None),
        (f"${ENVIRONMENT}", os.environ.get(ENVIRONMENT)),
    ):
        if text:
            path = Path(text).expanduser()
            if path.is_file() and os.access(path, os.X_OK):
                return path.resolve()
            raise BackendMissing((f"{source} {text} is no program",))
        tried.append(f"no {source}")
    on_path = shutil.which("arducopter")
    if on_path:
        return Path(on_path).resolve()
    raise BackendMissing((*tried, "no arducopter on PATH"))


@dataclass(frozen=True)
class ArdupilotOptions:
    """`first_instance` is ArduPilot's -I of the first process: its TCP port is 5760 + 10·instance."""

    binary: Path
    count: int = 1
    home: tuple[float, float, float, float] = (51.50735, -0.16370, 24.0, 0.0)
    speedup: float = 1.0
    parameters: Mapping[str, float] = field(default_factory=dict)
    defaults: Path | None = None
    first_instance: int = 0
    udp: tuple[str, int] | None = None


class Ardupilot:
    """N ArduPilot processes. One that ends by itself ends the whole, with its last words."""

    def __init__(self, options: ArdupilotOptions) -> None:
        self.options = options
        self.ports = [FIRST_PORT + PORT_STEP * (options.first_instance + i) for i in range(options.count)]
        self._processes: list[subprocess.Popen[bytes]] = []
        self._folder: Path | None = None
        self._watchdog: Watchdog | None = None

    async def __aenter__(self) -> Ardupilot:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Starts all and waits until each takes a connection. `BackendFailed` names the one that does not."""
        self._folder = Path(tempfile.mkdtemp(prefix="airbeat-ardupilot-"))
        try:
            for index in range(self.options.count):
                if self.options.udp is None and self._listens(self.ports[index]):
                    raise BackendFailed(index, f"TCP port {self.ports[index]} is taken by another program")
                self._launch(index)
            await asyncio.gather(*(self._ready(index) for index in range(self.options.count)))
        except BaseException:  # also when cancelled: no process or folder stays behind
            await self.stop()
            raise

    def _launch(self, index: int) -> None:
        assert self._folder is not None
        folder = self._folder / str(index)
        folder.mkdir()
        parameters = folder / "airbeat.parm"
        own = {**self.options.parameters, "SYSID_THISMAV": float(self.options.first_instance + index) % 255 + 1}
        parameters.write_text("".join(f"{name} {value:g}\n" for name, value in own.items()))
        files = [*([str(self.options.defaults)] if self.options.defaults else []), str(parameters)]
        command = [str(self.options.binary), "--model", "+", "--speedup", f"{self.options.speedup:g}"]
        command += ["--home", ",".join(f"{x:.9g}" for x in self.options.home), "--defaults", ",".join(files)]
        command += [f"-I{self.options.first_instance + index}"]
        if self.options.udp:
            command += ["--serial0", f"udpclient:{self.options.udp[0]}:{self.options.udp[1]}"]
        group = self._processes[0].pid if self._processes else 0
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=group
            )
        self._processes.append(process)
        if self._watchdog is None:
            self._watchdog = Watchdog(self._folder, process.pid)

    async def _ready(self, index: int) -> None:
        """ArduPilot starts its simulation when something connects; until then only its port shows that it lives."""
        loop = asyncio.get_running_loop()
        until = loop.time() + READY_S
        while self.options.udp is None or loop.time() < until - READY_S + 1.0:
            self._check(index)
            if self.options.udp is None and self._listens(self.ports[index]):
                return
            if loop.time() > until:
                raise BackendFailed(index, f"not ready within {READY_S:.0f} s: {self._words(index)}")
            await asyncio.sleep(0.1)

    def _listens(self, port: int) -> bool:
        """Whether the port is open, without connecting: the first connection is the ground station's."""
        hexadecimal = f":{port:04X}"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            words = line.split()
            if words[1].endswith(hexadecimal) and words[3] == "0A":
                return True
        return False

    def _check(self, index: int) -> None:
        code = self._processes[index].poll()
        if code is not None:
            raise BackendFailed(index, f"ended with code {code}: {self._words(index)}")

    def _words(self, index: int) -> str:
        assert self._folder is not None
        try:
            return (self._folder / str(index) / "output").read_text(errors="replace")[-LAST_WORDS:].strip()
        except OSError as error:
            return f"(no output: {error})"

    async def wait(self) -> None:
        """Until one ends by itself: raises `BackendFailed` with its last words."""
        while True:
            for index in range(self.options.count):
                self._check(index)
            await asyncio.sleep(0.2)

    async def stop(self) -> None:
        """Ends all processes and removes their folders."""
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
        for process in self._processes:
            await asyncio.to_thread(process.wait)
        self._processes.clear()
        if self._watchdog is not None:
            await self._watchdog.stop()
            self._watchdog = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
