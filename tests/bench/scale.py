"""The measured figures behind docs/scale.md: `python -m tests.bench.scale`.

What a drone costs in bytes on the bus and on the disk, from a recorded flight; and how many chunks a second one server,
and a cluster of three on this machine, say to be stored (each written through to the disk).
"""

from __future__ import annotations

import asyncio
import json
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
from telemetry.gateway.systems import Systems
from telemetry.mavlink import tlog
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
from telemetry.vehicle import Vehicle
from telemetry.vehicle.numbers import NUMBERS
from telemetry.wire import LiveFrame, RawChunk, RawVehicle, filled
from tests.telemetry.cluster import Cluster

RECORDING: Final = Path("tests/data/survey.tlog")
RESULT: Final = Path("bench-results/scale.json")
RATE_HZ: Final = 50.0
TICK_S: Final = 0.1
CHUNK_S: Final = 0.2
PER_GATEWAY: Final = 100
SECONDS: Final = 6.0
SENDERS: Final = 8
"""Gateways that store at the same time, each one chunk after the other."""
RAW_LIMIT_MB: Final = 4096


def live_frame() -> bytes:
    """Of a hundred drones of which everything is known."""
    systems, known = Systems(), 51.5073511
    for number in range(1, PER_GATEWAY + 1):
        vehicle = Vehicle(f"UAV-{number:04}", number, "radio", True, systems.numbers(number))
        vehicle.mode = "AUTO"
        vehicle.reword()
        systems.meet(vehicle)
        for name in NUMBERS.names or ():
            vehicle[name] = known
    shown = systems.shown(known + 0.25, everyone=True)
    frame = LiveFrame("gateway", "2046-1362", 1, datetime.now(UTC), ())
    return bytes(filled(frame, PER_GATEWAY, (one.encoded for one in shown)))


def sizes() -> dict[str, float]:
    entries = [8 + len(frame.raw) for _, frame in tlog.read(RECORDING)]
    entry = sum(entries) / len(entries)
    per_chunk = round(RATE_HZ * CHUNK_S)
    packed = b"".join(
        b"\0" * 8 + frame.raw for _, (_, frame) in zip(range(per_chunk), tlog.read(RECORDING), strict=False)
    )
    parts = tuple(RawVehicle(f"UAV-{n:04}", packed, per_chunk, 0) for n in range(PER_GATEWAY))
    chunk = len(msgspec.msgpack.encode(RawChunk("gateway", "run", 1, parts))) / PER_GATEWAY
    live = len(live_frame()) / PER_GATEWAY
    return {
        "tlog_bytes_per_message": round(entry, 1),
        "tlog_mb_per_drone_hour": round(entry * RATE_HZ * 3600 / 1e6, 2),
        "raw_bytes_per_drone_chunk": round(chunk, 1),
        "raw_kb_per_s_per_drone": round(entry * RATE_HZ / 1e3, 2),
        "live_bytes_per_drone": round(live, 1),
        "live_kb_per_s_per_drone": round(live / TICK_S / 1e3, 2),
        "fleet_kb_per_s_per_drone": round(live / 1e3, 3),
    }


async def stored_per_s(url: str, keys: BusKeys, replicas: int, chunk: RawChunk) -> dict[str, float]:
    buses = [await Bus.connect(url, "bench", keys.service_credentials("bench")) for _ in range(SENDERS)]
    await buses[0].prepare(RAW_LIMIT_MB, replicas)
    waits: list[float] = []
    until = time.monotonic() + SECONDS

    async def send(number: int, bus: Bus) -> None:
        count = 0
        while time.monotonic() < until:
            begun = time.monotonic()
            await bus.store(subjects.raw(f"gateway-{number}"), chunk, f"{number}.{count}")
            waits.append(time.monotonic() - begun)
            count += 1

    await asyncio.gather(*(send(number, bus) for number, bus in enumerate(buses)))
    used = await buses[0].usage(subjects.RAW_STREAM)
    for bus in buses:
        await bus.close()
    waits.sort()
    payload = len(msgspec.msgpack.encode(chunk))
    return {
        "chunks_per_s": round(len(waits) / SECONDS),
        "wait_p50_ms": round(1e3 * waits[len(waits) // 2], 1),
        "wait_p99_ms": round(1e3 * waits[int(len(waits) * 0.99)], 1),
        "disk_bytes_per_payload_byte": round(used.used_bytes / (used.messages * payload), 3),
    }


async def stores() -> dict[str, dict[str, float]]:
    part = RawVehicle("UAV-0001", b"x" * 440, 10, 0)
    chunk = RawChunk("gateway", "run", 1, (part,) * PER_GATEWAY)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        alone = NatsServer(home, NatsSettings(port=0, websocket_port=0, raw_limit_mb=RAW_LIMIT_MB))
        found["one server"] = await stored_per_s(alone.start().url, BusKeys(home / "keys"), 1, chunk)
        alone.stop()
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder))
        for server in cluster.servers:
            server.start()
        found["three servers here"] = await stored_per_s(cluster.url, cluster.keys, 3, chunk)
        for server in cluster.servers:
            server.stop()
    return found


def main() -> int:
    result: dict[str, Any] = {"sizes": sizes(), "stores": asyncio.run(stores())}
    table = Table("", "", title="What a drone costs", title_justify="left")
    for name, value in result["sizes"].items():
        table.add_row(name, f"{value:g}")
    for where, figures in result["stores"].items():
        for name, value in figures.items():
            table.add_row(f"{where}: {name}", f"{value:g}")
    Console().print(table)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
