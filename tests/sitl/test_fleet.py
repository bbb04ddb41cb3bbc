"""What a fleet owes its surroundings: one vehicle's fault is its own, and nothing is left behind."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sitl.fleet import Fleet
from tests.sitl.probe import Probe
from tests.waiting import wait_until


class Faulty(RuntimeError):
    pass


def fail() -> None:
    raise Faulty


def test_a_fault_in_one_vehicle_leaves_the_others_flying(caplog: pytest.LogCaptureFixture) -> None:
    fleet = Fleet(count=2, base_port=None)
    broken, sound = Probe(fleet, 0), Probe(fleet, 1)
    sound.boot()
    for probe in (broken, sound):
        probe.take_off(10.0)
    broken.vehicle.fence.run = fail  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        sound.run(0.5)
    heard = len(broken.said)
    assert [record.getMessage() for record in caplog.records] == [
        "sysid 1: the autopilot has crashed and is silent from now on"
    ]
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[0] is Faulty
    sound.run(10.0)
    assert len(broken.said) == heard
    assert broken.vehicle.nav.position[2] < 0.5
    assert not broken.vehicle.armed
    assert sound.vehicle.height == pytest.approx(10.0, abs=0.5)
    assert sound.command(20) == 0


async def test_a_crashed_vehicle_takes_connections_and_stays_mute() -> None:
    async with Fleet(count=2, base_port=0, speedup=5.0) as fleet:
        callers = [await asyncio.open_connection("127.0.0.1", fleet.ports[0])]
        assert await asyncio.wait_for(callers[0][0].read(10), 10)
        fleet.vehicles[0].attempt(fail)
        callers += [await asyncio.open_connection("127.0.0.1", port) for port in fleet.ports]
        assert await asyncio.wait_for(callers[2][0].read(10), 10)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(callers[1][0].read(10), 1.0)
        for _, writer in callers:
            writer.close()


def test_no_file_outlives_a_killed_fleet() -> None:
    program = textwrap.dedent("""
        import asyncio
        from sitl.fleet import Fleet
        async def main():
            async with Fleet(base_port=0) as fleet:
                fleet.vehicles[0].log.start()
                print(fleet.vehicles[0].log.folder.parent, flush=True)
                await asyncio.sleep(600)
        asyncio.run(main())
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert list(folder.rglob("*.bin"))
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_until(lambda: not folder.exists(), "its folder gone")


async def test_no_file_outlives_a_stopped_fleet() -> None:
    async with Fleet(base_port=0) as fleet:
        log = fleet.vehicles[0].log
        log.start()
        assert log.folder is not None
        assert log.logs()
    assert not log.folder.parent.exists()
