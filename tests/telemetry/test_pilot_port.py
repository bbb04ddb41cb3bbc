# mypy: disable-error-code="import-untyped, no-untyped-call"
"""Pilots' own tools, as their authors wrote them, at the port of a built-in drone, with a real gateway and bus.

The tools block, so each runs in a thread or a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from mavsdk import ComponentType, Configuration, Mavsdk
from mavsdk.plugins.action import Action, ActionError
from mavsdk.plugins.mission_raw import MissionItem, MissionRaw, MissionRawError
from pymavlink import mavutil

from mission.items import MissionType, mission_items
from mission.plan import EMPTY, Plan
from telemetry import settings as settings_file
from telemetry import subjects
from telemetry.bus import Bus
from telemetry.errors import SettingsError
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.signing import write_key
from telemetry.services.transfer import item_fields
from telemetry.settings import VehicleSettings
from telemetry.wire import Actor, Onboard, Reply, Request
from tests.sitl.clients import WAYPOINTS, mavproxy, mission_item
from tests.telemetry.one_drone import NAME, SETTINGS, Unit, running, unit
from tests.telemetry.one_gateway import PILOT
from tests.telemetry.services.plans import HOME, plan
from tests.waiting import PATIENCE_S, until, wait_until

__all__ = ["unit"]
ARM, SET_MODE, TAKEOFF = 400, 176, 22
COMMAND_LONG: Final = 76
STABILIZE, GUIDED, RTL = 0, 4, 6
KEPT: Final = frozenset({"STATUSTEXT", "COMMAND_ACK", "MISSION_ACK", "PARAM_VALUE"})


def _goes_on(message: Any) -> bool:
    """Whether it is a further chunk of a warning: pymavlink may read it by MAVLink 1, which has no ids for that."""
    return bool(message.severity == mavutil.mavlink.MAV_SEVERITY_WARNING)


@pytest.fixture(autouse=True)
def mavlink_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """pymavlink's dialect is one for the whole process, and an earlier reader of another log may have changed it."""
    monkeypatch.setenv("MAVLINK20", "1")
    mavutil.set_dialect("ardupilotmega")


