"""`make bench-live`: N drones into one machine: every frame in the durable store, live state on 30 screens.

The drones' frames are counted where they leave and where they lie in the stream RAW, from which they are forgotten
only when the recorder has them on disk. `age_p50_ms` and `age_p99_ms` are the ages of positions on the screen of a real
Chromium that shows the live page meanwhile; `bus_age_…` are those at a subscriber in this process, without the drawing.
MAVProxy is given the same traffic in the same run, and its own recording is counted. `growth` is what one drone costs
the services together. `AIRBEAT_BENCH_S` shortens each run of 60 s, `AIRBEAT_BENCH_N=200,1000` leaves out others.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.mavlink import tlog
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
from telemetry.wire import LiveFrame, RawChunk, area_of
from tests.bench import live_browser
from tests.bench.live_load import HOME, PER_LINK

RESULTS: Final = Path("bench-results") / "live.json"
SECONDS: Final = float(os.environ.get("AIRBEAT_BENCH_S", "60"))
RUNS: Final = (
    ("simulated", 10),
    ("simulated", 50),
    ("simulated", 200),
    ("simulated", 1000),
    ("replayed", 1000),
    ("replayed", 4000),
)
ONLY: Final = os.environ.get("AIRBEAT_BENCH_N")
PEER_RUNS: Final = (50, 200)
SETTLING_S: Final = {"simulated": 45.0, "replayed": 5.0}
"""Until simulated drones know where they are; until a fleet that appeared at once has been greeted."""
OPENING_S: Final = 20.0
"""For the browser."""
SCREENS: Final = 30
RAW_LIMIT_MB: Final = 8192
SERVICES: Final = ("recorder", "gateway", "monitor", "nats", "web")
"""What grows with the fleet; the load, the screens and the browser would be other machines."""


class Meter(msgspec.Struct):
    """What is measured while the traffic runs."""

    recorded: int = 0
    ages_ms: list[float] = []

    async def see(self, _: str, frame: LiveFrame) -> None:
        way_ms = (datetime.now(UTC) - frame.sent_at).total_seconds() * 1000
        for vehicle in frame.vehicles:
            if vehicle.position_age_ms is not None:
                self.ages_ms.append(vehicle.position_age_ms + way_ms)

    async def count(self, bus: Bus) -> None:
        async for stored in bus.follow(subjects.RAW_STREAM, RawChunk):
            if stored.message is not None:
                for part in stored.message.vehicles:
                    self.recorded += drone_frames(part.tlog)


def drone_frames(entries: bytes) -> int:
    """Frames of drones among tlog entries, all MAVLink 2 and unsigned here; ours have system id 255."""
    count = at = 0
    while at < len(entries):
        count += entries[at + 13] != 255
        at += 20 + entries[at + 9]
    return count


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


async def measure(kind: str, count: int) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="airbeat-bench-"))
    nats = NatsServer(home, NatsSettings(port=0, websocket_port=0, raw_limit_mb=RAW_LIMIT_MB))
    listening = nats.start()
    url = listening.url
    ports = free_udp_ports(-(-count // PER_LINK))
    web_port = free_port()
    settings = home / "airbeat.toml"
    settings.write_text(
        f'[web]\nhost = "127.0.0.1"\nport = {web_port}\nsecure_cookies = false\n'
        f"[nats]\nraw_limit_mb = {RAW_LIMIT_MB}\n"
        + "".join(f'[[links]]\nname = "l{n}"\nendpoint = "udpin:127.0.0.1:{port}"\n' for n, port in enumerate(ports))
    )
    environment = {
        **os.environ,
        "AIRBEAT_HOME": str(home),
        "NATS_URL": url,
        "NATS_WEBSOCKET_URL": listening.websocket_url,
    }
    live_browser.seed(home)
    modules = {"recorder": "telemetry.recorder", "gateway": "telemetry.gateway", "monitor": "telemetry.monitor"}
    modules["web"] = "web"
    processes = {name: start(module, str(settings), env=environment) for name, module in modules.items()}
    processes["screens"] = start("tests.bench.live_screens", url, str(home / "keys"), str(SCREENS), area_of(*HOME))
    bus = await Bus.connect(url, "bench", BusKeys(home / "keys").service_credentials("bench"))
    await bus.prepare(RAW_LIMIT_MB)
    try:
        await until_served(web_port)
        return await _run(kind, count, ports, bus, processes, nats, f"http://127.0.0.1:{web_port}")
    finally:
        await bus.close()
        for process in processes.values():
            process.kill()
            process.wait()
        nats.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _run(
    kind: str,
    count: int,
    ports: list[int],
    bus: Bus,
    processes: dict[str, subprocess.Popen[bytes]],
    nats: NatsServer,
    address: str,
) -> dict[str, Any]:
    meter = Meter()
    for port in ports:
        await until_listening(port)
    await bus.subscribe(subjects.live(area_of(*HOME)), LiveFrame, meter.see)
    counting = asyncio.create_task(meter.count(bus))
    seconds = SETTLING_S[kind] + OPENING_S + SECONDS
    load = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.live_load", kind, str(count), str(seconds), *map(str, ports)),
        stdout=asyncio.subprocess.PIPE,
    )
    while not meter.recorded:  # noqa: ASYNC110 - the load prepares its frames first
        await asyncio.sleep(0.1)
    await asyncio.sleep(SETTLING_S[kind])
    async with live_browser.watching(address) as page:
        meter.ages_ms.clear()
        watched = {name: [process.pid] for name, process in processes.items()}
        watched |= {"nats": [nats.process.pid] if nats.process else [], "load": [load.pid]}
        watched |= {"browser": live_browser.processes(), "counting": [os.getpid()]}
        begun, before = time.monotonic(), {name: sum(map(cpu_s, pids)) for name, pids in watched.items()}
        await asyncio.sleep(SECONDS)
        took_s = time.monotonic() - begun
        used = {name: round((sum(map(cpu_s, pids)) - before[name]) / took_s, 3) for name, pids in watched.items()}
        memory = {name: sum(map(memory_mb, pids)) for name, pids in watched.items()}
        if load.returncode is not None:
            raise SystemExit("The load ended before it was measured: this machine is too busy to open a page in time.")
        on_screen = await live_browser.figures(page, took_s)
    ages = sorted(meter.ages_ms)
    sent = json.loads((await load.communicate())[0])
    await _settled(meter, sent["sent"])
    counting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await counting
    return {
        "kind": kind,
        "drones": count,
        "sent": sent["sent"],
        "per_second": round(sent["sent"] / sent["seconds"]),
        "recorded": meter.recorded,
        "lost": sent["sent"] - meter.recorded,
        **on_screen,
        "bus_age_p50_ms": round(ages[len(ages) // 2], 1) if ages else None,
        "bus_age_p99_ms": round(ages[len(ages) * 99 // 100], 1) if ages else None,
        "cpu_cores": used,
        "memory_mb": memory,
        "machine_load": round(os.getloadavg()[0], 1),
    }


def growth(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Milliseconds of a core a second that each simulated drone costs the services together."""
    return [
        {
            "drones": row["drones"],
            "core_ms_per_drone_s": round(1000 * sum(row["cpu_cores"][name] for name in SERVICES) / row["drones"], 2),
        }
        for row in rows
        if row["kind"] == "simulated"
    ]


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


