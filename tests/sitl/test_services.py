# mypy: disable-error-code="import-untyped, no-untyped-call"
"""Protocol services as ArduPilot answers them: parameters, transfers and their refusals, streams, MAVLink 1, logs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from sitl.fleet import Fleet
from sitl.services import packed
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import encode
from tests.sitl.probe import Probe

SQUARE = [(515050000, -1680000), (515096000, -1680000), (515096000, -1590000), (515050000, -1590000)]


@pytest.fixture
def probe() -> Probe:
    probe = Probe(Fleet(base_port=None))
    probe.run(3.0)
    return probe


def corners(kind: int = 5001, count: float = 4.0) -> list[dict[str, Any]]:
    return [{"command": kind, "frame": 0, "param1": count, "x": x, "y": y, "z": 0.0} for x, y in SQUARE]


def test_all_parameters_come_with_arducopters_indices(probe: Probe) -> None:
    probe.send("PARAM_REQUEST_LIST")
    probe.run(4.0)
    values = {m.param_index: m for m in probe.all("PARAM_VALUE") if m.param_index != 65535}
    assert sorted(values) == list(range(1375))
    assert (values[0].param_id, values[8].param_id, values[8].param_value) == ("FORMAT_VERSION", "RTL_ALT", 1500.0)


def test_a_parameter_is_set_in_its_type_and_acts(probe: Probe) -> None:
    probe.send("PARAM_SET", param_id="WPNAV_SPEED", param_value=500.0, param_type=9)
    assert probe.latest("PARAM_VALUE").param_value == 500.0
    assert probe.fleet.state.speed[0] == 5.0
    probe.send("PARAM_SET", param_id="FENCE_ACTION", param_value=2.7, param_type=2)
    assert probe.latest("PARAM_VALUE").param_value == 3.0
    probe.send("PARAM_SET", param_id="WPNAV_SPEED", param_value=math.nan, param_type=9)
    probe.run(0.2)
    assert probe.latest("PARAM_VALUE").param_value == 500.0
    assert "Param write denied (WPNAV_SPEED)" in probe.texts()


def test_the_clock_is_told_when_asked(probe: Probe) -> None:
    probe.deliver(encode("TIMESYNC", {"tc1": 0, "ts1": 4711}, seq=0, sysid=255, compid=190))
    answer = next(message for message in probe.all("TIMESYNC") if message.ts1 == 4711)
    assert answer.tc1 > 0


def test_a_fence_is_taken_whole_or_not_at_all(probe: Probe) -> None:
    assert probe.upload(corners(), mission_type=1) == 0
    assert probe.upload(corners(count=5.0), mission_type=1) == 1
    probe.run(0.2)
    assert probe.texts()[-2:] == ["Incorrect item count", "Fence validation failed"]
    assert len(probe.vehicle.fence_items) == 4
    assert probe.upload([{"command": 5001, "frame": 9, "param1": 4.0}], mission_type=1) == 2
    assert probe.upload([{"command": 16}], mission_type=1) == 3


def test_refusals_of_mission_items(probe: Probe) -> None:
    assert probe.upload([{"command": 16, "x": 910_000_000}]) == 10
    assert probe.upload([{"command": 16, "z": math.nan}]) == 12
    assert probe.upload([{"command": 16, "param1": math.nan}]) == 6
    assert probe.upload([{"command": 31999}]) == 3
    probe.send("MISSION_COUNT", count=60000, mission_type=0)
    assert probe.latest("MISSION_ACK").type == 4


def test_a_part_of_a_mission_is_rewritten(probe: Probe) -> None:
    items: list[dict[str, Any]] = [{"command": 16, "x": 515073500 + k, "y": -1637000, "z": 10.0} for k in range(4)]
    assert probe.upload(items) == 0
    probe.send("MISSION_WRITE_PARTIAL_LIST", start_index=2, end_index=2, mission_type=0)
    assert probe.latest("MISSION_REQUEST").seq == 2
    probe.send("MISSION_ITEM_INT", **{**items[2], "seq": 2, "frame": 3, "z": 55.0})
    assert probe.latest("MISSION_ACK").type == 0
    assert [item.z for item in probe.vehicle.mission[1:]] == [10.0, 55.0, 10.0]
    probe.send("MISSION_WRITE_PARTIAL_LIST", start_index=3, end_index=9, mission_type=0)
    assert probe.latest("MISSION_ACK").type == 1


def test_an_upload_that_stops_is_asked_for_and_given_up(probe: Probe) -> None:
    probe.send("MISSION_COUNT", count=3, mission_type=0)
    probe.send("MISSION_ITEM_INT", command=16, seq=0, frame=3, z=5.0)
    probe.run(2.5)
    assert [m.seq for m in probe.all("MISSION_REQUEST")] == [0, 1, 1, 1]
    probe.run(7.0)
    assert probe.latest("MISSION_ACK").type == 15
    assert "Mission upload timeout" in probe.texts()


def test_two_ground_stations_do_not_mix_their_uploads(probe: Probe) -> None:
    other = Probe(probe.fleet, system=200)
    probe.send("MISSION_COUNT", count=2, mission_type=0)
    other.send("MISSION_COUNT", count=1, mission_type=0)
    assert other.latest("MISSION_ACK").type == 14
    other.send("MISSION_ITEM_INT", command=16, seq=0, frame=3)
    assert other.latest("MISSION_ACK").type == 14


def test_message_intervals_and_requests(probe: Probe) -> None:
    assert probe.command(511, 33, 100_000) == 0
    before = len(probe.all("GLOBAL_POSITION_INT"))
    probe.run(2.0)
    assert len(probe.all("GLOBAL_POSITION_INT")) - before == pytest.approx(20, abs=1)
    assert probe.command(511, 33, -1) == 0
    before = len(probe.all("GLOBAL_POSITION_INT"))
    probe.run(2.0)
    assert len(probe.all("GLOBAL_POSITION_INT")) == before
    assert probe.command(512, 148) == 0
    version = probe.latest("AUTOPILOT_VERSION")
    assert version.capabilities & 4 and version.flight_sw_version >> 24 == 4


def test_home_is_told_at_the_interval_asked_for(probe: Probe) -> None:
    assert probe.command(511, 242, 500_000) == 0
    probe.run(2.0)
    assert probe.all("HOME_POSITION") == []
    probe.boot()
    before = len(probe.all("HOME_POSITION"))
    probe.run(5.0)
    told = probe.all("HOME_POSITION")[before:]
    assert len(told) == pytest.approx(10, abs=1)
    assert (told[-1].latitude, told[-1].longitude, told[-1].altitude) == (
        515073500,
        -1637000,
        pytest.approx(24000, abs=99),
    )
    assert probe.command(510, 242) == 0
    assert probe.latest("MESSAGE_INTERVAL").interval_us == 500_000
    assert probe.command(511, 150, 500_000) == 2


def test_a_mavlink_1_client_is_answered_in_mavlink_1() -> None:
    probe = Probe(Fleet(base_port=None))
    probe.send("PARAM_REQUEST_READ", version=1, param_id="RTL_ALT", param_index=-1)
    probe.raw.clear()
    probe.run(2.0)
    frames = FrameReader("test").feed(bytes(probe.raw))
    assert len(frames) > 20
    assert {frame.version for frame in frames} == {1}


def test_packed_files_read_back_what_was_packed(probe: Probe) -> None:
    data = packed.parameters(probe.vehicle.params)
    values = packed.read_parameters(data)
    assert values == {name: probe.vehicle.params[name] for name in probe.vehicle.params}
    assert packed.read_parameters(data[:-3]) == {}
    assert probe.upload(corners(), mission_type=1) == 0
    fence = packed.items(probe.vehicle.fence_items, 1)
    found = packed.read_items(fence, 1)
    assert found is not None
    assert [(item.x, item.y) for item in found[1]] == SQUARE
    assert packed.read_items(fence[:-1], 1) is None


def test_a_jump_is_flown_as_often_as_it_says(probe: Probe) -> None:
    probe.boot()
    spot = {"command": 16, "x": 515073500, "y": -1636800, "z": 8.0}
    items: list[dict[str, Any]] = [
        spot,
        {"command": 22, "z": 6.0},
        spot,
        {"command": 178, "param1": 1.0, "param2": 4.0},
    ]
    items += [{**spot, "y": -1637100}, {"command": 177, "param1": 2.0, "param2": 1.0}, {"command": 21}]
    assert probe.upload(items) == 0
    probe.command(176, 1, 4)
    probe.command(400, 1)
    probe.command(300)
    probe.until(lambda: not probe.vehicle.armed, 200)
    said = [text for text in probe.texts() if text.startswith("Mission")]
    first = ["Mission: 2 WP", "Mission: 3 ChangeSpeed", "Mission: 4 WP"]
    assert said[1:] == [
        "Mission: 1 Takeoff",
        *first,
        "Mission: 5 Jump 1/1",
        *first,
        "Mission: 6 Land",
        "Mission: 1 Takeoff",
    ]


def test_pieces_of_a_log_come_at_once_and_a_request_during_a_download_is_dropped(tmp_path: Path) -> None:
    probe = Probe(Fleet(base_port=None))
    probe.vehicle.log.folder = tmp_path
    probe.boot()
    probe.take_off(8.0)
    probe.send("LOG_REQUEST_LIST", start=0, end=0xFFFF)
    probe.run(0.2)
    assert probe.texts()[-1] == "Disarm for log download"
    assert probe.all("LOG_ENTRY") == []
    probe.command(176, 1, 9)
    probe.until(lambda: not probe.vehicle.armed, 60)
    size = probe.vehicle.log.logs()[0].stat().st_size
    for piece in range(3):
        probe.send("LOG_REQUEST_DATA", id=1, ofs=piece * 900, count=90)
    assert [m.ofs for m in probe.all("LOG_DATA")] == [0, 900, 1800]
    probe.send("LOG_REQUEST_DATA", id=1, ofs=0, count=size)
    probe.send("LOG_REQUEST_DATA", id=1, ofs=900, count=90)
    probe.run(5.0)
    parts = probe.all("LOG_DATA")[3:]
    assert [m.ofs for m in parts] == list(range(0, size, 90))
    received = b"".join(bytes(m.data[: m.count]) for m in parts)
    assert received == probe.vehicle.log.logs()[0].read_bytes()


def test_the_log_it_wrote_is_read_by_pymavlink(tmp_path: Path) -> None:
    from pymavlink import DFReader

    probe = Probe(Fleet(base_port=None))
    probe.vehicle.log.folder = tmp_path
    probe.boot()
    probe.take_off(8.0)
    probe.command(176, 1, 9)
    probe.until(lambda: not probe.vehicle.armed, 60)
    logs = probe.vehicle.log.logs()
    assert len(logs) == 1
    reader = DFReader.DFReader_binary(str(logs[0]))
    heights, modes, parameters = [], [], {}
    while (record := reader.recv_match(type=["POS", "MODE", "PARM"])) is not None:
        kind = record.get_type()
        if kind == "POS":
            heights.append(record.RelHomeAlt)
        elif kind == "MODE":
            modes.append(record.ModeNum)
        else:
            parameters[record.Name] = record.Value
    assert 7.5 < max(heights) < 8.5
    assert modes == [4, 9]
    assert parameters["RTL_ALT"] == 1500.0


def test_its_capabilities_are_arducopters_and_true(probe: Probe) -> None:
    probe.command(512, 148)
    assert probe.latest("AUTOPILOT_VERSION").capabilities == 64495
    probe.boot()
    assert probe.command(42424, 0) == 0
    probe.run(1.2)
    assert {m.compass_id for m in probe.all("MAG_CAL_PROGRESS")} == {0, 1, 2}
    probe.command(176, 1, 4)
    assert probe.command(400, 1) == 4
    assert probe.command(42425, 0) == 4
    assert probe.command(42426, 0) == 0
    probe.take_off(10.0)
    for _ in range(4):
        probe.send("SET_ATTITUDE_TARGET", type_mask=7, q=(math.cos(0.05), 0.0, -math.sin(0.05), 0.0), thrust=0.5)
        probe.run(1.0)
    assert probe.vehicle.nav.velocity[0] > 1.0
    assert abs(probe.vehicle.height - 10.0) < 0.5
    probe.run(4.0)
    assert abs(float(probe.fleet.state.pitch[0])) < 0.02
