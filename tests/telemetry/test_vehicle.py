"""Messages in, state out: on a real ArduCopter's recordings, and on the values that MAVLink says are unknown."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from telemetry.mavlink.frame import Frame, FrameReader
from telemetry.mavlink.messages import BY_ID, encode
from telemetry.vehicle import Vehicle
from telemetry.vehicle.loss import SequenceLoss


def heard(vehicle: Vehicle, name: str, now: float = 0.0, **fields: Any) -> None:
    (frame,) = FrameReader().feed(encode(name, fields, seq=0, sysid=7, compid=1))
    vehicle.hear(frame, now)


@pytest.fixture
def vehicle() -> Vehicle:
    return Vehicle("UAV-07", 7, "radio", known=True)


def flown(path: Path) -> Vehicle:
    """The vehicle after all its frames of a recording; time is the recording's own."""
    data, reader, at = path.read_bytes(), FrameReader(), 0
    vehicle = Vehicle("UAV-07", 1, "radio", known=True)
    while at + 8 < len(data):
        now = int.from_bytes(data[at : at + 8], "big") / 1e6
        size = data[at + 9] + (12 + 13 * (data[at + 10] & 1) if data[at + 8] == 0xFD else 8)
        for frame in reader.feed(data[at + 8 : at + 8 + size]):
            if (frame.sysid, frame.compid) == (1, 1):
                vehicle.loss.count(frame.compid, frame.seq)
                vehicle.hear(frame, now)
                vehicle.check_link(now)
        at += 8 + size
    return vehicle


def test_a_real_survey_ends_as_it_did(shared_data: Path) -> None:
    vehicle = flown(shared_data / "arducopter-4.6.3" / "survey.tlog")
    assert vehicle.heartbeat_at is not None
    live = vehicle.snapshot(vehicle.heartbeat_at)
    kinds = Counter(kind for kind, _, _ in vehicle.happened)
    assert (kinds["armed"], kinds["disarmed"], kinds["reboot"], kinds["link_lost"]) == (1, 1, 0, 0)
    modes = [data["mode"] for kind, _, data in vehicle.happened if kind == "mode"]
    assert modes[-2:] == ["GUIDED", "AUTO"]
    assert kinds["mission_reached"] >= 18
    assert (live.armed, live.landed, live.mode) == (False, True, "AUTO")
    assert live.lat_deg == pytest.approx(51.5075297)
    assert live.lon_deg == pytest.approx(-0.1645662)
    assert live.home_amsl_m == pytest.approx(24, abs=1)
    assert live.height_home_m == pytest.approx(0, abs=0.5)
    assert live.mission_items == 20
    assert live.gps_fix is not None
    assert live.gps_fix >= 3
    assert live.satellites == 10
    assert live.ekf_ok is True
    assert live.fence_enabled is True
    assert vehicle.loss.percent(vehicle.heartbeat_at) == 0.0
    assert live.battery_v is not None
    assert 10 < live.battery_v < 13


def test_a_real_breach_is_told_when_it_begins_and_when_it_ends(shared_data: Path) -> None:
    vehicle = flown(shared_data / "arducopter-4.6.3" / "fence-breach.tlog")
    told = [text for kind, text, _ in vehicle.happened if kind.startswith("breach")]
    assert len(told) == 2
    assert told[0] == "The autopilot reports a breach of its boundary."


def test_every_message_may_hold_zeros_or_extremes(vehicle: Vehicle) -> None:
    for message_id in BY_ID:
        for filled in (b"", b"\0" * 255, b"\xff" * 255):
            raw = bytes([0xFD, len(filled), *bytes(8), *filled, 0, 0])
            vehicle.hear(Frame(message_id, 7, 1, 0, raw), 1.0)
            vehicle.snapshot(2.0)


def test_unknown_is_none_and_never_a_place_off_africa(vehicle: Vehicle) -> None:
    heard(vehicle, "GLOBAL_POSITION_INT", lat=0, lon=0, alt=24_000, hdg=65535)
    heard(vehicle, "SYS_STATUS", voltage_battery=65535, current_battery=-1, battery_remaining=-1)
    heard(vehicle, "GPS_RAW_INT", fix_type=0, eph=65535, satellites_visible=255)
    live = vehicle.snapshot(1.0)
    assert (live.lat_deg, live.lon_deg, live.altitude_amsl_m, live.position_age_ms) == (None, None, None, None)
    assert (live.battery_v, live.battery_a, live.battery_pct) == (None, None, None)
    assert (live.hdop, live.satellites, live.gps_fix) == (None, None, 0)
    assert (live.armed, live.mode, live.heartbeat_age_ms) == (None, None, None)


