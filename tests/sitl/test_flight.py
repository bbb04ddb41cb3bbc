"""One vehicle from power-on to landing: boot, arming, GUIDED, AUTO, RTL, LAND, as ArduCopter tells it."""

from __future__ import annotations

from typing import Any

import pytest

from sitl.fleet import Fleet
from tests.sitl.orders import HOME
from tests.sitl.probe import Probe, waypoint

MISSION = [
    waypoint(0, 0, 24.0, frame=0),
    {"command": 22, "z": 20.0},
    waypoint(5000, 0, 20.0),
    waypoint(5000, 8000, 25.0),
    waypoint(0, 8000, 25.0),
    {"command": 20},
]


@pytest.fixture
def probe() -> Probe:
    return Probe(Fleet(base_port=None))


def test_arming_is_refused_until_the_position_is_known(probe: Probe) -> None:
    probe.run(15.0)
    probe.command(176, 1, 4)
    assert probe.command(400, 1) == 4
    probe.run(0.2)
    assert "Arm: Need Position Estimate" in probe.texts()
    probe.boot()
    assert probe.command(400, 1) == 0
    probe.run(0.2)
    assert probe.texts()[-1] == "Arming motors"
    assert probe.latest("HOME_POSITION").latitude == HOME[0]


def test_armed_on_the_ground_it_disarms_by_itself(probe: Probe) -> None:
    probe.boot()
    probe.command(176, 1, 4)
    probe.command(400, 1)
    waited = probe.until(lambda: not probe.vehicle.armed, 30)
    assert 9.5 < waited < 10.6


def test_takes_off_flies_to_a_place_and_lands(probe: Probe) -> None:
    probe.boot()
    probe.take_off(10.0)
    target: dict[str, Any] = {"lat_int": HOME[0] + 2000, "lon_int": HOME[1] + 3000, "alt": 15.0, "coordinate_frame": 6}
    probe.send("SET_POSITION_TARGET_GLOBAL_INT", type_mask=0b110111111000, **target)
    probe.run(20.0)
    where = probe.latest("GLOBAL_POSITION_INT")
    assert abs(where.lat - target["lat_int"]) < 30
    assert abs(where.lon - target["lon_int"]) < 50
    assert abs(where.relative_alt - 15000) < 300
    assert probe.command(21) == 0
    probe.until(lambda: not probe.vehicle.armed, 60)
    assert probe.texts()[-1] == "Disarming motors"
    assert any(text.startswith("SIM Hit ground at") for text in probe.texts())


def test_flies_a_mission_and_returns(probe: Probe) -> None:
    probe.boot()
    assert probe.upload(MISSION) == 0
    probe.fly_mission()
    assert [m.seq for m in probe.all("MISSION_ITEM_REACHED")] == [1, 2, 3, 4, 5]
    said = [text for text in probe.texts() if text.startswith(("Mission", "Reached"))]
    assert said == [
        "Mission: 1 Takeoff",
        "Mission: 1 Takeoff",
        "Mission: 2 WP",
        "Reached command #2",
        "Mission: 3 WP",
        "Reached command #3",
        "Mission: 4 WP",
        "Reached command #4",
        "Mission: 5 RTL",
    ]
    probe.run(1.0)
    where = probe.latest("GLOBAL_POSITION_INT")
    assert abs(where.lat - HOME[0]) < 40
    assert abs(where.lon - HOME[1]) < 60
    assert probe.latest("MISSION_CURRENT").mission_state == 5


def test_a_paused_mission_waits_and_goes_on(probe: Probe) -> None:
    probe.boot()
    probe.upload(MISSION)
    probe.command(176, 1, 4)
    probe.command(400, 1)
    probe.command(300)
    probe.until(lambda: probe.latest("MISSION_CURRENT").seq == 3, 120)
    assert probe.command(193, 0) == 0
    probe.run(8.0)
    before = probe.latest("GLOBAL_POSITION_INT")
    probe.run(5.0)
    after = probe.latest("GLOBAL_POSITION_INT")
    assert abs(before.lat - after.lat) < 60
    assert abs(before.lon - after.lon) < 90
    assert probe.command(193, 1) == 0
    probe.until(lambda: probe.latest("MISSION_CURRENT").seq == 4, 60)


@pytest.mark.parametrize("number", [5, 6, 7, 9, 17, 21])
def test_a_mode_that_comes_before_lift_off_ends_the_take_off(probe: Probe, number: int) -> None:
    probe.boot()
    assert probe.command(176, 1, 4) == 0
    assert probe.command(400, 1) == 0
    assert probe.command(22, 0, 0, 0, 0, 0, 0, 20) == 0
    probe.run(0.3)
    assert probe.vehicle.landed
    assert probe.command(176, 1, number) == 0
    probe.until(lambda: not probe.vehicle.armed, 10.6)
    assert probe.vehicle.height < 0.2


def test_unknown_commands_and_modes_are_refused_in_its_words(probe: Probe) -> None:
    probe.boot()
    assert probe.command(31000) == 3
    assert probe.command(176, 1, 99) == 4
    probe.run(0.2)
    assert "No such mode 99" in probe.texts()
    probe.command(400, 1, 2989)
    assert probe.command(176, 1, 3) == 4
    probe.run(0.2)
    assert "Mode change to AUTO failed: init failed" in probe.texts()
