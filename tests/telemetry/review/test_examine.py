"""The examiner: failures are explained, a quiet flight has nothing, and what is put into a recording is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mission.finding import Severity
from mission.plan import Geofence, Plan, Position
from telemetry.logs import read
from telemetry.logs.story import Mode
from telemetry.review.examine import examine
from telemetry.review.fence import fence_distance
from telemetry.review.legs import course
from telemetry.review.track import track_of
from tests.telemetry.review.changed import changed


@pytest.mark.parametrize("name", ["survey.tlog", "survey.bin", "hand-flown.tlog"])
def test_a_quiet_flight_has_no_observation(data: Path, name: str) -> None:
    assert examine(data / name) == ()


def test_the_recordings_beside_the_repository_tell_the_same(shared_data: Path) -> None:
    folder = shared_data / "arducopter-4.6.3"
    for kind in ("tlog", "bin"):
        assert examine(folder / f"survey.{kind}") == ()
        assert [one.check for one in examine(folder / f"fence-breach.{kind}")] == ["fence breach"]
        assert [one.check for one in examine(folder / f"battery-failsafe.{kind}")] == ["battery failsafe"] * 2


def test_a_drone_that_cannot_hold_against_the_wind_was_carried_off(data: Path) -> None:
    """LOITER in 18 m/s, recorded from ArduCopter 4.6.3 and thinned, as the hard but quiet flight by hand was."""
    (found,) = examine(data / "blown-away.tlog")
    assert (found.check, found.severity) == ("blown away", Severity.ERROR)
    assert found.to_s is not None
    assert found.to_s - found.from_s == pytest.approx(64, abs=2)
    assert found.position is not None


def test_the_mission_left_and_another_way_flown(data: Path) -> None:
    """The survey against a plan with a detour and one item more: what was not flown of it is named."""
    log = read(data / "survey.bin")
    plan = log.story.plan
    assert plan is not None
    third = plan.items[3]
    assert third.position is not None
    aside = Position(third.position.lat_deg + 0.0009, third.position.lon_deg)
    detour = replace(plan, items=(*plan.items[:3], replace(third, position=aside), *plan.items[4:]))
    missed, off = sorted(examine(log, detour), key=lambda one: one.check, reverse=True)
    assert (missed.check, missed.severity) == ("waypoint missed", Severity.WARNING)
    assert missed.text.startswith("Item 4 was not reached")
    assert off.check == "off the path"
    track = track_of(log)
    assert course(log, track, plan).missed == ()  # type: ignore[union-attr]


def test_a_mission_left_by_hand_is_a_remark_and_a_pause_of_it_is_none(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = read(data / "survey.bin")
    story = log.story
    legs = log["MISE"].time_s
    at = float(legs[np.diff(legs).argmax()]) + 3.0
    before = tuple(mode for mode in story.modes if mode.time_s < at)
    by_hand = Mode(at, "LOITER", "by the remote control")
    monkeypatch.setitem(vars(log), "story", replace(story, modes=(*before, by_hand, Mode(at + 5.0, "AUTO"))))
    assert examine(log) == ()
    monkeypatch.setitem(vars(log), "story", replace(story, modes=(*before, by_hand)))
    (found,) = examine(log)
    assert (found.check, found.severity, found.from_s) == ("mission left", Severity.INFO, at)
    assert story.plan is not None
    assert f" of {len(story.plan.items)}: " in found.text, (
        "as many as the plan page shows, a return at its end included"
    )
    assert found.text.endswith("Mission to Loiter (by the remote control).")


def test_a_mission_begun_in_its_middle_missed_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = read(data / "survey.bin")
    first = np.flatnonzero(log["MISE"]["CNum"] >= 6)[0]
    begun = float(log["MISE"].time_s[first])
    modes = [mode if mode.name != "AUTO" else replace(mode, time_s=begun) for mode in log.story.modes]
    monkeypatch.setitem(vars(log), "story", replace(log.story, modes=tuple(modes)))
    assert examine(log) == ()


def test_the_breach_has_place_time_duration_and_action(data: Path) -> None:
    (breach,) = examine(data / "fence-breach.bin")
    assert breach.check == "fence breach"
    assert breach.position is not None
    assert breach.position.lon_deg == pytest.approx(-0.15907, abs=2e-5)
    assert breach.to_s is not None
    assert breach.to_s - breach.from_s == pytest.approx(8.1, abs=0.3)
    assert "inclusion polygon 1" in breach.text
    assert "Guided to Returning (fence breached)" in breach.text


def test_the_failsafes_have_cause_time_action_and_reserve(data: Path) -> None:
    low, critical = examine(data / "battery-failsafe.bin")
    assert "Battery 1 is low 12.60V used 301 mAh" in low.text
    assert "Mission to Returning (battery failsafe)" in low.text
    assert "Left in the battery then: 70 %, 700 of 1000 mAh" in low.text
    assert "Battery 1 is critical 12.60V used 701 mAh" in critical.text
    assert "Returning to Landing" in critical.text
    assert "with 7 %" in critical.text
    assert critical.from_s - low.from_s == pytest.approx(52.2, abs=0.2)


def test_a_breach_is_found_even_where_the_autopilot_is_silent(data: Path) -> None:
    """A smaller fence than the survey's own: the autopilot knew nothing of it."""
    log = read(data / "survey.bin")
    plan, track = log.story.plan, track_of(log)
    assert plan is not None
    assert track is not None
    small = Plan(home=plan.home, items=plan.items, geofence=_shrunk(plan))
    found = examine(log, small)
    assert found
    assert {one.check for one in found} == {"fence breach"}
    assert all("said nothing of it" in one.text for one in found)
    assert min(float(left.min()) for left in fence_distance(track, plan, log.story).values()) > 0


