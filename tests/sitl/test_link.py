"""The hard link loses, delays, doubles and reorders whole frames, the same ones for the same seed."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from sitl.errors import LinkTextError
from sitl.fleet import Fleet
from sitl.link import PERFECT, Conditions, Direction, TcpProxy, parse
from telemetry.mavlink.frame import FrameReader


def test_parses_every_word() -> None:
    text = "delay=50ms,jitter=0.02s,loss=1%,duplicate=0.5%,reorder=2%,bandwidth=57.6kbit,outage=5s@30s,outage=1s@2s"
    assert parse(text) == Conditions(
        delay=0.05,
        jitter=0.02,
        loss=0.01,
        duplicate=0.005,
        reorder=0.02,
        bandwidth=7200.0,
        outages=((2.0, 1.0), (30.0, 5.0)),
    )
    assert parse("").perfect


@pytest.mark.parametrize("text", ["delay=50", "loss=2", "loss=200%", "dalay=1s", "bandwidth=fast", "outage=5s"])
def test_names_the_word_it_does_not_understand(text: str) -> None:
    with pytest.raises(LinkTextError, match=text.split("=", maxsplit=1)[0]):
        parse(text)


async def _through(conditions: Conditions, seed: int, count: int = 400) -> list[int]:
    arrived: list[int] = []
    direction = Direction(conditions, lambda frame: arrived.append(int.from_bytes(frame, "big")), seed)
    for number in range(count):
        direction.send(number.to_bytes(2, "big"))
    await asyncio.sleep(0.2)
    direction.close()
    return arrived


async def test_loss_is_the_share_asked_for_and_repeats_with_the_seed() -> None:
    first = await _through(Conditions(loss=0.25), seed=7)
    assert 250 < len(first) < 350
    assert first == sorted(first)
    assert first == await _through(Conditions(loss=0.25), seed=7)
    assert first != await _through(Conditions(loss=0.25), seed=8)


async def test_reorders_and_duplicates() -> None:
    arrived = await _through(Conditions(reorder=0.1, duplicate=0.1), seed=1)
    assert len(arrived) > 410
    assert arrived != sorted(arrived)
    assert set(arrived) == set(range(400))


async def test_jitter_alone_keeps_the_order() -> None:
    assert await _through(Conditions(jitter=0.05), seed=1) == list(range(400))


async def test_nothing_passes_in_an_outage() -> None:
    assert await _through(Conditions(outages=((0.0, 60.0),)), seed=1) == []


async def test_a_slow_line_drops_what_it_cannot_hold() -> None:
    arrived: list[bytes] = []
    direction = Direction(Conditions(bandwidth=1000.0), arrived.append)
    for _ in range(100):
        direction.send(bytes(100))
    assert direction.counts.lost > 70
    await asyncio.sleep(0.35)
    direction.close()
    assert 1 <= len(arrived) <= 5


async def test_a_ground_station_hears_a_vehicle_through_it() -> None:
    async with (
        Fleet(base_port=0, speedup=5.0) as fleet,
        TcpProxy(("127.0.0.1", fleet.ports[0]), parse("delay=5ms,loss=20%"), seed=3) as proxy,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        frames = FrameReader("test")
        heard = 0
        while heard < 200:
            heard += len(frames.feed(await asyncio.wait_for(reader.read(65536), 10)))
        writer.close()
        assert frames.bad_crc == 0
        assert 0.1 < proxy.down.lost / proxy.down.sent < 0.3


async def test_the_fleet_itself_can_fly_behind_it() -> None:
    async with Fleet(base_port=0, speedup=5.0, link=parse("loss=30%,delay=1ms"), seed=2) as fleet:
        reader, writer = await asyncio.open_connection("127.0.0.1", fleet.ports[0])
        frames = FrameReader("test")
        seen: list[int] = []
        while len(seen) < 200:
            seen += [frame.seq for frame in frames.feed(await asyncio.wait_for(reader.read(65536), 10))]
        writer.close()
        missing = sum((after - before - 1) % 256 for before, after in pairwise(seen))
        assert 0.15 < missing / (missing + len(seen)) < 0.45


async def test_closing_it_under_a_caller_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    async with Fleet(base_port=0) as fleet:
        async with TcpProxy(("127.0.0.1", fleet.ports[0]), PERFECT) as proxy:
            reader, _ = await asyncio.open_connection("127.0.0.1", proxy.port)
            assert await asyncio.wait_for(reader.read(10), 10)
        while await asyncio.wait_for(reader.read(65536), 10):
            pass
    assert complaints == []
    assert not caplog.records
