"""The bus against a real nats-server: what is stored stays, in order and once, whatever dies."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from datetime import UTC, datetime

import pytest

from telemetry import subjects
from telemetry.bus import Bus, SyncBus
from telemetry.errors import BusError
from telemetry.wire import Actor, Event, LiveFrame, OpenFlight, RawChunk, RawVehicle, Reply, Request
from tests.telemetry.conftest import RAW_LIMIT_MB, Broker

AT = datetime(2026, 11, 22, 7, 15, 30, tzinfo=UTC)


def event(number: int, kind: str = "armed") -> Event:
    return Event(f"id-{number}", AT, "UAV-07", kind, f"Event {number}.", data={"number": number})


async def taken(bus: Bus, count: int, after: int = 0) -> list[Event]:
    found: list[Event] = []
    async with contextlib.aclosing(bus.follow(subjects.EVENTS_STREAM, Event, after)) as stored:
        async for one in stored:
            assert one.message is not None
            found.append(one.message)
            if len(found) == count:
                return found
    raise AssertionError("follow never ends by itself")


async def test_services_that_start_at_once_make_the_stores_once(broker: Broker) -> None:
    names = ("gateway", "recorder", "monitor", "web", "other")
    buses = await asyncio.wait_for(asyncio.gather(*(broker.connect(name) for name in names)), 20)
    await asyncio.wait_for(asyncio.gather(*(bus.prepare(RAW_LIMIT_MB) for bus in buses)), 20)
    assert (await buses[0].usage(subjects.RAW_STREAM)).limit_bytes == RAW_LIMIT_MB * 1024**2
    for bus in buses:
        await bus.close()


async def test_live_frames_reach_their_subscriber_as_they_were_sent(broker: Broker, bus: Bus) -> None:
    other = await broker.connect("monitor")
    heard: asyncio.Queue[tuple[str, LiveFrame]] = asyncio.Queue()

    async def hear(subject: str, frame: LiveFrame) -> None:
        await heard.put((subject, frame))

    await other.subscribe(subjects.LIVE_ALL, LiveFrame, hear)
    await other.usage(subjects.RAW_STREAM)  # its answer says that the subscription stands
    frame = LiveFrame("gateway", "2046-1362", 1, AT, ())
    await bus.publish("live.2046-1362", Actor("not", "a frame"))
    await bus.publish("live.2046-1362", frame)
    assert await asyncio.wait_for(heard.get(), 5) == ("live.2046-1362", frame)
    await other.close()


async def test_a_request_is_answered_or_named_as_unanswered(broker: Broker, bus: Bus) -> None:
    other = await broker.connect("web")
    order = Request(Actor("ann", "pilot"), {"seconds": 0.0})

    async def serve(subject: str, request: Request) -> Reply:
        await asyncio.sleep(request.arguments["seconds"])
        return Reply(True, f"{request.actor.user} on {subject}")

    await bus.serve("request.UAV-07.*", Request, serve)
    await bus.usage(subjects.RAW_STREAM)
    subject = subjects.request("UAV-07", "arm")
    slow = asyncio.create_task(other.request(subject, Request(order.actor, {"seconds": 1.0}), Reply, 5))
    assert await other.request(subject, order, Reply, 5) == Reply(True, "ann on request.UAV-07.arm")
    assert not slow.done(), "the second request waited behind the first"
    assert (await slow).ok
    refused = await other.request(subject, Actor("not", "a request"), Reply, 5)
    assert not refused.ok
    assert "Request" in refused.text
    with pytest.raises(BusError, match=r"request\.UAV-08\.arm: nobody serves it now"):
        await other.request(subjects.request("UAV-08", "arm"), order, Reply, 5)
    with pytest.raises(BusError, match=r"no answer within 0\.2 s"):
        await other.request(subject, Request(order.actor, {"seconds": 1.0}), Reply, 0.2)
    await other.close()


async def test_a_repeated_message_is_stored_once_and_followed_in_order(bus: Bus) -> None:
    for number in range(50):
        await bus.record(event(number))
        await bus.record(event(number))
    assert [one.event_id for one in await taken(bus, 50)] == [f"id-{number}" for number in range(50)]
    assert [one.event_id for one in await taken(bus, 10, after=40)] == [f"id-{number}" for number in range(40, 50)]


async def test_following_and_storing_outlive_a_killed_server(broker: Broker, bus: Bus) -> None:
    following = asyncio.create_task(taken(bus, 40))
    for number in range(20):
        await bus.record(event(number))
    process = broker.server.process
    assert process is not None
    process.kill()
    process.wait()
    storing = asyncio.create_task(bus.record(event(20)))
    await asyncio.sleep(0.3)
    assert not storing.done()
    assert broker.server.start() == broker.listening, "it must come back where its clients look for it"
    await asyncio.wait_for(storing, 30)
    for number in range(21, 40):
        await bus.record(event(number))
    found = await asyncio.wait_for(following, 30)
    assert [one.event_id for one in found] == [f"id-{number}" for number in range(40)]


async def test_a_full_raw_stream_refuses_and_forgets_only_what_it_is_told_to(bus: Bus) -> None:
    await bus.prepare(2)
    chunk = RawChunk("gateway", "run", 0, (RawVehicle("UAV-07", bytes(900_000), 1, 0),))
    first = await bus.store("raw.gateway", chunk, "0")
    await bus.store("raw.gateway", chunk, "1")
    third = asyncio.create_task(bus.store("raw.gateway", chunk, "2"))
    await asyncio.sleep(1.0)
    assert not third.done(), "it must be kept by its sender, not pushed out what is not recorded"
    usage = await bus.usage(subjects.RAW_STREAM)
    assert (usage.first_sequence, usage.last_sequence, usage.limit_bytes) == (first, first + 1, 2 * 1024**2)
    await bus.forget(subjects.RAW_STREAM, up_to=first)
    assert await asyncio.wait_for(third, 10) == first + 2


async def test_a_bucket_holds_the_latest_value_of_each_key(bus: Bus) -> None:
    flight = OpenFlight("F1", "UAV 07", AT, "/flights/F1")
    bucket = subjects.FLIGHTS_BUCKET
    assert await bus.entries(bucket, OpenFlight) == {}
    await bus.put(bucket, "UAV 07", OpenFlight("F0", "UAV 07", AT, "/flights/F0"))
    await bus.put(bucket, "UAV 07", flight)
    await bus.put(bucket, "UAV-08", flight)
    await bus.delete(bucket, "UAV-08")
    assert await bus.entry(bucket, "UAV 07", OpenFlight) == flight
    assert await bus.entry(bucket, "UAV-08", OpenFlight) is None
    assert await bus.entry(bucket, "UAV-09", OpenFlight) is None
    assert await bus.entries(bucket, OpenFlight) == {"UAV_07": flight}


async def test_a_thread_asks_and_hears_through_the_blocking_face(broker: Broker, bus: Bus) -> None:
    async def serve(_: str, request: Request) -> Reply:
        return Reply(True, request.actor.user)

    await bus.serve("request.UAV-07.*", Request, serve)
    heard: list[tuple[int, str]] = []
    enough = threading.Event()

    def hear(sequence: int, one: Event) -> None:
        if not heard and one.data["number"] == 1 and not failed:
            failed.append(True)
            raise RuntimeError("the database was locked")
        heard.append((sequence, one.event_id))
        if len(heard) == 2:
            enough.set()

    failed: list[bool] = []

    def work() -> Reply:
        web = SyncBus(broker.listening.url, "web", broker.keys.service_credentials("web"))
        try:
            web.follow_events(1, hear)
            web.put(subjects.FLIGHTS_BUCKET, "UAV-07", OpenFlight("F1", "UAV-07", AT, "b"))
            answer = web.request(subjects.request("UAV-07", "arm"), Request(Actor("ann", "pilot")), Reply, 5)
            assert enough.wait(10)
            with pytest.raises(BusError, match="nobody serves it"):
                web.request("request.UAV-08.arm", Request(Actor("ann", "pilot")), Reply, 5)
            return answer
        finally:
            web.close()

    for number in range(3):
        await bus.record(event(number))
    assert await asyncio.to_thread(work) == Reply(True, "ann")
    assert await bus.entry(subjects.FLIGHTS_BUCKET, "UAV-07", OpenFlight) == OpenFlight("F1", "UAV-07", AT, "b")
    assert heard == [(2, "id-1"), (3, "id-2")], "the event whose callback failed comes again, first"
