"""`make bench-live`: N drones into one machine: every frame in the durable store, live state on 30 screens.

The drones' frames are counted where they leave and where they lie in the stream RAW, from which they are forgotten
only when the recorder has them on disk. `age_p50_ms` and `age_p99_ms` are the ages of positions on the screen of a real
Chromium that shows the live page meanwhile, as they appear there: of each drone in each picture (`picture_p99_ms` takes
each picture's own 99th percentile first). `bus_age_…` are those at a subscriber in this process, without the drawing.
MAVProxy is given the same traffic in the same run, and its own recording is counted. `growth` is what one drone costs
the services together. `AIRBEAT_BENCH_S` shortens each run of 60 s, `AIRBEAT_BENCH_N=200,1000` leaves out others.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from telemetry import subjects
from telemetry.mavlink import tlog
from telemetry.wire import LiveFrame, area_of
from tests.bench import live_browser
from tests.bench.live_load import HOME
from tests.bench.stand import Cores, Recorded, Stand, cpu_s, free_udp_ports, memory_mb, standing

RESULTS: Final = Path("bench-results") / "live.json"
SECONDS: Final = float(os.environ.get("AIRBEAT_BENCH_S", "60"))
RUNS: Final = (
    ("simulated", 10),
    ("simulated", 50),
    ("simulated", 200),
    ("simulated", 1000),
    ("replayed", 1000),
    ("replayed", 4000),
    ("silenced", 1000),
)
"""`silenced`: replayed, but all fall silent at once for a while in the midst of it, and come back."""
ONLY: Final = os.environ.get("AIRBEAT_BENCH_N")
PEER_RUNS: Final = (50, 200)
SETTLING_S: Final = {"simulated": 45.0, "replayed": 30.0, "silenced": 30.0}
"""Until simulated drones know where they are, and the recorder has opened their flights."""
GREETED_PER_S: Final = 50
"""Drones of a fleet that appears all at once, which are asked for their messages in turn; one that takes off drone by
drone never has that."""
OPENING_S: Final = 40.0
"""For the browser, until the page stands."""
SCREENS: Final = 30
SETTLED_AFTER_S: Final = 10.0
STOPPING_S: Final = 20.0
SILENT_FROM_S: Final = 10.0
SILENT_S: Final = 8.0
SERVICES: Final = ("recorder", "gateway", "monitor", "nats", "web")
"""What grows with the fleet; the load, the screens and the browser would be other machines."""


class Ages:
    """Of positions, where a subscriber in this process takes them."""

    def __init__(self) -> None:
        self.ms: list[float] = []

    async def see(self, _: str, frame: LiveFrame) -> None:
        way_ms = (datetime.now(UTC) - frame.sent_at).total_seconds() * 1000
        for vehicle in frame.vehicles:
            if vehicle.position_age_ms is not None:
                self.ms.append(vehicle.position_age_ms + way_ms)

    def of_hundred(self, number: int) -> float | None:
        ordered = sorted(self.ms)
        return round(ordered[len(ordered) * number // 100], 1) if ordered else None


async def measure(kind: str, count: int) -> dict[str, Any]:
    recorded = Recorded()
    screens = (str(SCREENS), area_of(*HOME))
    async with standing(count, "monitor", "web", screens=screens) as stand, recorded.counting(stand.bus):
        return await _run(kind, count, stand, recorded)


async def _run(kind: str, count: int, stand: Stand, recorded: Recorded) -> dict[str, Any]:
    assert stand.web is not None
    ages = Ages()
    await stand.bus.subscribe(subjects.live(area_of(*HOME)), LiveFrame, ages.see)
    live_browser.seed(stand.home)
    settling_s = SETTLING_S[kind] + count / GREETED_PER_S
    seconds = settling_s + OPENING_S + SECONDS
    traffic = "simulated" if kind == "simulated" else "replayed"
    load = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.live_load", traffic, str(count), str(seconds), *map(str, stand.ports)),
        stdout=asyncio.subprocess.PIPE,
    )
    await recorded.begun()
    await asyncio.sleep(settling_s)
    async with live_browser.watching(stand.web) as screen:
        watched = {
            **stand.processes,
            "load": [load.pid],
            "browser": live_browser.processes(),
            "counting": [os.getpid()],
        }
        await asyncio.sleep(SETTLED_AFTER_S)
        ages.ms.clear()
        cores = Cores(watched)
        silence = asyncio.create_task(_fall_silent(load.pid)) if kind == "silenced" else None
        on_screen = await live_browser.figures(screen, SECONDS)
        if silence:
            await silence
        used = cores.used()
        memory = {name: sum(map(memory_mb, pids)) for name, pids in watched.items()}
        if load.returncode is not None:
            raise SystemExit("The load ended before it was measured: this machine is too busy to open a page in time.")
        on_bus = {"bus_age_p50_ms": ages.of_hundred(50), "bus_age_p99_ms": ages.of_hundred(99)}
    sent = json.loads((await load.communicate())[0])
    await recorded.settled(sent["sent"], SETTLED_AFTER_S)
    return {
        "kind": kind,
        "drones": count,
        "gateways": len(stand.processes["gateway"]),
        "sent": sent["sent"],
        "per_second": round(sent["sent"] / sent["seconds"]),
        "recorded": recorded.frames,
        "lost": sent["sent"] - recorded.frames,
        **on_screen,
        **on_bus,
        "cpu_cores": used,
        "memory_mb": memory,
        "machine_load": round(os.getloadavg()[0], 1),
    }


async def _fall_silent(load: int) -> None:
    await asyncio.sleep(SILENT_FROM_S)
    os.kill(load, signal.SIGSTOP)
    await asyncio.sleep(SILENT_S)
    os.kill(load, signal.SIGCONT)


def growth(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Milliseconds of a core a second that each simulated drone costs the services, one by one and together."""
    return [
        {
            "drones": row["drones"],
            **{name: round(1000 * row["cpu_cores"][name] / row["drones"], 2) for name in SERVICES},
            "together": round(1000 * sum(row["cpu_cores"][name] for name in SERVICES) / row["drones"], 2),
        }
        for row in rows
        if row["kind"] == "simulated"
    ]


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
    try:
        peer.wait(STOPPING_S)
    except subprocess.TimeoutExpired:  # with 200 drones it does not hear SIGTERM any more
        peer.kill()
        peer.wait()
    found = list(folder.rglob("peer.tlog"))
    recorded = sum(1 for _, frame in tlog.read(found[0]) if frame.sysid != 255) if found else 0
    shutil.rmtree(folder, ignore_errors=True)
    return {"drones": count, "sent": sent, "recorded": recorded, "lost": sent - recorded, "cpu_cores": cores}


def show(console: Console, rows: list[dict[str, Any]], peers: list[dict[str, Any]]) -> None:
    table = Table("Drones", "Frames/s", "Sent", "Recorded", "Lost", "Age p50", "p99", "Longest gap", "CPU of a core")
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
            f"{row['longest_gap_ms']} ms",
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
            "",
            f"{row['cpu_cores']:.2f}",
        )
    console.print(table)
    cost = Table("Drones", *SERVICES, "together", title="ms of a core a second, for each drone")
    for row in growth(rows):
        cost.add_row(*map(str, row.values()))
    console.print(cost)


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
