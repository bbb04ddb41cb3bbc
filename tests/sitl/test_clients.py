# mypy: disable-error-code="import-untyped, no-untyped-call"
"""Ground stations and scripts as their authors wrote them complete a sortie.

Run against the built-in vehicle, and against ArduPilot itself where $ARDUPILOT_SITL names its SITL program
($ARDUPILOT_DEFAULTS its parameter file).
"""

from __future__ import annotations

import functools
import re
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.sitl.clients import PATIENCE_S, WAYPOINTS, mavproxy, mission_item
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(900)
HOME = (51.50735, -0.16370)
until = functools.partial(wait_until, within_s=PATIENCE_S)
FENCE = """QGC WPL 110
0\t0\t0\t5001\t4\t0\t0\t0\t51.5050\t-0.1680\t0\t1
1\t0\t0\t5001\t4\t0\t0\t0\t51.5096\t-0.1680\t0\t1
2\t0\t0\t5001\t4\t0\t0\t0\t51.5096\t-0.1590\t0\t1
3\t0\t0\t5001\t4\t0\t0\t0\t51.5050\t-0.1590\t0\t1
"""
RALLY = """QGC WPL 110
0\t0\t3\t5100\t0\t0\t0\t0\t51.50753\t-0.16457\t15\t1
"""


def wait_for_position(link: Any) -> None:
    """Until the filter uses GPS. ArduPilot streams only what was asked for."""
    link.mav.request_data_stream_send(link.target_system, link.target_component, 0, 4, 1)
    limit = time.monotonic() + PATIENCE_S
    while time.monotonic() < limit:
        link.mav.heartbeat_send(6, 8, 0, 0, 0)
        report = link.recv_match(type="EKF_STATUS_REPORT", blocking=True, timeout=1)
        if report is not None and report.flags & 16 and report.flags & 512:
            return
    pytest.fail("no position estimate")


def test_pymavlink_mavwp_flies_a_mission(vehicle_port: int, tmp_path: Path) -> None:
    """pymavlink's waypoint loader (mavwp) and its link, as scripts use them."""
    from pymavlink import mavutil, mavwp

    assert version("pymavlink")
    source = tmp_path / "mission.waypoints"
    source.write_text(WAYPOINTS)
    link = mavutil.mavlink_connection(f"tcp:127.0.0.1:{vehicle_port}")
    link.wait_heartbeat()
    wait_for_position(link)
    loader = mavwp.MAVWPLoader(target_system=link.target_system, target_component=link.target_component)
    assert loader.load(str(source)) == 5
    link.waypoint_clear_all_send()
    link.recv_match(type="MISSION_ACK", blocking=True, timeout=10)
    link.waypoint_count_send(loader.count())
    for _ in range(loader.count()):
        wanted = link.recv_match(type=["MISSION_REQUEST", "MISSION_REQUEST_INT"], blocking=True, timeout=10)
        link.mav.send(loader.wp(wanted.seq))
    assert link.recv_match(type="MISSION_ACK", blocking=True, timeout=10).type == 0
    link.set_mode("GUIDED")
    link.arducopter_arm()
    link.motors_armed_wait()
    link.mav.command_long_send(link.target_system, 1, 300, 0, 0, 0, 0, 0, 0, 0, 0)
    reached: list[int] = []
    limit = time.monotonic() + PATIENCE_S
    while not reached or reached[-1] != 4:
        assert time.monotonic() < limit, reached
        message = link.recv_match(type="MISSION_ITEM_REACHED", blocking=True, timeout=1)
        link.mav.heartbeat_send(6, 8, 0, 0, 0)
        reached += [message.seq] if message is not None else []
    assert reached == [1, 2, 3, 4]
    link.motors_disarmed_wait()
    link.close()


def test_pymavlink_mavftp_moves_parameters_and_missions(vehicle_port: int, tmp_path: Path) -> None:
    """pymavlink's mavftp module gets all parameters and a mission file it put there before."""
    from pymavlink import mavftp, mavutil

    link = mavutil.mavlink_connection(f"tcp:127.0.0.1:{vehicle_port}")
    link.wait_heartbeat()
    wait_for_position(link)
    ftp = mavftp.MAVFTP(link, link.target_system, link.target_component)
    values, defaults = tmp_path / "values.parm", tmp_path / "defaults.parm"
    ftp.cmd_getparams([str(values), str(defaults)])
    ftp.process_ftp_reply("OpenFileRO", timeout=60)
    found = dict(line.split()[:2] for line in re.sub(",", " ", values.read_text()).splitlines())
    assert len(found) > 1000
    assert float(found["WPNAV_SPEED"]) == 1000.0
    mission = tmp_path / "mission.dat"
    assert ftp.cmd_get(["@MISSION/mission.dat", str(mission)]).error_code == 0
    ftp.process_ftp_reply("OpenFileRO", timeout=30)
    assert mission.read_bytes()[:2] == bytes((0x3D, 0x76))
    link.close()


