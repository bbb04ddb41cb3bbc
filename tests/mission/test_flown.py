"""The line that is drawn and checked is the one that ArduCopter flies."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import shapely

from mission.checks import check
from mission.context import Context, Vehicle
from mission.flown import flown
from mission.formats import load
from mission.geodesy import FloatArray
from mission.kneeboard import leg_rows
from mission.leg import Leg, LegKind
from mission.plan import FenceKind, FencePolygon, Frame, Geofence, Plan, Position
from mission.report import report
from mission.situation import Situation
from mission.timing import leg_times
from tests.mission.conftest import HOME, MakePlan

Ring = Callable[..., tuple[Position, ...]]
VEHICLE = Vehicle()


@pytest.fixture(scope="module")
def curves(data: Path) -> Plan:
    path = data / "plans" / "corners-and-splines.plan"
    return load(path.name, path.read_bytes())


@pytest.fixture(scope="module")
def recorded(data: Path) -> FloatArray:
    """Where an ArduCopter 4.6.3 wanted to be (latitude, longitude, height) and where it was, on that plan."""
    return np.array(json.loads((data / "plans" / "corners-and-splines.flown.json").read_text()))


def metres(situation: Situation, lat_lon: FloatArray) -> FloatArray:
    return situation.frame.degrees_to_xy(lat_lon[:, ::-1])


def test_corners_and_splines_are_flown_as_a_real_arducopter_flies_them(curves: Plan, recorded: FloatArray) -> None:
    situation = Situation(curves, Context())
    line = shapely.LineString(situation.flown.points[:, :2])
    wanted, was = metres(situation, recorded[:, :2]), metres(situation, recorded[:, 3:])
    assert shapely.distance(line, shapely.points(wanted)).max() < 1.0
    assert shapely.distance(line, shapely.points(was)).max() < 2.0, "in the tightest bend it strays from its own target"
    there = shapely.points(shapely.get_coordinates(shapely.segmentize(line, 1.0)))
    assert shapely.distance(shapely.LineString(wanted), there).max() < 1.0
    drawn = shapely.LineString(situation.frame.to_xy(item.position for item in curves.items if item.position))
    assert shapely.distance(drawn, shapely.points(wanted)).max() > 10.0, "splines are no straight legs"


def test_it_takes_as_long_as_the_real_one(curves: Plan) -> None:
    """228.8 s from 2 m on the way up to the same on the way down, recorded."""
    assert Situation(curves, Context()).totals.duration_s == pytest.approx(228.8, rel=0.04)


def corner(degrees: float, length: float = 100.0, hold_s: float = 0.0) -> tuple[Leg, Leg]:
    """A leg north, and one that turns right from it by so many degrees."""
    turn = math.radians(degrees)
    end = (length * math.sin(turn), length * (1.0 + math.cos(turn)), 30.0)
    middle = (0.0, length, 30.0)
    first = Leg(1, LegKind.TRAVEL, (0.0, 0.0, 30.0), middle, VEHICLE.cruise_speed_m_s, hold_s)
    return first, Leg(2, LegKind.TRAVEL, middle, end, VEHICLE.cruise_speed_m_s)


@pytest.mark.parametrize("degrees", [30.0, 60.0, 90.0, 120.0, 150.0])
def test_a_corner_is_cut_within_the_waypoint_radius(degrees: float) -> None:
    line = flown(corner(degrees), VEHICLE)
    (turn,) = line.turns
    nearest = np.linalg.norm(turn[1] - np.array([0.0, 100.0, 30.0]), axis=1).min()
    assert 0.5 * VEHICLE.waypoint_radius_m < nearest <= VEHICLE.waypoint_radius_m + 0.01
    assert turn[1][0, 0] == pytest.approx(0.0, abs=1e-6), "it begins on the leg before"


def test_a_stop_and_a_straight_way_on_round_nothing() -> None:
    assert flown(corner(90.0, hold_s=3.0), VEHICLE).turns == ()
    assert flown(corner(0.0), VEHICLE).turns == ()


def test_a_straight_way_on_is_flown_at_one_speed() -> None:
    """Two legs in line take no longer than one of their length, and no less."""
    whole = Leg(1, LegKind.TRAVEL, (0.0, 0.0, 30.0), (0.0, 200.0, 30.0), VEHICLE.cruise_speed_m_s)
    halves = leg_times(corner(0.0), VEHICLE).sum()
    assert halves == pytest.approx(leg_times([whole], VEHICLE).sum(), rel=0.02)


def with_spline(plan: Plan, index: int) -> Plan:
    items = list(plan.items)
    items[index] = msgspec.structs.replace(items[index], command=82)
    return msgspec.structs.replace(plan, items=tuple(items))


def breaches(plan: Plan, vehicle: Vehicle = VEHICLE) -> list[str]:
    return [finding.text for finding in check(plan, Context(vehicle=vehicle)) if finding.check == "fence_breach"]


def test_a_spline_into_an_exclusion_is_found_where_it_is_flown(make_plan: MakePlan, around: Ring) -> None:
    """The straight leg misses it by 20 m; the curve swings out 28 m."""
    hospital = Geofence((FencePolygon(FenceKind.EXCLUSION, around((15, 100), (40, 100), (40, 118), (15, 118))),))
    plan = make_plan([(0.0, -60.0), (0.0, 80.0), (80.0, 80.0), (120.0, 0.0)], geofence=hospital)
    assert breaches(plan) == []
    assert "Curve at item 4 is inside" in breaches(with_spline(plan, 3))[0]


def test_a_spline_above_ground_keeps_its_height_above_ground(make_plan: MakePlan) -> None:
    plan = with_spline(make_plan([(0.0, 80.0), (80.0, 80.0), (120.0, 0.0)]), 2)
    items = tuple(msgspec.structs.replace(i, frame=Frame.GLOBAL_TERRAIN_ALT) if i.position else i for i in plan.items)
    sloping = Situation(msgspec.structs.replace(plan, items=items), Context())
    west = sloping.frame.to_xy((HOME,))[0, 0]
    sloping.ground = lambda xy: 0.1 * (np.asarray(xy)[:, 0] - west)  # type: ignore[method-assign]
    curve = [leg for leg in sloping.path.legs if leg.kind is LegKind.CURVE]
    assert [leg.end[2] - 0.1 * (leg.end[0] - west) for leg in curve] == pytest.approx([40.0] * len(curve))


def test_a_rounded_corner_counts_where_the_margin_is_less_than_the_cut(make_plan: MakePlan, around: Ring) -> None:
    """A lamp post in the crook of a right-angled corner, 1 m from both legs."""
    post = Geofence((FencePolygon(FenceKind.EXCLUSION, around((1.0, 78.0), (1.9, 78.0), (1.9, 78.9), (1.0, 78.9))),))
    plan = make_plan([(0.0, -40.0), (0.0, 80.0), (80.0, 80.0)], geofence=post)
    assert breaches(plan) == []
    (found,) = breaches(plan, Vehicle(fence_margin_m=0.5))
    assert "The corner at item 3, as it is rounded, is inside" in found


def test_the_report_gives_the_line_in_degrees(make_plan: MakePlan) -> None:
    told = report(make_plan([(0.0, 80.0), (80.0, 80.0)])).flown
    assert (told[0].lat_deg, told[0].lon_deg) == pytest.approx((HOME.lat_deg, HOME.lon_deg), abs=1e-6)
    assert max(point.height_home_m for point in told) == 40.0
    assert {point.item for point in told} == {0, 1, 2, 3}
    assert told[-1].height_home_m == 0.0


def test_the_kneeboard_has_one_row_for_a_curve(curves: Plan) -> None:
    rows = leg_rows(Situation(curves, Context()))
    assert [row[0] for row in rows if row[1] == "curve"] == ["3", "4", "5", "8", "10", "11"]
    drawn = math.dist((60.0, 110.0), (130.0, 60.0))
    (second,) = [float(row[3]) for row in rows if row[0] == "4"]
    assert drawn < second < 1.5 * drawn
