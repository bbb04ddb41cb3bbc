"""Verifying a flight of a gigabyte beside reading it and hashing it: the chain of its chunks must not cost anything.

`python -m tests.bench.evidence` prints a table and writes bench-results/evidence.json. Each figure is the best of
several runs in turn, so that all of them find the file in the page cache alike. `ratio` is verifying to reading and
hashing, with SHA-256 over the whole file (`hashlib.file_digest`) as the measure.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table

from telemetry.evidence import verify
from telemetry.evidence.exporting import Handover, export
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.sealing import seal_flight

RESULTS: Final = Path("bench-results") / "evidence.json"
BYTES: Final = 1 << 30
RUNS: Final = 4
PIECE: Final = 1 << 20


class Took(NamedTuple):
    """Seconds: on the clock, and of the processor, which other programs on the machine disturb less."""

    wall: float
    cpu: float


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="airbeat-evidence-") as name:
        folder = Path(name) / "flights" / "20261122T071530Z-UAV-07"
        _record(folder)
        seal = _timed(lambda: seal_flight(folder))
        key = (Path(name) / "keys" / "evidence.pub").read_text()
        best = _in_turn(
            {
                "read": lambda: _read(folder / "telemetry.tlog"),
                "read and hash": lambda: _hash(folder / "telemetry.tlog"),
                "verify": lambda: _verify(folder, key),
            }
        )
        target = Path(name) / "evidence.zip"
        best["export"] = _timed(lambda: _export(folder, target, EvidenceKeys(Path(name) / "keys")))
        best["verify the zip"] = _timed(lambda: _verify(target, key))
    table = Table("", "s", "s of processor", "MB/s", title="1 GiB of telemetry", title_justify="left")
    for what, took in {"seal": seal, **best}.items():
        table.add_row(what, f"{took.wall:.2f}", f"{took.cpu:.2f}", f"{BYTES / 1e6 / took.wall:,.0f}")
    ratios = {
        "ratio_verify_to_read_and_hash": round(best["verify"].wall / best["read and hash"].wall, 3),
        "ratio_of_processor_time": round(best["verify"].cpu / best["read and hash"].cpu, 3),
    }
    Console().print(table, ratios)
    seconds = {what: took._asdict() for what, took in best.items()}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**ratios, "bytes": BYTES, "runs": RUNS, "seconds": seconds}, indent=2) + "\n")


def _record(folder: Path) -> None:
    """Bytes that no disk compresses, a little different in each piece."""
    folder.mkdir(parents=True)
    piece = os.urandom(PIECE)
    with (folder / "telemetry.tlog").open("wb") as file:
        for number in range(BYTES // PIECE):
            file.write(number.to_bytes(8, "big") + piece[8:])


def _in_turn(deeds: dict[str, Callable[[], None]]) -> dict[str, Took]:
    """The best of each, of either time."""
    best = dict.fromkeys(deeds, Took(float("inf"), float("inf")))
    for _ in range(RUNS):
        for what, deed in deeds.items():
            took = _timed(deed)
            best[what] = Took(min(best[what].wall, took.wall), min(best[what].cpu, took.cpu))
    return best


def _timed(deed: Callable[[], None]) -> Took:
    wall, cpu = time.perf_counter(), time.process_time()
    deed()
    return Took(time.perf_counter() - wall, time.process_time() - cpu)


def _read(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        buffer = bytearray(PIECE)
        while file.readinto(buffer):
            pass


def _hash(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        hashlib.file_digest(file, "sha256")


def _verify(bundle: Path, key: str) -> None:
    verdict = verify(bundle, key)
    assert verdict.good, verdict.problems


def _export(folder: Path, target: Path, keys: EvidenceKeys) -> None:
    handover = Handover("Bench", 1, "supervisor", "supervisor", "nobody", "to measure", datetime.now(UTC))
    with target.open("w+b") as file:
        export(folder, file, handover, [], {}, {}, keys)


if __name__ == "__main__":
    main()
