import asyncio
import os
import pty
import random
import socket
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop

from telemetry.errors import LinkError
from telemetry.links import Link, Peer, State, open_link
from telemetry.links.debt import REST_FROM_S, Debt
from telemetry.links.link import BYTES_PER_WAKEUP
from telemetry.mavlink import tlog
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import encode
from tests.waiting import until

Opener = Callable[[str], Link]


class Heard:
    """What arrived, per peer."""

    def __init__(self) -> None:
        self.data: dict[Peer, bytes] = defaultdict(bytes)

    def __call__(self, peer: Peer, data: bytes) -> int:
        self.data[peer] += data
        return 1

    @property
    def all(self) -> bytes:
        return b"".join(self.data.values())


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def opened(heard: Heard) -> AsyncIterator[Opener]:
    links: list[Link] = []

    def open_one(endpoint: str) -> Link:
        links.append(open_link("radio", endpoint, heard))
        return links[-1]

    yield open_one
    for link in links:
        await link.close()


def heartbeat(sysid: int, seq: int = 0) -> bytes:
    return encode("HEARTBEAT", {"type": 2, "autopilot": 3}, seq=seq, sysid=sysid, compid=1)


def port_of(link: Link) -> int:
    assert link.address is not None
    return int(link.address.rsplit(":", 1)[1])


async def test_many_vehicles_on_one_udp_port_are_told_apart(opened: Opener, heard: Heard) -> None:
    link = opened("udpin:127.0.0.1:0")
    vehicles = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(20)]
    try:
        for sysid, vehicle in enumerate(vehicles, 1):
            vehicle.connect(("127.0.0.1", port_of(link)))
            vehicle.send(heartbeat(sysid))
        await until(lambda: len(heard.data) == 20)
        for sysid, vehicle in enumerate(vehicles, 1):
            peer = Peer("radio", f"127.0.0.1:{vehicle.getsockname()[1]}", sysid)
            assert heard.data[peer] == heartbeat(sysid)
            link.send(peer, f"to {sysid}".encode())
        vehicles[6].settimeout(5)
        assert vehicles[6].recv(100) == b"to 7"
        link.send(None, b"to all")
        assert vehicles[6].recv(100) == b"to all"
    finally:
        for vehicle in vehicles:
            vehicle.close()
    link.send(Peer("radio", "127.0.0.1:1"), b"to nobody")
    assert link.counters.not_sent == 1
    assert link.counters.reads == 20


