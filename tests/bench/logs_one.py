"""One reader over one file, in a process of its own: what it took and how much memory it needed.

    python -m tests.bench.logs_one airbeat|pymavlink FILE all|two

`all` is every value of every message: arrays here, decoded message objects with pymavlink. `two` is every value of two
messages as arrays. Prints a JSON object; seconds are the processor's, so that other load on the machine counts little.
`peak_bytes` is what the process grew by at the most; `code_bytes` of it are pages of program files (numpy's loops) that
were used for the first time: about a megabyte whatever the log, and shared by all processes.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from pymavlink import mavutil
from pymavlink.DFReader import DFReader_binary

from telemetry.logs import read

TWO: Final = {".bin": ("GPS", "ATT"), ".tlog": ("GLOBAL_POSITION_INT", "ATTITUDE")}


def airbeat_all(path: Path) -> int:
    log = read(path)
    columns = [[*(table[field] for field in table.fields), table.time_s] for table in log]
    return sum(len(table[0]) for table in columns)


def airbeat_two(path: Path) -> int:
    log = read(path)
    tables = [log[name] for name in TWO[path.suffix]]
    return sum(len([*(table[field] for field in table.fields), table.time_s][0]) for table in tables)


def pymavlink_all(path: Path) -> int:
    reader, count = _pymavlink(path), 0
    while (message := reader.recv_msg()) is not None:
        count += message.get_type() != "BAD_DATA"
    return count


def pymavlink_two(path: Path) -> int:
    reader, wanted = _pymavlink(path), list(TWO[path.suffix])
    rows: dict[str, list[list[Any]]] = {name: [] for name in wanted}
    while (message := reader.recv_match(type=wanted)) is not None:
        fields = message.get_fieldnames()
        rows[message.get_type()].append([message._timestamp, *(getattr(message, field) for field in fields)])
    arrays = [np.array(column) for table in rows.values() for column in zip(*table, strict=True)]
    return sum(len(table) for table in rows.values()) if arrays else 0


def _pymavlink(path: Path) -> Any:
    if path.suffix == ".bin":
        return DFReader_binary(str(path))
    return mavutil.mavlink_connection(str(path), dialect="ardupilotmega")


READERS: Final[dict[tuple[str, str], Callable[[Path], int]]] = {
    ("airbeat", "all"): airbeat_all,
    ("airbeat", "two"): airbeat_two,
    ("pymavlink", "all"): pymavlink_all,
    ("pymavlink", "two"): pymavlink_two,
}


def main() -> None:
    reader, file, what = sys.argv[1:]
    before, code_before = peak_bytes(), code_bytes()
    started, started_wall = time.process_time(), time.perf_counter()
    messages = READERS[reader, what](Path(file))
    took, wall = time.process_time() - started, time.perf_counter() - started_wall
    peak, code = peak_bytes() - before, code_bytes() - code_before
    found = {"messages": messages, "seconds": took, "wall_s": wall, "peak_bytes": peak, "code_bytes": code}
    print(json.dumps(found))


def peak_bytes() -> int:
    """The most memory this process has had resident, pages of mapped files included. Linux."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def code_bytes() -> int:
    """Of shared libraries, resident in this process. Linux."""
    mappings = Path("/proc/self/smaps").read_text()
    return 1024 * sum(map(int, re.findall(r"r[-w][-x]p \S+ \S+ \S+ +/\S+\.so\S*\n(?:.*\n)*?Rss: +(\d+) kB", mappings)))


if __name__ == "__main__":
    main()
