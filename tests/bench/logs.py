"""`make bench-logs`: recordings to columns, beside pymavlink (and mavparser, fasttlogparser where they install).

Every shared recording, and a .bin and a .tlog of 500 MB made by repeating the survey's records with times that go on.
Each figure is from a process of its own. Written to bench-results/logs.json: per file `ratio_two_messages` and
`ratio_all` (pymavlink's seconds / ours), `mb_per_s` (all columns), `peak_to_file` (memory needed / size of the file;
`peak_with_code_to_file` counts what of numpy's own code was used for the first time too), and for the two long ones
`first_chart_s`: the request for the first chart of a flight that holds them, in a server that has just started, and
`first_chart_unprepared_s` where nothing was worked out when the flight was closed and the log attached.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from telemetry.logs import read
from telemetry.logs.framing import STAMP_SIZE, find_records

SHARED: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "arducopter-4.6.3"
OWN: Final = Path(__file__).resolve().parents[1] / "data"
RESULTS: Final = Path("bench-results") / "logs.json"
SIZE: Final = 500_000_000
ROUNDS: Final = 3
"""Of ours and of the peers that are as quick; pymavlink runs once."""
PEERS: Final = {
    ".bin": ("mavparser", "import mavparser; n = len(mavparser.parse(path))"),
    ".tlog": ("fasttlogparser", "import fasttlogparser; n = len(fasttlogparser.parseTLog(path)[0])"),
}
PEER_BUILD: Final = ("scikit-build-core", "pybind11", "cmake", "ninja", "lxml", "future", "setuptools", "numpy")
"""What fasttlogparser's build needs: it looks for pip and for lxml where it is built, so not in pip's isolation."""
PEER_SCRIPT: Final = """
import json, sys, time
path = sys.argv[1]
started = time.process_time()
{work}
print(json.dumps({{"seconds": time.process_time() - started}}))
"""


def main() -> None:
    console = Console()
    folder = SHARED if SHARED.is_dir() else OWN
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        made = [
            long_bin(folder / "survey.bin", place / "long.bin"),
            long_tlog(folder / "survey.tlog", place / "long.tlog"),
        ]
        python = peers(console, place)
        table = Table("file", "MB", "all s", "MB/s", "× pymavlink", "two s", "× pymavlink", "peak/file", "peer s", "×")
        for path in [*sorted(folder.glob("*.bin")), *sorted(folder.glob("*.tlog")), *made]:
            figures[path.name] = measure(path, python)
            table.add_row(*row(path, figures[path.name]))
            RESULTS.parent.mkdir(exist_ok=True)
            RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
        console.print(table)
        for path, charts in zip(made, first_charts(place, *made), strict=True):
            figures[path.name] |= charts
            console.print(path.name, charts)
        RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    console.print(f"Written to {RESULTS}")


def measure(path: Path, python: Path) -> dict[str, Any]:
    ours = {what: best(path, what) for what in ("all", "two")}
    theirs = {what: one("pymavlink", path, what) for what in ("all", "two")}
    for what in ("all", "two"):
        if ours[what]["messages"] != theirs[what]["messages"]:
            raise SystemExit(
                f"{path.name}, {what}: {ours[what]['messages']} messages, pymavlink {theirs[what]['messages']}"
            )
    size = path.stat().st_size
    peer = peer_seconds(python, path)
    return {
        "messages": ours["all"]["messages"],
        "bytes": size,
        "seconds_all": round(ours["all"]["seconds"], 4),
        "seconds_two_messages": round(ours["two"]["seconds"], 4),
        "pymavlink_seconds_all": round(theirs["all"]["seconds"], 3),
        "pymavlink_seconds_two_messages": round(theirs["two"]["seconds"], 3),
        "ratio_all": round(theirs["all"]["seconds"] / ours["all"]["seconds"], 1),
        "ratio_two_messages": round(theirs["two"]["seconds"] / ours["two"]["seconds"], 1),
        "mb_per_s": round(size / 1e6 / ours["all"]["seconds"], 1),
        "peak_to_file": round((ours["all"]["peak_bytes"] - ours["all"]["code_bytes"]) / size, 2),
        "peak_with_code_to_file": round(ours["all"]["peak_bytes"] / size, 2),
        "peer": PEERS[path.suffix][0],
        "peer_seconds": peer,
        "ratio_peer": None if peer is None else round(peer / ours["all"]["seconds"], 1),
    }


def one(reader: str, path: Path, what: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.logs_one", reader, str(path), what]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def best(path: Path, what: str) -> dict[str, Any]:
    return min((one("airbeat", path, what) for _ in range(ROUNDS)), key=lambda run: float(run["seconds"]))


def peers(console: Console, place: Path) -> Path:
    """A throw-away environment with the peers that install here; says so of those that do not."""
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *PEER_BUILD], capture_output=True, check=False)
    for name, _ in PEERS.values():
        done = subprocess.run([*pip, "--no-build-isolation", name], capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["unknown"])[-1]
            console.print(f"{name} cannot be installed here, so it is not compared: {reason}")
    return python


def peer_seconds(python: Path, path: Path) -> float | None:
    """The peer's best time for everything; None where it is not there or cannot read the file."""
    script = PEER_SCRIPT.format(work=PEERS[path.suffix][1])
    seconds = []
    for _ in range(ROUNDS):
        done = subprocess.run([python, "-c", script, path], capture_output=True, text=True, check=False)
        if done.returncode:
            return None
        seconds.append(float(json.loads(done.stdout.splitlines()[-1])["seconds"]))
    return round(min(seconds), 3)


