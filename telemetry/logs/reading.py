"""Which reader a file is for: its name says, and its first bytes where the name says nothing."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np

from telemetry.errors import RecordingError
from telemetry.logs import dataflash, dataflash_text, tlog, ulog, walk
from telemetry.logs.fetch import Bytes
from telemetry.logs.log import Log


def read(path: Path | str, places: Path | None = None) -> Log:
    """Raises `RecordingError` where the file cannot be read or is no log. The file must not change while it is used.

    `places` is a file that keeps where the records of a long .tlog or .bin lie: it is made if it is not there, and the
    log is not looked through again while it is.
    """
    path = Path(path)
    data = _mapped(path)
    ending, first = path.suffix.lower(), bytes(data[: len(ulog.MAGIC)])
    if first == ulog.MAGIC or ending == ".ulg":
        return ulog.read(path, data)
    if first.startswith(walk.HEAD) or ending == ".bin":
        return dataflash.read(path, data, places)
    return dataflash_text.read(path, data) if ending == ".log" else tlog.read(path, data, places)


def _mapped(path: Path) -> Bytes:
    """The file's bytes, fetched from the disk as they are needed."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                return np.empty(0, dtype=np.uint8)
            return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype=np.uint8)
    except OSError as error:
        raise RecordingError(str(path), 0, error.strerror or str(error)) from error
