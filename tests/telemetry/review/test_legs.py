"""Planned against flown, on the survey that a real ArduCopter flew."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mission.plan import Home, Position
from telemetry.logs import read
from telemetry.review import cross_track_p95, summary


def test_the_survey_was_flown_as_planned(data: Path) -> None:
    flown = summary(read(data / "survey.tlog"))
    assert flown.duration_s == pytest.approx(395, abs=1)
    assert flown.distance_m == pytest.approx(2511, abs=10)
    assert flown.max_height_m == pytest.approx(45.0, abs=0.1)
    planned = flown.planned
    assert planned.missed == ()
    assert [leg.item for leg in planned.legs] == list(range(1, 19))
    assert planned.cross_track_p95_m == pytest.approx(0.76, abs=0.1)
    assert all(leg.passed_at_m is not None and leg.passed_at_m < 2.0 for leg in planned.legs)


def test_a_plan_flown_beside_is_measured(data: Path) -> None:
    log = read(data / "survey.tlog")
    plan = log.story.plan
    assert plan is not None
    aside = tuple(
        msgspec.structs.replace(item, position=Position(item.position.lat_deg + 0.0002, item.position.lon_deg))
        if item.position
        else item
        for item in plan.items
    )
    off = cross_track_p95(log, msgspec.structs.replace(plan, items=aside))
    assert off == pytest.approx(22.2, abs=1.5)


def test_a_take_off_beside_the_planned_home_is_not_off_the_track(data: Path) -> None:
    log = read(data / "survey.tlog")
    plan = log.story.plan
    assert plan is not None
    assert plan.home is not None
    lat, lon = plan.home.position.lat_deg, plan.home.position.lon_deg
    beside = msgspec.structs.replace(plan, home=Home(Position(lat + 0.0003, lon + 0.0003)))
    assert cross_track_p95(log, beside) == pytest.approx(0.76, abs=0.1)


def test_a_flight_without_a_mission_has_no_cross_track(data: Path) -> None:
    assert cross_track_p95(read(data / "fence-breach.tlog")) is None
