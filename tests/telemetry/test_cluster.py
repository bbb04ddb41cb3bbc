"""Three nats-servers that only their settings make one: one dies under load, and nothing that was stored is lost."""

from __future__ import annotations

import asyncio
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
from telemetry.wire import RawChunk, RawVehicle, VehicleInfo

RAW_LIMIT_MB = 32
SENDERS = 3
CHUNKS = 120


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Cluster:
    """As on three machines: a home, a settings file's worth of settings and a server each; the keys are copied."""

    def __init__(self, folder: Path) -> None:
        homes = [folder / name for name in ("north", "south", "west")]
        self.keys = BusKeys(homes[0] / "keys")
        self.keys.server_trust()
        for home in homes[1:]:
            shutil.copytree(homes[0] / "keys", home / "keys")
        ports = free_ports(9)
        self.servers = [
            NatsServer(
                home,
                NatsSettings(
                    port=ports[3 * n],
                    websocket_port=ports[3 * n + 1],
                    raw_limit_mb=RAW_LIMIT_MB,
                    server=home.name,
                    cluster_port=ports[3 * n + 2],
                    routes=tuple(f"127.0.0.1:{ports[3 * other + 2]}" for other in range(3) if other != n),
                    replicas=3,
                ),
            )
            for n, home in enumerate(homes)
        ]
        self.url = ",".join(f"nats://127.0.0.1:{ports[3 * n]}" for n in range(3))

    def kill(self, number: int) -> None:
        process = self.servers[number].process
        assert process is not None
        process.kill()
        process.wait()

    async def connect(self, service: str) -> Bus:
        return await Bus.connect(self.url, service, self.keys.service_credentials(service))


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
