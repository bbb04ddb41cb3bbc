from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
import numpy as np
import pytest

from mission import patterns
from mission.avoid import avoid
from mission.camera import footprint, line_spacing_m
from mission.checks import check
from mission.context import Context
from mission.deconflict import Flight, conflicts
from mission.errors import GeometryError
from mission.finding import Severity
from mission.formats import load, save
from mission.geodesy import distance_m, frame_of
from mission.pattern import (
    Camera,
    Containment,
    CorridorScan,
    ExpandingSquare,
    HastyRoute,
    Orbit,
    PatternSpec,
    Perimeter,
    SectorSearch,
    Survey,
    TrackSearch,
)
from mission.patterns.split import split
from mission.patterns.tracks import expanding_square, sector
from mission.plan import Frame, Geofence, MissionItem, Plan, Position
from mission.report import report
from mission.search import barrier_coverage, coverage_factor, probability_of_detection
from tests.mission.conftest import HOME, MakePlan

Ring = Callable[..., tuple[Position, ...]]

ONE_INCH: Final = Camera("1 inch, 10.3 mm", 13.2, 8.8, 10.3, 5472, 3648)


@pytest.fixture
def park(survey: Plan) -> Plan:
    """The Hyde Park fence with its hospital and mast, and a mission of take-off and return only."""
    return msgspec.structs.replace(survey, items=(survey.items[0], survey.items[-1]))


@pytest.fixture
def specs(park: Plan, around: Ring) -> dict[str, PatternSpec]:
    area = park.geofence.polygons[0].vertices
    line = around((-250, -200), (0, 0), (250, 150))
    centre = around((-100, 0))[0]
    return {
        "survey": Survey(area, 40.0, spacing_m=30.0),
        "survey by camera": Survey(area, 60.0, camera=ONE_INCH, crosshatch=True, turnaround_m=10.0),
        "corridor": CorridorScan(line, 60.0, 40.0, spacing_m=15.0),
        "perimeter": Perimeter(park.geofence.polygons[1].vertices, 10.0, (20.0, 30.0)),
        "orbit": Orbit(centre, 40.0, (20.0, 30.0), turns=2),
        "expanding square": ExpandingSquare(centre, 20.0, 20, 40.0),
        "sector": SectorSearch(centre, 150.0, 40.0, passes=2),
        "parallel": TrackSearch(area, 25.0, 40.0),
        "creeping": TrackSearch(area, 25.0, 40.0, creeping=True),
        "hasty": HastyRoute(line, 40.0, 20.0, speed_m_s=5.0),
        "containment": Containment(centre, 40.0, travel_speed_m_s=1.2, since_s=150.0, turns=2),
    }


@pytest.mark.parametrize(
    "name",
    [
        "survey",
        "survey by camera",
        "corridor",
        "perimeter",
        "orbit",
        "expanding square",
        "sector",
        "parallel",
        "creeping",
        "hasty",
        "containment",
    ],
)
def test_every_pattern_keeps_inside_the_fence_and_survives_a_file(
    park: Plan, specs: dict[str, PatternSpec], name: str
) -> None:
    plan = avoid(patterns.put(park, name, specs[name]))
    too_long = ("endurance", "return_energy")
    wrong = [f for f in check(plan) if f.severity is Severity.ERROR and f.check not in too_long]
    assert wrong == []
    assert "patterns" not in {f.check for f in check(plan)}
    assert len([item for item in plan.items if item.pattern == name]) > 4
    assert load("a.plan", save(plan, "plan")) == plan


def test_a_pattern_stays_editable_as_a_pattern(park: Plan, specs: dict[str, PatternSpec]) -> None:
    jump = MissionItem(177, Frame.MISSION, params=(2.0, 1.0, 0.0, 0.0))
    plan = msgspec.structs.replace(park, items=(*park.items[:1], jump, *park.items[1:]))
    with_survey = patterns.put(plan, "grid", specs["survey"], at=1)
    count = len(with_survey.items) - 3
    moved_jump = with_survey.items[1 + count]
    assert moved_jump.params[0] == 2.0 + count
    assert [item.pattern for item in with_survey.items] == [None, *["grid"] * count, None, None]
    wider = patterns.put(with_survey, "grid", Survey(park.geofence.polygons[0].vertices, 40.0, spacing_m=60.0))
    assert len(wider.items) < len(with_survey.items)
    assert wider.items[0] == park.items[0]
    assert wider.items[-1] == park.items[-1]
    assert patterns.put(wider, "grid", specs["survey"]) == with_survey


