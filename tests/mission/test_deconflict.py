from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from mission.checks import check
from mission.context import Context, OtherFlight, Vehicle
from mission.deconflict import Flight, conflicts, return_crossings
from mission.geodesy import distance_m, frame_of
from mission.path import flight_path
from mission.plan import Home, Plan, Position
from mission.timing import leg_times
from tests.mission.conftest import HOME, MakePlan

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_two_drones_that_meet_are_in_conflict_where_they_meet(make_plan: MakePlan) -> None:
    east, west = make_plan([(-300, 0), (300, 0)]), make_plan([(300, 0), (-300, 0)])
    (conflict,) = conflicts((Flight("A", east, NOON), Flight("B", west, NOON)), uncertainty_s=0.0)
    assert (conflict.first, conflict.second) == ("A", "B")
    assert conflict.horizontal_m < 1.0
    assert conflict.vertical_m < 1.0
    assert distance_m(HOME, conflict.position) < 50


@pytest.mark.parametrize(("apart_s", "expected"), [(0.0, 1), (1000.0, 0)])
def test_the_same_path_at_another_time_is_no_conflict(make_plan: MakePlan, apart_s: float, expected: int) -> None:
    plan = make_plan([(0, 200), (200, 200)])
    assert len(conflicts((Flight("A", plan, NOON), Flight("B", plan, later(apart_s))))) == expected


def shifted(plan: Plan, north_m: float, height_m: float) -> Plan:
    """The plan moved away as a whole."""
    frame = frame_of(plan)

    def move(place: Position) -> Position:
        x, y = frame.to_xy((place,))[0].tolist()
        return frame.position(x, y + north_m)

    items = tuple(
        msgspec.structs.replace(
            item, position=move(item.position) if item.position else None, altitude_m=item.altitude_m and height_m
        )
        for item in plan.items
    )
    return msgspec.structs.replace(plan, home=Home(move(HOME), 24.0), items=items)


@pytest.mark.parametrize(("north_m", "expected"), [(40.0, 1), (75.0, 0)])
def test_side_by_side_they_need_the_separation(make_plan: MakePlan, north_m: float, expected: int) -> None:
    plan = make_plan([(200, 0)])
    found = conflicts((Flight("A", plan, NOON), Flight("B", shifted(plan, north_m, 40.0), NOON)))
    assert len(found) == expected


def test_a_home_whose_altitude_is_not_known_is_taken_to_lie_as_high_as_the_other(make_plan: MakePlan) -> None:
    over = make_plan([(0, 300), (300, 300)], height=40)
    below = shifted(make_plan([(0, 300)], height=40), 300.0, 40.0)
    assert below.home is not None
    below = msgspec.structs.replace(below, home=Home(below.home.position))
    flights = (Flight("A", over, NOON), Flight("B", below, NOON))
    assert len(conflicts(flights, uncertainty_s=60.0)) == 1
    assert {(one.returning, one.other) for one in return_crossings(flights, uncertainty_s=60.0)} == {
        ("A", "B"),
        ("B", "A"),
    }


def test_one_that_is_late_may_still_meet_the_other(make_plan: MakePlan) -> None:
    a, b = make_plan([(0, 300), (300, 300)], height=40), make_plan([(0, 300), (300, 300)], height=40)
    flights = (Flight("A", a, NOON), Flight("B", b, later(20.0)))
    assert conflicts(flights, horizontal_m=10.0, vertical_m=5.0, uncertainty_s=0.0) == ()
    assert len(conflicts(flights, horizontal_m=10.0, vertical_m=5.0, uncertainty_s=25.0)) == 1


@pytest.mark.parametrize("seed", range(15))
def test_the_nearest_moment_is_the_one_found_by_trying_every_tenth_of_a_second(make_plan: MakePlan, seed: int) -> None:
    rng = np.random.default_rng(seed)
    plans = [make_plan([tuple(p) for p in rng.uniform(-300, 300, (4, 2)).tolist()], height=40) for _ in range(2)]
    starts = (0.0, float(rng.uniform(0, 60)))
    flights = [Flight(n, plan, later(s)) for n, plan, s in zip("AB", plans, starts, strict=True)]
    frame = frame_of(plans[0])
    tracks = []
    times = np.arange(0.0, 400.0, 0.1)
    for plan, begun in zip(plans, starts, strict=True):
        legs = flight_path(plan, frame, Vehicle()).legs
        knots, places = [begun], [legs[0].start]
        for leg, seconds in zip(legs, leg_times(legs, Vehicle()), strict=True):
            knots.extend((knots[-1] + seconds - leg.hold_s, knots[-1] + seconds))
            places.extend((leg.end, leg.end))
        place = np.array(places)
        inside = (times >= begun) & (times <= knots[-1])
        track = np.column_stack([np.interp(times, knots, place[:, axis]) for axis in range(3)])
        tracks.append(np.where(inside[:, None], track, np.nan))
    apart = np.abs(tracks[0] - tracks[1])
    gap = np.hypot(apart[:, 0], apart[:, 1])[apart[:, 2] < 15.0].min(initial=np.inf)
    found = conflicts(flights, uncertainty_s=0.0)
    if found:
        assert found[0].vertical_m <= 15.0 + 1e-3
        assert found[0].horizontal_m <= gap + 1e-6
        assert gap - found[0].horizontal_m < 2.0
    else:
        assert gap >= 50.0


