"""Uploads of 100 and 500 waypoints over a link of 50 ms each way with 1 % loss: ours beside its peers, in one run.

The vehicle is the real ArduCopter that `$ARDUPILOT_SITL` names, else the built-in one. Ours counts until the read-back
is equal; a peer until it says that all is written. After each, the vehicle is read on a good link: a success that the
vehicle does not bear out is a silent failure. Ours must be equal to the last bit stored; of a peer, which rounds in its
own way, only the number of items is compared.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from mission.items import MissionType, WireItem, differences
from sitl.fleet import Fleet, FleetOptions
from sitl.link import TcpProxy, parse
from telemetry.errors import ServiceError
from telemetry.services import storing, transfer
from telemetry.services.mailbox import Mailbox
from tests.bench import upload_peers
from tests.telemetry.services.arducopter import flown_in
from tests.telemetry.services.hard_link import by_tcp
from tests.telemetry.services.plans import items
from tests.telemetry.services.scenarios import quiet

LINK: Final = "delay=50ms,loss=1%"
COUNTS: Final = (100, 500)
RUNS: Final = 5
BOOT_S: Final = 15.0
INSTANCE: Final = 14

Upload = Callable[[Mailbox, Sequence[WireItem]], Awaitable[Sequence[WireItem]]]


async def by_file(mailbox: Mailbox, wire: Sequence[WireItem]) -> Sequence[WireItem]:
    return await storing.put(mailbox, MissionType.MISSION, wire, quiet, quiet)


async def by_protocol(mailbox: Mailbox, wire: Sequence[WireItem]) -> Sequence[WireItem]:
    await transfer.upload(mailbox, MissionType.MISSION, wire, quiet)
    return await transfer.download(mailbox, MissionType.MISSION, quiet)


OURS: Final[dict[str, Upload]] = {"airbeat MAVFTP": by_file, "airbeat protocol": by_protocol}


def measure(console: Console) -> dict[str, Any]:
    """Figures for bench-results/link.json."""
    rows = asyncio.run(_measure())
    table = Table("upload", "waypoints", "s", "runs", "said done, was not", title=f"{LINK}, {_vehicle_name()}")
    for row in rows:
        seconds = "–" if row["seconds"] is None else f"{row['seconds']:.2f}"
        what = f"{row['silent']}" + (f" ({row['problem']})" if row["problem"] else "")
        table.add_row(row["upload"], str(row["waypoints"]), seconds, str(row["runs"]), what)
    console.print(table)
    times = {(row["upload"], row["waypoints"]): row["seconds"] for row in rows}
    return {
        "upload_vehicle": _vehicle_name(),
        "upload_500_verified_s": times["airbeat MAVFTP", 500],
        "upload_500_plain_s": times["airbeat protocol", 500],
        "silent_failures": sum(row["silent"] for row in rows if row["upload"] in OURS),
        "uploads": rows,
    }


def _vehicle_name() -> str:
    return "ArduCopter SITL" if os.environ.get("ARDUPILOT_SITL") else "built-in vehicle"


async def _measure() -> list[dict[str, Any]]:
    rows = []
    async with _vehicle() as port:
        for count in COUNTS:
            rows += [await _ours(name, upload, port, count) for name, upload in OURS.items()]
            rows += [await _peer(name, port, count) for name in upload_peers.PEERS]
    return rows


@asynccontextmanager
async def _vehicle() -> AsyncIterator[int]:
    if not os.environ.get("ARDUPILOT_SITL"):
        async with Fleet(FleetOptions(base_port=0)) as fleet:
            await asyncio.sleep(BOOT_S)
            yield fleet.ports[0]
        return
    with tempfile.TemporaryDirectory() as folder, flown_in(Path(folder), INSTANCE) as port:
        await asyncio.sleep(BOOT_S)
        yield port


async def _ours(name: str, upload: Upload, port: int, count: int) -> dict[str, Any]:
    times, silent, problem = [], 0, None
    now = asyncio.get_running_loop().time
    for run in range(RUNS):
        wire = items(count, 20.0 + run)
        async with TcpProxy(("127.0.0.1", port), parse(LINK), seed=run) as proxy, by_tcp(proxy.port) as link:
            with link.mailbox.listen("HEARTBEAT") as inbox:
                await inbox.get(10.0)
            started = now()
            try:
                verified = not differences(wire, await upload(link.mailbox, wire))
            except ServiceError as error:
                verified, problem = False, str(error)
            if verified:
                times.append(now() - started)
        silent += verified and bool(differences(wire, await _held(port)))
    return _row(name, count, times, RUNS, silent, problem)


async def _peer(name: str, port: int, count: int) -> dict[str, Any]:
    await _empty(port)
    async with TcpProxy(("127.0.0.1", port), parse(LINK), seed=1) as proxy:
        answer = await asyncio.to_thread(upload_peers.run, name, proxy.port, count)
    silent = "seconds" in answer and len(await _held(port)) != len(items(count))
    times = [answer["seconds"]] if "seconds" in answer else []
    return _row(name, count, times, 1, int(silent), answer.get("problem"))


def _row(name: str, count: int, times: Sequence[float], runs: int, silent: int, problem: str | None) -> dict[str, Any]:
    seconds = round(statistics.median(times), 2) if times else None
    return {
        "upload": name,
        "waypoints": count,
        "seconds": seconds,
        "slowest_s": round(max(times), 2) if times else None,
        "runs": runs,
        "silent": silent,
        "problem": problem,
    }


async def _held(port: int) -> Sequence[WireItem]:
    """The vehicle's mission, read without the bad link."""
    async with by_tcp(port) as link:
        return await transfer.download(link.mailbox, MissionType.MISSION, quiet)


async def _empty(port: int) -> None:
    async with by_tcp(port) as link:
        await transfer.upload(link.mailbox, MissionType.MISSION, items(1), quiet)


def main() -> None:
    measure(Console())


if __name__ == "__main__":
    main()
