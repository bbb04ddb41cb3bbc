"""One vehicle on several links: taken once, judged per link, commanded over the better one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.gateway.command import Command
from telemetry.gateway.contact import Contact
from telemetry.gateway.route import ASK_AGAIN_S, QUIET_BEATS, Route, better
from telemetry.gateway.systems import Systems
from telemetry.gateway.twins import KEPT_S, Twins
from telemetry.links import Link, Peer
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import encode
from telemetry.mavlink.tlog import STAMP
from telemetry.settings import LinkSettings, Settings, VehicleSettings
from telemetry.vehicle import Vehicle
from telemetry.wire import Reply, Request
from tests.telemetry.conftest import Broker
from tests.telemetry.drone import SET_INTERVAL
from tests.telemetry.one_gateway import PILOT, events, frames_of, running, stored, watching
from tests.telemetry.two_links import Way, routed
from tests.waiting import until

SETTINGS = Settings(
    links=(LinkSettings("radio", "udpin:127.0.0.1:0"), LinkSettings("lte", "udpin:127.0.0.1:0")),
    vehicles=(VehicleSettings("UAV-07", 7),),
)


async def test_nothing_that_came_on_either_link_is_missing_and_nothing_is_there_twice(broker: Broker, bus: Bus) -> None:
    other = await broker.connect("web")
    screen = await watching(bus)
    radio, lte = Way(0.05, 0.0, seed=1), Way(0.35, 0.15, seed=2)
    async with running(bus, SETTINGS) as (gateway, address):
        addresses = (address, str(gateway.links["lte"].address))
        async with routed(addresses, (radio, lte), pause_s=0.01) as drone:
            await until(lambda: len(screen.latest) and len(screen.latest["UAV-07"].links) == 2)
            await until(lambda: {SET_INTERVAL} <= set(radio.commands) & set(lte.commands))
            await until(lambda: len(drone.sent) > 500)
            assert screen.latest["UAV-07"].link == "radio"
            qualities = {quality.link: quality.loss_pct for quality in screen.latest["UAV-07"].links}
            radio.is_out = True
            reply = await other.request(subjects.request("UAV-07", "arm"), Request(PILOT), Reply, 20)
            assert reply == Reply(True, "Armed."), "ordered at the very moment of the outage"
            await until(lambda: screen.latest["UAV-07"].link == "lte")
            radio.is_out = False
            count = len(drone.sent)
            await until(lambda: len(drone.sent) > count + 100)
            drone.silent = radio.is_out = lte.is_out = True
            for name, way in (("radio", radio), ("lte", lte)):
                counters = gateway.links[name].counters
                await until(lambda way=way, counters=counters: counters.reads == len(way.carried))  # type: ignore[misc]
            sent = list(drone.sent)
    assert qualities["radio"] is not None
    assert qualities["lte"] is not None
    assert 0.0 < qualities["radio"] < 20.0 < qualities["lte"]
    assert radio.carried - lte.carried, "each brought what the other did not"
    assert lte.carried - radio.carried
    recorded = Counter(raw for raw in frames_of(await stored(bus), "UAV-07") if raw[5] == 7)
    carried = Counter(sent[number] for number in radio.carried | lte.carried)
    assert recorded <= carried, "nothing is there twice"
    assert set(recorded) == set(carried), "nothing is missing"
    assert carried - recorded <= indistinct(sent, radio.carried, lte.carried)
    assert (await events(bus, "link_changed"))[0].text == "Commands go over lte now, no longer over radio."
    assert await events(bus, "link_lost") == []
    await other.close()


def indistinct(sent: Sequence[bytes], radio: set[int], lte: set[int]) -> Counter[bytes]:
    """Frames that one link alone carried, after the other one alone had carried the same bytes: see `Twins`."""
    return Counter(
        sent[number]
        for mine, others in ((radio - lte, lte - radio), (lte - radio, radio - lte))
        for number in mine
        if any(before < number and sent[before] == sent[number] for before in others)
    )


async def test_a_rebooted_vehicle_is_asked_for_its_messages_again_on_each_link(bus: Bus) -> None:
    screen = await watching(bus)
    radio, lte = Way(0.0, 0.0, seed=1), Way(0.0, 0.0, seed=2)
    async with running(bus, SETTINGS) as (gateway, address):
        addresses = (address, str(gateway.links["lte"].address))
        async with routed(addresses, (radio, lte)) as drone:
            await until(lambda: 512 in radio.commands and 512 in lte.commands)
            asked = radio.commands.count(SET_INTERVAL)
            assert lte.commands.count(SET_INTERVAL) == asked, "ArduPilot keeps intervals per link"
            drone.silent = True
            drone.say("HEARTBEAT", type=2, autopilot=3, system_status=1)  # it has forgotten all but its HEARTBEAT
            for way in (radio, lte):
                await until(lambda way=way: way.commands.count(SET_INTERVAL) == 2 * asked)  # type: ignore[misc]
    assert set(screen.latest) == {"UAV-07"}


class Nowhere(Link):
    def send(self, peer: Peer | None, data: bytes) -> None:
        self.counters.bytes_out += len(data)

    async def close(self) -> None:
        """Nothing is open."""


def link(name: str) -> Link:
    return Nowhere(name, lambda peer, data: 0)


def contact() -> Contact:
    vehicle = Vehicle("UAV-07", 7, "radio", True)
    command = Command(vehicle, None, lambda event: None)
    return Contact(vehicle, command, defaultdict(Systems), True, lambda message, by, now: None)


def say(to: Contact, on: str, name: str, now: float, number: int = 0, by: int = 1, **fields: Any) -> None:
    (frame,) = FrameReader().feed(encode(name, fields, seq=number, sysid=7, compid=by))
    route = to.hear(link(on), Peer(on, "there"), {}, now)
    to.take(frame, route, STAMP.pack(0), now)


def frames_recorded(of: Contact) -> int:
    return sum(part.frames for part in of._home.recorded())


def position(boot_ms: int, lat: int) -> dict[str, int]:
    return {"time_boot_ms": boot_ms, "lat": lat, "lon": -1_600_000}


def test_a_link_that_lags_neither_puts_the_vehicle_back_nor_looks_like_a_reboot() -> None:
    vehicle = contact()
    say(vehicle, "radio", "GLOBAL_POSITION_INT", 100.0, **position(60_000, 515_000_000))
    say(vehicle, "lte", "GLOBAL_POSITION_INT", 100.1, **position(54_000, 514_000_000))
    assert vehicle.vehicle["lat_deg"] == 51.5
    assert vehicle.vehicle.happened == []
    assert frames_recorded(vehicle) == 2, "what is late is recorded all the same"
    say(vehicle, "lte", "GLOBAL_POSITION_INT", 100.2, **position(60_200, 515_100_000))
    assert vehicle.vehicle["lat_deg"] == 51.51


def test_the_clock_of_another_component_puts_nothing_behind() -> None:
    vehicle = contact()
    say(vehicle, "radio", "ATTITUDE", 100.0, time_boot_ms=900_000, by=154)
    say(vehicle, "lte", "GLOBAL_POSITION_INT", 100.1, **position(60_000, 515_000_000))
    assert vehicle.vehicle["lat_deg"] == 51.5


def test_a_reboot_is_seen_whichever_link_tells_of_it_first() -> None:
    vehicle = contact()
    say(vehicle, "radio", "GLOBAL_POSITION_INT", 100.0, **position(60_000, 515_000_000))
    say(vehicle, "lte", "GLOBAL_POSITION_INT", 100.1, **position(60_100, 515_000_000))
    say(vehicle, "radio", "GLOBAL_POSITION_INT", 108.0, **position(500, 515_200_000))
    assert [kind for kind, _, _ in vehicle.vehicle.happened] == ["reboot"]
    assert vehicle.vehicle["lat_deg"] == 51.52
    say(vehicle, "lte", "GLOBAL_POSITION_INT", 108.1, **position(600, 515_300_000))
    assert [kind for kind, _, _ in vehicle.vehicle.happened] == ["reboot"], "once"
    assert vehicle.vehicle["lat_deg"] == 51.53
    assert len(vehicle.to_greet(108.2)) == 2


def test_what_the_autopilot_says_on_every_link_is_told_once() -> None:
    vehicle = contact()
    for number, on in ((10, "radio"), (77, "lte")):
        say(vehicle, on, "STATUSTEXT", 100.0, number, severity=4, text="PreArm: Compass not healthy")
        say(vehicle, on, "MISSION_ITEM_REACHED", 100.0, number + 1, seq=3)
    assert [kind for kind, _, _ in vehicle.vehicle.happened] == ["statustext", "mission_reached"]
    assert frames_recorded(vehicle) == 4, "the frames differ in their sequence numbers, so all are recorded"
    say(vehicle, "radio", "STATUSTEXT", 130.0, 99, severity=4, text="PreArm: Compass not healthy")
    assert [kind for kind, _, _ in vehicle.vehicle.happened][2:] == ["statustext"], "said again later"


def test_a_twin_is_known_by_its_bytes_for_a_while() -> None:
    twins = Twins()
    assert not twins.repeats(b"frame", 1, 100.0)
    assert twins.repeats(b"frame", 2, 100.5)
    assert twins.repeats(b"frame", 4, 101.0), "by a third link, too"
    assert not twins.repeats(b"frame", 1, 101.5), "the same link sends it anew"
    assert twins.repeats(b"frame", 2, 101.5 + KEPT_S)
    assert not twins.repeats(b"frame", 2, 101.6 + 4 * KEPT_S)


def route(name: str, number: int = 0) -> Route:
    return Route(number, link(name), Peer(name, "there"), None, Systems().hearing(7))


@pytest.mark.parametrize(
    ("radio_every", "lte_every", "chosen"),
    [(1, 1, "radio"), (1, 2, "radio"), (2, 1, "lte"), (10, 9, "radio")],
    ids=["both whole", "lte worse", "radio much worse", "radio hardly worse"],
)
def test_the_better_link_is_chosen_but_not_for_a_trifle(radio_every: int, lte_every: int, chosen: str) -> None:
    radio, lte = route("radio"), route("lte", 1)
    for one, every in ((radio, radio_every), (lte, lte_every)):
        for number in range(0, 240, 1):
            if every == 1 or number % every == 0 or every > 2:
                one.loss.count(1, number)
        one.hearing.heard_at = 100.0
    assert better(radio, (radio, lte), 100.5).peer.link == chosen
    lte.hearing.heard_at = 103.0
    assert better(radio, (radio, lte), 103.0).peer.link == "lte", "radio is silent"
    assert better(radio, (radio, lte), 200.0).peer.link == "radio", "no use in changing when all are silent"


def test_a_link_that_brings_only_heartbeats_is_asked_again_but_not_all_the_time() -> None:
    one = route("radio")
    one.greeted, one.greeted_at = True, 0.0
    greeted = []
    for second in range(QUIET_BEATS):
        one.loss.count(1, second)
        one.beat(float(second))
    greeted.append(one.greeted)
    one.loss.count(1, QUIET_BEATS)
    one.beat(ASK_AGAIN_S + 1.0)
    greeted.append(one.greeted)
    one.greeted = True
    one.beat(ASK_AGAIN_S + 2.0)
    greeted.append(one.greeted)
    assert greeted == [True, False, True], "asked a moment ago; forgotten; nothing at all is silence, told otherwise"
