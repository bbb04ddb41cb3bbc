"""The supervisor: what dies is back, what stops is gone, and nothing outlives its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from airbeat.supervisor import Service, Supervisor
from tests.waiting import until

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_a_killed_service_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path / "logs", lambda name, what: said.append(f"{name} {what}"))
    supervisor.start([Service("sleeper", SLEEPER)])
    await until(lambda: "sleeper" in supervisor.pids)
    first = supervisor.pids["sleeper"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pids.get("sleeper", first) != first)
    second = supervisor.pids["sleeper"]
    await supervisor.stop()
    assert not is_running(first)
    assert not is_running(second)
    assert any("SIGKILL" in line for line in said)


async def test_services_stop_in_reverse_order_even_when_one_ignores_the_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airbeat.supervisor.STOP_GRACE_S", 0.5)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);print('deaf', flush=True); time.sleep(600)"
    )
    supervisor = Supervisor(tmp_path / "logs")
    supervisor.start([Service("deaf", (sys.executable, "-c", deaf)), Service("sleeper", SLEEPER)])
    await until(lambda: (tmp_path / "logs" / "deaf.log").exists())
    await until(lambda: b"deaf" in (tmp_path / "logs" / "deaf.log").read_bytes())
    await until(lambda: len(supervisor.pids) == 2)
    pids = supervisor.pids
    await supervisor.stop()
    assert [name for name, pid in pids.items() if is_running(pid)] == []


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import asyncio, sys
        from pathlib import Path
        from airbeat.supervisor import Service, Supervisor

        async def main() -> None:
            supervisor = Supervisor(Path(sys.argv[1]))
            supervisor.start([Service("sleeper", (sys.executable, "-c", "import time; time.sleep(600)"))])
            while "sleeper" not in supervisor.pids:
                await asyncio.sleep(0.01)
            print(supervisor.pids["sleeper"], flush=True)
            await asyncio.sleep(600)

        asyncio.run(main())
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert is_running(child)
        supervisor.kill()
    asyncio.run(until(lambda: not is_running(child)))