def test_dronekit_flies_to_a_place_and_home(vehicle_port: int) -> None:
    """A pilot's script on dronekit (the maintained fork, package dronekit2)."""
    import dronekit

    assert version("dronekit2") >= "3"
    vehicle: Any = dronekit.connect(f"tcp:127.0.0.1:{vehicle_port}", wait_ready=True, timeout=90, heartbeat_timeout=60)
    try:
        until(lambda: bool(vehicle.is_armable), "armable")
        vehicle.mode = dronekit.VehicleMode("GUIDED")
        until(lambda: str(vehicle.mode.name) == "GUIDED", "GUIDED")
        vehicle.armed = True
        until(lambda: bool(vehicle.armed), "armed")
        vehicle.simple_takeoff(15)
        until(lambda: bool(vehicle.location.global_relative_frame.alt > 14.3), "15 m")
        vehicle.simple_goto(dronekit.LocationGlobalRelative(HOME[0] + 0.0003, HOME[1] + 0.0004, 20))
        until(lambda: bool(abs(vehicle.location.global_frame.lat - HOME[0] - 0.0003) < 2e-5), "the place")
        until(lambda: bool(vehicle.location.global_relative_frame.alt > 19), "20 m")
        assert vehicle.parameters["RTL_ALT"] == 1500
        vehicle.mode = dronekit.VehicleMode("RTL")
        until(lambda: not vehicle.armed, "landed at home")
        assert abs(vehicle.location.global_frame.lat - HOME[0]) < 3e-5
    finally:
        vehicle.close()


def test_mavproxy_flies_a_sortie(vehicle_port: int, tmp_path: Path) -> None:
    """MAVProxy: parameters, mission, fence and rally points, arming, take-off, AUTO, and the log afterwards."""
    assert version("MAVProxy").startswith("1.8")
    for name, text in (("mission", WAYPOINTS), ("fence", FENCE), ("rally", RALLY)):
        (tmp_path / f"{name}.txt").write_text(text)
    with mavproxy(vehicle_port, tmp_path) as (type_, hear):
        hear(r"Received \d+ parameters")
        hear(r"IMU1 is using GPS")
        type_("param set DISARM_DELAY 0")
        type_("param show WPNAV_SPEED")
        hear(r"WPNAV_SPEED\s+1000")
        type_(f"wp load {tmp_path / 'mission.txt'}")
        hear(r"Loaded 5 waypoints")
        hear(r"Flight plan received")
        type_(f"fence load {tmp_path / 'fence.txt'}")
        hear(r"Loaded 4 fence items")
        type_(f"rally load {tmp_path / 'rally.txt'}")
        hear(r"Loaded 1 rally items")
        type_("mode guided")
        hear(r"(?i)mode guided")
        type_("arm throttle")
        hear(r"Arming motors")
        type_("takeoff 15")
        hear(r"height [12]\d")
        type_("mode auto")
        hear(r"Mission: 2 WP")
        hear(r"Reached command #3")
        hear(r"Disarming motors")
        type_("log list")
        hear(r"Log \d+\s+numLogs [1-9]")
        type_(f"log download latest {tmp_path / 'flight.bin'}")
        hear(r"Finished downloading")
    from pymavlink import DFReader

    log = DFReader.DFReader_binary(str(tmp_path / "flight.bin"))
    modes = []
    while (record := log.recv_match(type=["MODE", "GPS"])) is not None:
        if record.get_type() == "MODE":
            modes.append(record.ModeNum)
    assert modes[-1] == 3


def test_mavsdk_flies_a_mission(vehicle_port: int) -> None:
    """MAVSDK's native Python binding (4.x)."""
    from mavsdk import ComponentType, Configuration, Mavsdk
    from mavsdk.plugins.action import Action
    from mavsdk.plugins.mission_raw import MissionItem, MissionRaw
    from mavsdk.plugins.telemetry import Telemetry

    assert int(version("mavsdk").split(".")[0]) >= 4
    sdk = Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION))
    try:
        sdk.add_any_connection(f"tcpout://127.0.0.1:{vehicle_port}")
        system = sdk.first_autopilot(60.0)
        assert system is not None
        telemetry, mission, action = Telemetry(system), MissionRaw(system), Action(system)
        until(lambda: bool(telemetry.health().is_global_position_ok), "position")
        rows = [line.split("\t") for line in WAYPOINTS.splitlines()[1:]]
        mission.upload_mission([mission_item(MissionItem, row) for row in rows])
        assert [item.command for item in mission.download_mission()] == [16, 22, 16, 16, 20]
        until(lambda: bool(telemetry.health().is_armable), "armable")
        action.arm()
        until(lambda: bool(telemetry.armed()), "armed")
        mission.start_mission()
        until(lambda: bool(telemetry.in_air()), "in the air")
        until(lambda: not telemetry.armed(), "landed")
        assert abs(telemetry.position().latitude_deg - HOME[0]) < 3e-5
    finally:
        sdk.destroy()