class Tool:
    """pymavlink at the port, as a simple script uses it. Everything here blocks."""

    def __init__(self, address: str) -> None:
        self.link: Any = mavutil.mavlink_connection(address, source_system=254, source_component=77)
        self.link.mav.heartbeat_send(6, 8, 0, 0, 0)
        self.heard: deque[Any] = deque(maxlen=100)
        assert self.link.wait_heartbeat(timeout=PATIENCE_S), "the vehicle's heartbeat comes through"

    def hear(self, kind: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """The next of this kind; answers that came while another was waited for are kept."""
        kinds = kind.split("|")
        for message in self.heard:
            if message.get_type() in kinds and wanted(message):
                self.heard.remove(message)
                return message
        limit = time.monotonic() + PATIENCE_S
        while time.monotonic() < limit:
            message = self.link.recv_match(blocking=True, timeout=1)
            if message is not None and message.get_type() in kinds and wanted(message):
                return message
            if message is not None and message.get_type() in KEPT:
                self.heard.append(message)
        raise AssertionError(f"no {kind} within {PATIENCE_S:g} s")

    def command(self, number: int, *params: float) -> int:
        filled = (*params, *(0.0,) * (7 - len(params)))
        self.link.mav.command_long_send(1, 1, number, 0, *filled)
        return int(self.hear("COMMAND_ACK", lambda ack: ack.command == number).result)

    def reason(self) -> str:
        """The STATUSTEXT of the gateway, chunks joined."""
        said = self.hear("STATUSTEXT", lambda message: message.text.startswith("Airbeat"))
        text = str(said.text)
        while len(said.text) == 50:
            said = self.hear("STATUSTEXT", _goes_on)
            text += said.text
        return text

    def upload(self, wanted: Plan) -> int:
        items = mission_items(wanted)
        self.link.mav.mission_count_send(1, 1, len(items), 0)
        while True:
            answer = self.hear("MISSION_REQUEST|MISSION_ACK")
            if answer.get_type() == "MISSION_ACK":
                return int(answer.type)
            fields = item_fields(answer.seq, MissionType.MISSION, items[answer.seq])
            self.link.mav.mission_item_int_send(1, 1, **fields)


async def test_without_an_approved_plan_a_tool_reads_and_returns_but_does_not_arm(unit: Unit) -> None:
    def work() -> None:
        tool = Tool(unit.address)
        assert tool.command(ARM, 1) == 2
        assert tool.reason() == "Airbeat: Refused: no approved plan is verified on board"
        assert tool.command(SET_MODE, 1, STABILIZE) == 2
        assert tool.reason() == "Airbeat: Refused: STABILIZE may leave the approved plan"
        tool.link.mav.param_set_send(1, 1, b"FENCE_ENABLE", 0.0, 9)
        assert tool.hear("PARAM_VALUE", lambda value: value.param_id == "FENCE_ENABLE").param_value == 1.0
        assert tool.reason().startswith("Airbeat: Refused: FENCE_ENABLE keeps the drone in its approved bounds")
        tool.link.mav.param_set_send(1, 1, b"WPNAV_SPEED", 700.0, 9)
        assert tool.hear("PARAM_VALUE", lambda value: value.param_id == "WPNAV_SPEED").param_value == 700.0
        assert tool.upload(plan(3)) == 14
        assert tool.command(SET_MODE, 1, RTL) == 0
        tool.link.close()

    await asyncio.to_thread(work)
    await until(lambda: unit.port.link.counters.reads)
    (attached,) = await unit.events("tool_attached")
    assert (attached.data["system"], attached.data["component"]) == (254, 77)
    refused = await unit.events("tool_refused")
    assert [one.data["act"] for one in refused] == ["MAV_CMD_COMPONENT_ARM_DISARM", "MAV_CMD_DO_SET_MODE", "PARAM_SET"]
    assert all(one.actor and one.actor.endswith("(254/77)") for one in refused)
    assert [one.data["act"] for one in await unit.events("tool_act")] == ["PARAM_SET", "MAV_CMD_DO_SET_MODE"]
    commands: list[Frame] = []
    while len(commands) < 3:  # what was refused is recorded, too
        recorded = await unit.recorded()
        commands = [one for one in recorded if (one.sysid, one.compid, one.msgid) == (254, 77, COMMAND_LONG)]
    assert len(commands) == 3


async def test_an_approved_plan_is_flown_by_a_tool_inside_its_fence(unit: Unit) -> None:
    def work() -> None:
        tool = Tool(unit.address)
        assert tool.upload(plan(3)) == 0
        assert tool.reason().endswith("it is the approved one, and on board already")
        assert tool.upload(plan(4)) == 14
        assert tool.reason().endswith("upload it from Airbeat")
        assert tool.command(SET_MODE, 1, GUIDED) == 0
        wait_until(lambda: tool.command(ARM, 1) == 0, "armed")
        assert tool.command(TAKEOFF, 0, 0, 0, 0, 0, 0, 200) == 2
        assert "above the ceiling of 120 m" in tool.reason()
        assert tool.command(TAKEOFF, 0, 0, 0, 0, 0, 0, 20) == 0
        tool.hear("GLOBAL_POSITION_INT", lambda at: at.relative_alt > 15_000)
        far = (1, 0, 3, 16, 2, 0, 0, 0, 0, 0, HOME.lat_deg + 0.02, HOME.lon_deg, 20)
        tool.link.mav.mission_item_send(1, *far)
        assert tool.hear("MISSION_ACK").type == 14
        assert "outside inclusion polygon 1" in tool.reason()
        near = (1, 0, 3, 16, 2, 0, 0, 0, 0, 0, HOME.lat_deg + 0.001, HOME.lon_deg, 20)
        tool.link.mav.mission_item_send(1, *near)
        assert tool.hear("MISSION_ACK").type == 0
        tool.hear("GLOBAL_POSITION_INT", lambda at: at.lat > (HOME.lat_deg + 0.0009) * 1e7)
        assert tool.command(SET_MODE, 1, RTL) == 0
        tool.hear("HEARTBEAT", lambda beat: beat.get_srcSystem() == 1 and beat.custom_mode == RTL)
        tool.link.close()

    await unit.upload(plan(3))
    await asyncio.to_thread(work)
    acts = [one.data["act"] for one in await unit.events("tool_act")]
    assert acts[:1] == ["MAV_CMD_DO_SET_MODE"]
    assert {"MAV_CMD_COMPONENT_ARM_DISARM", "MAV_CMD_NAV_TAKEOFF", "MISSION_ITEM"} <= set(acts)
    assert len(await unit.events("tool_upload")) == 2


async def test_while_another_holds_command_a_tool_reads_and_returns_only(unit: Unit) -> None:
    async def command(user: str, verb: str) -> None:
        wanted = Request(Actor(user, "pilot"))
        assert (await unit.bus.request(subjects.request(NAME, verb), wanted, Reply, 30)).ok

    def refused() -> None:
        tool = Tool(unit.address)
        assert tool.command(SET_MODE, 1, GUIDED) == 2
        assert tool.reason() == "Airbeat: Refused: bob holds command"
        tool.link.mav.param_set_send(1, 1, b"WPNAV_SPEED", 700.0, 9)
        assert tool.hear("PARAM_VALUE", lambda value: value.param_id == "WPNAV_SPEED").param_value == 1000.0
        assert tool.command(SET_MODE, 1, RTL) == 0
        tool.link.close()

    def taken() -> None:
        tool = Tool(unit.address)
        assert tool.command(SET_MODE, 1, GUIDED) == 0
        tool.link.close()

    await unit.upload(plan(3))
    await command("bob", "take")
    await asyncio.to_thread(refused)
    await command("bob", "release")
    await asyncio.to_thread(taken)
    await command(PILOT.user, "take")
    await asyncio.to_thread(taken)
    acts = [one.data["act"] for one in await unit.events("tool_act")]
    assert acts == ["MAV_CMD_DO_SET_MODE"] * 3, "his return, and what he did when command was free or his own"


async def test_a_failed_upload_takes_the_approval_away(unit: Unit) -> None:
    await unit.upload(plan(3))
    onboard = await unit.bus.entry(subjects.ONBOARD_BUCKET, NAME, Onboard)
    assert onboard is not None
    failed = msgspec.structs.replace(onboard.receipt, verified=False)
    await unit.bus.put(subjects.ONBOARD_BUCKET, NAME, Onboard(NAME, EMPTY, failed))
    await until(lambda: unit.port.approved is None)


async def test_a_tool_that_does_not_read_loses_its_own_copy_and_nobody_elses(unit: Unit) -> None:
    host, port = str(unit.port.link.address).rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    script: Any = mavutil.mavlink.MAVLink(None, srcSystem=250)
    beat = mavutil.mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 0, 3).pack(script)

    writer.write(beat)
    await until(lambda: unit.port.attached)
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(100):
        unit.port._forward(Frame(0, 1, 1, 0, bytes(200_000)))
    assert unit.port.link.counters.not_sent > 0
    tool = await asyncio.to_thread(Tool, unit.address)
    await asyncio.to_thread(tool.hear, "HEARTBEAT")
    writer.close()


