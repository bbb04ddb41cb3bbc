"""The rules over made-up moments of a fleet: raised once, with numbers, ended once, and nothing by mistake."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from telemetry.rules import RULES, Change, Drone, Fleet, Rule, Watch
from telemetry.rules.verdict import Verdicts
from telemetry.wire import LiveVehicle
from tests.telemetry.sky import AT, Sky


@pytest.fixture
def sky() -> Sky:
    made = Sky()
    made.set("UAV-07")
    assert made.stay(10.0) == []
    return made


@pytest.mark.parametrize(
    ("rule", "fields", "text"),
    [
        ("battery_low", {"battery_pct": 25.0}, "UAV-07: battery at 25 % (12.4 V), under 30 %."),
        ("height", {"height_home_m": 131.0}, "UAV-07: 131 m above home, over the limit of 120 m."),
        ("height", {"height_ground_m": 124.0}, "UAV-07: 124 m above the ground, over the limit of 120 m."),
        ("ekf", {"ekf_ok": False}, "UAV-07: its position estimate (EKF) is bad; it may not know where it is."),
        ("gps", {"gps_fix": 1, "satellites": 3}, "UAV-07: GPS has no 3D fix with 3 satellites."),
        ("vibration", {"vibration_m_s2": 41.0}, "UAV-07: vibration of 41 m/s², over 30 m/s²."),
        (
            "fence_disabled",
            {"fence_enabled": False},
            "UAV-07: its plan has a geofence, but the autopilot has it switched off.",
        ),
        ("breach_reported", {"fence_breached": True}, "UAV-07: the autopilot itself reports a breach"),
        ("breach", {"north_m": 212.0}, "UAV-07: 12 m beyond its geofence (inclusion polygon 1)."),
        ("breach", {"east_m": 100.0}, "UAV-07: 20 m beyond its geofence (exclusion polygon 2)."),
        ("fence_margin", {"north_m": 196.0}, "UAV-07: only 4.0 m from its geofence (inclusion polygon 1)."),
        (
            "off_track",
            {"east_m": -60.0, "north_m": 90.0, "mode": "AUTO"},
            "UAV-07: its mode is Mission, but it is 60 m off",
        ),
    ],
)
def test_each_rule_raises_once_and_ends_once(sky: Sky, rule: str, fields: dict[str, Any], text: str) -> None:
    sky.set("UAV-07", **fields)
    raised = sky.stay(6.0)
    assert [(change.kind, change.alert.rule) for change in raised] == [("alert_raised", rule)]
    assert raised[0].alert.text.startswith(text)
    sky.set("UAV-07")
    ended = sky.stay(6.0)
    assert [(change.kind, change.alert.rule, change.is_closed) for change in ended] == [("alert_ended", rule, False)]
    assert ended[0].alert.alert_id == raised[0].alert.alert_id


def test_a_critical_battery_is_told_after_a_low_one(sky: Sky) -> None:
    for percent in range(80, 10, -1):
        sky.set("UAV-07", battery_pct=float(percent))
        sky.stay(3.0)
    assert [change.alert.rule for change in sky.changes] == ["battery_low", "battery_critical"]


def test_a_value_that_swings_about_its_limit_is_one_alert(sky: Sky) -> None:
    for number in range(200):
        sky.set("UAV-07", height_home_m=119.0 + 2.0 * (number % 2))
        sky.stay(0.8)
    assert [change.kind for change in sky.changes] == ["alert_raised"]


def test_silence_is_late_then_lost_then_over(sky: Sky) -> None:
    sky.tick(3.0)
    assert sky.open == {"link_late": "UAV-07: its heartbeat is 2.5 s old."}
    sky.tick(3.0)
    assert sky.open["link_lost"].startswith(
        "UAV-07: nothing heard for 5 s. Last seen at 51.50735, -0.16370, 40 m above home, its mode Guided."
    )
    sky.set("UAV-07")
    sky.stay(3.0)
    assert sky.open == {}


def test_a_drone_that_is_switched_off_on_the_ground_is_no_matter(sky: Sky) -> None:
    sky.set("UAV-07", armed=False, landed=True, battery_pct=5.0)
    assert sky.tick(60.0) == []


@pytest.mark.parametrize("speed", [2.0, 5.0, 12.0])
def test_a_breach_is_predicted_at_least_five_seconds_before(sky: Sky, speed: float) -> None:
    north, warned_at, breached_at = 0.0, None, None
    while breached_at is None:
        north += speed * 0.1
        sky.set("UAV-07", north_m=north, velocity_north_m_s=speed, ground_speed_m_s=speed)
        for change in sky.stay(0.1):
            if change.alert.rule == "breach_predicted" and warned_at is None:
                warned_at = sky.now
                assert f"breaches its geofence (inclusion polygon 1) in 10 s if it goes on at {speed:.0f} m/s" in (
                    change.alert.text
                )
            if change.alert.rule == "breach":
                breached_at = sky.now
    assert warned_at is not None
    assert breached_at - warned_at > 9.0


def test_a_planned_leg_towards_the_fence_is_no_predicted_breach(sky: Sky) -> None:
    for metre in range(0, 180, 1):
        sky.set("UAV-07", north_m=float(metre), mode="AUTO", velocity_north_m_s=10.0, ground_speed_m_s=10.0)
        sky.stay(0.1)
    assert sky.changes == []


def test_two_drones_too_near_and_coming_nearer_are_one_alert_per_pair(sky: Sky) -> None:
    sky.set("UAV-08", east_m=200.0, velocity_east_m_s=-10.0, ground_speed_m_s=10.0)
    sky.drones["UAV-08"].plan = None
    for metre in range(200, -200, -1):
        sky.set("UAV-08", east_m=float(metre), velocity_east_m_s=-10.0, ground_speed_m_s=10.0)
        sky.drones["UAV-08"].plan = None
        sky.stay(0.1)
    told = [(change.kind, change.alert.rule) for change in sky.changes]
    assert told.count(("alert_raised", "approach")) == 1
    assert told.count(("alert_raised", "separation")) == 1
    assert told.index(("alert_raised", "approach")) < told.index(("alert_raised", "separation"))
    approach = next(change.alert for change in sky.changes if change.alert.rule == "approach")
    assert approach.text == "UAV-07 and UAV-08 come within 0 m in 11 s, 0 m in height."
    sky.stay(5.0)
    assert sky.open == {}


def test_drones_one_above_the_other_are_well_apart(sky: Sky) -> None:
    sky.set("UAV-08", east_m=5.0, altitude_amsl_m=94.0)
    assert sky.stay(5.0) == []


def test_a_mode_nobody_ordered_is_told_and_an_ordered_one_is_not(sky: Sky) -> None:
    drone = sky.drones["UAV-07"]
    drone.ordered_at, drone.mode_before, drone.mode_changed_at = sky.now, "AUTO", sky.now + 2.0
    sky.set("UAV-07", mode="RTL")
    assert sky.stay(5.0) == []
    sky.now += 60.0
    drone.mode_before, drone.mode_changed_at = "RTL", sky.now
    sky.set("UAV-07", mode="LAND")
    (change,) = sky.stay(5.0)
    assert change.alert.text == "UAV-07: changed from Returning to Landing without an order from here."
    sky.drones["UAV-07"].ordered_at = sky.now
    (change,) = sky.stay(2.0)
    assert change.kind == "alert_ended"


def test_a_battery_that_does_not_reach_home_is_told_in_time(sky: Sky) -> None:
    used = {"battery_used_mah": 2000.0, "battery_a": 20.0}
    sky.set("UAV-07", north_m=180.0, battery_pct=60.0, **used)
    assert sky.stay(10.0) == []
    sky.set("UAV-07", north_m=180.0, battery_pct=31.0, battery_used_mah=2000.0, battery_a=40.0)
    (change,) = sky.stay(10.0)
    assert change.alert.rule == "way_home"
    assert change.alert.text == ("UAV-07: the battery lasts 1.3 min more, the way home takes 1.0 min; turn back now.")


def test_an_unknown_drone_is_told(sky: Sky) -> None:
    sky.set("radio-99", east_m=-150.0)
    sky.drones["radio-99"].known = False
    (change,) = sky.stay(3.0)
    assert change.alert.text.startswith("radio-99: a drone that the settings do not name is heard on radio, at 51.5")


def test_an_acknowledged_alert_leaves_the_list_when_it_ends(sky: Sky) -> None:
    sky.set("UAV-07", battery_pct=25.0)
    (raised,) = sky.stay(3.0)
    seen = sky.watch.acknowledge(raised.alert.alert_id, "ann", AT, still_heard=True)
    assert seen is not None
    assert (seen.alert.acknowledged_by, seen.is_closed) == ("ann", False)
    assert sky.watch.acknowledge(raised.alert.alert_id, "bob", AT, still_heard=True) is None
    sky.set("UAV-07", battery_pct=80.0)
    (ended,) = sky.stay(3.0)
    assert ended.is_closed
    assert sky.watch.alerts == []
    sky.set("UAV-07", battery_pct=25.0)
    (again,) = sky.stay(3.0)
    assert again.alert.alert_id != raised.alert.alert_id


def test_a_new_watch_goes_on_with_the_open_alerts(sky: Sky) -> None:
    sky.set("UAV-07", battery_pct=25.0)
    sky.set("UAV-08", east_m=10.0)
    sky.stay(3.0)
    before = sky.watch.alerts
    assert {alert.rule for alert in before} == {"battery_low", "separation"}
    kept = [msgspec.msgpack.decode(msgspec.msgpack.encode(alert), type=type(alert)) for alert in before]
    sky.watch = Watch(RULES, kept)
    assert sky.stay(5.0) == [], "they are open already"
    sky.set("UAV-07")
    sky.set("UAV-08", east_m=150.0)
    assert {(change.kind, change.alert.rule) for change in sky.stay(5.0)} == {
        ("alert_ended", "battery_low"),
        ("alert_ended", "separation"),
    }


def test_the_alert_of_a_drone_that_is_gone_can_be_acknowledged_away(sky: Sky) -> None:
    sky.set("UAV-07", battery_pct=25.0)
    (raised,) = sky.stay(3.0)
    seen = sky.watch.acknowledge(raised.alert.alert_id, "ann", AT, still_heard=False)
    assert seen is not None
    assert seen.is_closed


def test_a_drone_of_which_nothing_is_known_raises_nothing() -> None:
    sky = Sky()
    sky.drones["UAV-07"] = Drone(LiveVehicle("UAV-07"), sky.now, sky.plan)
    sky.drones["UAV-08"] = Drone(LiveVehicle("UAV-08", armed=True, heartbeat_age_ms=0), sky.now, None)
    assert sky.tick(1.0) == []


def test_a_recorder_that_does_not_keep_up_is_told(sky: Sky) -> None:
    def step(share: float) -> list[Change]:
        sky.now += 2.0
        return sky.watch.step(Fleet(sky.now, {}, sky.ground, share), AT)

    assert step(0.2) == []
    (raised,) = step(0.31)
    assert raised.alert.text == "The recorder is behind: 31 % of the room for raw MAVLink is taken."
    assert step(0.2) == []
    step(0.1)
    assert [change.kind for change in step(0.1)] == ["alert_ended"]


def test_a_rule_that_crashes_is_told_and_the_others_go_on(sky: Sky) -> None:
    def crash(fleet: Fleet) -> Verdicts:
        raise ZeroDivisionError("no such wind")

    sky.watch = Watch((Rule("wind", "warning", crash), *RULES))
    sky.set("UAV-07", battery_pct=25.0)
    raised = sky.stay(3.0)
    assert [change.alert.rule for change in raised] == ["wind_failed", "battery_low"]
    assert raised[0].alert.vehicle == "airbeat"
    assert "The rule “wind” has failed and watches nothing now" in raised[0].alert.text
