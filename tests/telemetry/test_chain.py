"""The first flow end to end with real processes: simulated drones → gateway → NATS → recorder → bundle, and screens.

What is killed here is killed by SIGKILL.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pymavlink import mavutil

from mission.plan import FenceKind, FencePolygon, Geofence, Home, MissionItem, Plan, Position, digest
from mission.position import Frame
from sitl.fleet import Fleet
from sitl.link import Conditions
from telemetry import subjects
from telemetry.bus import Bus
from telemetry.mavlink import tlog
from telemetry.wire import (
    Actor,
    Event,
    FlightRecord,
    LiveFrame,
    LiveVehicle,
    Onboard,
    Progress,
    Reply,
    Request,
    UploadOrder,
    UploadReceipt,
)
from tests.telemetry.conftest import Broker
from tests.waiting import until

PILOT = Actor("ann", "pilot")
HOME = Position(51.50735, -0.16370)
SPEEDUP = 10.0


def north_of_home(metres: float, east_m: float = 0.0) -> Position:
    return Position(round(HOME.lat_deg + metres / 111_260, 7), round(HOME.lon_deg + east_m / 69_250, 7))


def there_and_back(waypoints: int = 2, metres: float = 80.0) -> Plan:
    corners = ((-150, -150), (-150, 150), (250, 150), (250, -150))
    steps = [north_of_home(metres * (1 + number) / waypoints) for number in range(waypoints)]
    return Plan(
        home=Home(HOME, 24.0),
        items=(
            MissionItem(22, Frame.GLOBAL_RELATIVE_ALT, HOME, 20.0),
            *(MissionItem(16, Frame.GLOBAL_RELATIVE_ALT, place, 20.0) for place in steps),
            MissionItem(20, Frame.MISSION),
        ),
        geofence=Geofence((FencePolygon(FenceKind.INCLUSION, tuple(north_of_home(*corner) for corner in corners)),)),
    )


class Machine:
    """The services of one machine as processes, and the bus to talk to them."""

    def __init__(self, broker: Broker, bus: Bus) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.broker, self.bus = broker, bus
        self.live: dict[str, LiveVehicle] = {}
        self.progress: list[Progress] = []
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._settings = broker.home / "airbeat.toml"
        self._settings.write_text(
            f'[nats]\nraw_limit_mb = 64\n[[links]]\nname = "radio"\nendpoint = "udpin:127.0.0.1:{self.port}"\n'
            + "".join(f'[[vehicles]]\ncallsign = "UAV-{n:02}"\nsystem_id = {n}\n' for n in (1, 2, 3))
        )

    def start(self, name: str) -> None:
        environment = {**os.environ, "AIRBEAT_HOME": str(self.broker.home), "NATS_URL": self.broker.listening.url}
        command = [sys.executable, "-m", f"telemetry.{name}", str(self._settings)]
        self._processes[name] = subprocess.Popen(command, env=environment)

    def end(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        process = self._processes.pop(name)
        process.send_signal(number)
        return process.wait(20)

    def stop(self) -> None:
        for name in list(self._processes):
            self.end(name)

    async def listen(self) -> None:
        async def show(_: str, frame: LiveFrame) -> None:
            self.live.update({vehicle.vehicle: vehicle for vehicle in frame.vehicles})

        async def note(_: str, step: Progress) -> None:
            self.progress.append(step)

        await self.bus.subscribe(subjects.LIVE_ALL, LiveFrame, show)
        await self.bus.subscribe(subjects.PROGRESS_ALL, Progress, note)

    async def order(self, vehicle: str, verb: str, **arguments: Any) -> Reply:
        request = Request(PILOT, arguments, sortie="12")
        return await self.bus.request(subjects.request(vehicle, verb), request, Reply, 60)

    async def upload(self, vehicle: str, plan: Plan, upload_id: str = "u1") -> Reply:
        return await self.order(vehicle, "upload", **msgspec.to_builtins(UploadOrder(upload_id, plan, digest(plan))))

    async def fly(self, vehicle: str) -> None:
        """Starts the mission as soon as the vehicle lets itself be armed."""
        reply = Reply(False, "not tried")
        for _ in range(60):
            reply = await self.order(vehicle, "start", arm=True)
            if reply.ok:
                return
            await asyncio.sleep(0.5)
        raise AssertionError(reply)

    async def told(self, kind: str, count: int = 1, within_s: float = 60.0) -> list[Event]:
        """The first `count` events of a kind."""
        found: list[Event] = []
        following = self.bus.follow(subjects.EVENTS_STREAM, Event, only=f"event.*.{kind}")
        async with asyncio.timeout(within_s), contextlib.aclosing(following) as events:
            async for one in events:
                assert one.message is not None
                found.append(one.message)
                if len(found) == count:
                    break
        return found


@pytest.fixture
async def machine(broker: Broker, bus: Bus) -> AsyncIterator[Machine]:
    made = Machine(broker, bus)
    await made.listen()
    made.start("recorder")
    made.start("gateway")
    yield made
    made.stop()


def counted_by_pymavlink(path: Path) -> int:
    log = mavutil.mavlink_connection(str(path), dialect="ardupilotmega")
    count = 0
    while (message := log.recv_msg()) is not None:
        assert message.get_type() != "BAD_DATA"
        count += 1
    return count


async def test_three_drones_fly_and_every_frame_is_in_their_bundles(machine: Machine) -> None:
    names = [f"UAV-{number:02}" for number in (1, 2, 3)]
    async with Fleet(count=3, base_port=None, udp=("127.0.0.1", machine.port), speedup=SPEEDUP):
        await until(lambda: set(names) <= machine.live.keys())
        plan = there_and_back()
        for name in names:
            assert (await machine.upload(name, plan, f"u-{name}")).ok
        for event in await machine.told("upload", 3):
            assert event.data["verified"], event.text
        await asyncio.gather(*(machine.fly(name) for name in names))
        closed = await machine.told("flight_closed", 3, within_s=90)
    assert machine.end("gateway", signal.SIGTERM) == 0
    assert machine.end("recorder", signal.SIGTERM) == 0
    records = [msgspec.convert(event.data, FlightRecord) for event in closed]
    assert {record.vehicle for record in records} == set(names)
    for record in records:
        assert (record.outcome, record.upload_verified, record.sortie) == ("landed", True, "12")
        assert record.frames_lost == 0
        assert record.frames_received == record.frames_recorded > 500
        assert record.max_height_m == pytest.approx(20.0, abs=1.0)
        assert record.distance_m == pytest.approx(160.0, abs=20.0)
        path = Path(record.bundle) / "telemetry.tlog"
        assert counted_by_pymavlink(path) == record.frames_recorded
        sent_by = {frame.sysid for _, frame in tlog.read(path)}
        assert sent_by == {int(record.vehicle[-2:]), 255}, "both directions, and of no other vehicle"
        assert {step.stage for step in machine.progress if step.vehicle == record.vehicle} >= {"mission", "geofence"}


async def test_bus_recorder_and_gateway_killed_in_flight_leave_one_bundle(machine: Machine) -> None:
    """Only the gateway's death leaves a hole, and it is marked."""
    async with Fleet(count=1, base_port=None, udp=("127.0.0.1", machine.port), speedup=SPEEDUP):
        await until(lambda: "UAV-01" in machine.live)
        assert (await machine.upload("UAV-01", there_and_back(metres=240.0))).ok
        await machine.told("upload")
        await machine.fly("UAV-01")
        await until(lambda: (machine.live["UAV-01"].height_home_m or 0.0) > 10.0)
        server = machine.broker.server
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        server.start()
        machine.end("recorder")
        machine.start("recorder")
        machine.end("gateway")
        machine.start("gateway")
        (closed,) = await machine.told("flight_closed", within_s=90)
    record = msgspec.convert(closed.data, FlightRecord)
    assert (record.outcome, record.frames_lost, len(record.holes)) == ("landed", 0, 1)
    hole = record.holes[0]
    assert 0.0 < (hole.to_at - hole.from_at).total_seconds() < 10.0
    found = [event.text for event in await machine.told("armed", 2)]
    assert found[0] == "Armed."
    assert found[1].startswith("Found armed, in ")
    assert len(await machine.told("flight_started")) == 1


