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
from typing import Final

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


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="airbeat-evidence-") as name:
        folder = Path(name) / "flights" / "20261122T071530Z-UAV-07"
        _record(folder)
        seal_s = _timed(lambda: seal_flight(folder))
        key = (Path(name) / "keys" / "evidence.pub").read_text()
        best = _in_turn(
            {
                "read": lambda: _read(folder / "telemetry.tlog"),
                "read and hash": lambda: _hash(folder / "telemetry.tlog"),
                "verify": lambda: _verify(folder, key),
            }
        )
        target = Path(name) / "evidence.zip"
        export_s = _timed(lambda: _export(folder, target, EvidenceKeys(Path(name) / "keys")))
        zip_s = _timed(lambda: _verify(target, key))
    ratio = best["verify"] / best["read and hash"]
    table = Table("", "s", "MB/s", title="1 GiB of telemetry", title_justify="left")
    for what, seconds in {"seal": seal_s, **best, "export": export_s, "verify the zip": zip_s}.items():
        table.add_row(what, f"{seconds:.2f}", f"{BYTES / 1e6 / seconds:,.0f}")
    Console().print(table, f"ratio_verify_to_read_and_hash {ratio:.3f}")
    result = {"bytes": BYTES, "seconds": best, "ratio_verify_to_read_and_hash": round(ratio, 3), "runs": RUNS}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**result, "export_s": export_s, "verify_zip_s": zip_s}, indent=2) + "\n")


def _record(folder: Path) -> None:
    """Bytes that no disk compresses, a little different in each piece."""
    folder.mkdir(parents=True)
    piece = os.urandom(PIECE)
    with (folder / "telemetry.tlog").open("wb") as file:
        for number in range(BYTES // PIECE):
            file.write(number.to_bytes(8, "big") + piece[8:])


def _in_turn(deeds: dict[str, Callable[[], None]]) -> dict[str, float]:
    best = dict.fromkeys(deeds, float("inf"))
    for _ in range(RUNS):
        for what, deed in deeds.items():
            best[what] = min(best[what], _timed(deed))
    return best


def _timed(deed: Callable[[], None]) -> float:
    begin = time.perf_counter()
    deed()
    return time.perf_counter() - begin


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
    export(folder, target, handover, [], {}, {}, keys)


if __name__ == "__main__":
    main()
