"""Airbeat's services as processes of their own on a server that is made for it, and what they take of the machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
from telemetry.wire import RawChunk
from tests.bench.live_load import PER_LINK

RAW_LIMIT_MB: Final = 8192
GATEWAY_TAKES: Final = 4000
"""Vehicles at 50 messages a second each; more are shared out over several gateways, as docs/scale.md says."""


@dataclass(frozen=True)
class Stand:
    home: Path
    url: str
    bus: Bus
    ports: tuple[int, ...]
    """UDP, `PER_LINK` drones each."""
    web: str | None
    """Address of the web server, where there is one."""
    processes: Mapping[str, Sequence[int]]
    """By service; several gateways are one of them."""


@contextlib.asynccontextmanager
async def standing(count: int, *services: str, screens: Sequence[str] = ()) -> AsyncIterator[Stand]:
    """Recorder and gateways for `count` drones, and those of ``monitor`` and ``web`` that are named; all listening.

    `screens` are arguments of `tests.bench.live_screens`, if any are to stand before it.
    """
    home = Path(tempfile.mkdtemp(prefix="airbeat-bench-"))
    nats = NatsServer(home, NatsSettings(port=0, websocket_port=0, raw_limit_mb=RAW_LIMIT_MB))
    listening = nats.start()
    ports = free_udp_ports(-(-count // PER_LINK))
    web_port = free_port() if "web" in services else None
    environment = {
        **os.environ,
        "AIRBEAT_HOME": str(home),
        "NATS_URL": listening.url,
        "NATS_WEBSOCKET_URL": listening.websocket_url,
    }
    settings = [_settings(home, number, some, web_port) for number, some in enumerate(_shared_out(ports))]
    processes = {"gateway": [start("telemetry.gateway", str(one), env=environment) for one in settings]}
    processes["recorder"] = [start("telemetry.recorder", str(settings[0]), env=environment)]
    for name in services:
        module = "web" if name == "web" else f"telemetry.{name}"
        processes[name] = [start(module, str(settings[0]), env=environment)]
    if screens:
        processes["screens"] = [start("tests.bench.live_screens", listening.url, str(home / "keys"), *screens)]
    bus = await Bus.connect(listening.url, "bench", BusKeys(home / "keys").service_credentials("bench"))
    await bus.prepare(RAW_LIMIT_MB)
    try:
        for port in ports:
            await until_listening(port)
        if web_port is not None:
            await until_served(web_port)
        ended = [name for name, some in processes.items() if any(process.poll() is not None for process in some)]
        if ended:
            raise SystemExit(f"{', '.join(ended)} did not start: what it said is above.")
        watched = {name: [process.pid for process in some] for name, some in processes.items()}
        watched["nats"] = [nats.process.pid] if nats.process else []
        web = None if web_port is None else f"http://127.0.0.1:{web_port}"
        yield Stand(home, listening.url, bus, tuple(ports), web, watched)
    finally:
        await bus.close()
        for process in (process for some in processes.values() for process in some):
            process.kill()
            process.wait()
        nats.stop()
        shutil.rmtree(home, ignore_errors=True)


def _shared_out(ports: Sequence[int]) -> list[Sequence[int]]:
    links = GATEWAY_TAKES // PER_LINK
    return [ports[at : at + links] for at in range(0, len(ports), links)]


def _settings(home: Path, number: int, ports: Sequence[int], web_port: int | None) -> Path:
    path = home / f"gateway-{number}.toml"
    links = "".join(f'[[links]]\nname = "l{port}"\nendpoint = "udpin:127.0.0.1:{port}"\n' for port in ports)
    drones = "".join(
        f'[[vehicles]]\ncallsign = "UAV-{port}-{system_id}"\nsystem_id = {system_id}\nlinks = ["l{port}"]\n'
        for port in ports
        for system_id in range(1, PER_LINK + 1)
    )
    web = f'[web]\nhost = "127.0.0.1"\nport = {web_port}\nsecure_cookies = false\n' if web_port else ""
    path.write_text(f'gateway = "gateway-{number}"\n[nats]\nraw_limit_mb = {RAW_LIMIT_MB}\n{web}{links}{drones}')
    return path


class Recorded:
    """Frames of drones in the durable store, counted as they come to lie there."""

    def __init__(self) -> None:
        self.frames = 0

    @contextlib.asynccontextmanager
    async def counting(self, bus: Bus) -> AsyncIterator[None]:
        task = asyncio.create_task(self._count(bus))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def begun(self) -> None:
        """The load prepares its frames first."""
        while not self.frames:  # noqa: ASYNC110 - nothing tells of it but the count
            await asyncio.sleep(0.1)

    async def settled(self, sent: int, patience_s: float) -> None:
        """Until all that was sent is stored, or nothing more has come for so long."""
        before = -1
        while before != self.frames and self.frames < sent:
            before = self.frames
            await asyncio.sleep(patience_s)

    async def _count(self, bus: Bus) -> None:
        async for stored in bus.follow(subjects.RAW_STREAM, RawChunk):
            if stored.message is not None:
                for part in stored.message.vehicles:
                    self.frames += drone_frames(part.tlog)


def drone_frames(entries: bytes) -> int:
    """Frames of drones among tlog entries, all MAVLink 2 and unsigned here; ours have system id 255."""
    count = at = 0
    while at < len(entries):
        count += entries[at + 13] != 255
        at += 20 + entries[at + 9]
    return count


class Cores:
    """What processes take of a core from now on."""

    def __init__(self, watched: Mapping[str, Sequence[int]]) -> None:
        self._watched, self._begun = watched, time.monotonic()
        self._before = {name: sum(map(cpu_s, pids)) for name, pids in watched.items()}

    def used(self) -> dict[str, float]:
        took_s = time.monotonic() - self._begun
        now = {name: sum(map(cpu_s, pids)) for name, pids in self._watched.items()}
        return {name: round((now[name] - before) / took_s, 3) for name, before in self._before.items()}


def start(module: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=env)


def free_udp_ports(count: int) -> list[int]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def until_served(port: int) -> None:
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return
        await asyncio.sleep(0.2)


async def until_listening(port: int) -> None:
    """The gateway is there when nobody else can have its port."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return
        await asyncio.sleep(0.2)


def cpu_s(pid: int) -> float:
    """User and system time of a process (proc(5)); 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
