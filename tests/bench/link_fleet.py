"""50 to 4,000 replayed vehicles, 50 messages a second each: CPU of the services, frames lost up to the durable store.

Frames are counted where they leave the load and where they lie in the stream RAW, which the recorder takes from; it
runs beside, for the flights are recorded. `vehicles_no_loss` is the largest fleet of which not one frame is missing, if
no smaller one lost any. The load runs on the same machine: its share is given, too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.bench.stand import Cores, Recorded, Stand, standing

FLEETS: Final = (50, 200, 1000, 4000)
SECONDS: Final = 12.0
SETTLED_AFTER_S: Final = 3.0


def measure(console: Console) -> dict[str, Any]:
    """Figures for bench-results/link.json."""
    rows = [asyncio.run(_fleet(count)) for count in FLEETS]
    table = Table("vehicles", "frames/s", "sent", "lost", "cores", title=f"Replayed vehicles, {SECONDS:g} s each")
    for row in rows:
        cores = ", ".join(f"{name} {share:.2f}" for name, share in row["cores"].items())
        gateways = f"{row['gateways']} gateway{'s' if row['gateways'] > 1 else ''}"
        vehicles = f"{row['vehicles']:,} on {gateways}"
        table.add_row(vehicles, f"{row['per_second']:,}", f"{row['sent']:,}", f"{row['lost']:,}", cores)
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
    recorded = Recorded()
    async with standing(count) as stand, recorded.counting(stand.bus):
        return await _loaded(count, stand, recorded)


async def _loaded(count: int, stand: Stand, recorded: Recorded) -> dict[str, Any]:
    load = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.live_load", "replayed", str(count), str(SECONDS), *map(str, stand.ports)),
        stdout=asyncio.subprocess.PIPE,
    )
    await recorded.begun()
    cores = Cores({**stand.processes, "load": [load.pid]})
    await asyncio.sleep(SECONDS - 1.0)
    used = cores.used()
    sent = json.loads((await load.communicate())[0])
    await recorded.settled(sent["sent"], SETTLED_AFTER_S)
    return {
        "vehicles": count,
        "gateways": len(stand.processes["gateway"]),
        "per_second": round(sent["sent"] / sent["seconds"]),
        "sent": sent["sent"],
        "recorded": recorded.frames,
        "lost": sent["sent"] - recorded.frames,
        "cores": used,
    }


if __name__ == "__main__":
    measure(Console())
