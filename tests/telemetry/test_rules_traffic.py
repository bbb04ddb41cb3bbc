"""Other aircraft, and what gateways tell: warned of in time, by the geometry that was really flown, and ended once."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from telemetry.rules import Change
from telemetry.rules.condition import FRAMES_LOST, SIGNATURE_REFUSED
from telemetry.rules.fleet import Heard, Notice
from telemetry.wire import Aircraft
from tests.telemetry.sky import Sky, place

CALLED = "BAW12"


class Airspace(Sky):
    """A sky in which one other aircraft flies straight on."""

    def __init__(self) -> None:
        super().__init__()
        self.set("UAV-07")
        self.at = (0.0, 0.0)
        self.velocity = (0.0, 0.0)
        self.told: dict[str, Any] = {}

    def aircraft(self, east_m: float, north_m: float, east_m_s: float, north_m_s: float, **fields: Any) -> None:
        self.at, self.velocity, self.told = (east_m, north_m), (east_m_s, north_m_s), fields
        self.tell()

    def tell(self) -> None:
        where = place(*self.at)
        said: dict[str, Any] = {
            "ground_speed_m_s": math.hypot(*self.velocity),
            "track_deg": math.degrees(math.atan2(*self.velocity)) % 360.0,
            "altitude_m": 64.0,
            "altitude_datum": "ellipsoid",
            "callsign": CALLED,
        }
        told = Aircraft("icao-4ca1b2", "adsb", "UAV-07", where.lat_deg, where.lon_deg, 0, **{**said, **self.told})
        self.traffic["icao-4ca1b2"] = Heard(told, self.now)

    def fly_on(self, seconds: float) -> list[Change]:
        """A report a second, as ADS-B has it."""
        found = []
        for _ in range(round(seconds)):
            self.at = (self.at[0] + self.velocity[0], self.at[1] + self.velocity[1])
            found += self.stay(1.0)
            self.tell()
        return found


def test_an_aircraft_on_collision_course_is_warned_of_and_told_when_it_has_passed() -> None:
    sky = Airspace()
    sky.aircraft(0.0, 6_000.0, 0.0, -60.0)
    raised = sky.fly_on(80)
    assert [(change.alert.rule, change.alert.severity) for change in raised if change.kind == "alert_raised"] == [
        ("traffic", "warning"),
        ("collision", "critical"),
    ]
    first, second = (change.alert.text for change in raised[:2])
    assert re.fullmatch(
        r"UAV-07: Aircraft BAW12 comes within \d+ m in (70|69|68) s, about \d+ m (above|below) it\.", first
    )
    assert re.search(r" in (33|32|31) s", second)
    assert raised[0].alert.vehicle == "UAV-07"
    ended = sky.fly_on(60)
    assert sorted(change.alert.rule for change in ended if change.kind == "alert_ended") == ["collision", "traffic"]
    assert sky.open == {}


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("far above by pressure", {"altitude_m": 64.0 + 250.0 + 110.0, "altitude_datum": "pressure"}),
        ("far above by ellipsoid", {"altitude_m": 64.0 + 60.0 + 110.0}),
        ("on the ground", {"on_ground": True}),
        ("a drone that flies high", {"altitude_m": None, "altitude_datum": None, "height_ground_m": 180.0}),
    ],
)
def test_one_that_keeps_clear_is_no_alert(what: str, fields: dict[str, Any]) -> None:
    sky = Airspace()
    sky.aircraft(0.0, 3_000.0, 0.0, -60.0, **fields)
    assert sky.fly_on(40) == [], what


@pytest.mark.parametrize(
    "fields", [{"altitude_m": None, "altitude_datum": None}, {"altitude_m": 300.0, "altitude_datum": "pressure"}]
)
def test_doubt_about_its_height_counts_as_near(fields: dict[str, Any]) -> None:
    sky = Airspace()
    sky.aircraft(0.0, 3_000.0, 0.0, -60.0, **fields)
    sky.fly_on(5)
    assert "traffic" in sky.open
    assert ("unknown height" in sky.open["traffic"]) is (fields["altitude_m"] is None)


def test_one_that_is_heard_no_more_ends_its_alert() -> None:
    sky = Airspace()
    sky.aircraft(0.0, 1_500.0, 0.0, -40.0)
    sky.fly_on(3)
    assert "traffic" in sky.open
    sky.traffic.clear()
    sky.stay(6.0)
    assert sky.open == {}


@pytest.mark.parametrize(
    ("kind", "rule", "vehicle"),
    [(FRAMES_LOST, "frames_lost", "airbeat"), (SIGNATURE_REFUSED, "signature", "UAV-07")],
)
def test_what_a_gateway_tells_is_an_alert_while_it_goes_on(kind: str, rule: str, vehicle: str) -> None:
    sky = Sky()
    sky.set("UAV-07")
    text = "The bus takes nothing, and the gateway's memory is full: 12 frames are lost to the recording."
    sky.notices[kind, vehicle] = Notice(text, sky.now)
    (raised,) = sky.stay(1.0)
    assert (raised.alert.rule, raised.alert.severity, raised.alert.vehicle) == (rule, "critical", vehicle)
    assert raised.alert.text == text
    sky.notices[kind, vehicle] = Notice("3 more frames are lost.", sky.now)
    assert sky.stay(15.0) == []
    assert [change.kind for change in sky.stay(10.0)] == ["alert_ended"]