def _shrunk(plan: Plan) -> Geofence:
    first = plan.geofence.polygons[0]
    moved = tuple(Position(p.lat_deg, min(p.lon_deg, -0.164)) for p in first.vertices)
    return replace(plan.geofence, polygons=(replace(first, vertices=moved), *plan.geofence.polygons[1:]))


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("VIBE", {"VibeZ": 70.0}, "vibration"),
        ("VIBE", {"VibeX": 45.0}, "vibration"),
        ("XKF4", {"SP": 150}, "EKF position"),
        ("XKF4", {"SM": 120}, "EKF compass"),
        ("GPS", {"Status": 1, "NSats": 2}, "GPS fix"),
        ("GPS", {"NSats": 4}, "GPS quality"),
        ("GPS", {"Lat": 515_090_000}, "GPS jump"),
        ("RCOU", {"C2": 1990}, "motor at its limit"),
    ],
)
def test_what_goes_wrong_is_found(
    data: Path, tmp_path: Path, name: str, fields: dict[str, float], expected: str
) -> None:
    changed(data / "survey.bin", tmp_path / "hurt.bin", name, fields, slice(60, 110))
    found = examine(tmp_path / "hurt.bin")
    assert expected in {one.check for one in found}
    assert all(one.text and one.meaning and one.evidence for one in found)
    assert all(one.position is not None for one in found)


def test_a_motor_that_always_works_harder_is_named(data: Path, tmp_path: Path) -> None:
    changed(data / "survey.bin", tmp_path / "hurt.bin", "RCOU", {"C3": 1900}, slice(None))
    (found,) = (one for one in examine(tmp_path / "hurt.bin") if one.check == "motor balance")
    assert "Motor output 3" in found.text


def test_clipping_is_counted(data: Path, tmp_path: Path) -> None:
    changed(data / "survey.bin", tmp_path / "hurt.bin", "VIBE", {"Clip": 500}, slice(100, None))
    assert [one.text for one in examine(tmp_path / "hurt.bin")] == ["The accelerometer reached its limit 500 times."]


def test_a_silent_link_is_found(data: Path, tmp_path: Path) -> None:
    whole = (data / "survey.tlog").read_bytes()
    log = read(data / "survey.tlog")
    middle = log["HEARTBEAT"].time_s[400]
    stamps = [int((middle + offset) * 1e6).to_bytes(8, "big")[:5] for offset in (0, 20)]
    first, last = (whole.index(stamp) for stamp in stamps)
    (tmp_path / "gap.tlog").write_bytes(whole[:first] + whole[last:])
    (found,) = examine(tmp_path / "gap.tlog")
    assert found.check == "link silence"
    assert found.to_s is not None
    assert found.to_s - found.from_s == pytest.approx(20, abs=5)