def test_an_item_moved_by_hand_or_a_moved_fence_is_pointed_out(park: Plan, specs: dict[str, PatternSpec]) -> None:
    plan = patterns.put(park, "grid", specs["survey"])
    items = list(plan.items)
    items[3] = msgspec.structs.replace(items[3], altitude_m=35.0)
    by_hand = msgspec.structs.replace(plan, items=tuple(items))
    assert any(f.check == "patterns" and "not what it describes" in f.text for f in check(by_hand))
    fence = msgspec.structs.replace(plan.geofence, circles=())
    opened = msgspec.structs.replace(plan, geofence=fence)
    assert any(f.check == "patterns" for f in check(opened))
    assert not any(f.check == "patterns" for f in check(patterns.refresh(opened)))


@pytest.mark.parametrize(
    "spec",
    [
        Survey((HOME, HOME), 40.0, spacing_m=30.0),
        Survey((HOME, Position(51.508, -0.16), Position(51.509, -0.161)), 40.0),
        Survey((HOME, Position(51.508, -0.16), Position(51.509, -0.161)), 40.0, spacing_m=0.01),
        Survey((Position(52.5, 0.1), Position(52.51, 0.1), Position(52.5, 0.2)), 40.0, spacing_m=30.0),
        ExpandingSquare(HOME, 20.0, 10**9, 40.0),
        ExpandingSquare(HOME, math.nan, 10, 40.0),
        SectorSearch(HOME, -5.0, 40.0),
        CorridorScan((HOME,), 20.0, 40.0, spacing_m=10.0),
        Orbit(Position(52.5, 0.1), 40.0, (20.0,)),
    ],
)
def test_a_pattern_that_cannot_be_flown_is_refused(park: Plan, spec: PatternSpec) -> None:
    with pytest.raises(GeometryError):
        patterns.put(park, "bad", spec)


def test_the_expanding_square_has_iamsars_legs() -> None:
    path = np.array(expanding_square((0.0, 0.0), 100.0, 6, 0.0, clockwise=True))
    assert np.hypot(*np.diff(path, axis=0).T) == pytest.approx([100, 100, 200, 200, 300, 300])
    assert np.round(path[1]).tolist() == [0, 100]
    assert np.round(path[2]).tolist() == [100, 100]


def test_the_sector_search_has_nine_legs_through_the_datum_and_comes_back() -> None:
    path = np.array(sector((0.0, 0.0), 100.0, 0.0, 1))
    lengths = np.hypot(*np.diff(path, axis=0).T)
    assert lengths == pytest.approx([100, 100, 200, 100, 200, 100, 100])
    assert lengths.sum() == pytest.approx(900)
    assert np.round(path[-1], 6).tolist() == [0, 0]


def test_split_over_three_drones_all_finish_together_and_keep_apart(park: Plan, specs: dict[str, PatternSpec]) -> None:
    whole = patterns.put(park, "search", specs["parallel"])
    plans = split(whole, "search", 3)
    times = [report(avoid(plan)).duration_s for plan in plans]
    assert max(times) / min(times) < 1.15
    assert max(times) < 0.5 * report(whole).duration_s
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    flights = [Flight(f"UAV-{n}", plan, noon) for n, plan in enumerate(plans)]
    x0, y0 = frame_of(park).to_xy((HOME,))[0].tolist()
    away = [c for c in conflicts(flights) if math.dist(frame_of(park).to_xy((c.position,))[0], (x0, y0)) > 60]
    assert away == []
    flown = [item.position for plan in plans for item in plan.items if item.command == 16]
    assert {item.position for item in whole.items if item.pattern == "search"} <= set(flown)


def test_avoid_leads_legs_round_the_hospital(make_plan: MakePlan, park: Plan) -> None:
    plan = msgspec.structs.replace(make_plan([(-100, 130), (200, 130)]), geofence=park.geofence)
    assert any(f.check == "fence_breach" for f in check(plan))
    led = avoid(plan)
    assert not any(f.severity is Severity.ERROR for f in check(led))
    assert [item for item in led.items if item in plan.items] == list(plan.items)
    assert avoid(led) == led


def test_avoid_refuses_a_place_that_is_forbidden_itself(make_plan: MakePlan, park: Plan) -> None:
    plan = msgspec.structs.replace(make_plan([(90, 100)]), geofence=park.geofence)
    with pytest.raises(GeometryError, match="item 2"):
        avoid(plan)


def test_avoid_says_when_no_way_round_mends_it(make_plan: MakePlan) -> None:
    """A place beyond the vehicle's own circle about home: nothing lies between that could be led round."""
    with pytest.raises(GeometryError, match=r"item 2.*move the place"):
        avoid(make_plan([(700, 0)]))


def test_the_camera_sees_what_geometry_says() -> None:
    seen = footprint(ONE_INCH, 100.0)
    assert seen.across_m == pytest.approx(128.2, abs=0.1)
    assert seen.gsd_m == pytest.approx(0.0234, abs=0.0001)
    assert line_spacing_m(ONE_INCH, 100.0, 60.0) == pytest.approx(0.4 * seen.across_m)


