"""How many vehicles one process flies in real time: `make bench-sitl`.

Every vehicle flies a square by MISSION, each over its own UDP socket on loopback; a second process receives and
throws away, so that the figures are the simulator's own. A deadline is missed when a tick of 20 ms begins more than
two ticks late.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import resource
import socket
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mission.items import WireItem
from sitl import arming
from sitl.fleet import Fleet

COUNTS = (10, 100, 300, 1000)
WARM_S, MEASURE_S = 4.0, 12.0
RESULT = Path("bench-results/sitl.json")


def _sink(port: Any) -> None:
    """Receives everything and keeps nothing."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
    receiver.bind(("127.0.0.1", 0))
    port.send(receiver.getsockname()[1])
    while True:
        receiver.recv(65536)


def _send_off(fleet: Fleet) -> None:
    """Boots the fleet ahead of the clock, then starts every vehicle on its square."""
    for _ in range(50 * 43):
        fleet.step()
    for vehicle in fleet.vehicles:
        place = vehicle.origin
        corners = ((4000, 0), (4000, 6000), (0, 6000), (0, 0))
        square = [WireItem(16, 3, 0, 0, 0, 0, place.lat + n, place.lon + e, 40.0) for n, e in corners]
        again = WireItem(177, 0, 2.0, -1.0, 0, 0, 0, 0, 0.0)
        take_off = WireItem(22, 3, 0, 0, 0, 0, 0, 0, 40.0)
        vehicle.mission = [square[3], take_off, *square, again]
        vehicle.set_mode(4, "bench")
        assert arming.arm(vehicle, force=True)
        vehicle.auto_armed = True
        vehicle.set_mode(3, "bench")


async def _measure(count: int, port: int) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fleet = Fleet(count=count, base_port=None, udp=("127.0.0.1", port))
    async with fleet:
        _send_off(fleet)
        await asyncio.sleep(WARM_S)
        late, ticks, messages = fleet.late_ticks, fleet.ticks, fleet.streams.messages
        cpu, wall = time.process_time(), time.monotonic()
        await asyncio.sleep(MEASURE_S)
        wall = time.monotonic() - wall
        cpu = time.process_time() - cpu
        flown = (fleet.ticks - ticks) * 0.02
        missed = fleet.late_ticks - late
        messages = fleet.streams.messages - messages
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "vehicles": count,
        "real_time": flown / wall,
        "deadlines_missed": missed,
        "messages_per_s": messages / wall,
        "messages_per_vehicle_s": messages / wall / count,
        "cpu_cores": cpu / wall,
        "memory_per_vehicle_kb": memory / count,
    }


def _one(count: int, port: int, result: Any) -> None:
    result.send(asyncio.run(_measure(count, port)))


def main() -> int:
    context = multiprocessing.get_context("spawn")
    port_end, port_start = context.Pipe(duplex=False)
    sink = context.Process(target=_sink, args=(port_start,), daemon=True)
    sink.start()
    port = port_end.recv()
    rows = []
    for count in COUNTS:
        end, start = context.Pipe(duplex=False)
        process = context.Process(target=_one, args=(count, port, start))
        process.start()
        rows.append(end.recv())
        process.join()
    sink.kill()
    table = Table(title=f"Built-in fleet, one process, {MEASURE_S:.0f} s each, Python {sys.version.split()[0]}")
    for title in rows[0]:
        table.add_column(title.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)
    good = [row for row in rows if row["deadlines_missed"] == 0 and row["real_time"] > 0.99]
    best = max(good, key=lambda row: row["vehicles"], default=None)
    RESULT.parent.mkdir(exist_ok=True)
    summary = {
        "vehicles_real_time": int(best["vehicles"]) if best else 0,
        "messages_per_s": round(best["messages_per_s"]) if best else 0,
        "cpu_cores": round(best["cpu_cores"], 3) if best else 0.0,
        "runs": rows,
    }
    RESULT.write_text(json.dumps(summary, indent=1) + "\n")
    return 0 if best else 1


if __name__ == "__main__":
    sys.exit(main())
