"""50 to 4,000 replayed vehicles, 50 messages a second each: CPU of the services, frames lost up to the durable store.

Frames are counted where they leave the load and where they lie in the stream RAW, which the recorder takes from; it
runs beside, for the flights are recorded. `vehicles_no_loss` is the largest fleet of which not one frame is missing, if
no smaller one lost any. The load runs on the same machine: its share is given, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
from tests.bench import live
from tests.bench.live_load import PER_LINK

FLEETS: Final = (50, 200, 1000, 4000)
SECONDS: Final = 12.0
SERVICES: Final = ("recorder", "gateway")
SETTLED_AFTER_S: Final = 3.0


def measure(console: Console) -> dict[str, Any]:
    """Figures for bench-results/link.json."""
    rows = [asyncio.run(_fleet(count)) for count in FLEETS]
    table = Table("vehicles", "frames/s", "sent", "lost", "cores", title=f"Replayed vehicles, {SECONDS:g} s each")
    for row in rows:
        cores = ", ".join(f"{name} {share:.2f}" for name, share in row["cores"].items())
        table.add_row(f"{row['vehicles']:,}", f"{row['per_second']:,}", f"{row['sent']:,}", f"{row['lost']:,}", cores)
    console.print(table)
    return {"vehicles_no_loss": _no_loss(rows), "fleets": rows}


def _no_loss(rows: list[dict[str, Any]]) -> int:
    best = 0
    for row in rows:
        if row["lost"]:
            break
        best = row["vehicles"]
    return best


async def _fleet(count: int) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="airbeat-bench-"))
    nats = NatsServer(home, NatsSettings(port=0, websocket_port=0, raw_limit_mb=live.RAW_LIMIT_MB))
    url = nats.start().url
    ports = live.free_udp_ports(-(-count // PER_LINK))
    settings = home / "airbeat.toml"
    links = "".join(f'[[links]]\nname = "l{n}"\nendpoint = "udpin:127.0.0.1:{port}"\n' for n, port in enumerate(ports))
    settings.write_text(f"[nats]\nraw_limit_mb = {live.RAW_LIMIT_MB}\n{links}")
    environment = {**os.environ, "AIRBEAT_HOME": str(home), "NATS_URL": url}
    processes = {name: live.start(f"telemetry.{name}", str(settings), env=environment) for name in SERVICES}
    bus = await Bus.connect(url, "bench", BusKeys(home / "keys").service_credentials("bench"))
    await bus.prepare(live.RAW_LIMIT_MB)
    watched = {name: process.pid for name, process in processes.items()}
    if nats.process is not None:
        watched["nats"] = nats.process.pid
    try:
        for port in ports:
            await live.until_listening(port)
        return await _loaded(count, ports, bus, watched)
    finally:
        await bus.close()
        for process in processes.values():
            process.kill()
            process.wait()
        nats.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _loaded(count: int, ports: list[int], bus: Bus, watched: dict[str, int]) -> dict[str, Any]:
    meter = live.Meter()
    counting = asyncio.create_task(meter.count(bus))
    load = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.live_load", "replayed", str(count), str(SECONDS), *map(str, ports)),
        stdout=asyncio.subprocess.PIPE,
    )
    watched = {**watched, "load": load.pid}
    while not meter.recorded:  # noqa: ASYNC110 - the load prepares its frames first
        await asyncio.sleep(0.1)
    begun, before = time.monotonic(), {name: live.cpu_s(pid) for name, pid in watched.items()}
    await asyncio.sleep(SECONDS - 1.0)
    took_s = time.monotonic() - begun
    cores = {name: round((live.cpu_s(pid) - before[name]) / took_s, 2) for name, pid in watched.items()}
    sent = json.loads((await load.communicate())[0])
    recorded = -1
    while recorded != meter.recorded and meter.recorded < sent["sent"]:
        recorded = meter.recorded
        await asyncio.sleep(SETTLED_AFTER_S)
    counting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await counting
    return {
        "vehicles": count,
        "per_second": round(sent["sent"] / sent["seconds"]),
        "sent": sent["sent"],
        "recorded": meter.recorded,
        "lost": sent["sent"] - meter.recorded,
        "cores": cores,
    }


if __name__ == "__main__":
    measure(Console())
