"""Files, and lines of files, that are whole or not there, and on the disk when they are."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

OURS: Final = 0o640
"""For the user and the group of the services alone."""


def write(path: Path, content: bytes, mode: int = OURS) -> None:
    """Replaces `path` at once."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def append(path: Path, line: bytes) -> None:
    """Adds a line to `path`. `OSError` where the disk refuses: nothing of the line stays, the next one must be read."""
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OURS)
    size = os.fstat(out).st_size
    try:
        if os.write(out, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(out)
    except OSError:
        os.ftruncate(out, size)
        raise
    finally:
        os.close(out)


def sync_folder(folder: Path) -> None:
    """What has been made or renamed in `folder` is still so after a power cut."""
    entry = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
