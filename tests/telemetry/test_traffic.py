"""Other aircraft: heard by whoever has a receiver, published once a second each, with what they did not say unknown."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.gateway.traffic import FORGET_S, MESSAGES, MOST, Traffic
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import decode, encode
from telemetry.wire import Aircraft, AltitudeDatum, TrafficFrame
from tests.telemetry.drone import Drone
from tests.telemetry.one_gateway import running
from tests.waiting import until

MAC = tuple(b"\x02\x00\x5e\x10\x00\x01" + bytes(14))
HELICOPTER: dict[str, Any] = {
    "ICAO_address": 0x4CA1B2,
    "lat": 515_100_000,
    "lon": -1_600_000,
    "altitude_type": 0,
    "altitude": 304_800,
    "heading": 27_050,
    "hor_velocity": 5144,
    "ver_velocity": -250,
    "callsign": "NPAS21",
    "emitter_type": 7,
    "tslc": 2,
    "flags": 1 | 2 | 4 | 8 | 16 | 32 | 128,
    "squawk": 32,
}


def said(name: str, **fields: Any) -> Any:
    """What a receiver's message of this name comes out as."""
    (frame,) = FrameReader().feed(encode(name, fields, seq=0, sysid=7, compid=156))
    assert frame.msgid in MESSAGES
    return decode(frame)


def test_all_that_ads_b_says_comes_out_in_si_units() -> None:
    traffic = Traffic()
    traffic.hear(said("ADSB_VEHICLE", **HELICOPTER), "UAV-07", 100.0)
    assert traffic.news(100.5) == (
        Aircraft(
            aircraft="icao-4ca1b2",
            source="adsb",
            heard_by="UAV-07",
            lat_deg=51.51,
            lon_deg=-0.16,
            age_ms=2500,
            altitude_m=304.8,
            altitude_datum=AltitudeDatum.PRESSURE,
            ground_speed_m_s=51.44,
            track_deg=270.5,
            climb_m_s=-2.5,
            callsign="NPAS21",
            kind="rotocraft",
            squawk="0032",
        ),
    )
    assert traffic.news(101.0) == (), "told once"


def test_what_ads_b_does_not_vouch_for_is_unknown() -> None:
    traffic = Traffic()
    traffic.hear(said("ADSB_VEHICLE", **{**HELICOPTER, "flags": 1, "emitter_type": 0}), "UAV-07", 0.0)
    (heard,) = traffic.news(0.0)
    unknown = (heard.altitude_m, heard.altitude_datum, heard.track_deg, heard.callsign, heard.squawk, heard.kind)
    assert unknown == (None,) * 6
    traffic.hear(said("ADSB_VEHICLE", **{**HELICOPTER, "flags": 2}), "UAV-07", 0.0)
    traffic.hear(said("ADSB_VEHICLE", **{**HELICOPTER, "lat": 0, "lon": 0}), "UAV-07", 0.0)
    assert traffic.news(0.0) == (), "no aircraft without a place"


def test_one_aircraft_heard_by_two_receivers_is_one_as_last_heard() -> None:
    traffic = Traffic()
    traffic.hear(said("ADSB_VEHICLE", **{**HELICOPTER, "tslc": 0}), "UAV-07", 10.0)
    traffic.hear(said("ADSB_VEHICLE", **{**HELICOPTER, "tslc": 3, "lat": 515_000_000}), "UAV-08", 10.5)
    (heard,) = traffic.news(11.0)
    assert (heard.lat_deg, heard.heard_by, heard.age_ms) == (51.51, "UAV-07", 1000)