async def test_a_port_with_a_key_takes_and_gives_only_what_is_signed(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    key = bytes(range(32))
    write_key(tmp_path / "keys" / "pilots.key", key)
    port = VehicleSettings(NAME, 1, pilot_port="tcpin:127.0.0.1:0", pilot_key="pilots.key")
    async with running(bus, msgspec.structs.replace(SETTINGS, vehicles=(port,))) as unit:

        def unsigned() -> None:
            link: Any = mavutil.mavlink_connection(unit.address, source_system=250)
            link.mav.heartbeat_send(6, 8, 0, 0, 0)
            assert link.recv_match(blocking=True, timeout=2) is None, "nothing is told to who does not sign"
            link.close()

        def signed() -> None:
            link: Any = mavutil.mavlink_connection(unit.address, source_system=251)
            link.setup_signing(key, sign_outgoing=True)
            link.mav.heartbeat_send(6, 8, 0, 0, 0)
            beat = link.recv_match(type="HEARTBEAT", blocking=True, timeout=PATIENCE_S)
            assert beat.get_signed()
            link.mav.command_long_send(1, 1, ARM, 0, 1, 0, 0, 0, 0, 0, 0)
            assert link.recv_match(type="COMMAND_ACK", blocking=True, timeout=PATIENCE_S).result == 2
            link.close()

        await asyncio.to_thread(unsigned)
        await asyncio.to_thread(signed)
        assert [one.data["system"] for one in await unit.events("tool_attached")] == [251]
        assert (await unit.events("tool_refused"))[0].data["why"] == "not signed"


async def test_mavproxy_attaches_reads_and_is_refused_in_words(unit: Unit, tmp_path: Path) -> None:
    other = "QGC WPL 110\n0\t1\t0\t16\t0\t0\t0\t0\t51.50735\t-0.16370\t24\t1\n1\t0\t3\t22\t0\t0\t0\t0\t0\t0\t20\t1\n"
    (tmp_path / "other.txt").write_text(other)

    def work() -> None:
        with mavproxy(int(unit.address.rsplit(":", 1)[1]), tmp_path, patience_s=5.0) as (type_, hear):

            def ask(line: str, pattern: str) -> None:
                """What is typed before MAVProxy listens is lost, so it is typed again."""
                for _ in range(9):
                    type_(line)
                    with contextlib.suppress(AssertionError):
                        hear(pattern)
                        return
                raise AssertionError(f"{line!r} was never answered by {pattern!r}")

            ask("", r"Received \d+ parameters")
            ask("param show WPNAV_SPEED", r"WPNAV_SPEED\s+1000")
            ask("param set FENCE_ENABLE 0", r"Airbeat: Refused: FENCE_ENABLE keeps")
            ask("mode stabilize", r"Airbeat: Refused: STABILIZE may leave")
            ask(f"wp load {tmp_path / 'other.txt'}", r"only the approved plan may be on board")
            ask("mode guided", r"(?i)mode guided")

    await unit.upload(plan(3))
    await asyncio.to_thread(work)
    acts = {one.data["fields"].get("param_id") or one.data["act"] for one in await unit.events("tool_refused")}
    assert "FENCE_ENABLE" in acts
    assert acts & {"SET_MODE", "MAV_CMD_DO_SET_MODE"}


async def test_mavsdk_waits_for_a_heartbeat_commands_and_is_refused_in_words(unit: Unit) -> None:
    def work() -> None:
        sdk = Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION))
        try:
            sdk.add_any_connection(unit.address.replace("tcp:", "tcpout://"))
            system = sdk.first_autopilot(PATIENCE_S)
            assert system is not None, "it says nothing until it hears the vehicle"
            action, mission = Action(system), MissionRaw(system)
            with pytest.raises(ActionError, match="COMMAND_DENIED"):
                action.goto_location(HOME.lat_deg + 0.1, HOME.lon_deg, 40.0, 0.0)
            action.return_to_launch()
            assert len(mission.download_mission()) == len(mission_items(plan(3)))
            rows = [line.split("\t") for line in WAYPOINTS.splitlines()[1:]]
            with pytest.raises(MissionRawError, match="DENIED"):
                mission.upload_mission([mission_item(MissionItem, row) for row in rows])
        finally:
            sdk.destroy()

    await unit.upload(plan(3))
    await asyncio.to_thread(work)
    (other,) = await unit.events("tool_upload")
    assert other.text.endswith("only the approved plan may be on board; upload it from Airbeat.")
    (refused,) = await unit.events("tool_refused")
    assert "MAV_CMD_DO_REPOSITION refused: that is outside inclusion polygon 1" in refused.text
    *_, last = await unit.events("tool_act")
    assert (last.data["act"], last.data["fields"]["param2"]) == ("MAV_CMD_DO_SET_MODE", RTL)


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("tcpin:0.0.0.0:5790", "0.0.0.0 is not this machine"),
        ("tcpin:drone.example:5790", "is not this machine"),
        ("udpin:[::]:5790", "is not this machine"),
        ("serial:/dev/ttyS0:57600", "is none of tcpin:127.0.0.1:PORT"),
        ("tcpin:127.0.0.1", "is none of"),
        ("", "is none of"),
    ],
)
def test_a_port_beyond_this_machine_is_refused(endpoint: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "airbeat.toml"
    path.write_text(f'[[vehicles]]\ncallsign = "UAV-07"\nsystem_id = 7\npilot_port = "{endpoint}"\n')
    with pytest.raises(SettingsError, match=re.escape("vehicles[0].pilot_port")) as refused:
        settings_file.load(path)
    assert words in str(refused.value)


def test_a_port_beyond_this_machine_takes_a_key(tmp_path: Path) -> None:
    path = tmp_path / "airbeat.toml"
    port = 'pilot_port = "tcpin:0.0.0.0:5790"\npilot_key = "pilots.key"\n'
    path.write_text(f'[[vehicles]]\ncallsign = "UAV-07"\nsystem_id = 7\n{port}')
    assert settings_file.load(path).vehicles[0].pilot_key == "pilots.key"


@pytest.mark.parametrize("endpoint", ["tcpin:127.0.0.1:5790", "udpin:localhost:14560", "udpout:[::1]:14550"])
def test_a_port_on_this_machine_is_taken(endpoint: str, tmp_path: Path) -> None:
    path = tmp_path / "airbeat.toml"
    path.write_text(f'[[vehicles]]\ncallsign = "UAV-07"\nsystem_id = 7\npilot_port = "{endpoint}"\n')
    assert settings_file.load(path).vehicles[0].pilot_port == endpoint
