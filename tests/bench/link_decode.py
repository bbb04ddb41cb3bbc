"""Decoding: the bytes of survey.tlog to checked frames, to tlog records, and to updated vehicle state.

Beside it, in the same run and on the same pieces of the stream: pymavlink's `parse_buffer`, and mavio 0.9.1 in a
virtual environment of its own that is deleted afterwards. Each figure is the best of `ROUNDS` interleaved rounds.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega
from rich.console import Console
from rich.table import Table

from telemetry.mavlink import tlog
from telemetry.mavlink.frame import FrameReader
from telemetry.vehicle import Vehicle

SURVEY: Final = Path(__file__).parents[1] / "data" / "survey.tlog"
PIECES: Final = {"64 KiB": 65_536, "1,400 bytes": 1400, "one frame": 0}
MAIN_PIECES: Final = "64 KiB"
"""What a busy socket gives when it is read until empty; the figures in link.json without a suffix."""
ROUNDS: Final = 7
MAVIO: Final = "mavio==0.9.1"
MAVIO_SCRIPT: Final = """
import asyncio, sys, time
from mavio.serializer import deserialize
stream = open(sys.argv[1], "rb").read()
async def one_round():
    reader = asyncio.StreamReader(limit=1 << 24)
    reader.feed_data(stream)
    reader.feed_eof()
    return sum([1 async for _ in deserialize(reader)])
for _ in range(int(sys.argv[2])):
    started = time.perf_counter()
    count = asyncio.run(one_round())
    print(count, time.perf_counter() - started)
"""

Run = Callable[[Sequence[bytes]], int]


def with_pymavlink(pieces: Sequence[bytes]) -> int:
    reader: Any = ardupilotmega.MAVLink(None)
    return sum(len(reader.parse_buffer(piece) or ()) for piece in pieces)


def to_records(pieces: Sequence[bytes]) -> int:
    """As the gateway keeps them: each checked frame behind the time its piece arrived."""
    reader, count = FrameReader(), 0
    for piece in pieces:
        now_us = time.time_ns() // 1000
        frames = reader.feed(piece)
        count += len(frames)
        tlog.record(now_us, [frame.raw for frame in frames])
    return count


def to_state(pieces: Sequence[bytes]) -> int:
    """The same, and through loss counting and decoding into the vehicle's state, as a serial link is heard."""
    reader, vehicle, count = FrameReader(), Vehicle("UAV-01", 1, "radio", True), 0
    for piece in pieces:
        now_us, now = time.time_ns() // 1000, time.monotonic()
        frames = reader.feed(piece)
        count += len(frames)
        tlog.record(now_us, [frame.raw for frame in frames])
        for frame in frames:
            if frame.sysid == 1:
                vehicle.loss.count(frame.compid, frame.seq)
                vehicle.hear(frame, now)
    return count


def measure(console: Console) -> dict[str, Any]:
    raws = [frame.raw for _, frame in tlog.read(SURVEY)]
    stream = b"".join(raws)
    runs: dict[str, Run] = {"pymavlink": with_pymavlink, "frames": to_records, "state": to_state}
    table = Table("in pieces of", "pymavlink /s", "frames /s", "×", "state /s", "×", title="Decoding survey.tlog")
    figures: dict[str, Any] = {"messages": len(raws)}
    for name, size in PIECES.items():
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)] if size else raws
        best = _best(runs, pieces, len(raws))
        frames_ratio, state_ratio = best["frames"] / best["pymavlink"], best["state"] / best["pymavlink"]
        table.add_row(
            name,
            f"{best['pymavlink']:,.0f}",
            f"{best['frames']:,.0f}",
            f"{frames_ratio:.1f}",
            f"{best['state']:,.0f}",
            f"{state_ratio:.1f}",
        )
        figures[f"pieces {name}"] = {run: round(rate) for run, rate in best.items()}
        if name == MAIN_PIECES:
            figures |= {"frames_ratio": round(frames_ratio, 2), "state_ratio": round(state_ratio, 2)}
            figures |= _mavio(console, stream, len(raws), best["frames"])
    console.print(table)
    return figures


def _best(runs: dict[str, Run], pieces: Sequence[bytes], expected: int) -> dict[str, float]:
    """Messages per second of each run."""
    best = dict.fromkeys(runs, 0.0)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            started = time.perf_counter()
            count = run(pieces)
            took = time.perf_counter() - started
            if count != expected:
                raise SystemExit(f"{name} read {count} of {expected} messages: its figure would mean nothing")
            best[name] = max(best[name], count / took)
    return best


def _mavio(console: Console, stream: bytes, expected: int, frames_rate: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / "bin" / "python"
        install: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", MAVIO]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            console.print(f"{MAVIO} could not be installed here, so it is not compared: {done.stderr.strip()[-200:]}")
            return {"mavio": None}
        (place / "stream").write_bytes(stream)
        command: list[str | Path] = [python, "-c", MAVIO_SCRIPT, place / "stream", str(ROUNDS)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        console.print(f"{MAVIO} failed, so it is not compared: {done.stderr.strip()[-200:]}")
        return {"mavio": None}
    rounds = [line.split() for line in done.stdout.splitlines()]
    rate = max(int(count) / float(took) for count, took in rounds)
    console.print(f"{MAVIO} `deserialize`: {rate:,.0f} /s ({rounds[0][0]} of {expected} messages)")
    return {"mavio": round(rate), "frames_ratio_mavio": round(frames_rate / rate, 2)}
