"""A small process that cleans up after this one, however this one ends, ``kill -9`` included.

It holds one end of a pipe whose other end only this process has: when this process is gone the pipe ends, and the
watchdog ends the process group it was told of and removes the folder.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Final

_PROGRAM: Final = """
import os, shutil, signal, sys
folder, group = sys.argv[1], int(sys.argv[2])
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
sys.stdin.buffer.read()
if group:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
shutil.rmtree(folder, ignore_errors=True)
"""


class Watchdog:
    """Guards `folder`, and the process group `group` where there is one (0: none)."""

    def __init__(self, folder: Path, group: int = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, str(folder), str(group)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    async def stop(self) -> None:
        """Has it clean up now; the folder is gone when this returns."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.to_thread(self._process.wait)
