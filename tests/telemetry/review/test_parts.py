"""Phases, separation, and two logs of one flight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from telemetry.logs import read
from telemetry.review.battery import battery_of, summarise, time_left_s
from telemetry.review.phases import phases
from telemetry.review.together import offset_s, separation
from telemetry.review.track import Track, track_of


def track(path: Path) -> Track:
    found = track_of(read(path))
    assert found is not None
    return found


def test_the_phases_of_the_survey(data: Path) -> None:
    log = read(data / "survey.tlog")
    found = phases(log, track(data / "survey.tlog"))
    names = [phase.name for phase in found]
    assert names[0] == names[-1] == "on the ground"
    assert names.index("climb") < names.index("flight") < names.index("descent")
    flown = sum(phase.to_s - phase.from_s for phase in found if phase.name == "flight")
    assert flown == pytest.approx(305, abs=25)


def test_a_damaged_place_that_is_not_on_the_globe_is_left_out(data: Path, tmp_path: Path) -> None:
    whole = (data / "survey.bin").read_bytes()
    pos = read(data / "survey.bin").get("POS")
    assert pos is not None
    place = np.rint(np.array([pos["Lat"][50], pos["Lng"][50]]) * 1e7).astype("<i4").tobytes()
    at = whole.index(np.array([pos["TimeUS"][50]], "<u8").tobytes() + place) + 12
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(whole[:at] + np.int32(2_000_000_000).tobytes() + whole[at + 4 :])
    places = track(damaged)
    assert 0 < len(track(data / "survey.bin").time_s) - len(places.time_s) < 5
    assert np.abs(places.lon_deg).max() <= 180.0


def test_two_logs_of_one_flight_are_aligned(data: Path) -> None:
    """The receiver's clock was 2.5 s ahead of the vehicle's: both logs hold what the autopilot said."""
    by_link, on_board = read(data / "survey.tlog"), read(data / "survey.bin")
    heard = {text.text: text.time_s for text in by_link.story.texts}
    logged = {text.text: text.time_s for text in on_board.story.texts}
    ahead = float(np.median([heard[text] - logged[text] for text in heard.keys() & logged.keys()]))
    assert ahead == pytest.approx(2.49, abs=0.02)
    assert offset_s(track(data / "survey.tlog"), track(data / "survey.bin")) == pytest.approx(ahead, abs=0.1)


def test_the_closest_two_drones_came(data: Path) -> None:
    one = track(data / "survey.bin")
    beside = one._replace(lon_deg=one.lon_deg + 0.001, altitude_amsl_m=one.altitude_amsl_m + 20.0)
    found = separation(one, beside)
    assert found is not None
    assert found.horizontal_m == pytest.approx(69.2, abs=0.3)
    assert found.height_m == pytest.approx(-20.0)
    assert separation(one, one._replace(time_s=one.time_s + 1e6)) is None


def test_sag_and_resistance_come_out_of_a_loaded_battery(data: Path) -> None:
    battery = battery_of(read(data / "survey.bin"))
    assert battery is not None
    loaded = battery._replace(voltage_v=12.6 - 0.02 * battery.current_a)
    found = summarise(loaded, 3.3)
    assert found.resistance_ohm == pytest.approx(0.02, abs=1e-3)
    assert found.sag_v == pytest.approx(0.02 * float(np.nanmax(battery.current_a)), abs=0.02)
    assert found.used_ah == pytest.approx(3.2, abs=0.05)
    assert found.left_pct == 2.0


def test_the_time_left_is_the_time_it_then_took(data: Path) -> None:
    """The survey drew its battery down; from the cruise on, the model's end is the moment the reserve was reached."""
    battery = battery_of(read(data / "survey.bin"))
    assert battery is not None
    left = time_left_s(battery, 3.3, reserve_pct=20.0)
    reached = battery.time_s[int(np.argmax(battery.used_ah >= 0.8 * 3.3))]
    for before_s in (60.0, 120.0, 180.0):
        row = int(np.searchsorted(battery.time_s, reached - before_s))
        assert left[row] == pytest.approx(before_s, rel=0.1)
    assert left[-1] == 0.0
    assert np.isnan(time_left_s(battery, None, reserve_pct=20.0)).all()
