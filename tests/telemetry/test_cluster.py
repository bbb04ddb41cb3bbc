"""Three nats-servers that only their settings make one: one dies under load, and nothing that was stored is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry import subjects
from telemetry.wire import RawChunk, RawVehicle, VehicleInfo
from tests.telemetry.cluster import RAW_LIMIT_MB, Cluster

SENDERS = 3
CHUNKS = 120


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    for server in made.servers:
        server.start()
    yield made
    for server in made.servers:
        server.stop()


def chunk(sender: int, number: int) -> RawChunk:
    part = RawVehicle(f"UAV-{sender:02}", b"x" * 2_000, 20, 20 * number)
    return RawChunk(f"gateway-{sender}", "run", number, (part,))


@pytest.mark.parametrize("victim", ["leader", "follower"])
async def test_one_of_three_dies_under_load_and_nothing_stored_is_lost(cluster: Cluster, victim: str) -> None:
    bus = await cluster.connect("recorder")
    await asyncio.wait_for(bus.prepare(RAW_LIMIT_MB, 3), 60)
    placed = (await bus._js.stream_info(subjects.RAW_STREAM)).cluster
    assert placed is not None
    leader, followers = placed.leader, [one.name for one in placed.replicas or ()]
    assert sorted([str(leader), *map(str, followers)]) == ["north", "south", "west"]
    dying = leader if victim == "leader" else followers[0]
    number = ["north", "south", "west"].index(str(dying))
    stored: dict[tuple[int, int], int] = {}
    senders = [await cluster.connect(f"gateway{one}") for one in range(SENDERS)]
    longest = 0.0

    async def send(sender: int) -> None:
        nonlocal longest
        for count in range(CHUNKS):
            begun = time.monotonic()
            sequence = await senders[sender].store(
                subjects.raw(f"gateway-{sender}"), chunk(sender, count), f"{sender}.{count}"
            )
            longest = max(longest, time.monotonic() - begun)
            stored[sender, count] = sequence
            if (sender, count) == (0, CHUNKS // 3):
                cluster.kill(number)
                await bus.put(subjects.VEHICLES_BUCKET, "UAV-00", VehicleInfo("UAV-00", "gateway-0", "udp", 1, True))

    await asyncio.wait_for(asyncio.gather(*(send(sender) for sender in range(SENDERS))), 90)
    cluster.servers[number].start()
    found = await asyncio.wait_for(bus.past(subjects.RAW_STREAM, RawChunk), 60)
    kept = {(int(one.message.gateway[-1]), one.message.sequence): one.sequence for one in found if one.message}
    assert len(found) == SENDERS * CHUNKS, "each once"
    assert kept == stored
    assert [sequence for _, sequence in sorted(kept.items()) if _[0] == 0] == sorted(
        sequence for key, sequence in kept.items() if key[0] == 0
    ), "in the order of their sender"
    assert await bus.entry(subjects.VEHICLES_BUCKET, "UAV-00", VehicleInfo) is not None
    print(f"the longest that one message waited: {longest:.2f} s ({victim} killed)")
    for one in (bus, *senders):
        await one.close()