async def _settled(meter: Meter, sent: int) -> None:
    """Until all is recorded, or nothing more comes."""
    last = -1
    while meter.recorded != last and meter.recorded < sent:
        last = meter.recorded
        await asyncio.sleep(10.0)


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


def measure_peer(count: int) -> dict[str, Any]:
    """MAVProxy listening to the same traffic, recording it as it does by default."""
    folder = Path(tempfile.mkdtemp(prefix="airbeat-peer-"))
    (port,) = free_udp_ports(1)
    mavproxy = Path(sys.executable).with_name("mavproxy.py")
    listen = [f"--master=udpin:127.0.0.1:{port}", "--non-interactive", f"--state-basedir={folder}"]
    peer = subprocess.Popen(
        [sys.executable, str(mavproxy), *listen, "--logfile=peer.tlog", "--daemon"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(5.0)
    load = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.live_load", "replayed", str(count), str(SECONDS), str(port)],
        stdout=subprocess.PIPE,
    )
    before, begun = cpu_s(peer.pid), time.monotonic()
    time.sleep(SECONDS)
    cores = round((cpu_s(peer.pid) - before) / (time.monotonic() - begun), 3)
    sent = json.loads(load.communicate()[0])["sent"]
    peer.terminate()
    peer.wait()
    found = list(folder.rglob("peer.tlog"))
    recorded = sum(1 for _, frame in tlog.read(found[0]) if frame.sysid != 255) if found else 0
    shutil.rmtree(folder, ignore_errors=True)
    return {"drones": count, "sent": sent, "recorded": recorded, "lost": sent - recorded, "cpu_cores": cores}


def show(console: Console, rows: list[dict[str, Any]], peers: list[dict[str, Any]]) -> None:
    table = Table("Drones", "Frames/s", "Sent", "Recorded", "Lost", "Age p50", "p99", "CPU of a core")
    for row in rows:
        cores = ", ".join(f"{name} {share:.2f}" for name, share in row["cpu_cores"].items())
        table.add_row(
            f"{row['drones']} {row['kind']}",
            f"{row['per_second']:,}",
            f"{row['sent']:,}",
            f"{row['recorded']:,}",
            f"{row['lost']:,}",
            f"{row['age_p50_ms']} ms",
            f"{row['age_p99_ms']} ms",
            cores,
        )
    for row in peers:
        table.add_row(
            f"{row['drones']} MAVProxy",
            "",
            f"{row['sent']:,}",
            f"{row['recorded']:,}",
            f"{row['lost']:,}",
            "",
            "",
            f"{row['cpu_cores']:.2f}",
        )
    console.print(table)


def keep(rows: list[dict[str, Any]], peers: list[dict[str, Any]]) -> None:
    RESULTS.write_text(json.dumps({"runs": rows, "growth": growth(rows), "mavproxy": peers}, indent=2) + "\n")


def main() -> None:
    console = Console()
    rows: list[dict[str, Any]] = []
    peers: list[dict[str, Any]] = []
    RESULTS.parent.mkdir(exist_ok=True)
    for kind, count in RUNS:
        if ONLY is None or str(count) in ONLY.split(","):
            rows.append(asyncio.run(measure(kind, count)))
            console.print(rows[-1])
            keep(rows, peers)
    for count in PEER_RUNS:
        if ONLY is None or str(count) in ONLY.split(","):
            peers.append(measure_peer(count))
            keep(rows, peers)
    show(console, rows, peers)
    console.print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
