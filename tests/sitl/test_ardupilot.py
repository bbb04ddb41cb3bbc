"""The ArduPilot backend without ArduPilot: a small program stands in for the binary, so that dying can be tested."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sitl.ardupilot import ENVIRONMENT, Ardupilot, ArdupilotOptions, find
from sitl.errors import BackendFailed, BackendMissing
from tests.waiting import wait_until

LISTENER = """\
#!{python}
import socket, sys, time
instance = int([a for a in sys.argv if a.startswith("-I")][0][2:])
s = socket.create_server(("127.0.0.1", 5760 + 10 * instance))
open("eeprom.bin", "w").close()
print("bind port", flush=True)
time.sleep({life})
sys.exit("no more wind")
"""


def program(folder: Path, life_s: float = 600) -> Path:
    path = folder / "arducopter"
    path.write_text(LISTENER.format(python=sys.executable, life=life_s))
    path.chmod(0o755)
    return path


def instance() -> int:
    return 2000 + os.getpid() % 3000


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_without_a_binary_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackendMissing, match=r"ardupilot\.org/dev"):
        find(None)
    with pytest.raises(BackendMissing, match="--binary"):
        find(tmp_path / "nothing")


def test_finds_it_by_option_environment_and_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(tmp_path)
    assert find(path) == path
    monkeypatch.setenv(ENVIRONMENT, str(path))
    assert find(None) == path
    monkeypatch.delenv(ENVIRONMENT)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find(None) == path


async def test_starts_each_in_its_own_folder_and_leaves_nothing(tmp_path: Path) -> None:
    backend = Ardupilot(ArdupilotOptions(program(tmp_path), count=2, first_instance=instance()))
    async with backend:
        folder = backend._folder
        assert folder is not None
        assert sorted(p.name for p in folder.iterdir()) == ["0", "1"]
        pids = [process.pid for process in backend._processes]
        assert all(alive(pid) for pid in pids)
    assert not folder.exists()
    assert not any(alive(pid) for pid in pids)


async def test_one_that_dies_is_reported_with_its_last_words(tmp_path: Path) -> None:
    options = ArdupilotOptions(program(tmp_path, life_s=0.5), first_instance=instance() + 10)
    async with Ardupilot(options) as backend:
        with pytest.raises(BackendFailed, match="no more wind"):
            await asyncio.wait_for(backend.wait(), 20)


async def test_a_port_of_another_program_is_named(tmp_path: Path) -> None:
    options = ArdupilotOptions(program(tmp_path), first_instance=instance() + 15)
    port = 5760 + 10 * options.first_instance
    with socket.create_server(("127.0.0.1", port)), pytest.raises(BackendFailed, match="taken by another program"):
        await Ardupilot(options).start()


def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    parent = textwrap.dedent(f"""
        import asyncio
        from pathlib import Path
        from sitl.ardupilot import Ardupilot, ArdupilotOptions
        async def main():
            options = ArdupilotOptions(Path({str(program(tmp_path))!r}), 2, first_instance={instance() + 20})
            async with Ardupilot(options) as b:
                print(b._folder, *(p.pid for p in b._processes), flush=True)
                await asyncio.sleep(600)
        asyncio.run(main())
    """)
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder, *pids = process.stdout.readline().split()
        assert Path(folder).exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_until(lambda: not Path(folder).exists() and not any(alive(int(pid)) for pid in pids), "all of it gone")
