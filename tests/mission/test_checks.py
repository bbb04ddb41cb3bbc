from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
import pytest

from mission import checks
from mission.checks import check, may_submit
from mission.context import Context, Rules, Vehicle
from mission.finding import Finding, Severity
from mission.geodesy import distance_m, frame_of
from mission.geofence import storage_bytes
from mission.plan import (
    FenceCircle,
    FenceKind,
    FencePolygon,
    Frame,
    Geofence,
    Home,
    MissionItem,
    Plan,
    Position,
    RallyPoint,
)
from mission.report import report
from mission.returns import Returns
from mission.situation import Situation
from tests.mission.conftest import HOME, MakePlan

Ring = Callable[..., tuple[Position, ...]]
RELATIVE = Frame.GLOBAL_RELATIVE_ALT


def found(plan: Plan, name: str, context: Context | None = None) -> list[Finding]:
    return [finding for finding in check(plan, context or Context()) if finding.check == name]


def box(ring: Ring, kind: FenceKind, west: float, south: float, east: float, north: float) -> FencePolygon:
    return FencePolygon(kind, ring((west, south), (east, south), (east, north), (west, north)))


@pytest.fixture
def park(around: Ring) -> Geofence:
    """An inclusion 400 m square about home, a hospital of 40 m square from 60 to 100 m east of home."""
    return Geofence(
        (box(around, FenceKind.INCLUSION, -200, -200, 200, 200), box(around, FenceKind.EXCLUSION, 60, -20, 100, 20))
    )


def test_the_hyde_park_survey_may_be_submitted(survey: Plan) -> None:
    assert [f.check for f in check(survey) if f.severity is not Severity.INFO] == []
    judged = report(survey)
    assert judged.may_submit
    # Measured in the recorded flight: 391 s from the start of the mission to touchdown.
    assert judged.duration_s == pytest.approx(391, rel=0.03)
    assert judged.distance_m == pytest.approx(2537, abs=5)
    assert judged.profile[0].distance_m == 0
    assert judged.profile[-1].height_home_m == 0
    assert max(point.height_home_m for point in judged.profile) == 45


def test_a_leg_through_an_exclusion_between_two_allowed_waypoints_is_found(make_plan: MakePlan, park: Geofence) -> None:
    plan = make_plan([(0, 50), (50, 0), (150, 0), (150, 100)], geofence=park)
    errors = found(plan, "fence_breach")
    (leg,) = [f for f in errors if "item 4" in f.text]
    assert leg.severity is Severity.ERROR
    assert leg.place.kind == "leg"
    assert leg.place.index == 2
    assert leg.place.position is not None
    assert distance_m(HOME, leg.place.position) == pytest.approx(60, abs=0.5)
    assert not may_submit(check(plan))


def test_a_leg_out_of_the_inclusion_is_found_where_it_leaves(make_plan: MakePlan, park: Geofence) -> None:
    finding = found(make_plan([(0, 150), (0, 250)], geofence=park), "fence_breach")[0]
    assert "outside inclusion polygon 1" in finding.text
    assert finding.place.position is not None
    assert distance_m(HOME, finding.place.position) == pytest.approx(200, abs=0.5)


@pytest.mark.parametrize(("east", "names"), [(57.0, []), (58.5, ["fence_margin"]), (60.5, ["fence_breach"])])
def test_the_margin_is_kept_from_an_exclusion(
    make_plan: MakePlan, park: Geofence, east: float, names: list[str]
) -> None:
    plan = make_plan([(east, 100), (east, -100), (0, -100)], geofence=park)
    errors = [f.check for f in check(plan) if f.severity is Severity.ERROR]
    assert sorted(set(errors)) == names


def test_inclusions_are_anded_unless_the_vehicle_is_set_to_their_union(make_plan: MakePlan, around: Ring) -> None:
    west, east = (box(around, FenceKind.INCLUSION, w, -100, w + 200, 100) for w in (-150, -50))
    plan = make_plan([(-100, 50), (100, 50)], geofence=Geofence((west, east)))
    assert {f.text.rpartition("outside ")[2] for f in found(plan, "fence_breach")} == {
        "inclusion polygon 1.",
        "inclusion polygon 2.",
    }
    assert found(plan, "fence_breach", Context(Vehicle(fence_union=True))) == []


def test_inclusions_without_a_common_part_leave_nowhere_to_fly(make_plan: MakePlan, around: Ring) -> None:
    apart = Geofence(tuple(box(around, FenceKind.INCLUSION, w, -50, w + 80, 50) for w in (-40, 100)))
    (finding,) = found(make_plan([(0, 20)], geofence=apart), "fence_shapes")
    assert "no common part" in finding.text


