"""`airbeat script run` against a running Airbeat with a built-in drone, as a pilot starts it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from airbeat import script as scripts
from airbeat import services
from airbeat.demo import simulator
from airbeat.flying import Pilot, Watcher, running
from airbeat.script import connection_to, run_script
from telemetry import subjects
from telemetry.bus import Bus
from telemetry.errors import BusError, SettingsError
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings, Settings, VehicleSettings
from telemetry.wire import Event
from tests.telemetry.services.plans import plan
from tests.waiting import until

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "expanding_square.py"
NAME = "UAV-01"
SPEEDUP = 8
LINGERS = """
import os, sys, time, dronekit
assert sys.argv[1:3] == ["--connect", os.environ["AIRBEAT_CONNECTION"]], sys.argv
vehicle = dronekit.connect(sys.argv[2], wait_ready=["gps_0", "armed", "mode", "location"], timeout=60)
vehicle.mode = dronekit.VehicleMode("GUIDED")
while vehicle.mode.name != "GUIDED" or not vehicle.is_armable:
    time.sleep(0.1)
while not vehicle.armed:
    vehicle.armed = True
    time.sleep(1.0)
vehicle.simple_takeoff(20.0)
while vehicle.location.global_relative_frame.alt < 15.0:
    time.sleep(0.1)
