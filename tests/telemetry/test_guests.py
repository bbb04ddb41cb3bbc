"""What guests are shown of the fleet: what their link names, while it holds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.guests import GuestRelay, shown
from telemetry.wire import GuestView, LiveFrame, LiveVehicle
from tests.telemetry.browser import Browser
from tests.telemetry.conftest import Broker

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FRAME = LiveFrame("north", subjects.EVERYWHERE, 4, NOW, tuple(LiveVehicle(f"UAV-{n:02}") for n in (1, 2, 3)))


def test_only_what_is_named_and_only_until_the_end() -> None:
    view = GuestView("7", ("UAV-02", "UAV-09"), NOW)
    seen = shown(FRAME, view, NOW - timedelta(seconds=1))
    assert seen is not None
    assert ([live.vehicle for live in seen.vehicles], seen.sequence) == (["UAV-02"], 4)
    assert shown(FRAME, view, NOW) is None
    assert shown(FRAME, GuestView("8", ("UAV-09",), NOW), NOW - timedelta(seconds=1)) is None


async def test_the_relay_follows_the_links(broker: Broker, bus: Bus) -> None:
    told = asyncio.Queue[tuple[str, LiveFrame]]()

    async def hear(subject: str, frame: LiveFrame) -> None:
        told.put_nowait((subject, frame))

    async def say_until_told() -> tuple[str, LiveFrame]:
        async with asyncio.timeout(20):
            while told.empty():
                await bus.publish(subjects.fleet("north"), FRAME)
                await asyncio.sleep(0.05)
        return told.get_nowait()

    await bus.subscribe("guest.>", LiveFrame, hear)
    relays = [asyncio.create_task(GuestRelay(await broker.connect("monitor")).run()) for _ in range(2)]
    until = datetime.now(UTC) + timedelta(hours=1)
    await bus.put(subjects.GUESTS_BUCKET, "7", GuestView("7", ("UAV-02",), until))
    subject, frame = await say_until_told()
    assert (subject, [live.vehicle for live in frame.vehicles]) == ("guest.7", ["UAV-02"])
    await bus.put(subjects.GUESTS_BUCKET, "8", GuestView("8", ("UAV-03",), until))
    await bus.delete(subjects.GUESTS_BUCKET, "7")
    while (await say_until_told())[0] != "guest.8":
        pass
    await asyncio.sleep(0.2)
    while not told.empty():
        told.get_nowait()
    for _ in range(10):
        await bus.publish(subjects.fleet("north"), FRAME)
    await asyncio.sleep(0.5)
    assert told.qsize() == 10, "one of several relays tells each, not all"
    for relay in relays:
        relay.cancel()


async def test_a_guests_own_ticket_hears_the_relay_and_nothing_of_the_fleet(broker: Broker, bus: Bus) -> None:
    relay = asyncio.create_task(GuestRelay(await broker.connect("monitor")).run())
    until = datetime.now(UTC) + timedelta(hours=1)
    await bus.put(subjects.GUESTS_BUCKET, "7", GuestView("7", ("UAV-02",), until))
    ticket = broker.keys.browser_ticket([subjects.guest("7")], 60)
    browser = await Browser.open(broker.listening.websocket_url, ticket)
    assert await browser.line() == "PONG"
    for forbidden in ("guest.8", "guest.>", subjects.FLEET_ALL, subjects.LIVE_ALL, subjects.EVENTS_ALL):
        assert "Permissions Violation for Subscription" in await browser.answer(f"SUB {forbidden} 2\r\n"), forbidden
        await browser.line()
    assert await browser.answer("SUB guest.7 1\r\n") == "PONG"

    async def say() -> None:
        while True:
            await bus.publish(subjects.fleet("north"), FRAME)
            await asyncio.sleep(0.05)

    saying = asyncio.create_task(say())
    assert (await browser.line()).startswith("MSG guest.7 1")
    saying.cancel()
    browser.close()
    relay.cancel()
