"""DataFlash logs, terrain and the clock."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sitl.link import PERFECT, parse
from telemetry.errors import VehicleSilent
from telemetry.mavlink.enums import MavProtocolCapability
from telemetry.mavlink.messages import BY_NAME
from telemetry.services import ftp, logs, orders, terrain
from telemetry.services.logs import Log
from tests.telemetry.services.hard_link import Simulated, simulated
from tests.telemetry.services.scenarios import quiet
from tests.telemetry.services.skipping import run


async def flown(link: Simulated, folder: Path) -> Log:
    """A log on board, of a short time armed."""
    link.vehicle.log.folder = folder
    await orders.set_mode(link.mailbox, 0)
    await orders.set_armed(link.mailbox, True)
    await asyncio.sleep(6.0)
    await orders.set_armed(link.mailbox, False)
    return (await logs.listing(link.mailbox))[-1]


def deaf_to_log_requests(link: Simulated) -> None:
    """As an autopilot that keeps logs but serves them as files only."""
    assert link.vehicle.services is not None
    del link.vehicle.services._table["LOG_REQUEST_DATA"]


SILENT_AT_S = {False: 1.5, True: logs.PATIENCE_S + 2.0}
"""Seconds after which the link goes, in the middle of the download."""


@pytest.mark.parametrize("by_file", [True, False])
@pytest.mark.parametrize(
    "conditions", ["", "delay=50ms,loss=1%", "delay=50ms,loss=10%,duplicate=5%", "delay=50ms,outage=20s@300ms"]
)
def test_a_log_comes_whole_over_a_bad_link(conditions: str, by_file: bool, tmp_path: Path) -> None:
    async def attempt() -> tuple[bytes, bytes]:
        (tmp_path / "logs").mkdir()
        async with simulated() as link:
            log = await flown(link, tmp_path / "logs")
            link.mailbox.capabilities = MavProtocolCapability.FTP
            if by_file:
                deaf_to_log_requests(link)
            link.sent.clear()
            link.set(parse(conditions))
            await logs.download(link.mailbox, log, tmp_path / "flight.bin", quiet)
            assert bool(link.sent["FILE_TRANSFER_PROTOCOL"]) == by_file
        original = next((tmp_path / "logs").iterdir())
        return original.read_bytes()[: log.size], (tmp_path / "flight.bin").read_bytes()

    original, copy = run(attempt())
    assert copy == original
    assert len(copy) > 1000


@pytest.mark.parametrize("by_file", [True, False])
def test_a_broken_download_goes_on_where_it_was(by_file: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_CHUNK", 20 * ftp.DATA)
    monkeypatch.setattr(logs, "CHUNK", 20 * logs.DATA)
    monkeypatch.setattr(logs, "STREAM_FROM", 10)

    async def attempt() -> tuple[bytes, bytes, int, int]:
        (tmp_path / "logs").mkdir()
        copy = tmp_path / "flight.bin"
        async with simulated() as link:
            log = await flown(link, tmp_path / "logs")
            link.mailbox.capabilities = MavProtocolCapability.FTP
            if by_file:
                deaf_to_log_requests(link)
            link.set(parse(f"delay=50ms,outage=200s@{SILENT_AT_S[by_file]}s"))
            with pytest.raises(VehicleSilent):
                await logs.download(link.mailbox, log, copy, quiet)
            assert not copy.exists()
            kept = (tmp_path / "flight.bin.part").stat().st_size
            link.set(PERFECT)
            first: list[int] = []
            await logs.download(link.mailbox, log, copy, lambda done, total: first.append(done))
        return next((tmp_path / "logs").iterdir()).read_bytes()[: log.size], copy.read_bytes(), kept, first[0]

    original, copy, kept, went_on_at = run(attempt())
    assert copy == original
    assert 0 < kept < len(original)
    assert went_on_at > kept


def test_no_log_is_an_empty_list() -> None:
    async def attempt() -> tuple[Log, ...]:
        async with simulated(warm_up_s=5.0) as link:
            return await logs.listing(link.mailbox)

    assert run(attempt()) == ()


def terrain_request(mask: int) -> Any:
    kind = BY_NAME["TERRAIN_REQUEST"]
    return kind.decode(kind.pack({"lat": 510000000, "lon": -2000000, "grid_spacing": 100, "mask": mask}))


def test_each_block_asked_for_is_answered_with_its_sixteen_heights() -> None:
    request = terrain_request(1 << 0 | 1 << 9)
    asked = terrain.places(request).tolist()
    sent = list(terrain.answers(request, np.full(len(asked), 24.4)))
    assert [fields["gridbit"] for fields in sent] == [0, 9]
    assert all(fields["data"] == [24] * 16 for fields in sent)
    assert asked[0] == [-0.2, 51.0]
    assert math.isclose((asked[1][0] - asked[0][0]) * math.cos(math.radians(51.0)) * 111_319, 100.0, rel_tol=1e-3)
    east, north = asked[16]  # bit 9: one block north, one block east
    assert math.isclose((north - 51.0) * 111_319, 400.0, rel_tol=1e-3)
    assert math.isclose((east + 0.2) * math.cos(math.radians(51.0)) * 111_319, 400.0, rel_tol=1e-3)


def test_a_block_with_an_unknown_height_is_not_answered() -> None:
    request = terrain_request(0b11)
    heights = np.where(terrain.places(request)[:, 0] > -0.195, np.nan, 10.0)
    assert [fields["gridbit"] for fields in terrain.answers(request, heights)] == [0]


def test_the_vehicle_is_served_what_it_asks_for() -> None:
    async def flat(places: terrain.Heights) -> terrain.Heights:
        return np.full(len(places), 20.0)

    async def attempt() -> int:
        async with simulated() as link:
            serving = asyncio.create_task(terrain.serve(link.mailbox, flat))
            await asyncio.sleep(5.0)
            serving.cancel()
            return link.sent["TERRAIN_DATA"]

    assert run(attempt()) >= 56
