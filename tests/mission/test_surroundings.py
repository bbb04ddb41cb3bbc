"""Checks that need the world: terrain, daylight, line of sight, people, the energy home."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from mission.checks import check
from mission.context import Context, PeopleArea, Rules, Vehicle, Wind
from mission.energy import energy_wh, power_w
from mission.errors import PlanFormatError
from mission.finding import Finding, Severity
from mission.geodesy import FloatArray
from mission.plan import Frame, Home, Plan, Position
from mission.report import report
from mission.sun import elevation_deg
from mission.terrain import Terrain
from tests.mission.conftest import HOME, MakePlan

Ring = Callable[..., tuple[Position, ...]]
CELL = 1 / 3600


def write_tile(path: Path, heights: FloatArray, west: float, north: float, crs: str = "EPSG:4326") -> None:
    rows, columns = heights.shape
    place = from_origin(west, north, CELL, CELL)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        nodata=-9999,
        crs=crs,
        transform=place,
    ) as raster:
        raster.write(heights.astype(np.float32), 1)


@pytest.fixture
def hill(tmp_path: Path) -> Terrain:
    """24 m high around home, and a ridge to 84 m that runs north to south 200 m to 400 m east of it."""
    columns = np.arange(72)
    metres_east = (-0.17 + (columns + 0.5) * CELL - HOME.lon_deg) * 69_300
    ridge = 60.0 * np.clip(1.0 - np.abs(metres_east - 300.0) / 100.0, 0.0, 1.0)
    write_tile(tmp_path / "hyde-park.tif", np.tile(24.0 + ridge, (72, 1)), -0.17, 51.517)
    return Terrain.of_folder(tmp_path)


def found(plan: Plan, context: Context, name: str) -> list[Finding]:
    return [finding for finding in check(plan, context) if finding.check == name]


def test_heights_are_bilinear_and_unknown_outside(tmp_path: Path) -> None:
    write_tile(tmp_path / "a.tif", np.array([[10.0, 20.0], [30.0, -9999.0]]), 0.0, 2 * CELL)
    terrain = Terrain.of_folder(tmp_path)
    centre = np.array([[0.5 * CELL, 1.5 * CELL], [1.0 * CELL, 1.5 * CELL], [1.0 * CELL, 1.0 * CELL], [5.0, 5.0]])
    heights = terrain.heights_amsl(centre)
    assert heights[:2].tolist() == pytest.approx([10.0, 15.0])
    assert np.isnan(heights[2:]).all()


def test_a_file_that_is_no_tile_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "broken.tif").write_bytes(b"II*\x00 not a raster")
    with pytest.raises(PlanFormatError, match=r"broken\.tif"):
        Terrain.of_folder(tmp_path)
    (tmp_path / "broken.tif").unlink()
    write_tile(tmp_path / "grid.tif", np.zeros((2, 2)), 0.0, 0.0, crs="EPSG:27700")
    with pytest.raises(PlanFormatError, match=r"grid\.tif: is not in degrees"):
        Terrain.of_folder(tmp_path)


def test_a_leg_into_a_ridge_between_two_waypoints_is_found(make_plan: MakePlan, hill: Terrain) -> None:
    plan = make_plan([(100, 0), (500, 0)], height=40)
    assert found(plan, Context(), "heights") == []
    errors = found(plan, Context(terrain=hill), "heights")
    assert {f.severity for f in errors} == {Severity.ERROR}
    place = errors[0].place.position
    assert place is not None
    assert (place.lon_deg - HOME.lon_deg) * 69_300 == pytest.approx(300, abs=35)


def test_120_m_is_above_the_ground_below_not_above_home(make_plan: MakePlan, hill: Terrain) -> None:
    plan = make_plan([(300, 0), (300, 100)], height=115)
    assert found(plan, Context(terrain=hill), "heights") == []
    on_the_ridge = msgspec.structs.replace(plan, home=Home(HOME, 84.0))
    assert any("at 175 m above ground" in f.text for f in found(on_the_ridge, Context(terrain=hill), "heights"))
    assert any("Home is given" in f.text for f in found(on_the_ridge, Context(terrain=hill), "datums"))


def test_a_leg_above_ground_follows_the_ridge(make_plan: MakePlan, hill: Terrain) -> None:
    plan = make_plan([(100, 0), (500, 0)], height=40)
    items = [msgspec.structs.replace(i, frame=Frame.GLOBAL_TERRAIN_ALT) if i.command == 16 else i for i in plan.items]
    back = msgspec.structs.replace(items[2], position=items[1].position)
    follows = msgspec.structs.replace(plan, items=(*items[:3], back, items[3]))
    assert found(follows, Context(terrain=hill), "heights") == []
    judged = report(follows, Context(terrain=hill))
    assert max(point.height_home_m for point in judged.profile) == pytest.approx(96, abs=6)
    assert all(p.height_home_m - (p.ground_home_m or 0) > 30 for p in judged.profile if 150 < p.distance_m < 800)


def test_unknown_terrain_is_said(make_plan: MakePlan, hill: Terrain) -> None:
    texts = [f.text for f in found(make_plan([(0, 580)]), Context(terrain=hill), "datums")]
    assert texts == []
    far = make_plan([(0, 0), (-900, 0)])
    assert any("not known under" in f.text for f in found(far, Context(terrain=hill), "datums"))


def test_the_ridge_hides_the_drone_behind_it(make_plan: MakePlan, hill: Terrain) -> None:
    context = Context(terrain=hill, rules=Rules(distance_max_m=550.0))
    low = found(make_plan([(0, 100), (520, 100)], height=63), context, "line_of_sight")
    assert [f.severity for f in low] == [Severity.WARNING]
    high = make_plan([(0, 100), (520, 100)], height=110)
    assert found(high, context, "line_of_sight") == []
    near = Context(terrain=hill, rules=Rules(distance_max_m=500.0))
    assert any("530 m from the pilot" in f.text for f in found(high, near, "line_of_sight"))
    beside = msgspec.structs.replace(near, pilot=Position(HOME.lat_deg, HOME.lon_deg + 0.003))
    assert not any(f.severity is Severity.ERROR for f in found(high, beside, "line_of_sight"))


@pytest.mark.parametrize(
    ("when", "elevation"),
    [
        # Greenwich, from the almanac: noon at the solstices and the equinox of 2026, and midnight.
        (datetime(2026, 6, 21, 12, 2, tzinfo=UTC), 61.96),
        (datetime(2026, 12, 21, 11, 58, tzinfo=UTC), 15.08),
        (datetime(2026, 3, 20, 12, 7, tzinfo=UTC), 38.5),
        (datetime(2026, 6, 21, 0, 2, tzinfo=UTC), -15.08),
    ],
)
def test_the_sun_stands_where_the_almanac_says(when: datetime, elevation: float) -> None:
    assert elevation_deg(Position(51.4779, 0.0), when) == pytest.approx(elevation, abs=0.25)


@pytest.mark.parametrize(
    ("hour", "minute", "night", "severity"),
    [(12, 0, False, None), (16, 15, False, "warning"), (20, 0, False, "warning"), (20, 0, True, "info")],
)
def test_flights_after_sunset_are_pointed_out(
    survey: Plan, hour: int, minute: int, night: bool, severity: str | None
) -> None:
    context = Context(at=datetime(2026, 11, 22, hour, minute, tzinfo=UTC), rules=Rules(night=night))
    assert [f.severity for f in found(survey, context, "daylight")] == ([Severity(severity)] if severity else [])


@pytest.mark.parametrize(
    ("east", "height", "assembly", "rules", "expected"),
    [
        (160.0, 40.0, False, Rules(), 0),
        (145.0, 40.0, False, Rules(), 1),
        (160.0, 80.0, False, Rules(), 1),
        (160.0, 80.0, False, Rules(one_to_one=False), 0),
        (240.0, 40.0, True, Rules(), 1),
        (260.0, 40.0, True, Rules(), 0),
    ],
)
def test_people_are_kept_away_from(
    make_plan: MakePlan, around: Ring, east: float, height: float, assembly: bool, rules: Rules, expected: int
) -> None:
    crowd = PeopleArea("the bandstand", around((east, -30), (east + 50, -30), (east + 50, 30), (east, 30)), assembly)
    plan = make_plan([(0, 100), (100, 100), (100, -100), (0, -100)], height=height)
    assert len(found(plan, Context(people=(crowd,), rules=rules), "people")) == expected


def test_the_point_of_no_return_is_the_first_leg_too_far(make_plan: MakePlan) -> None:
    plan = make_plan([(100.0 * n, 0) for n in range(1, 6)])
    home = plan.items[-1]
    context = Context(Vehicle(battery_wh=25.0))
    (finding,) = found(plan, context, "return_energy")
    assert "point of no return" in finding.text
    assert finding.place.index is not None
    shorter = msgspec.structs.replace(plan, items=(*plan.items[: finding.place.index + 1], home))
    assert found(shorter, context, "return_energy") == []
    assert found(plan, Context(), "return_energy") == []


def test_wind_costs_power_both_ways_together() -> None:
    there_and_back = np.array([[1000.0, 0.0, 0.0], [-1000.0, 0.0, 0.0]])
    seconds = np.array([100.0, 100.0])
    calm = energy_wh(Vehicle(), Wind(), there_and_back, seconds).sum()
    windy = energy_wh(Vehicle(), Wind(12.0, 90.0), there_and_back, seconds)
    assert windy.sum() > calm
    assert windy[0] > windy[1]


def test_power_is_least_at_a_moderate_speed_and_climbing_costs_its_weight() -> None:
    speeds = np.linspace(0.0, 20.0, 81)
    power = power_w(Vehicle(), speeds, np.zeros(81))
    assert power[0] == pytest.approx(760.0)
    assert 5.0 < speeds[int(power.argmin())] < 15.0
    climbing = power_w(Vehicle(), np.zeros(1), np.ones(1) * 2.0)[0]
    assert climbing - 760.0 == pytest.approx(6.3 * 9.80665 * 2.0 / 0.7)
    assert math.isfinite(climbing)


def test_the_radio_reaches_so_far(make_plan: MakePlan) -> None:
    plan = make_plan([(300.0, 0.0), (0.0, 300.0)])
    assert found(plan, Context(rules=Rules(radio_range_m=320.0)), "radio_link") == []
    (far,) = found(plan, Context(rules=Rules(radio_range_m=280.0)), "radio_link")
    assert far.severity is Severity.WARNING
    assert "303 m from the pilot; the radio reaches 280 m" in far.text
    (unknown,) = found(plan, Context(), "radio_link")
    assert (unknown.severity, "unknown" in unknown.text) == (Severity.INFO, True)


def test_the_ridge_shadows_the_radio_where_it_still_shows_the_drone(hill: Terrain, make_plan: MakePlan) -> None:
    """Seen from home the drone stands 1 m clear of the ridge; the radio at 433 MHz needs 0.6 · 8.3 m there."""
    rules = Rules(radio_range_m=1000.0, radio_frequency_mhz=433.0)
    context = Context(rules=rules, terrain=hill)
    east = np.linspace(100.0, 440.0, 300)
    places = np.column_stack((HOME.lon_deg + east / 69_440, np.full(300, HOME.lat_deg)))
    steepest = float(np.max((hill.heights_amsl(places) - 24.0 + 1.0 - 1.7) / east))
    height = 1.7 + steepest * 450.0
    plan = make_plan([(450.0, 0.0)], height=height)
    assert found(plan, context, "line_of_sight") == []
    (shadowed,) = found(plan, context, "radio_link")
    assert "shadow" in shadowed.text
    higher = make_plan([(450.0, 0.0)], height=height + 15.0)
    assert found(higher, context, "radio_link") == []