def test_the_circle_about_home_counts_too(make_plan: MakePlan) -> None:
    plan = make_plan([(500, 0), (650, 0)])
    assert "FENCE_RADIUS" in found(plan, "fence_breach")[0].text
    assert found(plan, "fence_breach", Context(Vehicle(fence_radius_m=None))) == []


def test_fence_circles_hold_like_polygons(make_plan: MakePlan) -> None:
    fence = Geofence(circles=(FenceCircle(FenceKind.INCLUSION, HOME, 300.0),))
    assert found(make_plan([(280, 0)], geofence=fence), "fence_breach") == []
    assert found(make_plan([(310, 0)], geofence=fence), "fence_breach") != []
    (margin, *_) = found(make_plan([(299, 0)], geofence=fence), "fence_margin")
    assert "only 1.0 m inside inclusion circle 1" in margin.text


def test_the_leg_home_is_checked(make_plan: MakePlan, park: Geofence) -> None:
    plan = make_plan([(0, 100), (150, 100), (150, 0)], geofence=park)
    breaches = found(plan, "fence_breach")
    assert [f.text.partition(" is ")[0] for f in breaches] == ["Return at item 5"]


def test_a_return_from_the_middle_of_a_leg_is_checked(make_plan: MakePlan, park: Geofence) -> None:
    plan = make_plan([(0, 100), (150, 100), (150, -100), (0, -100)], geofence=park)
    assert found(plan, "fence_breach") == []
    (finding,) = found(plan, "fence_returns")
    assert finding.severity is Severity.WARNING
    assert "exclusion polygon 2" in finding.text


def test_a_rally_point_nearer_than_home_changes_the_way_back(make_plan: MakePlan, park: Geofence) -> None:
    plan = make_plan([(0, 100), (150, 100), (150, -100), (0, -100)], geofence=park)
    frame = Situation(plan, Context()).frame
    x, y = frame.to_xy((HOME,))[0].tolist()
    rallies = tuple(RallyPoint(frame.position(x + east, y), 30.0) for east in (140.0,))
    assert found(msgspec.structs.replace(plan, rally=rallies), "fence_returns") == []


def test_home_and_rally_points_must_lie_inside(make_plan: MakePlan, around: Ring) -> None:
    fence = Geofence((box(around, FenceKind.INCLUSION, 20, -200, 200, 200),))
    plan = msgspec.structs.replace(make_plan([(50, 0)], geofence=fence), rally=(RallyPoint(HOME, 30.0),))
    errors = {f.text.partition(" is ")[0]: f for f in found(plan, "fence_breach")}
    assert "will not arm" in errors["Home"].text
    assert errors["Home"].severity is errors["Rally point 1"].severity is Severity.ERROR


def test_a_self_crossing_polygon_is_an_error_at_the_crossing(make_plan: MakePlan, around: Ring) -> None:
    bow_tie = FencePolygon(FenceKind.EXCLUSION, around((50, 50), (150, 150), (150, 50), (50, 150)))
    (finding,) = found(make_plan([(0, 20)], geofence=Geofence((bow_tie,))), "fence_shapes")
    assert "crosses or touches itself" in finding.text
    assert finding.place.position is not None
    assert distance_m(finding.place.position, around((100, 100))[0]) < 1


def test_inside_a_self_crossing_polygon_is_decided_by_even_and_odd(make_plan: MakePlan, around: Ring) -> None:
    twice = FencePolygon(
        FenceKind.EXCLUSION,
        around((50, 50), (150, 50), (150, 150), (50, 150), (50, 50), (150, 50), (150, 150), (50, 150)),
    )
    star = FencePolygon(FenceKind.EXCLUSION, around((100, 160), (60, 40), (165, 115), (35, 115), (140, 40)))
    through_the_middle = make_plan([(100, 85)], geofence=Geofence((star,)))
    assert any(f.check == "fence_shapes" for f in check(through_the_middle))
    assert found(make_plan([(100, 100)], geofence=Geofence((twice,))), "fence_shapes") != []


