"""The monitor as a process between a real NATS and the people: an alert outlives whoever raised it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.wire import Aircraft, Event, LiveFrame, LiveVehicle, Pulse, TrafficFrame
from tests.telemetry.conftest import Broker
from tests.telemetry.monitoring import HEARD, Fleet, Process, acknowledge, alerts, heard, ready
from tests.waiting import until


@pytest.fixture
async def fleet(bus: Bus) -> AsyncIterator[Fleet]:
    async with heard(bus, "UAV-07") as made:
        yield made


@pytest.fixture
def monitor(broker: Broker) -> Any:
    process = Process(broker)
    yield process
    process.kill()


async def told(bus: Bus) -> list[tuple[str, str, str | None]]:
    events = await bus.past(subjects.EVENTS_STREAM, Event, only="event.*.*")
    return [(one.message.kind, one.message.text, one.message.actor) for one in events if one.message is not None]


async def test_an_alert_outlives_its_monitor_and_ends_once_seen(bus: Bus, fleet: Fleet, monitor: Process) -> None:
    fleet.drones["UAV-07"]["battery_pct"] = 25.0
    (raised,) = await alerts(bus, 1)
    assert (raised.rule, raised.severity, raised.ended_at) == ("battery_low", "warning", None)
    monitor.kill()
    monitor.start()
    await ready(bus)
    await asyncio.sleep(1.0)
    assert await alerts(bus, 1) == [raised]
    fleet.drones["UAV-07"]["battery_pct"] = 80.0
    for _ in range(100):
        (ended,) = await alerts(bus, 1)
        if ended.ended_at is not None:
            break
        await asyncio.sleep(0.05)
    assert ended.ended_at is not None, "it stays in the list until it is acknowledged"
    assert (await acknowledge(bus, raised.alert_id)).ok
    await alerts(bus, 0)
    assert not (await acknowledge(bus, raised.alert_id)).ok
    text = "UAV-07: battery at 25 %, under 30 %."
    assert await told(bus) == [
        ("alert_raised", text, None),
        ("alert_ended", f"Over: {text}", None),
        ("alert_acknowledged", f"ann has seen: {text}", "ann"),
    ]
    assert monitor.kill(signal.SIGTERM) == 0


async def test_what_happens_while_the_monitor_and_the_bus_are_dead_is_told_after(
    broker: Broker, bus: Bus, fleet: Fleet, monitor: Process
) -> None:
    await ready(bus)
    monitor.kill()
    assert broker.server.process is not None
    broker.server.process.kill()
    broker.server.process.wait()
    fleet.drones["UAV-07"]["ekf_ok"] = False
    await asyncio.sleep(0.5)
    broker.server.start()
    monitor.start()
    (raised,) = await alerts(bus, 1)
    assert raised.rule == "ekf"


async def test_a_dead_gateway_is_told_as_silence(bus: Bus, monitor: Process) -> None:
    frame = LiveFrame("gateway", "nowhere", 1, datetime.now(UTC), (LiveVehicle("UAV-07", **HEARD),))
    await ready(bus)
    for _ in range(10):
        await bus.publish(subjects.live("nowhere"), frame)
        await asyncio.sleep(0.05)
    found = await alerts(bus, 2)
    assert {alert.rule for alert in found} == {"link_late", "link_lost"}


async def test_gateways_words_and_other_aircraft_are_heard(bus: Bus, fleet: Fleet, monitor: Process) -> None:
    await ready(bus)
    lost = Event("e1", datetime.now(UTC), "airbeat", "frames_lost", "12 frames are lost to the recording.")
    await bus.record(lost)
    near = Aircraft("icao-4ca1b2", "adsb", "UAV-07", 51.5080, -0.1637, 0)
    for _ in range(8):
        await bus.publish(subjects.traffic("gateway"), TrafficFrame("gateway", datetime.now(UTC), (near,)))
        await asyncio.sleep(0.25)
    found = await alerts(bus, 3)
    assert {alert.rule for alert in found} == {"frames_lost", "traffic", "collision"}


async def test_it_says_that_it_is_at_work_and_no_longer_than_it_is(bus: Bus, monitor: Process) -> None:
    pulses: list[Pulse] = []

    async def hear(_: str, pulse: Pulse) -> None:
        pulses.append(pulse)

    await bus.subscribe(subjects.PULSES_ALL, Pulse, hear)
    await until(lambda: len(pulses) >= 3)
    assert {pulse.service for pulse in pulses} == {subjects.MONITOR}
    monitor.kill()
    await asyncio.sleep(0.2)
    before = len(pulses)
    await asyncio.sleep(pulses[-1].within_s)
    assert len(pulses) == before