def test_the_probability_of_detection_is_koopmans() -> None:
    assert probability_of_detection(coverage_factor(40.0, 40.0)) == pytest.approx(0.632, abs=0.001)
    assert probability_of_detection(0.5, passes=2) == pytest.approx(probability_of_detection(1.0))


def test_checks_of_a_big_plan_know_its_context(park: Plan, specs: dict[str, PatternSpec]) -> None:
    plan = patterns.put(park, "grid", specs["survey"])
    assert report(plan, Context()).findings == report(plan).findings


def test_a_containment_ring_lies_as_far_out_as_the_person_may_be(park: Plan, around: Ring) -> None:
    open_ground = msgspec.structs.replace(park, geofence=Geofence())
    datum = around((0, 0))[0]
    ring = Containment(datum, 40.0, travel_speed_m_s=1.5, since_s=120.0)
    plan = patterns.put(open_ground, "ring", ring)
    away = [distance_m(datum, item.position) for item in plan.items if item.pattern and item.position]
    assert away == pytest.approx([180.0] * len(away), abs=0.1)
    assert patterns.put(open_ground, "ring", Containment(datum, 40.0, radius_m=180.0)).items == plan.items
    with pytest.raises(GeometryError, match="neither a radius"):
        patterns.put(open_ground, "ring", Containment(datum, 40.0, travel_speed_m_s=1.5))


def test_a_containment_ring_is_shared_out_over_drones(park: Plan, around: Ring) -> None:
    plan = patterns.put(park, "ring", Containment(around((-60, 0))[0], 40.0, radius_m=120.0))
    shared = split(plan, "ring", 3)
    noon = datetime(2026, 7, 20, 12, tzinfo=UTC)
    flights = [Flight(f"UAV-{n}", one, noon) for n, one in enumerate(shared)]
    away = [c for c in conflicts(flights) if distance_m(HOME, c.position) > 60]
    assert away == [], "but about the home that they share"
    lasting = [report(one).duration_s for one in shared]
    assert max(lasting) < 1.15 * min(lasting)


def test_somebody_who_crosses_the_ring_is_met_as_the_barrier_formula_says() -> None:
    """Walkers leave a ring at random times and bearings; the drone flies round it without a break."""
    rng = np.random.default_rng(5)
    radius, width, patrol, walk = 300.0, 30.0, 10.0, 1.5
    expected = barrier_coverage(width, 2 * math.pi * radius, patrol, walk)
    count, step = 4000, 0.05
    bearing, begun = rng.uniform(0, 2 * math.pi, count), rng.uniform(0, 1000, count)
    seen = np.zeros(count, dtype=bool)
    for t in np.arange(0.0, 2 * width / walk, step):
        out = radius - width + walk * t
        drone = patrol * (begun + t) / radius
        apart = np.hypot(out * np.cos(bearing) - radius * np.cos(drone), out * np.sin(bearing) - radius * np.sin(drone))
        seen |= apart < width / 2.0
    assert seen.mean() == pytest.approx(min(1.0, expected), rel=0.15)
    assert seen.mean() > probability_of_detection(expected), "a steady patrol does better than a random pass"


def test_the_report_tells_the_odds_of_every_search_with_a_sweep_width(park: Plan, around: Ring) -> None:
    centre, line = around((-60, 0))[0], around((-200, -100), (100, 50))
    plan = park
    searches: dict[str, PatternSpec] = {
        "square": ExpandingSquare(centre, 20.0, 8, 40.0, sweep_width_m=20.0),
        "sector": SectorSearch(centre, 90.0, 40.0, sweep_width_m=math.pi * 10.0),
        "hasty": HastyRoute(line, 40.0, 10.0, sweep_width_m=30.0),
        "ring": Containment(centre, 40.0, radius_m=100.0, travel_speed_m_s=1.0, sweep_width_m=30.0),
        "blind": ExpandingSquare(centre, 20.0, 8, 40.0),
    }
    for name, spec in searches.items():
        plan = patterns.put(plan, name, spec)
    told = {odds.pattern_id: odds for odds in report(plan).searches}
    assert set(told) == {"square", "sector", "hasty", "ring"}
    assert told["square"].coverage == 1.0
    assert told["square"].probability == pytest.approx(0.632, abs=0.001)
    assert told["sector"].coverage == pytest.approx(1.0)
    assert told["hasty"].coverage == 2.0
    assert told["ring"].coverage == pytest.approx(30.0 * math.hypot(10.0, 1.0) / (2 * math.pi * 100.0))
    assert "√(v² + u²)" in told["ring"].formula
