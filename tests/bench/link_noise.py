"""10 MB/s of noise on one port: how late the frames of a vehicle on another port are taken, and of one on the same.

The vehicles write the time at which each frame leaves into it (SYSTEM_TIME); the gateway stamps what it records with
the time at which it took it. The difference is the delay. Three times: without noise, with random bytes, and with bytes
made to cost the frame reader most: headers of long messages at every third place, each of whose checksums is wrong.
`noise_adds_ms` is how much later the worst frame on the other port is with random bytes than without. On a machine that
is busy elsewhere it is mostly the time for which the gateway waited for a core (`waited_ms_s`, in each second). `same_`
is the vehicle on the noisy port.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.mavlink import tlog
from telemetry.mavlink.messages import BY_NAME, decode, encode
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
from telemetry.wire import RawChunk
from tests.bench import stand

SECONDS: Final = 8.0
NOISE_MB_S: Final = 10.0
DATAGRAM: Final = 1400
OTHER, SAME = 7, 8
"""System ids of the vehicles on the other port and on the noisy one."""
EVERY_S: Final = 0.02
SYSTEM_TIME: Final = BY_NAME["SYSTEM_TIME"].id
KINDS: Final = ("none", "random", "worst")


def measure(console: Console) -> dict[str, Any]:
    """Figures for bench-results/link.json."""
    rows = [asyncio.run(_run(kind)) for kind in KINDS]
    table = Table(*(name.replace("_", " ") for name in rows[0]), title="Delay beside noise")
    for row in rows:
        table.add_row(*map(str, row.values()))
    console.print(table)
    by_kind = {row["noise"]: row for row in rows}
    added = {kind: round(by_kind[kind]["worst_ms"] - by_kind["none"]["worst_ms"], 1) for kind in KINDS[1:]}
    return {"noise_worst_delay_ms": by_kind["random"]["worst_ms"], "noise_adds_ms": added["random"], "noise": rows}


async def _run(kind: str) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="airbeat-bench-"))
    nats = NatsServer(home, NatsSettings(port=0, websocket_port=0, raw_limit_mb=1024))
    url = nats.start().url
    quiet, noisy = stand.free_udp_ports(2)
    settings = home / "airbeat.toml"
    settings.write_text(
        "[nats]\nraw_limit_mb = 1024\n"
        + "".join(
            f'[[links]]\nname = "{name}"\nendpoint = "udpin:127.0.0.1:{port}"\n'
            for name, port in (("quiet", quiet), ("noisy", noisy))
        )
    )
    environment = {**os.environ, "AIRBEAT_HOME": str(home), "NATS_URL": url}
    gateway = stand.start("telemetry.gateway", str(settings), env=environment)
    bus = await Bus.connect(url, "bench", BusKeys(home / "keys").service_credentials("bench"))
    await bus.prepare(1024)
    try:
        for port in (quiet, noisy):
            await stand.until_listening(port)
        return await _delays(kind, quiet, noisy, bus, gateway.pid)
    finally:
        await bus.close()
        gateway.kill()
        gateway.wait()
        nats.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _delays(kind: str, quiet: int, noisy: int, bus: Bus, gateway: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.link_noise", kind, str(noisy), str(SECONDS)]
    noise = None
    if kind != "none":
        noise = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    ran_before, waited_before = _scheduled(gateway)
    sent = await asyncio.to_thread(_fly, quiet, noisy)
    ran, waited = _scheduled(gateway)
    made = float((await noise.communicate())[0]) if noise else 0.0
    await asyncio.sleep(2.0)
    delays: dict[int, list[float]] = {OTHER: [], SAME: []}
    for stored in await bus.past(subjects.RAW_STREAM, RawChunk):
        for part in stored.message.vehicles if stored.message else ():
            for taken_us, frame in tlog.read(part.tlog):
                if frame.sysid in delays and frame.msgid == SYSTEM_TIME:
                    message: Any = decode(frame)
                    delays[frame.sysid].append((taken_us - message.time_unix_usec) / 1000)
    other, same = sorted(delays[OTHER]), sorted(delays[SAME])
    return {
        "noise": kind,
        "mb_s": round(made / SECONDS / 1e6, 1),
        "frames": len(other),
        "lost": sent - len(other),
        "p50_ms": round(other[len(other) // 2], 1),
        "p99_ms": round(other[len(other) * 99 // 100], 1),
        "worst_ms": round(other[-1], 1),
        "same_lost": sent - len(same),
        "same_worst_ms": round(same[-1], 1) if same else None,
        "cores": round((ran - ran_before) / SECONDS, 2),
        "waited_ms_s": round(1000 * (waited - waited_before) / SECONDS, 1),
    }


def _scheduled(pid: int) -> tuple[float, float]:
    """Seconds for which a process's main thread ran, and was ready but had to wait for a core."""
    ran_ns, waited_ns, _ = map(int, Path(f"/proc/{pid}/schedstat").read_text().split())
    return ran_ns / 1e9, waited_ns / 1e9


def _fly(other: int, same: int) -> int:
    """One vehicle on each port for `SECONDS`; how many frames of each left."""
    begun, count = time.monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        while time.monotonic() - begun < SECONDS:
            for system, port in ((OTHER, other), (SAME, same)):
                fields = {"time_unix_usec": time.time_ns() // 1000, "time_boot_ms": count}
                out.sendto(encode("SYSTEM_TIME", fields, seq=count, sysid=system, compid=1), ("127.0.0.1", port))
            count += 1
            time.sleep(EVERY_S)
    return count


def noise_of(kind: str) -> bytes:
    dice = random.Random(1)
    if kind == "random":
        return dice.randbytes(4_000_000)
    long = BY_NAME["FILE_TRANSFER_PROTOCOL"].id
    header = struct.pack("<BBBBBBBHB", 0xFD, 255, 0, 0, 0, OTHER, 1, long, 0)
    return (header[:3] * 3 + header) * (4_000_000 // 19)


def make_noise(kind: str, port: int, seconds: float) -> int:
    """Sends as much as `NOISE_MB_S` allows; how many bytes left."""
    source, sent, begun = noise_of(kind), 0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", port))
        while (now := time.monotonic() - begun) < seconds:
            while sent < now * NOISE_MB_S * 1e6:
                at = sent % (len(source) - DATAGRAM)
                with contextlib.suppress(OSError):
                    out.send(source[at : at + DATAGRAM])
                sent += DATAGRAM
            time.sleep(0.001)
    return sent


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(make_noise(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
    else:
        measure(Console())