def first_charts(place: Path, long_bin: Path, long_tlog: Path) -> list[dict[str, float]]:
    """Seconds by the clock of the .bin, attached to a flight, and of the .tlog, its recording."""
    home = place / "home"
    home.mkdir()
    _charts_of(home, "prepare", str(long_tlog), str(long_bin))
    found = [{"first_chart_s": _chart_seconds(home, what)} for what in ("attached", "recording")]
    for what, charts in zip(("attached", "recording"), found, strict=True):
        for file in (home / "attachments").glob("*/*.[pt]*"):
            file.unlink()
        charts["first_chart_unprepared_s"] = _chart_seconds(home, what)
    return found


def _chart_seconds(home: Path, what: str) -> float:
    return round(float(json.loads(_charts_of(home, what).splitlines()[-1])["wall_s"]), 3)


def _charts_of(home: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "tests.bench.logs_chart", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def row(path: Path, figures: dict[str, Any]) -> list[str]:
    return [
        path.name,
        f"{figures['bytes'] / 1e6:.1f}",
        f"{figures['seconds_all']:.3f}",
        f"{figures['mb_per_s']:.0f}",
        f"{figures['ratio_all']:.1f}",
        f"{figures['seconds_two_messages']:.3f}",
        f"{figures['ratio_two_messages']:.1f}",
        f"{figures['peak_to_file']:.2f}",
        "—" if figures["peer_seconds"] is None else f"{figures['peer']} {figures['peer_seconds']:.2f}",
        "—" if figures["ratio_peer"] is None else f"{figures['ratio_peer']:.1f}",
    ]


def long_bin(source: Path, target: Path) -> Path:
    """The survey again and again, TimeUS going on."""
    content = np.fromfile(source, dtype=np.uint8)
    log = read(source)
    content = content[: log.damage[0].offset] if log.damage else content
    stamped = _time_offsets(content, source)
    span_us = int(max(int(log[name]["TimeUS"].max()) for name in ("POS", "GPS", "IMU") if name in log)) + 100_000
    with target.open("wb") as file:
        for copy in range(1 + SIZE // len(content)):
            piece = content.copy()
            places = stamped[:, None] + np.arange(8)
            times = piece[places].view("<u8")[:, 0] + np.uint64(copy * span_us)
            piece[places] = times.view(np.uint8).reshape(-1, 8)
            file.write(piece.tobytes()[: SIZE - file.tell()])
    return target


def _time_offsets(content: np.ndarray[Any, Any], source: Path) -> np.ndarray[Any, Any]:
    """Where TimeUS stands in every record that has it."""
    from telemetry.logs.walk import candidates, walk

    log = read(source)
    fmt = log["FMT"]
    lengths = np.zeros(256, dtype=np.int64)
    lengths[fmt["Type"]] = fmt["Length"]
    timed = np.zeros(256, dtype=np.bool_)
    timed[fmt["Type"][[columns.startswith(b"TimeUS") for columns in fmt["Columns"]]]] = True
    blocks = walk(candidates(content), lengths, len(content))
    return np.concatenate([start[timed[kind]] for start, kind in blocks]) + 3


def long_tlog(source: Path, target: Path) -> Path:
    """The survey again and again, the stamps going on."""
    content = np.fromfile(source, dtype=np.uint8)
    places = np.concatenate([records.start for records, _ in find_records(content)])[:, None] + np.arange(STAMP_SIZE)
    stamps = content[places].view(">u8")[:, 0]
    span_us = int(stamps.max() - stamps.min()) + 100_000
    with target.open("wb") as file:
        for copy in range(1 + SIZE // len(content)):
            piece = content.copy()
            piece[places] = (stamps + np.uint64(copy * span_us)).astype(">u8").view(np.uint8).reshape(-1, STAMP_SIZE)
            file.write(piece.tobytes()[: SIZE - file.tell()])
    return target


if __name__ == "__main__":
    main()