print("hovering", os.environ["AIRBEAT_VEHICLE"], flush=True)
time.sleep(600)
"""


class Machine:
    def __init__(self, settings: Path, home: Path, bus: Bus) -> None:
        self.settings, self.home, self.bus = settings, home, bus

    async def start(self, file: Path, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "airbeat", "script", "run", str(file), *arguments),
            *("--vehicle", NAME, "--settings", str(self.settings)),
            env={**os.environ, "AIRBEAT_HOME": str(self.home)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def events(self, kind: str) -> list[Event]:
        found = await self.bus.past(subjects.EVENTS_STREAM, Event, only=subjects.event(NAME, kind))
        return [one.message for one in found if one.message is not None]


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """Airbeat without pages, one drone with a pilot port, and an approved plan on board."""
    udp, nats = services.free_port(), services.free_nats_ports()
    settings = tmp_path / "airbeat.toml"
    settings.write_text(
        f'[[links]]\nname = "radio"\nendpoint = "udpin:127.0.0.1:{udp}"\n'
        f'[[vehicles]]\ncallsign = "{NAME}"\nsystem_id = 1\npilot_port = "tcpin:127.0.0.1:{services.free_port()}"\n'
        f"[nats]\nport = {nats.port}\nwebsocket_port = {nats.websocket_port}\n"
    )
    home = tmp_path / "home"
    async with running(settings, home, [simulator(home, udp, 1, SPEEDUP)]) as bus:
        pilot = Pilot(bus, NAME, Watcher())
        await pilot.listen()
        await pilot.ready()
        receipt = await pilot.upload(plan(3))
        assert receipt.verified, receipt.problem
        yield Machine(settings, home, bus)


async def test_the_example_flies_its_search_and_lands(machine: Machine) -> None:
    script = await machine.start(EXAMPLE, "--legs", "5", "--spacing", "10", "--datum", "51.5083", "-0.1638")
    output, _ = await script.communicate()
    said = output.decode()
    assert script.returncode == 0, said
    assert "Corner 1 of" in said
    assert "Landed" in said
    (started,), (ended,) = await machine.events("script_started"), await machine.events("script_ended")
    assert started.data["sha256"] == hashlib.sha256(EXAMPLE.read_bytes()).hexdigest()
    assert started.actor == started.data["person"]
    assert (ended.data["exit_code"], ended.data["held"], ended.data["run"]) == (0, False, started.data["run"])
    assert await machine.events("tool_refused") == []


async def test_ctrl_c_ends_the_script_and_the_drone_holds(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "lingers.py"
    file.write_text(LINGERS)
    script = await machine.start(file)
    assert script.stdout is not None
    heard = b""
    while b"hovering UAV-01" not in heard:
        heard += (more := await script.stdout.readline())
        assert more, heard.decode()
    with contextlib.suppress(ProcessLookupError):
        script.send_signal(signal.SIGINT)
    rest, _ = await script.communicate()
    assert script.returncode == 130, rest.decode()
    assert "Holding." in rest.decode()
    (ended,) = await machine.events("script_ended")
    assert ended.data["held"] is True
    assert "BRAKE" in [one.data["mode"] for one in await machine.events("mode")]


async def test_what_the_fence_forbids_is_refused_and_the_drone_holds_when_the_script_fails(
    machine: Machine, tmp_path: Path
) -> None:
    file = tmp_path / "strays.py"
    strays = (
        "vehicle.simple_goto(dronekit.LocationGlobalRelative(51.55, -0.16, 20))\ntime.sleep(3)\nraise SystemExit(3)"
    )
    file.write_text(LINGERS.replace("time.sleep(600)", strays))
    script = await machine.start(file)
    output, _ = await script.communicate()
    assert script.returncode == 3, output.decode()
    assert "Airbeat: Refused: that is outside inclusion" in output.decode()
    refused = await machine.events("tool_refused")
    assert [one.data["act"] for one in refused] == ["MISSION_ITEM"]
    assert (await machine.events("script_ended"))[0].data["held"] is True


async def test_parameters_are_compared_with_a_file_and_set(machine: Machine, tmp_path: Path) -> None:
    async def airbeat(*arguments: str) -> tuple[int | None, str]:
        ran = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "airbeat", "parameters", *arguments),
            *("--vehicle", NAME, "--settings", str(machine.settings)),
            env={**os.environ, "AIRBEAT_HOME": str(machine.home)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await ran.communicate()
        return ran.returncode, output.decode()

    file = tmp_path / "unit.param"
    file.write_text("# the unit's\nWPNAV_SPEED,650\nFENCE_ENABLE 1\nNO_SUCH 3\n")
    code, said = await airbeat("diff", str(file))
    assert code == 1, said
    assert "2 of 3 parameters differ." in said
    assert "not there" in said
    assert await airbeat("set", "WPNAV_SPEED", "650") == (0, "WPNAV_SPEED is 650.\n")
    assert await airbeat("get", "WPNAV_SPEED") == (0, "650\n")
    code, said = await airbeat("set", "FENCE_ENABLE", "0")
    assert (code, "only an upload sets it" in said) == (2, True)


WITH_PORT = Settings(vehicles=(VehicleSettings(NAME, 1, pilot_port="tcpin:127.0.0.1:5790"),))


async def test_a_script_whose_end_nobody_records_ends_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    started, go, file = tmp_path / "started", tmp_path / "go", tmp_path / "waits.py"
    file.write_text(
        "import pathlib, time\n"
        f"pathlib.Path({str(started)!r}).touch()\n"
        f"while not pathlib.Path({str(go)!r}).exists():\n    time.sleep(0.02)\n"
    )
    server = NatsServer(tmp_path, NatsSettings(port=0, websocket_port=0))
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    monkeypatch.setenv("NATS_URL", server.start().url)
    run = asyncio.create_task(run_script(file, (), NAME, WITH_PORT))
    await until(started.exists)
    server.stop()
    monkeypatch.setattr(scripts, "BUS_S", 0.5)
    go.touch()
    assert await run == 1
    assert "ended with exit code 0. script_ended: not recorded" in capfd.readouterr().err


async def test_a_script_does_not_start_where_no_airbeat_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    monkeypatch.setenv("NATS_URL", f"nats://127.0.0.1:{services.free_port()}")
    monkeypatch.setattr(scripts, "BUS_S", 0.5)
    with pytest.raises(BusError, match="nobody answers"):
        await run_script(EXAMPLE, (), NAME, WITH_PORT)


@pytest.mark.parametrize(
    ("port", "connection"),
    [
        ("tcpin:127.0.0.1:5790", "tcp:127.0.0.1:5790"),
        ("udpin:127.0.0.1:14560", "udpout:127.0.0.1:14560"),
        ("udpout:127.0.0.1:14550", "udpin:127.0.0.1:14550"),
    ],
)
def test_a_script_dials_what_the_port_is(port: str, connection: str) -> None:
    assert connection_to(Settings(vehicles=(VehicleSettings(NAME, 1, pilot_port=port),)), NAME) == connection


def test_a_drone_without_a_port_and_an_unknown_one_are_named() -> None:
    with pytest.raises(SettingsError, match="UAV-01: has no pilot_port"):
        connection_to(Settings(vehicles=(VehicleSettings(NAME, 1),)), NAME)
    with pytest.raises(SettingsError, match="UAV-09: is not in the settings; they name UAV-01"):
        connection_to(Settings(vehicles=(VehicleSettings(NAME, 1),)), "UAV-09")
