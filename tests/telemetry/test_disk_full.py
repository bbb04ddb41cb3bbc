"""The disk is full: nothing that was said to be stored is lost, the rest is stored when there is room, and told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.wire import RawChunk, RawVehicle
from tests.telemetry.conftest import Broker
from tests.telemetry.monitoring import Process, acknowledge, alerts, ready

ROOM_BYTES = 24 * 1024**2
CHUNK_BYTES = 512 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB, where this machine lets us mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
async def full(small_disk: Path) -> AsyncIterator[tuple[Broker, Bus]]:
    broker = Broker(small_disk)
    bus = await broker.connect("gateway")
    yield broker, bus
    await bus.close()
    broker.server.stop()


def chunk(number: int) -> RawChunk:
    return RawChunk("gateway", "run", number, (RawVehicle("UAV-07", os.urandom(CHUNK_BYTES), 20, 20 * number),))


async def test_what_was_acknowledged_is_there_and_the_rest_comes_when_there_is_room(full: tuple[Broker, Bus]) -> None:
    broker, bus = full
    filler = broker.home / "others"
    filler.write_bytes(b"x" * (ROOM_BYTES // 2))
    acknowledged: list[int] = []
    count = ROOM_BYTES // CHUNK_BYTES

    async def store() -> None:
        for number in range(count):
            await bus.store(subjects.raw("gateway"), chunk(number), f"run.{number}")
            acknowledged.append(number)

    storing = asyncio.create_task(store())
    before = -1
    for _ in range(100):  # until nothing more is taken
        await asyncio.sleep(0.3)
        if len(acknowledged) == before:
            break
        before = len(acknowledged)
    assert 0 < len(acknowledged) < count, "the disk was never full"
    told_before = list(acknowledged)
    process = broker.server.process
    assert process is not None
    if process.poll() is None:
        process.kill()
        process.wait()
    filler.unlink()
    broker.server.start()
    found = await asyncio.wait_for(bus.past(subjects.RAW_STREAM, RawChunk), 60)
    kept = {one.message.sequence for one in found if one.message is not None}
    assert set(told_before) <= kept, "nothing that was acknowledged is missing after the server died on a full disk"
    for _ in range(200):  # there is room for a part of the rest
        if len(acknowledged) >= len(told_before) + 8:
            break
        await asyncio.sleep(0.1)
    assert len(acknowledged) >= len(told_before) + 8, "it goes on by itself"
    storing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await storing


async def test_people_are_told_while_there_is_still_room(full: tuple[Broker, Bus]) -> None:
    broker, bus = full
    monitor = Process(broker)
    try:
        await ready(bus)
        filler = broker.home / "others"
        filler.write_bytes(b"x" * int(shutil.disk_usage(broker.home).free - 0.04 * ROOM_BYTES))
        (raised,) = await alerts(bus, 1)
        assert (raised.rule, raised.severity, raised.vehicle) == ("disk", "critical", "airbeat")
        assert "of its room left" in raised.text
        filler.unlink()
        await acknowledge(bus, raised.alert_id)
        await alerts(bus, 0)
    finally:
        monitor.kill()


async def test_a_server_that_may_write_no_more_loses_nothing_it_acknowledged(broker: Broker, bus: Bus) -> None:
    """Without a disk of one's own: the kernel refuses the server every byte beyond a file's first two megabytes."""
    process = broker.server.process
    assert process is not None
    acknowledged: list[int] = []

    async def store() -> None:
        for number in range(16):
            await bus.store(subjects.raw("gateway"), chunk(number), f"run.{number}")
            acknowledged.append(number)

    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (2 * 1024**2, 2 * 1024**2))
    storing = asyncio.create_task(store())
    before = -1
    for _ in range(60):
        await asyncio.sleep(0.5)
        if len(acknowledged) == before:
            break
        before = len(acknowledged)
    told = list(acknowledged)
    assert 0 < len(told) < 16, "the limit was never met"
    process.kill()
    process.wait()
    broker.server.start()
    await asyncio.wait_for(storing, 60)
    found = await asyncio.wait_for(bus.past(subjects.RAW_STREAM, RawChunk), 60)
    assert [one.message.sequence for one in found if one.message is not None] == list(range(16)), "each once, in order"
