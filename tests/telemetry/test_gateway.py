"""The gateway between a drone over UDP and a real NATS: every frame stored once, every order answered."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mission.plan import EMPTY, digest
from telemetry import subjects
from telemetry.bus import Bus
from telemetry.links import Datagrams, Link
from telemetry.links.link import BYTES_PER_WAKEUP
from telemetry.mavlink.messages import decode, encode
from telemetry.settings import LinkSettings, PlanningSettings, Settings, VehicleSettings
from telemetry.wire import (
    Event,
    LiveFrame,
    Onboard,
    Reply,
    Request,
    UploadOrder,
    UploadUnderWay,
    VehicleInfo,
)
from tests.telemetry.conftest import Broker
from tests.telemetry.drone import Drone
from tests.telemetry.one_gateway import PILOT, SETTINGS, events, frames_of, running, stored, watching
from tests.waiting import until


async def test_everything_sent_and_received_is_stored_and_shown(bus: Bus) -> None:
    screen = await watching(bus)
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        await until(lambda: "UAV-07" in screen.latest and screen.latest["UAV-07"].lat_deg is not None)
        await until(lambda: 512 in drone.commands)
        await asyncio.sleep(1.2)
        drone.silent = True
        await asyncio.sleep(0.3)
        sent, heard = list(drone.sent), [frame.raw for frame in drone.heard]
    recorded = frames_of(await stored(bus), "UAV-07")
    assert [raw for raw in recorded if raw[5] == 7] == sent
    assert [raw for raw in recorded if raw[5] == 255][: len(heard)] == heard
    live = screen.latest["UAV-07"]
    assert live.lat_deg == pytest.approx(51.50735, abs=1e-4)
    assert (live.mode, live.armed, live.landed, live.height_home_m, live.link) == ("GUIDED", False, True, 40.0, "radio")
    assert live.position_age_ms is not None
    assert live.link_loss_pct == 0.0
    numbers = [frame.sequence for frame in screen.frames if frame.area != subjects.NOWHERE]
    assert numbers == list(range(1, len(numbers) + 1))
    info = await bus.entry(subjects.VEHICLES_BUCKET, "UAV-07", VehicleInfo)
    assert info is not None
    assert (info.known, info.firmware, info.autopilot, info.system_id) == (True, "4.6.3", "ARDUPILOTMEGA", 7)


async def test_an_age_counts_from_when_a_frame_came_not_from_when_it_was_read(bus: Bus) -> None:
    screen = await watching(bus)
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        await until(lambda: "UAV-07" in screen.latest and screen.latest["UAV-07"].lat_deg is not None)
        drone.silent = True
        await asyncio.sleep(0.1)
        drone.say("GLOBAL_POSITION_INT", time_boot_ms=60_000, lat=520_000_000, lon=-1_637_000)
        time.sleep(0.6)  # noqa: ASYNC251 - the gateway has no time to read
        await until(lambda: screen.latest["UAV-07"].lat_deg == 52.0)
    assert 600 <= (screen.latest["UAV-07"].position_age_ms or 0) < 5000


async def test_the_whole_fleet_is_told_now_and_then_and_kept_for_looking_back(bus: Bus) -> None:
    screen = await watching(bus)
    async with running(bus) as (_, address), Drone.flying(address) as _, Drone.flying(address, system_id=8) as _:
        await until(lambda: {"UAV-07", "UAV-08"} <= screen.latest.keys())
        await asyncio.sleep(2.2)
    frames = [one.message for one in await bus.past(subjects.PAST_STREAM, LiveFrame) if one.message is not None]
    assert [frame.sequence for frame in frames] == list(range(1, len(frames) + 1))
    assert {vehicle.vehicle for vehicle in frames[-1].vehicles} == {"UAV-07", "UAV-08"}
    apart_s = [(b.sent_at - a.sent_at).total_seconds() for a, b in itertools.pairwise(frames)]
    assert min(apart_s) > 0.9


async def test_orders_are_answered_with_what_the_vehicle_did_and_said(broker: Broker, bus: Bus) -> None:
    other = await broker.connect("web")
    screen = await watching(bus)
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        await until(lambda: "UAV-07" in screen.latest)
        reply = await other.request(subjects.request("UAV-07", "arm"), Request(PILOT), Reply, 10)
        assert reply == Reply(True, "Armed.")
        assert drone.armed
        reply = await other.request(subjects.request("UAV-07", "pause"), Request(PILOT), Reply, 10)
        assert not reply.ok
        assert reply.said == ("Unable to do that",)
        reply = await other.request(subjects.request("UAV-07", "return"), Request(PILOT), Reply, 10)
        assert reply.ok
        await until(lambda: screen.latest["UAV-07"].mode == "RTL")
        reply = await other.request(subjects.request("UAV-07", "fly away"), Request(PILOT), Reply, 10)
        assert reply == Reply(False, "There is no order “fly_away”.")
    assert [one.text for one in await events(bus, "armed")] == ["Armed."]
    assert [one.data["mode"] for one in await events(bus, "mode")] == ["RTL"]
    assert [one.text for one in await events(bus, "statustext")] == ["Unable to do that"]
    commands = await events(bus, "command")
    assert [(one.actor, one.data["verb"], one.data["ok"]) for one in commands] == [
        ("ann", "arm", True),
        ("ann", "pause", False),
        ("ann", "return", True),
        ("ann", "fly_away", False),
    ]
    await other.close()


async def test_an_outage_of_the_bus_loses_no_frame(broker: Broker, bus: Bus) -> None:
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        await until(lambda: len(drone.sent) > 50)
        process = broker.server.process
        assert process is not None
        process.kill()
        process.wait()
        await asyncio.sleep(2.0)
        broker.server.start()
        await until(lambda: bus.is_connected)
        await asyncio.sleep(1.0)
        drone.silent = True
        await asyncio.sleep(0.3)
        sent = list(drone.sent)
    recorded = frames_of(await stored(bus), "UAV-07")
    assert [raw for raw in recorded if raw[5] == 7] == sent


async def test_silence_and_its_end_are_told(bus: Bus) -> None:
    screen = await watching(bus)
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        await until(lambda: "UAV-07" in screen.latest)
        drone.silent = True
        await until(lambda: (screen.latest["UAV-07"].heartbeat_age_ms or 0) > 3000)
        drone.silent = False
        await until(lambda: (screen.latest["UAV-07"].heartbeat_age_ms or 9999) < 1500)
    assert len(await events(bus, "link_lost")) == 1
    assert len(await events(bus, "link_back")) == 1


async def test_noise_and_strangers_do_no_harm(bus: Bus) -> None:
    screen = await watching(bus)
    dice = random.Random(1)
    async with running(bus) as (_, address), Drone.flying(address), Drone.flying(address, system_id=99):
        host, port = address.rsplit(":", 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
            for _ in range(500):
                noise.sendto(dice.randbytes(dice.randrange(1, 1400)), (host, int(port)))
                await asyncio.sleep(0.001)
        await until(lambda: {"UAV-07", "radio-99"} <= screen.latest.keys())
        await until(lambda: screen.latest["UAV-07"].link_loss_pct == 0.0)
        await asyncio.sleep(1.2)  # what changes slowly is told once a second
    assert set(screen.latest) == {"UAV-07", "radio-99"}
    info = await bus.entry(subjects.VEHICLES_BUCKET, "radio-99", VehicleInfo)
    assert info is not None
    assert not info.known


async def test_noise_on_one_port_takes_no_more_than_its_turn(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much of it waits, another vehicle's frame waits for one turn of it only."""
    settings = Settings(links=(LinkSettings("radio", "udpin:127.0.0.1:0"), LinkSettings("noisy", "udpin:127.0.0.1:0")))
    noise_before: list[int] = []
    async with running(bus, settings) as (gateway, address):
        noisy, receive = gateway.links["noisy"], gateway.receive

        def noting(link: Link, arrived: Datagrams) -> int:
            if link.name == "radio":
                noise_before.append(noisy.counters.bytes_in)
            return receive(link, arrived)

        monkeypatch.setattr(gateway, "receive", noting)
        noise = random.Random(1).randbytes(1400)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            ways = {at: (at.rsplit(":", 1)[0], int(at.rsplit(":", 1)[1])) for at in (address, str(noisy.address))}
            for _ in range(20):
                before = noisy.counters.bytes_in
                for _ in range(100):
                    sender.sendto(noise, ways[str(noisy.address)])
                heartbeat = encode("HEARTBEAT", {"type": 2, "autopilot": 3}, seq=0, sysid=7, compid=1)
                sender.sendto(heartbeat, ways[address])
                heard = len(noise_before)
                await until(lambda heard=heard: len(noise_before) > heard)  # type: ignore[misc]
                assert noise_before[-1] - before <= BYTES_PER_WAKEUP + len(noise)
                await until(lambda before=before: noisy.counters.bytes_in == before + 100 * len(noise))  # type: ignore[misc]


