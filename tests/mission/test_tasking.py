"""Who can be there first: the reckoning is the planner's own, and says what stands against a drone."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
import shapely

from mission.airspace import Airspace, DataSet, Datum, Limit, Zone
from mission.checks.airspace import zones
from mission.context import Context, Rules, Vehicle, Wind
from mission.errand import plan
from mission.errors import GeometryError
from mission.geodesy import LocalFrame
from mission.path import flight_path
from mission.plan import Home, Position
from mission.report import report
from mission.situation import Situation
from mission.tasking import Errand, Standby, Way, ranked, ways
from mission.timing import leg_times
from tests.mission.conftest import HOME

TASKS = ("look", "orbit", "expanding_square", "sector")
SURFACE = Limit(0.0, Datum.AGL, "SFC")


def at(frame: LocalFrame, east_m: float, north_m: float) -> Position:
    x, y = frame.to_xy((HOME,))[0].tolist()
    return frame.position(x + east_m, y + north_m)


def ready(name: str, place: Position = HOME, battery_pct: float | None = 95.0) -> Standby:
    return Standby(name, place, place, 0.0, False, battery_pct)


def box(frame: LocalFrame, west: float, south: float, east: float, north: float, kind: str = "R") -> Zone:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = tuple((place.lon_deg, place.lat_deg) for place in (at(frame, *corner) for corner in corners))
    return Zone("palace", "Palace", kind, SURFACE, Limit(760.0, Datum.AMSL, "2500 ft"), (ring,))


def over(*zones: Zone, **more: object) -> Context:
    return msgspec.structs.replace(Context(airspace=Airspace([DataSet("test", "0" * 64)], zones)), **more)


def one(errand: Errand, drone: Standby, context: Context) -> Way:
    (found,) = ways(errand, [drone], context)
    return found


def test_the_nearest_that_can_comes_first(frame: LocalFrame) -> None:
    errand = Errand(at(frame, 0, 400))
    near_but_empty = Standby("empty", at(frame, 0, 350), at(frame, 0, 300), 0.0, False, 24.0)
    flying = Standby("flying", at(frame, 0, 250), HOME, 60.0, True, 70.0)
    drones = [ready("home"), near_but_empty, flying, Standby("lost", None, None, None, False, None)]
    found = ranked(ways(errand, drones, Context()))
    assert [(way.name, bool(way.against)) for way in found] == [
        ("flying", False),
        ("home", False),
        ("empty", True),
        ("lost", True),
    ]
    assert "20 % must be left" in found[2].against[0]
    assert found[3].against == ("Its position is not known.",)


@pytest.mark.parametrize("wind", [Wind(), Wind(9.0, 250.0)])
def test_the_times_are_those_of_the_plan_that_is_offered(frame: LocalFrame, wind: Wind) -> None:
    errand = Errand(at(frame, 240, 330), stay_s=300.0)
    context = Context(wind=wind)
    way = one(errand, ready("UAV-07"), context)
    offered = plan(errand, way, Home(HOME, 24.0), "look", context)
    legs = flight_path(offered, frame, context.vehicle).legs
    seconds = leg_times(legs, context.vehicle)
    place = frame.to_xy((errand.place,))[0]
    arrived = next(number for number, leg in enumerate(legs) if np.hypot(*(np.array(leg.end[:2]) - place)) < 1.0)
    assert way.eta_s == pytest.approx(float(seconds[: arrived + 1].sum()) - errand.stay_s, abs=0.5)
    used = report(offered, context).battery_pct
    assert used is not None
    assert way.reserve_pct == pytest.approx(95.0 - used, abs=1.0)


def test_the_way_goes_round_what_it_may_not_cross(frame: LocalFrame) -> None:
    errand = Errand(at(frame, 0, 500))
    wall = box(frame, -150, 200, 150, 260)
    way = one(errand, ready("UAV-07"), over(wall))
    assert way.against == ()
    assert way.distance_m is not None
    assert way.distance_m > 530.0
    assert "Palace" in way.remarks[0]
    flown = shapely.linestrings(frame.to_xy(way.route))
    ring = shapely.polygons(frame.degrees_to_xy(np.array(wall.rings[0])))
    assert shapely.distance(flown, ring) > 15.0
    allowed = one(errand, ready("UAV-07"), over(wall, permissions=("palace",)))
    assert allowed.distance_m == pytest.approx(500.0, abs=0.5)
    harmless = msgspec.structs.replace(wall, kind="CTR")
    assert one(errand, ready("UAV-07"), over(harmless)).remarks == ()
    above = msgspec.structs.replace(wall, lower=Limit(300.0, Datum.AGL, "1000 ft"))
    assert one(errand, ready("UAV-07"), over(above)).remarks == ()
    over_by_then = msgspec.structs.replace(
        wall, active=((datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),)
    )
    later = over(over_by_then, at=datetime(2026, 11, 22, tzinfo=UTC))
    assert one(errand, ready("UAV-07"), later).remarks == ()


def test_the_plan_of_the_way_round_flies_in_no_zone(frame: LocalFrame) -> None:
    errand, context = Errand(at(frame, 0, 500)), over(box(frame, -150, 200, 150, 260))
    way = one(errand, ready("UAV-07"), context)
    offered = plan(errand, way, Home(HOME, 24.0), "look", context)
    assert list(zones(Situation(offered, context))) == []


def test_what_stands_against_the_place_is_said(frame: LocalFrame) -> None:
    inside = one(Errand(at(frame, 0, 230)), ready("UAV-07"), over(box(frame, -150, 200, 150, 260, kind="FRZ")))
    assert "The place lies in FRZ Palace (SFC to 2500 ft), without permission." in inside.against
    far = one(Errand(at(frame, 0, 700)), ready("UAV-07"), Context())
    assert "700 m from its home, where its own fence allows 600 m (FENCE_RADIUS)." in far.against
    assert far.eta_s is not None
    wide = Context(vehicle=Vehicle(fence_radius_m=None))
    assert one(Errand(at(frame, 0, 700)), ready("UAV-07"), wide).against == ()
    elsewhere = one(Errand(Position(55.95, -3.19)), ready("UAV-07"), wide)
    assert "no battery carries it" in elsewhere.against[0]
    shut_in = [box(frame, -50, 60, 50, 70), box(frame, -50, -70, 50, -60), box(frame, 50, -70, 60, 70)]
    shut = over(*shut_in, box(frame, -60, -70, -50, 70))
    assert "No way leads there" in one(Errand(at(frame, 0, 300)), ready("UAV-07"), shut).against[0]
    assert "not known" in one(Errand(HOME), ready("UAV-07", battery_pct=None), Context()).against[0]


def test_a_gale_takes_battery_and_the_longest_stay_leaves_the_reserve(frame: LocalFrame) -> None:
    errand, drone = Errand(at(frame, 0, 550)), ready("UAV-07", battery_pct=70.0)
    calm, blown = one(errand, drone, Context()), one(errand, drone, Context(wind=Wind(25.0, 0.0)))
    assert calm.reserve_pct is not None
    assert blown.reserve_pct is not None
    assert blown.reserve_pct < calm.reserve_pct
    assert calm.stay_s is not None
    longest = msgspec.structs.replace(errand, stay_s=calm.stay_s)
    at_the_limit = one(longest, drone, Context()).reserve_pct
    assert at_the_limit == pytest.approx(Rules().battery_reserve_pct, abs=0.1)


@pytest.mark.parametrize("task", TASKS)
def test_an_offered_plan_passes_every_check(frame: LocalFrame, task: str) -> None:
    errand = Errand(at(frame, 150, 250))
    way = one(errand, ready("UAV-07"), Context())
    judged = report(plan(errand, way, Home(HOME, 24.0), task, Context()), Context())
    assert judged.may_submit, [finding.text for finding in judged.findings]


def test_an_offer_needs_a_way_and_a_task(frame: LocalFrame) -> None:
    errand = Errand(at(frame, 150, 250))
    way = one(errand, ready("UAV-07"), Context())
    with pytest.raises(GeometryError):
        plan(errand, Way("UAV-07"), Home(HOME, 24.0), "look", Context())
    with pytest.raises(GeometryError):
        plan(errand, way, Home(HOME, 24.0), "chase", Context())
    with pytest.raises(GeometryError):
        ways(Errand(Position(91.0, 0.0)), [], Context())