@pytest.mark.parametrize(("height", "expected"), [(54.0, 1), (56.0, 0)])
def test_one_above_the_other_needs_the_vertical_separation(make_plan: MakePlan, height: float, expected: int) -> None:
    below = make_plan([(200, 0)], height=40)
    across = shifted(make_plan([(200, 0), (100, 200)], height=height), -100.0, height)
    found = conflicts((Flight("A", below, NOON), Flight("B", across, NOON)), uncertainty_s=60.0)
    assert len([conflict for conflict in found if conflict.vertical_m > 5]) == expected


def test_fewer_than_two_flights_have_no_conflict(make_plan: MakePlan) -> None:
    assert conflicts((Flight("A", make_plan([(0, 50)]), NOON),)) == ()


def test_a_failsafe_return_across_anothers_path_is_found(make_plan: MakePlan) -> None:
    """A is planned round the corner; its straight way home from there crosses where B orbits at that time."""
    round_it = make_plan([(-200, 0), (-200, 400), (400, 400), (400, 0)])
    inside = shifted(make_plan([(60, 0), (120, 60), (60, 60), (120, 0)] * 4), 160.0, 40.0)
    inside = msgspec.structs.replace(inside, items=inside.items[:-1])
    flights = (Flight("A", round_it, NOON), Flight("B", inside, NOON))
    assert conflicts(flights) == ()
    (crossing,) = [c for c in return_crossings(flights) if c.returning == "A"]
    assert (crossing.other, crossing.returning_item) == ("B", 3)
    assert crossing.at >= NOON


def test_a_return_too_late_too_high_or_elsewhere_is_none(make_plan: MakePlan) -> None:
    round_it = make_plan([(-200, 0), (-200, 400), (400, 400), (400, 0)])
    low = shifted(make_plan([(60, 0), (120, 60), (60, 60), (120, 0)] * 4), 160.0, 12.0)
    low = msgspec.structs.replace(low, items=low.items[:-1])
    same_time = (Flight("A", round_it, NOON), Flight("B", low, NOON))
    assert [c for c in return_crossings(same_time) if c.returning == "A"] == [], "28 m lower"
    level = shifted(make_plan([(60, 0), (120, 60), (60, 60), (120, 0)] * 4), 160.0, 40.0)
    assert return_crossings((Flight("A", round_it, NOON), Flight("B", level, later(3000.0)))) == ()
    away = shifted(level, 2000.0, 40.0)
    assert return_crossings((Flight("A", round_it, NOON), Flight("B", away, NOON))) == ()


def test_every_conflict_on_a_planned_return_is_a_crossing_too(make_plan: MakePlan) -> None:
    """Whoever conflicts on the way home by plan does so by failsafe as well."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        plans = [make_plan([tuple(p) for p in rng.uniform(-300, 300, (3, 2)).tolist()]) for _ in range(2)]
        flights = [Flight("A", plans[0], NOON), Flight("B", shifted(plans[1], 150.0, 40.0), NOON)]
        crossed = {(c.returning, c.other) for c in return_crossings(flights)}
        for conflict in conflicts(flights):
            if conflict.first_item == len(plans[0].items) - 1:
                assert ("A", "B") in crossed


def told(plan: Plan, other: OtherFlight, at: datetime | None = NOON) -> list[str]:
    findings = check(plan, Context(at=at, others=(other,)))
    return [finding.text for finding in findings if finding.check == "separation"]


def test_the_check_names_the_other_flight_and_the_moment(make_plan: MakePlan) -> None:
    plan, across = make_plan([(-300, 0), (300, 0)]), make_plan([(300, 0), (-300, 0)])
    (text,) = told(plan, OtherFlight("PC Smith's survey", across, NOON))
    assert "of PC Smith's survey" in text
    assert "at 12:0" in text
    (untimed,) = told(plan, OtherFlight("PC Smith's survey", across))
    assert "if both fly at the same time" in untimed
    assert told(plan, OtherFlight("PC Smith's survey", across, later(3000.0))) == []


def test_the_check_tells_of_returns_across_the_other_and_of_the_others_across_it(make_plan: MakePlan) -> None:
    round_it = make_plan([(-200, 0), (-200, 400), (400, 400), (400, 0)])
    inside = shifted(make_plan([(60, 0), (120, 60), (60, 60), (120, 0)] * 4), 160.0, 40.0)
    inside = msgspec.structs.replace(inside, items=inside.items[:-1])
    (ours,) = told(round_it, OtherFlight("B", inside, NOON))
    assert ours.startswith("A return from the leg to item 4 may cross B's way")
    (theirs,) = told(inside, OtherFlight("A", round_it, NOON))
    assert theirs.endswith("lies on a way that A may return by.")
    far = shifted(inside, 300_000.0, 40.0)
    assert told(round_it, OtherFlight("far", far, NOON)) == []