async def test_an_upload_that_a_killed_gateway_began_is_failed_for_a_vehicle_that_is_gone(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telemetry.gateway.desk.WAIT_FOR_VEHICLE_S", 0.1)
    order = UploadOrder("u1", EMPTY, digest(EMPTY))
    for vehicle, sortie in (("UAV-07", "12"), ("elsewhere", "13")):
        marker = UploadUnderWay(order, PILOT, sortie, datetime(2026, 11, 22, tzinfo=UTC))
        await bus.put(subjects.UPLOADS_BUCKET, vehicle, marker)
    async with running(bus):
        following = bus.follow(subjects.EVENTS_STREAM, Event, only="event.*.upload")
        async with asyncio.timeout(10), contextlib.aclosing(following) as told_events:
            told = (await anext(told_events)).message
    assert told is not None
    assert told.text == (
        "Upload by ann: not verified. The gateway was restarted in the middle of it. "
        "UAV-07 is not heard since; what is on board is not known."
    )
    onboard = await bus.entry(subjects.ONBOARD_BUCKET, "UAV-07", Onboard)
    assert onboard is not None
    assert (onboard.receipt.verified, onboard.receipt.upload_id, onboard.receipt.sortie) == (False, "u1", "12")
    assert set(await bus.entries(subjects.UPLOADS_BUCKET, UploadUnderWay)) == {"elsewhere"}


async def test_a_plan_that_is_not_the_approved_one_is_not_sent(broker: Broker, bus: Bus) -> None:
    other = await broker.connect("web")
    screen = await watching(bus)
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        await until(lambda: "UAV-07" in screen.latest)
        subject = subjects.request("UAV-07", "upload")
        forged = {"upload_id": "u1", "plan": {}, "plan_sha256": digest(EMPTY)[::-1]}
        reply = await other.request(subject, Request(PILOT, forged), Reply, 10)
        assert reply == Reply(False, "The plan is not the one that its SHA-256 names; nothing was sent.")
        reply = await other.request(subject, Request(PILOT, {"plan": 5}), Reply, 10)
        assert not reply.ok
        assert "$.plan" in reply.text
        assert not any(frame.msgid == 44 for frame in drone.heard), "a MISSION_COUNT was sent"
    await other.close()


async def test_frames_that_find_no_room_are_told(broker: Broker, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemetry.gateway.outbox.MEMORY_BYTES", 4000)
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        await until(lambda: len(drone.sent) > 20)
        assert broker.server.process is not None
        broker.server.process.kill()
        broker.server.process.wait()
        sent = len(drone.sent)
        await until(lambda: len(drone.sent) > sent + 150)
        broker.server.start()
        await until(lambda: bus.is_connected)
        await asyncio.sleep(1.0)
    told = await events(bus, "frames_lost")
    assert told
    assert told[0].vehicle == "airbeat"
    assert told[0].data["frames"] > 0


async def test_commands_go_over_the_link_that_is_left(broker: Broker, bus: Bus) -> None:
    settings = Settings(
        links=(LinkSettings("radio", "udpin:127.0.0.1:0"), LinkSettings("lte", "udpin:127.0.0.1:0")),
        vehicles=(VehicleSettings("UAV-07", 7),),
    )
    other = await broker.connect("web")
    screen = await watching(bus)
    async with (
        running(bus, settings) as (gateway, radio),
        Drone.flying(radio) as by_radio,
        Drone.flying(str(gateway.links["lte"].address)) as by_lte,
    ):
        await until(lambda: "UAV-07" in screen.latest)
        assert (await other.request(subjects.request("UAV-07", "arm"), Request(PILOT), Reply, 10)).ok
        assert by_radio.armed
        assert not by_lte.armed
        by_radio.silent, by_lte.armed = True, True
        await until(lambda: screen.latest["UAV-07"].link == "lte")
        assert (await other.request(subjects.request("UAV-07", "disarm"), Request(PILOT), Reply, 10)).ok
        assert not by_lte.armed
        assert by_radio.armed, "it did not hear that order"
    assert set(screen.latest) == {"UAV-07"}, "one vehicle, not one per link"
    assert await events(bus, "link_lost") == []
    (changed,) = await events(bus, "link_changed")
    assert changed.text == "Commands go over lte now, no longer over radio."
    await other.close()


async def test_a_vehicle_that_asks_for_terrain_gets_the_heights_that_plans_are_judged_by(
    bus: Bus, tmp_path: Path
) -> None:
    tiles = tmp_path / "tiles"
    tiles.mkdir()
    heights = np.full((1201, 1201), 24, dtype=">i2")
    heights[:, 600:] = 88
    (tiles / "N51W001.hgt").write_bytes(heights.tobytes())
    settings = Settings(links=SETTINGS.links, planning=PlanningSettings(terrain=str(tiles)))
    async with running(bus, settings) as (_, address), Drone.flying(address) as drone:
        await until(lambda: 512 in drone.commands)
        drone.say("TERRAIN_REQUEST", lat=513_000_000, lon=-3_000_000, grid_spacing=100, mask=1 << 0 | 1 << 55)
        await until(lambda: [frame.msgid for frame in drone.heard].count(134) == 2)
    sent: list[Any] = [decode(frame) for frame in drone.heard if frame.msgid == 134]
    assert [(data.gridbit, set(data.data)) for data in sent] == [(0, {88}), (55, {88})]
    assert (sent[0].lat, sent[0].lon, sent[0].grid_spacing) == (513_000_000, -3_000_000, 100)


async def test_a_terrain_folder_that_is_none_keeps_no_vehicle_from_being_heard(bus: Bus, tmp_path: Path) -> None:
    screen = await watching(bus)
    settings = Settings(links=SETTINGS.links, planning=PlanningSettings(terrain=str(tmp_path / "nowhere")))
    async with running(bus, settings) as (_, address), Drone.flying(address):
        await until(lambda: "radio-7" in screen.latest)


async def test_the_vehicles_clock_is_set_against_ours(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemetry.gateway.service.TIMESYNC_EVERY", 1)
    screen = await watching(bus)
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        await until(lambda: any(frame.msgid == 111 for frame in drone.heard))
        asked: Any = decode(next(frame for frame in drone.heard if frame.msgid == 111))
        drone.say("TIMESYNC", tc1=time.time_ns() - 1000 * 10**9, ts1=asked.ts1)
        await until(lambda: screen.latest["UAV-07"].clock_offset_s is not None)
    live = screen.latest["UAV-07"]
    assert live.clock_offset_s == pytest.approx(1000.0, abs=2.0)
    assert live.round_trip_ms is not None