def test_a_drone_is_known_by_its_remote_identification() -> None:
    traffic = Traffic()
    traffic.hear(
        said("OPEN_DRONE_ID_BASIC_ID", id_or_mac=MAC, ua_type=2, uas_id=tuple(b"1581F5FKD2" + bytes(10))), "UAV-07", 0.0
    )
    place = {"latitude": 515_000_000, "longitude": -1_500_000, "status": 2}
    unknown = {"altitude_geodetic": -1000.0, "height": -1000.0, "direction": 36_100, "speed_vertical": 6300}
    traffic.hear(
        said(
            "OPEN_DRONE_ID_LOCATION", id_or_mac=MAC, **place, **unknown, altitude_barometric=80.0, speed_horizontal=500
        ),
        "UAV-07",
        1.0,
    )
    (heard,) = traffic.news(1.0)
    assert (heard.aircraft, heard.source, heard.callsign) == ("rid-02005e100001", "remote_id", "1581F5FKD2")
    assert (heard.kind, heard.on_ground) == ("helicopter or multirotor", False)
    assert (heard.altitude_m, heard.altitude_datum, heard.height_ground_m) == (80.0, AltitudeDatum.PRESSURE, None)
    assert (heard.ground_speed_m_s, heard.track_deg, heard.climb_m_s) == (5.0, None, None)
    traffic.hear(said("OPEN_DRONE_ID_LOCATION", **place), "UAV-07", 2.0)
    assert traffic.news(2.0) == (), "what has no sender is the vehicle's own"


def test_a_pack_of_remote_identification_is_opened() -> None:
    basic = bytes([0x02, 0x12]) + b"SERIAL-9".ljust(20, b"\0") + bytes(3)
    location = struct.pack("<BBBBbiiHHH", 0x12, 0x2A, 90, 40, -4, 515_000_000, -1_500_000, 2100, 2200, 2040) + bytes(6)
    pack = (basic + location).ljust(225, b"\0")
    traffic = Traffic()
    message = said(
        "OPEN_DRONE_ID_MESSAGE_PACK", id_or_mac=MAC, single_message_size=25, msg_pack_size=2, messages=tuple(pack)
    )
    traffic.hear(message, "UAV-07", 0.0)
    (heard,) = traffic.news(0.0)
    assert (heard.callsign, heard.lat_deg, heard.lon_deg) == ("SERIAL-9", 51.5, -0.15)
    assert (heard.track_deg, heard.ground_speed_m_s, heard.climb_m_s) == (270.0, 10.0, -2.0)
    assert (heard.altitude_m, heard.altitude_datum, heard.height_ground_m) == (100.0, AltitudeDatum.ELLIPSOID, 20.0)


def test_forged_aircraft_neither_fill_the_memory_nor_stay() -> None:
    traffic = Traffic()
    for address in range(MOST + 10):
        traffic.hear(said("ADSB_VEHICLE", **{**HELICOPTER, "ICAO_address": address}), "UAV-07", 0.0)
    assert len(traffic.news(0.0)) == MOST
    assert traffic.news(FORGET_S + 3.0) == ()
    traffic.hear(said("ADSB_VEHICLE", **HELICOPTER), "UAV-07", FORGET_S + 4.0)
    assert len(traffic.news(FORGET_S + 4.0)) == 1


@pytest.mark.parametrize("size", [0, 24, 25])
def test_a_pack_cut_short_does_no_harm(size: int) -> None:
    traffic = Traffic()
    message = said(
        "OPEN_DRONE_ID_MESSAGE_PACK", id_or_mac=MAC, single_message_size=size, msg_pack_size=255, messages=(0xFF,) * 225
    )
    traffic.hear(message, "UAV-07", 0.0)
    assert traffic.news(0.0) == ()


async def test_an_aircraft_is_told_at_most_once_a_second(bus: Bus) -> None:
    frames: list[TrafficFrame] = []

    async def show(_: str, frame: TrafficFrame) -> None:
        frames.append(frame)

    await bus.subscribe(subjects.TRAFFIC_ALL, TrafficFrame, show)
    await bus.usage(subjects.RAW_STREAM)
    async with running(bus) as (_, address), Drone.flying(address) as drone:
        for _ in range(30):
            drone.say("ADSB_VEHICLE", **HELICOPTER)
            drone.say("ADSB_VEHICLE", **{**HELICOPTER, "ICAO_address": 0x400000})
        await until(lambda: frames)
    assert all(frame.gateway == "gateway" for frame in frames)
    assert sorted(one.aircraft for one in frames[0].aircraft) == ["icao-400000", "icao-4ca1b2"]
    assert {one.heard_by for one in frames[0].aircraft} == {"UAV-07"}
