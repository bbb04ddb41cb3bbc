"""Logs, parameters and the former plan, asked for over the bus: the built-in vehicle and a real gateway."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mission.plan import digest
from telemetry import subjects
from telemetry.gateway.desk import conclude, failed_receipt
from telemetry.wire import (
    Event,
    LogFetch,
    LogOrder,
    LogReceipt,
    Onboard,
    Reply,
    Request,
    UploadOrder,
    UploadUnderWay,
)
from tests.telemetry.one_drone import NAME, Unit, unit
from tests.telemetry.one_gateway import PILOT
from tests.telemetry.services.plans import plan
from tests.waiting import until

__all__ = ["unit"]
FLIGHT = "20261122T071530Z-UAV-01"


async def ask(unit: Unit, verb: str, **arguments: Any) -> Reply:
    return await unit.bus.request(subjects.request(NAME, verb), Request(PILOT, arguments), Reply, 60)


async def fly(unit: Unit) -> None:
    """A log on board, of a short time armed."""
    await unit.upload(plan(3))
    reply = Reply(False, "")
    while not reply.ok:
        reply = await ask(unit, "arm")
    assert (await ask(unit, "disarm")).ok


async def told(unit: Unit, kind: str) -> Event:
    """The first event of the kind, waited for."""
    while True:
        for event in await unit.events(kind):
            return event
        await asyncio.sleep(0.05)


async def test_the_vehicles_own_log_comes_and_tells_how_far_it_is(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    await fly(unit)
    assert (await ask(unit, "fetching")).data == {"fetch": None}
    listed = await ask(unit, "logs")
    assert listed.ok, listed.text
    newest = listed.data["logs"][-1]
    order = LogOrder("j1", FLIGHT)
    assert (await ask(unit, "log", **msgspec.to_builtins(order))).ok
    again = await ask(unit, "log", job="j2")
    assert again == Reply(False, "Another log of this vehicle is being fetched.")
    seen: list[LogFetch] = []
    while not seen or seen[-1].receipt is None:
        seen.append(msgspec.convert((await ask(unit, "fetching")).data["fetch"], LogFetch))
    receipt = seen[-1].receipt
    assert receipt.problem is None
    path = tmp_path / "vehicle-logs" / NAME / f"dataflash-{newest['number']:08}.bin"
    fetched = path.read_bytes()
    assert len(fetched) == newest["size"] > 1000
    assert fetched[:2] == b"\xa3\x95", "DataFlash"
    sha256 = hashlib.sha256(fetched).hexdigest()
    assert receipt == LogReceipt("j1", NAME, FLIGHT, newest["number"], str(path), len(fetched), sha256)
    assert all(step.order == order for step in seen)
    assert [step.done for step in seen] == sorted(step.done for step in seen)
    assert msgspec.convert((await told(unit, "log")).data, LogReceipt) == receipt
    assert not [event for event in await unit.events("command") if event.data["verb"] == "fetching"]


async def test_a_log_that_is_not_on_board_ends_in_words(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    await fly(unit)
    assert (await ask(unit, "log", job="j1", number=4000)).ok
    event = await told(unit, "log")
    assert "log not fetched: there is no log 4000 on board" in event.text


async def test_parameters_are_read_and_set_and_read_back_but_not_those_of_the_fence(unit: Unit) -> None:
    await unit.upload(plan(3))
    everything = (await ask(unit, "parameters")).data["parameters"]
    assert len(everything) > 1000
    assert (await ask(unit, "parameter", name="WPNAV_SPEED", value=700.0)).data["value"] == 700.0
    assert (await ask(unit, "parameter", name="WPNAV_SPEED")).text == "WPNAV_SPEED is 700."
    refused = await ask(unit, "parameter", name="FENCE_ENABLE", value=0.0)
    assert not refused.ok
    assert "FENCE_ENABLE keeps the drone in its approved bounds" in refused.text
    assert (await ask(unit, "parameter", name="FENCE_ENABLE")).data["value"] == 1.0
    assert "parameter: " in (await ask(unit, "parameter", name="no such")).text


async def test_after_a_failed_upload_the_former_plan_is_restored(unit: Unit) -> None:
    await unit.upload(plan(3))
    assert await ask(unit, "restore") == Reply(False, "There is no former plan to restore.")
    other = UploadOrder("u2", plan(4), digest(plan(4)))
    for attempt in range(2):
        onboard = await unit.bus.entry(subjects.ONBOARD_BUCKET, NAME, Onboard)
        assert onboard is not None
        marker = UploadUnderWay(other, PILOT, "12", onboard.receipt.started_at)
        await conclude(unit.bus, other, failed_receipt(NAME, marker, f"attempt {attempt} broke off"))
        failed = await unit.bus.entry(subjects.ONBOARD_BUCKET, NAME, Onboard)
        assert failed is not None
        assert failed.receipt.former_sha256 == digest(plan(3)), "what can be restored"
    await until(lambda: unit.port.approved is None)
    reply = await ask(unit, "restore")
    assert reply.ok, reply.text
    await until(lambda: unit.port.approved is not None)
    onboard = await unit.bus.entry(subjects.ONBOARD_BUCKET, NAME, Onboard)
    assert onboard is not None
    assert (onboard.receipt.verified, onboard.plan, onboard.former) == (True, plan(3), None)
