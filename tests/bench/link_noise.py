"""10 MB/s of noise on one port: how late another vehicle's frames are taken.

The vehicle writes the time at which each frame leaves into it (SYSTEM_TIME); the gateway stamps what it records with
the time at which it took it. The difference is the delay. Three times: without noise, with random bytes, and with bytes
made to cost the frame reader most: headers of long messages at every third place, each of whose checksums is wrong.
`noise_adds_ms` is how much later the worst frame is with random bytes than without.
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
from tests.bench import live

SECONDS: Final = 8.0
NOISE_MB_S: Final = 10.0
DATAGRAM: Final = 1400
SYSTEM: Final = 7
EVERY_S: Final = 0.02
SYSTEM_TIME: Final = BY_NAME["SYSTEM_TIME"].id
KINDS: Final = ("none", "random", "worst")


def measure(console: Console) -> dict[str, Any]:
    """Figures for bench-results/link.json."""
    rows = [asyncio.run(_run(kind)) for kind in KINDS]
    table = Table("noise", "MB/s", "frames", "lost", "p50 ms", "p99 ms", "worst ms", title="Delay of another vehicle")
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("noise", "mb_s", "frames", "lost", "p50_ms", "p99_ms", "worst_ms")))
    console.print(table)
    by_kind = {row["noise"]: row for row in rows}
    added = {kind: round(by_kind[kind]["worst_ms"] - by_kind["none"]["worst_ms"], 1) for kind in KINDS[1:]}
    return {"noise_worst_delay_ms": by_kind["random"]["worst_ms"], "noise_adds_ms": added["random"], "noise": rows}


async def _run(kind: str) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="airbeat-bench-"))
    nats = NatsServer(home, NatsSettings(port=0, websocket_port=0, raw_limit_mb=1024))
    url = nats.start().url
    quiet, noisy = live.free_udp_ports(2)
    settings = home / "airbeat.toml"
    settings.write_text(
        "[nats]\nraw_limit_mb = 1024\n"
        + "".join(
            f'[[links]]\nname = "{name}"\nendpoint = "udpin:127.0.0.1:{port}"\n'
            for name, port in (("quiet", quiet), ("noisy", noisy))
        )
    )
    environment = {**os.environ, "AIRBEAT_HOME": str(home), "NATS_URL": url}
    gateway = live.start("telemetry.gateway", str(settings), env=environment)
    bus = await Bus.connect(url, "bench", BusKeys(home / "keys").service_credentials("bench"))
    await bus.prepare(1024)
    try:
        for port in (quiet, noisy):
            await live.until_listening(port)
        return await _delays(kind, quiet, noisy, bus)
    finally:
        await bus.close()
        gateway.kill()
        gateway.wait()
        nats.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _delays(kind: str, quiet: int, noisy: int, bus: Bus) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.link_noise", kind, str(noisy), str(SECONDS)]
    noise = None
    if kind != "none":
        noise = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    sent = await asyncio.to_thread(_fly, quiet)
    made = float((await noise.communicate())[0]) if noise else 0.0
    await asyncio.sleep(2.0)
    delays = []
    for stored in await bus.past(subjects.RAW_STREAM, RawChunk):
        for part in stored.message.vehicles if stored.message else ():
            for taken_us, frame in tlog.read(part.tlog):
                if frame.sysid == SYSTEM and frame.msgid == SYSTEM_TIME:
                    message: Any = decode(frame)
                    delays.append((taken_us - message.time_unix_usec) / 1000)
    delays.sort()
    return {
        "noise": kind,
        "mb_s": round(made / SECONDS / 1e6, 1),
        "frames": len(delays),
        "lost": sent - len(delays),
        "p50_ms": round(delays[len(delays) // 2], 1),
        "p99_ms": round(delays[len(delays) * 99 // 100], 1),
        "worst_ms": round(delays[-1], 1),
    }


def _fly(port: int) -> int:
    """One vehicle for `SECONDS`; how many frames left."""
    begun, count = time.monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", port))
        while time.monotonic() - begun < SECONDS:
            fields = {"time_unix_usec": time.time_ns() // 1000, "time_boot_ms": count}
            out.send(encode("SYSTEM_TIME", fields, seq=count, sysid=SYSTEM, compid=1))
            count += 1
            time.sleep(EVERY_S)
    return count


def noise_of(kind: str) -> bytes:
    dice = random.Random(1)
    if kind == "random":
        return dice.randbytes(4_000_000)
    long = BY_NAME["FILE_TRANSFER_PROTOCOL"].id
    header = struct.pack("<BBBBBBBHB", 0xFD, 255, 0, 0, 0, SYSTEM, 1, long, 0)
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