async def test_what_lay_unread_is_known_to_have_waited(opened: Opener, heard: Heard) -> None:
    link = opened("udpin:127.0.0.1:0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as vehicle:
        vehicle.connect(("127.0.0.1", port_of(link)))
        vehicle.send(heartbeat(1))
        await until(lambda: link.counters.reads == 1)
        assert link.waited_s < 0.3
        vehicle.send(heartbeat(2))
        time.sleep(0.3)  # noqa: ASYNC251 - nobody reads
        await until(lambda: link.counters.reads == 2)
        assert 0.3 <= link.waited_s < 5.0
        await asyncio.sleep(0.2)
        vehicle.send(heartbeat(3))
        await until(lambda: link.counters.reads == 3)
        assert link.waited_s < 0.2, "that nothing came is no waiting"
    assert heard.all == heartbeat(1) + heartbeat(2) + heartbeat(3)


async def test_udpout_speaks_first_and_hears_the_answer(opened: Opener, heard: Heard) -> None:
    station = opened("udpin:127.0.0.1:0")
    vehicle = opened(f"udpout:127.0.0.1:{port_of(station)}")
    vehicle.send(None, b"hello")
    await until(lambda: heard.all == b"hello")
    station.send(next(iter(heard.data)), b", you")
    await until(lambda: heard.all == b"hello, you")


async def test_udpout_outlives_a_far_end_that_is_not_there_yet(opened: Opener, heard: Heard) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        late.bind(("127.0.0.1", 0))
        port = late.getsockname()[1]
    vehicle = opened(f"udpout:127.0.0.1:{port}")
    vehicle.send(None, b"too early")
    await until(lambda: vehicle.counters.failures + vehicle.counters.not_sent or vehicle.send(None, b"too early"))
    opened(f"udpin:127.0.0.1:{port}")
    await until(lambda: vehicle.send(None, b"now") or b"now" in heard.all)
    assert vehicle.state is State.UP


async def test_tcp_client_comes_back_after_the_server_went_away(opened: Opener, heard: Heard) -> None:
    server = opened("tcpin:127.0.0.1:0")
    port = port_of(server)
    client = opened(f"tcp:127.0.0.1:{port}")
    await until(lambda: client.state is State.UP)
    client.send(None, b"one")
    await until(lambda: heard.all == b"one")
    server.send(None, b"two")
    await until(lambda: heard.all == b"onetwo")
    await server.close()
    await until(lambda: client.state is State.DOWN)
    assert client.problem
    client.send(None, b"lost")
    again = opened(f"tcpin:127.0.0.1:{port}")
    await until(lambda: client.state is State.UP)
    client.send(None, b"three")
    await until(lambda: b"three" in heard.all)
    assert again.state is State.UP
    assert client.counters.failures >= 1


async def test_serial_port_both_ways_and_its_loss(opened: Opener, heard: Heard) -> None:
    main, vehicle = pty.openpty()
    try:
        device = os.ttyname(vehicle)
        os.set_blocking(main, False)
        link = opened(f"serial:{device}:57600")
        await until(lambda: link.state is State.UP)
        os.write(main, heartbeat(3))
        await until(lambda: heard.all == heartbeat(3))
        link.send(None, b"to it")
        received = b""
        while received != b"to it":
            await asyncio.sleep(0.005)
            try:
                received += os.read(main, 100)
            except BlockingIOError:
                continue
    finally:
        os.close(vehicle)
        os.close(main)
    await until(lambda: link.state is State.DOWN)
    assert link.problem


async def test_missing_serial_device_is_tried_again(opened: Opener, tmp_path: Path) -> None:
    link = opened(f"serial:{tmp_path / 'ttyUSB9'}:57600")
    await until(lambda: link.counters.failures >= 2)
    assert link.state is State.DOWN
    assert "ttyUSB9" in str(link.problem)
    link.send(None, b"nowhere")
    assert link.counters.not_sent == 1


async def test_replay_gives_every_frame_in_order(opened: Opener, heard: Heard, tmp_path: Path) -> None:
    frames = [heartbeat(1, seq) for seq in range(100)]
    path = tmp_path / "flight.tlog"
    path.write_bytes(b"".join(tlog.record(10**15 + 10_000 * at, [raw]) for at, raw in enumerate(frames)))
    link = opened(f"tlog:{path}:20")
    await until(lambda: link.state is State.DOWN)
    assert heard.all == b"".join(frames)
    assert link.problem == "the recording is at its end"


@pytest.mark.parametrize("endpoint", ["tlog:{tmp}/none.tlog", "tlog:{tmp}/text.tlog", "tlog:{tmp}/empty.tlog"])
async def test_replay_of_no_recording_is_refused(opened: Opener, tmp_path: Path, endpoint: str) -> None:
    (tmp_path / "text.tlog").write_text("this is no recording" * 50)
    (tmp_path / "empty.tlog").write_bytes(b"")
    with pytest.raises(LinkError, match="tlog"):
        opened(endpoint.format(tmp=tmp_path))


async def test_port_in_use_and_host_without_address_are_refused(opened: Opener) -> None:
    for kind in ("udpin", "tcpin"):
        port = port_of(opened(f"{kind}:127.0.0.1:0"))
        with pytest.raises(LinkError, match=str(port)):
            opened(f"{kind}:127.0.0.1:{port}")
        with pytest.raises(LinkError, match="256"):
            opened(f"{kind}:256.256.256.256:14550")


async def test_flood_of_noise_does_not_starve_another_port(heard: Heard) -> None:
    """Between two wakeups of the flooded port every other port is read: no order of arrival can starve it."""
    readers: dict[Peer, FrameReader] = defaultdict(FrameReader)
    order: list[str] = []

    def on_bytes(peer: Peer, data: bytes) -> int:
        order.append(peer.link)
        return len(readers[peer].feed(data))

    noisy = open_link("noisy", "udpin:127.0.0.1:0", on_bytes)
    quiet = open_link("quiet", "udpin:127.0.0.1:0", on_bytes)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        noise = random.Random(1)
        for _ in range(150):
            sender.sendto(noise.randbytes(1400), ("127.0.0.1", port_of(noisy)))
        sender.sendto(heartbeat(1), ("127.0.0.1", port_of(quiet)))
        await until(lambda: "quiet" in order)
        assert order.index("quiet") <= BYTES_PER_WAKEUP // 1400 + 1
        await until(lambda: len(order) == 151)
    finally:
        sender.close()
        await noisy.close()
        await quiet.close()


@pytest.mark.parametrize("kind", ["udpin", "tcpin"])
async def test_a_port_that_brings_dear_garbage_rests_and_is_read_on(kind: str) -> None:
    """Every turn here costs a rest: all arrives nevertheless."""
    arrived = 0

    def on_bytes(peer: Peer, data: bytes) -> int:
        nonlocal arrived
        arrived += len(data)
        until_s = time.thread_time() + REST_FROM_S
        while time.thread_time() < until_s:
            pass
        return 0

    noisy = open_link("noisy", f"{kind}:127.0.0.1:0", on_bytes)
    stream = kind == "tcpin"
    sender = socket.socket(socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    try:
        await asyncio.to_thread(sender.connect, ("127.0.0.1", port_of(noisy)))
        for _ in range(20):
            sender.send(bytes(1400))
        await until(lambda: arrived == 20 * 1400)
    finally:
        sender.close()
        await noisy.close()


def test_what_frames_do_not_pay_for_is_followed_by_a_rest_as_long() -> None:
    debt = Debt()
    assert [debt.rest_s(0.002, 0) for _ in range(3)] == [0.0, 0.0, pytest.approx(0.006)]
    assert debt.rest_s(0.004, 0) == 0.0, "a rest pays for all"
    assert debt.rest_s(0.004, 80) == 0.0, "frames pay for what came before, too"
    assert debt.rest_s(0.004, 0) == 0.0
    assert [debt.rest_s(0.010, 200) for _ in range(100)] == [0.0] * 100, "frames alone never owe"


def test_links_run_in_uvloop_as_well() -> None:
    async def talk() -> bytes:
        heard = Heard()
        udp, tcp = open_link("udp", "udpin:127.0.0.1:0", heard), open_link("tcp", "tcpin:127.0.0.1:0", heard)
        sides = [
            open_link("udp", f"udpout:{udp.address}", heard),
            open_link("tcp", f"tcp:{tcp.address}", heard),
        ]
        await until(lambda: all(side.state is State.UP for side in sides))
        for side in sides:
            side.send(None, side.name.encode())
        await until(lambda: len(heard.all) == 6)
        for link in (*sides, udp, tcp):
            await link.close()
        return heard.all

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert sorted(runner.run(talk())) == sorted(b"udptcp")
