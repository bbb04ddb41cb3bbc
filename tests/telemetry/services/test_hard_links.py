"""Every service × every fault of a link: done and verified, or a named error with the vehicle's state known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from mission.items import MissionType
from sitl.link import parse
from telemetry.errors import ServiceError
from telemetry.services import transfer
from tests.telemetry.services.arducopter import flown_in
from tests.telemetry.services.hard_link import HardLink, by_tcp, simulated
from tests.telemetry.services.scenarios import BEFORE, SCENARIOS, heal, quiet, truth
from tests.telemetry.services.skipping import run

HARMLESS: Final = {
    "delay": "delay=50ms",
    "loss 1 %": "delay=50ms,loss=1%",
    "duplication": "delay=50ms,duplicate=20%",
    "reordering": "delay=50ms,jitter=20ms,reorder=20%",
}
"""A service must be done on these."""
HARD: Final = {"loss 10 %": "delay=50ms,loss=10%", "outage": "delay=50ms,outage=20s@150ms", "reboot": "delay=50ms"}
FAULTS: Final = {**HARMLESS, **HARD}
REBOOT_AFTER_S: Final = 0.15
LIMIT_S: Final = 400.0
"""On the link's clock: what takes longer hangs."""
INSTANCE: Final = 12


async def _end(name: str, fault: str, link: HardLink, reboot: Callable[[], None]) -> ServiceError | None:
    """Runs the scenario under the fault; then the vehicle must be readable, whatever became of the service."""
    await transfer.upload(link.mailbox, MissionType.MISSION, BEFORE, quiet)
    link.set(parse(FAULTS[fault]))
    if fault == "reboot":
        asyncio.get_running_loop().call_later(REBOOT_AFTER_S, reboot)
    error = None
    async with asyncio.timeout(LIMIT_S):
        try:
            await SCENARIOS[name](link)
        except ServiceError as failure:
            error = failure
    heal(link)
    if error is not None or fault == "reboot":
        await asyncio.sleep(10.0)  # it boots, or gives up the transfer that it was left in
    assert isinstance(await truth(link, MissionType.MISSION), tuple)
    return error


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_service_ends_in_success_or_a_named_error(name: str, fault: str) -> None:
    async def attempt() -> ServiceError | None:
        async with simulated(warm_up_s=5.0) as link:
            return await _end(name, fault, link, link.vehicle.reboot)

    error = run(attempt())
    assert error is None or (fault in HARD and str(error)), str(error)


@pytest.mark.ardupilot
@pytest.mark.timeout(900)  # it flies in real time, through an outage of 20 s for each service
@pytest.mark.parametrize("fault", FAULTS)
def test_the_services_end_so_with_a_real_arducopter(fault: str, tmp_path: Path) -> None:
    async def attempts(port: int) -> dict[str, ServiceError | None]:
        async with by_tcp(port) as link:
            with link.mailbox.listen("HEARTBEAT") as inbox:
                assert await inbox.get(30.0)
            await asyncio.sleep(6.0)
            return {name: await _end(name, fault, link, link.reboot) for name in SCENARIOS}

    with flown_in(tmp_path, INSTANCE) as port:
        errors = asyncio.run(attempts(port))
    failed = {name: str(error) for name, error in errors.items() if error}
    assert not failed or fault in HARD, failed
