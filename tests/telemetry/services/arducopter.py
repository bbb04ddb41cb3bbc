"""A real ArduCopter SITL process, where `$ARDUPILOT_SITL` names its binary."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOME = "51.50735,-0.16370,24,0"


@contextmanager
def flown_in(folder: Path, instance: int) -> Iterator[int]:
    """Starts instance number `instance` in `folder`; gives its TCP port. Skips where there is no binary."""
    binary = os.environ.get("ARDUPILOT_SITL")
    if not binary:
        pytest.skip("$ARDUPILOT_SITL names no ArduCopter SITL binary")
    defaults = Path(binary).with_name("copter.parm")
    command = [binary, "--model", "+", "--speedup", "1", "--home", HOME, "--defaults", str(defaults), f"-I{instance}"]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield 5760 + 10 * instance
    finally:
        process.terminate()
        process.wait(10)