@pytest.mark.parametrize("corners", [0, 1, 2, 256])
def test_too_few_or_too_many_corners_are_an_error(make_plan: MakePlan, around: Ring, corners: int) -> None:
    ring = around(*((100.0 + i % 16, 100.0 + i // 16) for i in range(corners))) if corners else ()
    plan = make_plan([(0, 20)], geofence=Geofence((FencePolygon(FenceKind.EXCLUSION, ring),)))
    assert any(f"has {corners} corners" in f.text for f in found(plan, "fence_shapes"))


def test_more_fence_than_the_autopilot_stores_is_an_error(make_plan: MakePlan, around: Ring) -> None:
    squares = [box(around, FenceKind.EXCLUSION, 100 + 12 * i, 100, 110 + 12 * i, 110) for i in range(17)]
    assert found(make_plan([(0, 20)], geofence=Geofence(tuple(squares[:16]))), "fence_storage")[0].severity != "error"
    finding = found(make_plan([(0, 20)], geofence=Geofence(tuple(squares))), "fence_storage")[0]
    assert finding.severity is Severity.ERROR
    assert "583 bytes" in finding.text
    circle = FenceCircle(FenceKind.EXCLUSION, HOME, 5.0)
    assert storage_bytes(Geofence(tuple(squares), (circle,))) == 583 + 13


def test_a_vehicle_that_ignores_polygons_is_an_error(make_plan: MakePlan, park: Geofence) -> None:
    (finding,) = found(make_plan([(0, 20)], geofence=park), "fence_storage", Context(Vehicle(fence_polygons=False)))
    assert finding.severity is Severity.ERROR
    assert "FENCE_TYPE" in finding.text


def test_a_circle_no_larger_than_the_margin_is_an_error(make_plan: MakePlan) -> None:
    fence = Geofence(circles=(FenceCircle(FenceKind.INCLUSION, HOME, 1.5), FenceCircle(FenceKind.EXCLUSION, HOME, 0.0)))
    assert [f.place.index for f in found(make_plan([(0, 20)], geofence=fence), "fence_shapes")] == [0, 1]


@pytest.mark.parametrize(
    ("height", "wrong"),
    [
        (60, {}),
        (117, {}),
        (119, {"ceiling": Severity.WARNING}),
        (120, {"ceiling": Severity.ERROR}),
        (121, {"ceiling": Severity.ERROR, "heights": Severity.ERROR}),
        (4, {"heights": Severity.WARNING}),
        (0.5, {"heights": Severity.ERROR}),
    ],
)
def test_heights_against_the_ceiling_the_rule_and_the_ground(
    make_plan: MakePlan, height: float, wrong: dict[str, Severity]
) -> None:
    plan = make_plan([(50, 0), (50, 50)], height=height)
    told = {f.check: f.severity for f in check(plan) if f.severity is not Severity.INFO and "fence" not in f.check}
    assert told == wrong


def test_altitudes_above_the_sea_need_homes_altitude(make_plan: MakePlan) -> None:
    plan = make_plan([(50, 0), (50, 50)])
    amsl = [
        msgspec.structs.replace(i, frame=Frame.GLOBAL, altitude_m=150.0) if i.command == 16 else i for i in plan.items
    ]
    high = msgspec.structs.replace(plan, items=tuple(amsl))
    assert any("126 m above ground" in f.text for f in found(high, "heights"))
    unknown = msgspec.structs.replace(high, home=Home(HOME))
    (finding, *_) = found(unknown, "datums")
    assert "home's altitude is not known" in finding.text
    assert finding.severity is Severity.ERROR


def test_endurance_counts_the_reserve(make_plan: MakePlan) -> None:
    plan = make_plan([(500, 0), (-500, 0)] * 12)
    assert found(plan, "endurance") == []
    (finding,) = found(plan, "endurance", Context(Vehicle(battery_wh=200.0)))
    assert finding.severity is Severity.ERROR
    assert found(plan, "endurance", Context(rules=Rules(battery_reserve_pct=50.0))) != []


def test_the_way_home_from_every_leg_leaves_the_reserve(make_plan: MakePlan) -> None:
    plan = make_plan([(500, 0)])
    assert found(plan, "return_energy") == []
    (finding,) = found(plan, "return_energy", Context(rules=Rules(battery_reserve_pct=99.0)))
    assert finding.severity is Severity.ERROR
    assert "beyond the point of no return" in finding.text


def test_returns_lead_to_a_rally_point_within_its_limit_and_never_lower(make_plan: MakePlan, around: Ring) -> None:
    (rally,) = around((700, 0))
    plan = msgspec.structs.replace(make_plan([(0, 20)]), rally=(RallyPoint(rally, 30.0),))
    frame = frame_of(plan)
    x, y = frame.to_xy((HOME,))[0].tolist()
    assert Returns(plan, frame, Vehicle()).target(x + 390, y) == 0, "310 m from the rally point, 390 m from home"
    assert Returns(plan, frame, Vehicle(rally_limit_m=0.0)).target(x + 390, y) == 1
    assert Returns(plan, frame, Vehicle()).target(x + 410, y) == 1
    climbing = Returns(plan, frame, Vehicle(rtl_climb_min_m=10.0))
    assert climbing.height((x, y, 40.0), 100.0, 0.0) == 50.0


def test_the_vehicles_own_fence_is_set_as_the_checks_take_it() -> None:
    circle = {"FENCE_TYPE": 7.0, "FENCE_MARGIN": 2.0, "FENCE_ALT_MAX": 120.0, "FENCE_RADIUS": 600.0}
    assert Vehicle().fence_parameters() == circle
    polygons_alone = Vehicle(fence_altitude_max_m=None, fence_radius_m=None)
    assert polygons_alone.fence_parameters() == {"FENCE_TYPE": 4.0, "FENCE_MARGIN": 2.0}


def items_of(*items: MissionItem) -> Plan:
    return Plan(home=Home(HOME, 24.0), items=items)


TAKEOFF = MissionItem(22, RELATIVE, None, 30.0)
RTL = MissionItem(20, Frame.MISSION)
WAYPOINT = MissionItem(16, RELATIVE, Position(51.508, -0.1637), 30.0)


def jump(target: float, times: float) -> MissionItem:
    return MissionItem(177, Frame.MISSION, params=(target, times, 0, 0))


@pytest.mark.parametrize(
    ("plan", "name", "words"),
    [
        (Plan(), "coordinates", "empty"),
        (Plan(items=(TAKEOFF, WAYPOINT, RTL)), "order", "no home"),
        (items_of(WAYPOINT, RTL), "order", "before any take-off"),
        (items_of(TAKEOFF, WAYPOINT), "order", "does not end on the ground"),
        (items_of(TAKEOFF, RTL, WAYPOINT), "order", "items after it are not flown"),
        (items_of(msgspec.structs.replace(TAKEOFF, altitude_m=0.0), WAYPOINT, RTL), "order", "takes off to 0 m"),
        (items_of(TAKEOFF, WAYPOINT, jump(9, 1), RTL), "jumps", "not another item"),
        (items_of(TAKEOFF, WAYPOINT, jump(3, 1), RTL), "jumps", "not another item"),
        (items_of(TAKEOFF, WAYPOINT, jump(2, -1), RTL), "jumps", "for ever"),
        (items_of(TAKEOFF, WAYPOINT, jump(2, 32767), RTL), "jumps", "too long"),
        (items_of(TAKEOFF, MissionItem(4242, Frame.MISSION), RTL), "commands", "refuses command 4242"),
        (items_of(TAKEOFF, msgspec.structs.replace(WAYPOINT, params=(0, 5, 0, 0)), RTL), "commands", "param2 as 0"),
        (items_of(TAKEOFF, msgspec.structs.replace(WAYPOINT, frame=Frame.MISSION), RTL), "commands", "measured from"),
        (items_of(TAKEOFF, MissionItem(92, Frame.MISSION), RTL), "commands", "cannot be checked"),
        (items_of(TAKEOFF, *[WAYPOINT] * 648, RTL), "storage", "651 mission items"),
        (Plan(Home(HOME, 24.0), rally=(RallyPoint(HOME, 30.0),) * 47), "storage", "47 rally points"),
        (items_of(TAKEOFF, msgspec.structs.replace(WAYPOINT, position=Position(91.0, 0)), RTL), "coordinates", "globe"),
        (items_of(TAKEOFF, msgspec.structs.replace(WAYPOINT, position=Position(-51.0, 0)), RTL), "coordinates", "km"),
        (items_of(TAKEOFF, msgspec.structs.replace(WAYPOINT, altitude_m=1e12), RTL), "coordinates", "cannot carry"),
        (items_of(TAKEOFF, msgspec.structs.replace(WAYPOINT, altitude_m=float("nan")), RTL), "coordinates", "carry"),
    ],
)
def test_what_is_wrong_with_the_items_is_said(plan: Plan, name: str, words: str) -> None:
    assert any(words in finding.text for finding in found(plan, name)), found(plan, name)
    assert isinstance(report(plan).may_submit, bool)


def test_what_just_fits_the_autopilots_storage_is_right() -> None:
    full = msgspec.structs.replace(items_of(TAKEOFF, *[WAYPOINT] * 647, RTL), rally=(RallyPoint(HOME, 30.0),) * 46)
    assert found(full, "storage") == []


def test_a_loop_is_flown_as_often_as_it_says(make_plan: MakePlan) -> None:
    once = make_plan([(100, 0), (100, 100)])
    looped = msgspec.structs.replace(once, items=(*once.items[:3], jump(2, 3), once.items[3]))
    assert found(looped, "jumps") == []
    assert report(looped).distance_m == pytest.approx(report(once).distance_m + 3 * 200, abs=1)


def test_a_check_that_crashes_is_a_failing_finding(make_plan: MakePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(situation: Situation) -> Iterable[Finding]:
        raise ZeroDivisionError("no reason")

    monkeypatch.setattr(checks, "CHECKS", (*checks.CHECKS, broken))
    judged = report(make_plan([(0, 50)]))
    (finding,) = [f for f in judged.findings if f.check == "broken"]
    assert finding.severity is Severity.ERROR
    assert "ZeroDivisionError: no reason" in finding.text
    assert not judged.may_submit