def test_units_are_si(vehicle: Vehicle) -> None:
    heard(
        vehicle,
        "GLOBAL_POSITION_INT",
        now=1.0,
        lat=515073500,
        lon=-1637000,
        alt=64_000,
        relative_alt=40_000,
        vx=300,
        vy=400,
        vz=-150,
        hdg=9000,
    )
    heard(vehicle, "ATTITUDE", now=1.5, roll=math.pi / 6, pitch=-math.pi / 18)
    live = vehicle.snapshot(2.0)
    assert live.lat_deg == pytest.approx(51.50735)
    assert live.lon_deg == pytest.approx(-0.1637)
    assert (live.altitude_amsl_m, live.height_home_m, live.climb_m_s) == (64.0, 40.0, 1.5)
    assert (live.velocity_north_m_s, live.velocity_east_m_s, live.ground_speed_m_s) == (3.0, 4.0, 5.0)
    assert live.heading_deg == 90.0
    assert live.roll_deg == pytest.approx(30.0)
    assert live.pitch_deg == pytest.approx(-10.0)
    assert (live.position_age_ms, live.attitude_age_ms) == (1000, 500)


def test_every_number_that_is_read_is_to_be_shown(vehicle: Vehicle) -> None:
    heard(vehicle, "ATTITUDE", roll=0.1)
    assert vehicle["changed"]
    vehicle["changed"] = False
    heard(vehicle, "RAW_IMU", xacc=1)
    assert not vehicle["changed"], "nothing of it is shown"


def test_a_silent_link_is_told_once_and_its_return_too(vehicle: Vehicle) -> None:
    for now in range(3):
        heard(vehicle, "HEARTBEAT", now=float(now), autopilot=3, type=2)
    vehicle.happened.clear()
    for tenth in range(20, 100):
        vehicle.check_link(tenth / 10)
    assert [kind for kind, _, _ in vehicle.happened] == ["link_lost"]
    heard(vehicle, "HEARTBEAT", now=12.0, autopilot=3, type=2)
    assert vehicle.happened[-1] == ("link_back", "Heard again after 10 s.", {"silent_s": 10.0})


def test_a_clock_that_falls_back_is_a_reboot_unless_frames_overtook_each_other(vehicle: Vehicle) -> None:
    for boot_ms in (50_000, 50_400, 49_900, 50_600):
        heard(vehicle, "ATTITUDE", time_boot_ms=boot_ms)
    assert vehicle.happened == []
    heard(vehicle, "ATTITUDE", time_boot_ms=900)
    heard(vehicle, "ATTITUDE", time_boot_ms=1300)
    assert [kind for kind, _, _ in vehicle.happened] == ["reboot"]


def test_a_ground_station_and_a_gimbal_are_no_vehicle(vehicle: Vehicle) -> None:
    heard(vehicle, "HEARTBEAT", autopilot=8, type=26, base_mode=128)
    assert (vehicle.is_autopilot, vehicle.armed, vehicle.heartbeat_at) == (False, None, None)


def test_loss_is_counted_per_component_over_ten_seconds() -> None:
    loss = SequenceLoss()
    for number in range(250, 350):
        loss.count(1, number & 0xFF)
        if number < 252:
            loss.count(154, (number * 7) & 0xFF)
        loss.percent(number / 100)
    assert (loss.received, loss.lost) == (102, 6)
    for number in range(360, 400):
        loss.count(1, number & 0xFF)
    assert loss.lost == 16
    assert loss.percent(4.0) == pytest.approx(100 * 16 / 158, abs=0.01)
    assert loss.percent(20.0) is None
    loss.count(1, 100)
    assert loss.lost == 16, "a number that falls back is a restart"
    assert loss.percent(20.1) == 0.0


HALF = math.sqrt(0.5)


@pytest.mark.parametrize(
    ("q", "flags", "pitch", "yaw"),
    [
        ((1.0, 0.0, 0.0, 0.0), 32, 0.0, 90.0),
        ((HALF, 0.0, -HALF, 0.0), 32, -90.0, 90.0),
        ((HALF, 0.0, 0.0, HALF), 32, 0.0, 180.0),
        ((HALF, 0.0, 0.0, HALF), 64, 0.0, 90.0),
        ((HALF, 0.0, 0.0, HALF), 16, 0.0, 90.0),
    ],
)
def test_where_the_camera_looks_is_told_from_north(
    vehicle: Vehicle, q: tuple[float, ...], flags: int, pitch: float, yaw: float
) -> None:
    heard(vehicle, "GLOBAL_POSITION_INT", lat=515000000, lon=-1600000, hdg=9000)
    heard(vehicle, "GIMBAL_DEVICE_ATTITUDE_STATUS", q=list(q), flags=flags)
    live = vehicle.snapshot(0.0)
    assert live.camera_pitch_deg == pytest.approx(pitch, abs=0.05)  # float32 near the pole
    assert live.camera_yaw_deg is not None
    if abs(pitch) < 89.0:  # straight down has no direction
        assert live.camera_yaw_deg == pytest.approx(yaw, abs=1e-4)