async def test_a_gateway_killed_in_mid_upload_says_it_is_not_done(machine: Machine) -> None:
    slow = Conditions(delay=0.2)
    async with Fleet(count=1, base_port=None, udp=("127.0.0.1", machine.port), link=slow):
        await until(lambda: "UAV-01" in machine.live)
        assert (await machine.upload("UAV-01", there_and_back(waypoints=200, metres=200.0))).ok
        await until(lambda: any(step.stage == "mission" and step.done for step in machine.progress))
        machine.end("gateway")
        machine.start("gateway")
        (event,) = await machine.told("upload")
        receipt = msgspec.convert(event.data, UploadReceipt)
        assert not receipt.verified
        assert "restarted in the middle" in event.text
        stages = {stage.stage: stage for stage in receipt.stages}
        assert list(stages) == ["geofence", "rally", "mission"], "each has been read"
        assert stages["geofence"].verified
        assert stages["geofence"].read_sha256 == stages["geofence"].sent_sha256
        assert stages["mission"].read_sha256 is not None
        assert not stages["mission"].verified
        assert "On board:" in (stages["mission"].problem or "")
        onboard = await machine.bus.entry(subjects.ONBOARD_BUCKET, "UAV-01", Onboard)
        assert onboard is not None
        assert not onboard.receipt.verified
        machine.live.clear()
        await until(lambda: "UAV-01" in machine.live)
        assert (await machine.upload("UAV-01", there_and_back(), "u2")).ok
        again = (await machine.told("upload", 2))[1]
    assert (again.data["verified"], again.data["upload_id"]) == (True, "u2")
