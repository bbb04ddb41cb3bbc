"""MAVProxy as a process, and a mission as ground stations read it from a file."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE_S = 300.0

WAYPOINTS = """QGC WPL 110
0\t1\t0\t16\t0\t0\t0\t0\t51.50735\t-0.16370\t24\t1
1\t0\t3\t22\t0\t0\t0\t0\t0\t0\t20\t1
2\t0\t3\t16\t0\t0\t0\t0\t51.50785\t-0.16370\t20\t1
3\t0\t3\t16\t0\t0\t0\t0\t51.50785\t-0.16290\t25\t1
4\t0\t3\t20\t0\t0\t0\t0\t0\t0\t0\t1
"""


@contextmanager
def mavproxy(
    port: int, folder: Path, patience_s: float = PATIENCE_S
) -> Iterator[tuple[Callable[[str], None], Callable[[str], str]]]:
    """MAVProxy on a terminal of its own: a way to type, and a way to wait for what it says within `patience_s`."""
    command = [sys.executable, "-u", str(Path(sys.executable).parent / "mavproxy.py")]
    command += ["--master", f"tcp:127.0.0.1:{port}", "--nowait", f"--state-basedir={folder}"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    said: queue.Queue[str] = queue.Queue()
    output, stdin = process.stdout, process.stdin

    def listen() -> None:
        while char := output.read(1):
            said.put(char)

    threading.Thread(target=listen, daemon=True).start()
    seen = ""

    def type_(line: str) -> None:
        stdin.write(line + "\n")
        stdin.flush()

    def hear(pattern: str) -> str:
        nonlocal seen
        limit = time.monotonic() + patience_s
        while True:
            match = re.search(pattern, seen)
            if match:
                seen = seen[match.end() :]
                return match.group()
            assert time.monotonic() < limit, f"never said {pattern!r}; last: {seen[-800:]}"
            try:
                seen += said.get(timeout=1)
            except queue.Empty:
                assert process.poll() is None, f"MAVProxy ended: {seen[-800:]}"

    try:
        yield type_, hear
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # MAVProxy has a process of its own beside it
        process.wait()


def mission_item(kind: Any, row: list[str]) -> Any:
    params = [float(x) for x in row[4:8]]
    x, y, z = round(float(row[8]) * 1e7), round(float(row[9]) * 1e7), float(row[10])
    return kind(int(row[0]), int(row[2]), int(row[3]), int(row[0] == "0"), 1, *params, x, y, z, 0)
