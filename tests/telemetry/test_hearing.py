"""What is taken a whole look at the socket at once is recorded and understood as if it were read frame by frame."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from telemetry.bus import Bus
from telemetry.gateway import service
from telemetry.gateway.contact import OWN_SYSTEM, Contact
from telemetry.gateway.hearing import MOST_LISTENED_FOR
from telemetry.gateway.service import Gateway
from telemetry.links import Datagrams, Link, Peer
from telemetry.mavlink import tlog
from telemetry.mavlink.frame import Frame, FrameReader
from telemetry.mavlink.messages import BY_ID, encode
from telemetry.settings import LinkSettings, Settings, VehicleSettings
from telemetry.vehicle.tape import TAPE_BYTES
from telemetry.wire import RawChunk, filled

SETTINGS = Settings(
    links=(LinkSettings("radio", "udpin:127.0.0.1:0"),),
    vehicles=(VehicleSettings("UAV-01", 1, links=("radio",)), VehicleSettings("UAV-02", 2, links=("radio",))),
)
HERE, THERE = Peer("radio", "127.0.0.1:1", 1), Peer("radio", "127.0.0.1:2", 2)
SURVEY = Path(__file__).parents[1] / "data" / "survey.tlog"
Sent = tuple[Peer, bytes]


class Silent(Link):
    def send(self, peer: Peer | None, data: bytes) -> None:
        pass

    async def close(self) -> None:
        pass


class Clock:
    """Both gateways read the same at the same datagram."""

    def __init__(self) -> None:
        self.now = 0.0

    def read(self, link: Link) -> tuple[int, float]:
        return int(self.now * 1e6), self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(service, "_read_now", clock.read)
    monkeypatch.setattr("time.time_ns", lambda: int(clock.now * 1e9))
    monkeypatch.setattr("time.monotonic_ns", lambda: int(clock.now * 1e9))
    return clock


class Heard:
    """A gateway that is given datagrams, without a socket."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self.gateway, self.clock = Gateway(SETTINGS, bus), clock
        self.link = Silent("radio", lambda peer, data: 0)
        self.frames = 0
        self.tapes: defaultdict[str, list[tuple[Any, Frame]]] = defaultdict(list)

    def all_at_once(self, looks: Sequence[Sequence[Sent]]) -> None:
        arrived = Datagrams()
        for look in looks:
            self.clock.now += 0.02
            arrived.clear()
            end = 0
            for peer, data in look:
                arrived.room(end)[: len(data)] = data
                end += len(data)
                arrived.add(peer, end)
            self.frames += self.gateway.receive(self.link, arrived)

    def one_by_one(self, looks: Sequence[Sequence[Sent]]) -> None:
        for look in looks:
            self.clock.now += 0.02
            for peer, data in look:
                self.frames += self.gateway.receive_bytes(self.link, peer, data)

    def known(self) -> dict[str, Any]:
        """All that was recorded and understood."""
        for recorded in self.gateway._systems["radio"].recorded():
            chunk = filled(RawChunk("", "", 0, ()), recorded.vehicles, [recorded.encoded])
            for part in msgspec.msgpack.decode(chunk, type=RawChunk).vehicles:
                assert part.frames_before == len(self.tapes[part.vehicle])
                self.tapes[part.vehicle] += tlog.read(part.tlog)
                assert part.frames_before + part.frames == len(self.tapes[part.vehicle])
        return {name: self._of(contact) for name, contact in self.gateway._by_name.items()}

    def _of(self, contact: Contact) -> dict[str, Any]:
        contact.to_greet(self.clock.now)  # which also counts
        vehicle, entries = contact.vehicle, self.tapes[contact.vehicle.name]
        return {
            "said": [(at, frame) for at, frame in entries if frame.sysid != OWN_SYSTEM],
            "answered": [(at, frame) for at, frame in entries if frame.sysid == OWN_SYSTEM],
            "state": vehicle.snapshot(self.clock.now),
            "happened": vehicle.happened,
            "received": vehicle.loss.received,
            "lost": vehicle.loss.lost,
            "peer": contact.route.peer,
            "heard_at": contact.route.hearing.heard_at,
            "reboots": contact.mailbox.reboots,
            "texts": list(contact.texts),
        }


def compared(bus: Bus, clock: Clock, looks: Sequence[Sequence[Sent]]) -> Heard:
    """Both ways; gives the one that took everything at once."""
    slow, quick = Heard(bus, clock), Heard(bus, clock)
    slow.one_by_one(looks)
    clock.now = 0.0
    quick.all_at_once(looks)
    assert quick.known() == slow.known()
    assert quick.frames == slow.frames
    return quick


def in_looks(datagrams: Sequence[Sent], dice: random.Random) -> Iterator[list[Sent]]:
    """As many at once as it happens."""
    at = 0
    while at < len(datagrams):
        count = dice.choice((1, 1, 2, 5, 20))
        yield list(datagrams[at : at + count])
        at += count


def of_drone(system_id: int, frames: Sequence[bytes]) -> list[bytes]:
    """The frames of a recording as another drone would have sent them, numbered anew."""
    found = []
    for number, raw in enumerate(frames):
        (frame,) = FrameReader().feed(raw)
        message = BY_ID[frame.msgid].decode(frame.payload)
        found.append(encode(type(message).__name__, message._asdict(), seq=number & 255, sysid=system_id, compid=1))
    return found


