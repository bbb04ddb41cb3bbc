"""Each rule of the examiner over columns whose truth is known: found where it is, quiet beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Table
from telemetry.review.examine import examine, joined
from telemetry.review.failsafe import occurrences
from telemetry.review.observation import Observation
from tests.telemetry.review.made import CLOCK, FLOWN_S, ONE, Columns, table

DEGREE_M = 111_195.0


def flight(**others: Columns | Table) -> Log:
    """A .bin: armed from 0 to 100 s, hovering at 30 m, in the air until its end."""
    tables: dict[str, Columns | Table] = {
        "ARM": {"t": np.array([0.0, FLOWN_S]), "ArmState": np.array([1, 0])},
        "POS": {"Lat": 51.5 * ONE, "Lng": -0.16 * ONE, "Alt": 54.0 * ONE, "RelHomeAlt": 30.0 * ONE},
        "XKF1": {"VN": 0 * ONE, "VE": 0 * ONE, "VD": 0 * ONE, "Yaw": 0 * ONE},
        "ATT": {"Roll": 0 * ONE, "Pitch": 0 * ONE, "Yaw": 0 * ONE},
        **others,
    }
    made = {name: one if isinstance(one, Table) else table(name, one) for name, one in tables.items()}
    return Log(Path("made.bin"), "dataflash", 0, made, (), utc=False)


def between(begin: float, end: float, inside: float, outside: float = 0.0) -> Any:
    return np.where((begin <= CLOCK) & (end >= CLOCK), inside, outside)


def only(log: Log) -> Observation:
    (found,) = examine(log)
    assert found.meaning
    assert found.evidence
    return found


def test_a_hover_has_nothing() -> None:
    assert examine(flight()) == ()


def test_tipping_over_is_told_with_its_angle_and_time() -> None:
    found = only(flight(ATT={"Roll": between(40, 42, 84), "Pitch": 0 * ONE, "Yaw": 0 * ONE}))
    assert (found.check, found.severity) == ("tilt", Severity.ERROR)
    assert [found.from_s, found.to_s] == pytest.approx([40, 42], abs=0.2)
    assert "84°" in found.text


def test_rolling_in_acro_is_flying() -> None:
    modes = {"t": np.array([0.0]), "ModeNum": np.array([1]), "Rsn": np.array([1])}
    assert examine(flight(MODE=modes, ATT={"Roll": between(40, 42, 170), "Pitch": 0 * ONE, "Yaw": 0 * ONE})) == ()


def test_a_fall_is_told_with_its_speed_and_a_quick_descent_is_none() -> None:
    still = {"VN": 0 * ONE, "VE": 0 * ONE, "Yaw": 0 * ONE}
    found = only(flight(XKF1={**still, "VD": between(40, 41.5, 12.0)}))
    assert (found.check, found.severity) == ("fall", Severity.ERROR)
    assert "12.0 m/s" in found.text
    assert examine(flight(XKF1={**still, "VD": between(40, 46, 5.0)})) == ()


def test_disarmed_in_the_air_is_told_and_landed_is_not() -> None:
    fell = np.clip(30.0 - 10.0 * (CLOCK - FLOWN_S), 0.0, 30.0)
    places = {"Lat": 51.5 * ONE, "Lng": -0.16 * ONE}
    found = only(flight(POS={**places, "Alt": 24 + fell, "RelHomeAlt": fell}))
    assert (found.check, found.from_s) == ("motors stopped in the air", FLOWN_S)
    assert found.height_home_m == 30.0
    landed = np.clip(30.0 - 1.0 * np.maximum(CLOCK - 60.0, 0.0), 0.0, 30.0)
    assert examine(flight(POS={**places, "Alt": 24 + landed, "RelHomeAlt": landed})) == ()


@pytest.mark.parametrize(("lasts", "found"), [(20.0, ["blown away"]), (4.0, [])])
def test_leaning_north_and_carried_south_is_wind_but_for_a_moment_braking(lasts: float, found: list[str]) -> None:
    attitude = {"Roll": 0 * ONE, "Pitch": between(40, 40 + lasts, -29), "Yaw": 0 * ONE}
    speed = {"VN": between(40, 40 + lasts, -3.0), "VE": 0 * ONE, "VD": 0 * ONE, "Yaw": 0 * ONE}
    assert [one.check for one in examine(flight(ATT=attitude, XKF1=speed))] == found


def test_a_weak_motor_is_named_and_turning_on_the_spot_is_none() -> None:
    hover = {f"C{n}": 1600 * ONE for n in range(1, 5)}
    found = only(flight(RCOU={**hover, "C2": between(40, 70, 1900, 1600)}))
    assert found.check == "motor balance"
    assert "Motor output 2 was told 225 µs more" in found.text
    assert found.from_s == pytest.approx(42, abs=5)
    turn = {"C1": 1750 * ONE, "C2": 1750 * ONE, "C3": 1500 * ONE, "C4": 1500 * ONE}
    assert examine(flight(RCOU=turn)) == ()


def test_a_battery_counted_empty_and_cells_too_low() -> None:
    used = np.clip(CLOCK / 60.0, 0.0, None)
    pack = {"Curr": 60 * ONE, "CurrTot": used, "RemPct": np.clip(100 - 100 * CLOCK / 80, 0, None)}
    found = only(flight(BAT={**pack, "Volt": 16.4 * ONE}))
    assert (found.check, found.severity) == ("battery empty", Severity.ERROR)
    assert found.from_s == pytest.approx(80, abs=0.2)
    sagging = {**pack, "RemPct": 50 * ONE, "Volt": between(50, 60, 13.0, 16.4)}
    assert "3.25 V for each of 4 cells" in only(flight(BAT=sagging)).text
    assert examine(flight(BAT={**sagging, "Volt": 15.2 * ONE})) == ()


def test_one_of_two_barometers_failing_is_told_once_with_its_number() -> None:
    clock = np.repeat(CLOCK, 2)
    number = np.tile([0, 1], len(CLOCK))
    health = np.where((number == 1) & (clock > 40) & (clock < 50), 0, 1)
    barometers = table("BARO", {"t": clock, "I": number, "Health": health}, instance="I")
    words = {"t": np.array([40.1]), "Subsys": np.array([18]), "ECode": np.array([4])}
    found = only(flight(BARO=barometers, ERR=words))
    assert (found.check, found.severity) == ("barometer", Severity.WARNING)
    assert found.text.startswith("Barometer 2")
    assert [found.from_s, found.to_s] == pytest.approx([40, 50], abs=0.2)


def test_heights_that_go_apart_are_told() -> None:
    fixed = {"Status": 3 * ONE, "NSats": 12 * ONE, "HDop": 0.8 * ONE, "Lat": 51.5 * ONE, "Lng": -0.16 * ONE}
    found = only(flight(GPS={**fixed, "Alt": 54.0 - 0.3 * CLOCK}))
    assert (found.check, found.severity) == ("height", Severity.WARNING)
    assert found.from_s == pytest.approx(50, abs=0.3)
    assert examine(flight(GPS={**fixed, "Alt": 104.0 - 0.1 * CLOCK})) == ()


def test_what_is_said_is_one_occurrence_until_it_is_over() -> None:
    said = [
        (10.0, "EKF variance"),
        (10.1, "EKF check: bad variance"),
        (14.0, "EKF check: resolved"),
        (19.0, "EKF check: bad variance"),
        (30.0, "EKF Failsafe Cleared"),
        (70.0, "EKF variance"),
        (80.0, "Failsafe: Terrain data missing"),
    ]
    found = [(one.rule.check, one.from_s, one.to_s) for one in occurrences(said)]
    assert found == [("EKF failsafe", 10.0, 30.0), ("EKF failsafe", 70.0, None), ("terrain failsafe", 80.0, None)]


def told(check: str, begin: float, end: float | None) -> Observation:
    return Observation(check, Severity.WARNING, begin, end, "", "", "")


def test_two_logs_of_a_flight_tell_each_thing_once() -> None:
    own = (told("GPS glitch", 20.0, 30.0), told("link silence", 50.0, 60.0))
    other = (told("GPS glitch", 117.0, None), told("motor balance", 140.0, None), told("tilt", 300.0, 301.0))
    found = joined(own, other, offset_s=-100.0, span_s=(0.0, 100.0))
    assert [(one.check, one.from_s) for one in found] == [
        ("GPS glitch", 20.0),
        ("motor balance", 40.0),
        ("link silence", 50.0),
    ]


def test_the_log_that_tells_more_of_an_event_tells_it() -> None:
    """A .tlog says that it fell; the .bin also that the motors were stopped by a switch."""
    own = (told("fall", 20.0, 22.0), replace(told("GPS fix", 50.0, 60.0), severity=Severity.ERROR))
    other = (told("emergency stop", 119.0, 121.0), replace(told("EKF failsafe", 155.0, None), severity=Severity.ERROR))
    found = joined(own, other, offset_s=-100.0, span_s=(0.0, 100.0))
    assert [(one.check, one.from_s) for one in found] == [
        ("emergency stop", 19.0),
        ("GPS fix", 50.0),
        ("EKF failsafe", 55.0),
    ]


def test_what_is_said_at_disarming_is_not_of_the_flight() -> None:
    said = {
        "t": np.array([99.9, 99.95]),
        "Message": np.array([b"Disarming motors", b"EKF primary changed:0"], dtype="S50"),
    }
    assert examine(flight(MSG=said)) == ()
    earlier = {**said, "t": np.array([99.9, 50.0]), "Message": said["Message"]}
    assert only(flight(MSG=earlier)).check == "EKF reset"


@pytest.mark.parametrize(("floor", "found"), [(False, ["fence off"]), (True, [])])
def test_a_fence_switched_off_in_flight_is_told_and_its_floor_for_landing_is_not(floor: bool, found: list[str]) -> None:
    ids = [42, 81, 41] if floor else [42, 83, 41]
    events = {"t": np.array([40.0, 40.0, 60.0]), "Id": np.array(ids)}
    observed = examine(flight(EV=events))
    assert [one.check for one in observed] == found
    assert all((one.from_s, one.to_s) == (40.0, 60.0) for one in observed)


@pytest.mark.parametrize(
    ("kind", "limit", "area"), [(1, "FENCE_ALT_MAX", "maximum height"), (2, "FENCE_RADIUS", "circle about home")]
)
def test_fences_of_parameters_alone_are_measured(kind: int, limit: str, area: str) -> None:
    """North at 5 m/s from the 20th second, and up at 1 m/s: 100 m away after 40 s, 60 m high after 50 s."""
    away, high = 5.0 * np.maximum(CLOCK - 20.0, 0.0), 30.0 + np.maximum(CLOCK - 20.0, 0.0)
    here = {"Lat": 51.5 + away / DEGREE_M, "Lng": -0.16 * ONE, "Alt": 24.0 + high, "RelHomeAlt": high}
    names = ["FENCE_ENABLE", "FENCE_TYPE", limit]
    parameters = {
        "t": np.zeros(3),
        "Name": np.array([name.encode() for name in names], dtype="S16"),
        "Value": np.array([1.0, kind, 60.0 if kind == 1 else 100.0]),
    }
    found = only(flight(POS=here, PARM=parameters))
    assert (found.check, found.severity) == ("fence breach", Severity.ERROR)
    assert found.from_s == pytest.approx(50.0 if kind == 1 else 40.0, abs=0.3)
    assert found.text.startswith(f"Fence breach: beyond {area} for")


def modes(*changes: tuple[float, int, int]) -> Columns:
    times, numbers, reasons = zip(*changes, strict=True)
    return {"t": np.array(times), "ModeNum": np.array(numbers), "Rsn": np.array(reasons)}


def words(*said: tuple[float, str]) -> Columns:
    times, texts = zip(*said, strict=True)
    return {"t": np.array(times), "Message": np.array([text.encode() for text in texts], dtype="S50")}


def test_what_was_done_is_told_with_how_the_pilot_took_over() -> None:
    """RTL by the failsafe, LOITER by hand eight seconds later; the landing itself is no change of mode."""
    log = flight(MODE=modes((0.0, 4, 2), (40.1, 6, 3), (48.1, 5, 1)), MSG=words((40.0, "Radio Failsafe")))
    text = only(log).text
    assert "“Radio Failsafe”. The mode changed from Guided to Returning (radio failsafe) at once" in text
    assert "8 s later to Loiter (by the remote control)." in text
    assert "Its end was not reported." in text


def test_motors_stopped_by_a_failsafe_are_its_action() -> None:
    found = only(flight(MSG=words((FLOWN_S - 0.2, "Radio Failsafe - Disarming"))))
    assert found.check == "radio failsafe"
    assert "The motors were stopped at once." in found.text


def test_several_fences_breached_at_once_have_each_its_own_words() -> None:
    away = 5.0 * np.maximum(CLOCK - 20.0, 0.0)
    here = {"Lat": 51.5 + away / DEGREE_M, "Lng": -0.16 * ONE, "Alt": 54.0 + away, "RelHomeAlt": 30.0 + away}
    names = ["FENCE_ENABLE", "FENCE_TYPE", "FENCE_ALT_MAX", "FENCE_RADIUS"]
    parameters = {
        "t": np.zeros(4),
        "Name": np.array([name.encode() for name in names], dtype="S16"),
        "Value": np.array([1.0, 3.0, 50.0, 25.0]),
    }
    said = words((24.1, "Max Alt fence breached"), (25.1, "Circle fence breached"))
    height, circle = examine(flight(POS=here, PARM=parameters, MSG=said))
    assert height.text.startswith("Fence breach: beyond maximum height")
    assert "said “Max Alt fence breached”" in height.text
    assert circle.text.startswith("Fence breach: beyond circle about home")
    assert "said “Circle fence breached”" in circle.text


def test_the_action_is_found_where_positions_come_once_a_second() -> None:
    """The autopilot has said so, and gone to RTL, almost a second before the next position tells it was outside."""
    slow = np.arange(0.0, FLOWN_S + 5.0, 1.0)
    away = 5.0 * np.maximum(slow - 20.0, 0.0)
    one = np.ones(len(slow))
    here = {"t": slow, "Lat": 51.5 + away / DEGREE_M, "Lng": -0.16 * one, "Alt": 54.0 * one, "RelHomeAlt": 30.0 * one}
    parameters = {
        "t": np.zeros(3),
        "Name": np.array([b"FENCE_ENABLE", b"FENCE_TYPE", b"FENCE_RADIUS"], dtype="S16"),
        "Value": np.array([1.0, 2.0, 25.5]),
    }
    log = flight(
        POS=here,
        PARM=parameters,
        MSG=words((25.2, "Circle fence breached")),
        MODE=modes((0.0, 4, 2), (25.2, 6, 10)),
    )
    assert "the mode changed from Guided to Returning (fence breached) at once" in only(log).text


def test_a_fence_switched_off_by_its_parameter_is_told() -> None:
    parameters = {
        "t": np.array([0.0, 40.0, 60.0]),
        "Name": np.array([b"FENCE_ENABLE"] * 3, dtype="S16"),
        "Value": np.array([1.0, 0.0, 1.0]),
    }
    found = only(flight(PARM=parameters))
    assert (found.check, found.from_s, found.to_s) == ("fence off", 40.0, 60.0)


def test_a_floor_breached_again_at_once_is_one_breach_with_its_lowest_height() -> None:
    low = between(40, 50, 8.0, 30.0)
    here = {"Lat": 51.5 * ONE, "Lng": -0.16 * ONE, "Alt": 24.0 + low, "RelHomeAlt": low}
    parameters = {"t": np.zeros(1), "Name": np.array([b"FENCE_ALT_MIN"], dtype="S16"), "Value": np.array([12.0])}
    said = words(
        (40.1, "Min Alt fence breached"),
        (44.0, "Fence breach cleared"),
        (44.5, "Min Alt fence breached"),
        (50.0, "Fence breach cleared"),
    )
    found = only(flight(POS=here, PARM=parameters, MSG=said))
    assert (found.from_s, found.to_s) == (40.1, 50.0)
    assert "The lowest was 8.0 m above home, the limit 12 m." in found.text


def test_a_log_of_a_drone_that_was_never_armed_has_nothing() -> None:
    """LOG_DISARMED logs from power-on, before there is a fix; with it at 0 a log begins when the drone is armed."""
    waiting = {"Status": between(0, 20, 1, 3), "NSats": 12 * ONE, "HDop": 0.8 * ONE, "Alt": 54.0 * ONE}
    waiting |= {"Lat": 51.5 * ONE, "Lng": -0.16 * ONE}
    for logged, found in ((1.0, []), (0.0, ["GPS fix"])):
        parameter = {"t": np.zeros(1), "Name": np.array([b"LOG_DISARMED"], dtype="S16"), "Value": np.array([logged])}
        log = flight(ARM={"t": np.empty(0), "ArmState": np.empty(0)}, GPS=waiting, PARM=parameter)
        assert [one.check for one in examine(log)] == found


@pytest.mark.parametrize(("frame", "found"), [(1.0, ["motor balance"]), (7.0, [])])
def test_a_tricopters_tail_servo_is_no_motor(frame: float, found: list[str]) -> None:
    names = ["FRAME_CLASS", *(f"SERVO{n}_FUNCTION" for n in (1, 2, 4, 7))]
    parameters = {
        "t": np.zeros(5),
        "Name": np.array([name.encode() for name in names], dtype="S16"),
        "Value": np.array([frame, 33.0, 34.0, 36.0, 39.0]),
    }
    outputs = {"C1": 1500 * ONE, "C2": 1500 * ONE, "C4": 1500 * ONE, "C7": 1900 * ONE}
    assert [one.check for one in examine(flight(RCOU=outputs, PARM=parameters))] == found


def test_what_a_lost_gps_does_to_the_estimator_is_one_event_and_its_failsafe_another() -> None:
    fixes = {"Status": between(40, 60, 1, 3), "NSats": 12 * ONE, "HDop": 0.8 * ONE, "Alt": 54.0 * ONE}
    fixes |= {"Lat": 51.5 * ONE, "Lng": -0.16 * ONE}
    said = words(
        (47.0, "EKF3 lane switch 1"),
        (47.5, "EKF variance"),
        (54.0, "EKF3 IMU0 stopped aiding"),
        (61.0, "SmartRTL deactivated: bad position"),
        (65.0, "EKF Failsafe Cleared"),
    )
    lost, failsafe = examine(flight(GPS=fixes, MSG=said, MODE=modes((0.0, 3, 2), (47.6, 9, 6))))
    assert (lost.check, lost.severity) == ("GPS fix", Severity.ERROR)
    assert [lost.from_s, lost.to_s] == pytest.approx([40, 60], abs=0.2)
    assert "7 s later: EKF reset: the autopilot said “EKF3 lane switch 1”. (The first of 2.)" in lost.text
    assert "21 s later: smart RTL: the autopilot said “SmartRTL deactivated: bad position”." in lost.text
    assert (failsafe.check, failsafe.from_s, failsafe.to_s) == ("EKF failsafe", 47.5, 65.0)
    assert "The mode changed from Mission to Landing (EKF failsafe) at once." in failsafe.text


def test_a_motor_that_fails_is_one_event_from_the_tilt_to_the_ground() -> None:
    fast = {"VN": 0 * ONE, "VE": 0 * ONE, "Yaw": 0 * ONE, "VD": between(41, 43, 14.0)}
    tipped = {"Roll": between(40, 43, 84), "Pitch": 0 * ONE, "Yaw": 0 * ONE}
    found = only(flight(ATT=tipped, XKF1=fast, MSG=words((46.0, "Potential Thrust Loss (2)"))))
    assert (found.check, found.severity) == ("thrust loss", Severity.ERROR)
    assert found.from_s == pytest.approx(40, abs=0.2)
    assert found.text.startswith("Leaned up to 84°")
    assert "With it: came down at up to 14.0 m/s" in found.text
    assert "3 s later: hit the ground at 14.0 m/s." in found.text
    assert "6 s later: the autopilot said “Potential Thrust Loss (2)”." in found.text


def test_flown_into_the_ground_is_told_and_a_firm_landing_is_not() -> None:
    still = {"VN": 0 * ONE, "VE": 0 * ONE, "Yaw": 0 * ONE}
    assert only(flight(XKF1={**still, "VD": between(40, 43, 6.0)})).check == "impact"
    assert examine(flight(XKF1={**still, "VD": between(40, 43, 1.5)})) == ()


def test_motors_stopped_in_the_air_tell_by_whom() -> None:
    fell = np.clip(30.0 - 10.0 * (CLOCK - FLOWN_S), 0.0, 30.0)
    here = {"Lat": 51.5 * ONE, "Lng": -0.16 * ONE, "Alt": 24 + fell, "RelHomeAlt": fell}
    arm = {"t": np.array([0.0, FLOWN_S]), "ArmState": np.array([1, 0]), "Method": np.array([1, 5])}
    assert only(flight(POS=here, ARM=arm)).text.startswith("Disarmed by termination 30 m above home")


def test_a_velocity_that_no_gps_bears_out_is_not_the_wind() -> None:
    attitude = {"Roll": 0 * ONE, "Pitch": between(40, 60, -29), "Yaw": 0 * ONE}
    speed = {"VN": between(40, 60, -3.0), "VE": 0 * ONE, "VD": 0 * ONE, "Yaw": 0 * ONE}
    fixes = {"Status": between(39, 61, 1, 3), "NSats": 12 * ONE, "HDop": 0.8 * ONE, "Alt": 54.0 * ONE}
    fixes |= {"Lat": 51.5 * ONE, "Lng": -0.16 * ONE}
    assert [one.check for one in examine(flight(ATT=attitude, XKF1=speed, GPS=fixes))] == ["GPS fix"]


def test_going_slowly_with_a_strong_wind_is_not_carried_off_by_it() -> None:
    """In 12 m/s, with 3 m/s along, a drone leans 20° against the wind and has 10° left."""
    attitude = {"Roll": 0 * ONE, "Pitch": between(40, 80, -20), "Yaw": 0 * ONE}
    speed = {"VN": between(40, 80, -3.0), "VE": 0 * ONE, "VD": 0 * ONE, "Yaw": 0 * ONE}
    assert examine(flight(ATT=attitude, XKF1=speed)) == ()
