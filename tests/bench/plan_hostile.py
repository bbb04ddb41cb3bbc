"""What hostile files cost: each is read in a process of its own that may take 200 MB more than it has."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from mission import formats
from mission.airspace import maps, openair, yaixm
from mission.errors import MissionError
from tests.mission.hostile import cases

ALLOWED_MB: Final = 200
SHOWN: Final = 8

READERS: Final[dict[str, Callable[[str, bytes], object]]] = {
    "plan file": formats.load,
    "airspace map": lambda name, data: (maps.load_geojson if name.endswith("json") else maps.load_kml)(name, data),
    "OpenAir": openair.load,
    "yaixm": yaixm.load,
}


def measure(console: Console) -> dict[str, Any]:
    rows = []
    for kind, name, data in cases():
        outcome, took_ms, grown_mb = _read(kind, name, data)
        rows.append((took_ms, grown_mb, kind, name, outcome))
    refused = sum(row[4] == "refused" for row in rows)
    table = Table("file", "ms", "MB more", "ends", title=f"{refused} of {len(rows)} hostile files refused; the slowest")
    for took_ms, grown_mb, kind, name, outcome in sorted(rows, reverse=True)[:SHOWN]:
        table.add_row(f"{kind}: {name}", f"{took_ms:.0f}", f"{grown_mb:.0f}", outcome)
    console.print(table)
    return {
        "hostile_files": len(rows),
        "hostile_refused": refused,
        "hostile_worst_ms": round(max(row[0] for row in rows), 1),
        "hostile_worst_mb": round(max(row[1] for row in rows), 1),
    }


def _read(kind: str, name: str, data: bytes) -> tuple[str, float, float]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, kind, name, data))
    child.start()
    theirs.close()
    try:
        outcome: tuple[str, float, float] = ours.recv()
    except EOFError:
        outcome = ("died", float("inf"), float("inf"))
    child.join()
    return outcome


def _child(pipe: Connection, kind: str, name: str, data: bytes) -> None:
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + ALLOWED_MB * 1024**2,) * 2)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    try:
        READERS[kind](name, data)
        outcome = "was read"
    except MissionError:
        outcome = "refused"
    except MemoryError:
        outcome = "out of memory"
    took = time.perf_counter() - started
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    pipe.send((outcome, took * 1000.0, grown / 1024.0))