@pytest.fixture(scope="module")
def flight() -> list[bytes]:
    """All that an ArduCopter's autopilot said on a flight."""
    return [frame.raw for _, frame in tlog.read(SURVEY) if (frame.sysid, frame.compid) == (1, 1)]


def packed(frames: Sequence[bytes], dice: random.Random) -> list[bytes]:
    at, found = 0, []
    while at < len(frames):
        count = dice.randrange(1, 8)
        found.append(b"".join(frames[at : at + count]))
        at += count
    return found


async def test_a_whole_flight_is_taken_as_if_frame_by_frame(bus: Bus, clock: Clock, flight: list[bytes]) -> None:
    dice = random.Random(1)
    again = of_drone(1, flight)
    quick = compared(bus, clock, list(in_looks([(HERE, data) for data in packed(again, dice)], dice)))
    known = quick.known()["UAV-01"]
    assert [frame.raw for _, frame in known["said"]] == again
    assert known["state"].lat_deg is not None


@pytest.mark.parametrize("seed", range(12))
async def test_so_is_one_that_is_damaged_cut_lost_doubled_and_mixed_with_others(
    bus: Bus, clock: Clock, flight: list[bytes], seed: int
) -> None:
    dice = random.Random(seed)
    begin = dice.randrange(0, len(flight) - 1500)
    drones = {number: packed(of_drone(number, flight[begin : begin + 1500]), dice) for number in (1, 2)}
    sent: list[Sent] = []
    for first, second in zip(drones[1], drones[2], strict=False):
        for data in (first, second):
            sent += harmed(data, dice)
    quick = compared(bus, clock, list(in_looks(sent, dice)))
    assert quick.frames > 1500


def harmed(data: bytes, dice: random.Random) -> list[Sent]:
    """A datagram as it may arrive: mostly whole."""
    peer = THERE if dice.random() < 0.02 else HERE
    at = dice.randrange(len(data))
    match dice.randrange(40):
        case 0:
            return []
        case 1:
            return [(peer, data), (peer, data)]
        case 2:
            return [(peer, data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :])]
        case 3:
            return [(peer, data[:at])]
        case 4:
            return [(peer, data[:at]), (peer, data[at:])]
        case 5:
            return [(peer, dice.randbytes(dice.randrange(1, 300))), (peer, data)]
        case 6:
            other = encode("HEARTBEAT", {"type": 26, "autopilot": 8}, seq=dice.randrange(256), sysid=1, compid=154)
            return [(peer, data + other)]
        case 7:
            fallen = encode("ATTITUDE", {"time_boot_ms": 5}, seq=dice.randrange(256), sysid=1, compid=1)
            return [(peer, fallen), (peer, data)]
        case 8:
            old = encode(
                "HEARTBEAT", {"type": 2, "autopilot": 3, "base_mode": 129}, seq=3, sysid=2, compid=1, version=1
            )
            return [(peer, old), (peer, data)]
        case _:
            return [(peer, data)]


def beats(count: int, first: int = 0) -> list[Sent]:
    fields = {"type": 2, "autopilot": 3, "base_mode": 1, "system_status": 3}
    return [(HERE, encode("HEARTBEAT", fields, seq=(first + n) & 255, sysid=1, compid=1)) for n in range(count)]


async def test_what_somebody_listens_for_is_delivered_from_the_moment_on_and_no_longer_than_that(
    bus: Bus, clock: Clock
) -> None:
    heard = Heard(bus, clock)
    heard.all_at_once([beats(3)])
    mailbox = heard.gateway._by_name["UAV-01"].mailbox
    value = [(HERE, encode("PARAM_VALUE", {"param_id": "A", "param_value": 1.0}, seq=3, sysid=1, compid=1))]
    with mailbox.listen("PARAM_VALUE", "HEARTBEAT") as inbox:
        heard.all_at_once([value, beats(2, first=4)])
        names = [type(await inbox.get(0.0)).__name__ for _ in range(3)]
        assert names == ["PARAM_VALUE", "HEARTBEAT", "HEARTBEAT"], "each one, though nothing happens by it"
        assert await inbox.get(0.0) is None
    heard.all_at_once([beats(2, first=6)])
    assert heard.known()["UAV-01"]["received"] == 8


async def test_who_listens_for_very_much_gets_it_all(bus: Bus, clock: Clock) -> None:
    heard = Heard(bus, clock)
    heard.all_at_once([beats(3)])
    names = [message.name for message in list(BY_ID.values())[: MOST_LISTENED_FOR + 5]]
    mailbox = heard.gateway._by_name["UAV-01"].mailbox
    with mailbox.listen(*names) as inbox:
        for number, name in enumerate(names, start=3):
            heard.all_at_once([[(HERE, encode(name, {}, seq=number & 255, sysid=1, compid=1))]])
        delivered = [type(message).__name__ for message in [await inbox.get(0.0) for _ in names]]
    assert delivered == names


async def test_a_full_tape_loses_nothing(bus: Bus, clock: Clock) -> None:
    """Nobody has collected for long, because the gateway is busy."""
    heard = Heard(bus, clock)
    count = 4 * TAPE_BYTES // 29
    heard.all_at_once([beats(20, first=at) for at in range(0, count, 20)])
    known = heard.known()["UAV-01"]
    assert known["received"] == len(known["said"]) == -(-count // 20) * 20
    assert known["lost"] == 0
