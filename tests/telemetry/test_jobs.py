"""Logs, parameters and the former plan, asked for over the bus: the built-in vehicle and a real gateway."""

from __future__ import annotations

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
    LogOrder,
    LogReceipt,
    Onboard,
    Progress,
    Reply,
    Request,
    UploadOrder,
    UploadUnderWay,
)
from tests.telemetry.one_drone import NAME, PILOT, Unit, unit, until
from tests.telemetry.services.plans import plan

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


async def test_the_vehicles_own_log_comes_into_the_flights_folder(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    folder = tmp_path / "flights" / FLIGHT
    folder.mkdir(parents=True)
    steps: list[Progress] = []

    async def note(_: str, step: Progress) -> None:
        steps.append(step)

    await unit.bus.subscribe(subjects.PROGRESS_ALL, Progress, note)
    await fly(unit)
    listed = await ask(unit, "logs")
    assert listed.ok, listed.text
    newest = listed.data["logs"][-1]
    assert (await ask(unit, "log", **msgspec.to_builtins(LogOrder("j1", FLIGHT)))).ok
    await until(lambda: (folder / f"dataflash-{newest['number']:08}.bin").exists())
    events: list[Event] = []
    while not events:
        events = await unit.events("log")
    receipt = msgspec.convert(events[0].data, LogReceipt)
    assert receipt.problem is None
    fetched = (folder / f"dataflash-{newest['number']:08}.bin").read_bytes()
    assert receipt.file == str(folder / f"dataflash-{newest['number']:08}.bin")
    assert (receipt.bytes, receipt.sha256) == (len(fetched), hashlib.sha256(fetched).hexdigest())
    assert len(fetched) == newest["size"] > 1000
    assert fetched[:2] == b"\xa3\x95", "DataFlash"
    assert any(step.stage == "log" and step.job == "j1" for step in steps)


@pytest.mark.parametrize("flight", ["20261122T071530Z-UAV-09", "../../etc", ""])
async def test_a_flight_that_is_not_here_takes_no_log(
    flight: str, unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    await unit.upload(plan(3))
    reply = await ask(unit, "log", job="j1", flight_id=flight)
    assert not reply.ok
    assert "there is no flight" in reply.text


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
    await until(lambda: unit.port.approved is None)
    reply = await ask(unit, "restore")
    assert reply.ok, reply.text
    await until(lambda: unit.port.approved is not None)
    onboard = await unit.bus.entry(subjects.ONBOARD_BUCKET, NAME, Onboard)
    assert onboard is not None
    assert (onboard.receipt.verified, onboard.plan, onboard.former) == (True, plan(3), None)
