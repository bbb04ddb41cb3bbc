from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from mission.errors import GeometryError
from mission.patterns.sweep import Sweep, fewest_lines, sweep
from mission.route import RouteMap, length_m
from tests.mission.areas import area_with_holes


def covered(flown: Sweep, spacing: float) -> BaseGeometry:
    """Union of the footprints: half a spacing to each side of the lines, and ahead of their ends."""
    lines = shapely.linestrings(np.array(flown.lines))
    return shapely.union_all(shapely.buffer(lines, spacing / 2.0, cap_style="square"))


def fly(area: Polygon, spacing: float, direction: float | None = None) -> Sweep:
    return sweep(area, spacing, direction, RouteMap([], area.buffer(0.01, join_style="mitre")))


@pytest.mark.parametrize("block", range(20))
def test_over_random_areas_all_is_covered_and_nothing_forbidden_is_flown_over(block: int) -> None:
    rng = np.random.default_rng(block)
    for _ in range(50):
        area = area_with_holes(rng)
        spacing = float(rng.uniform(15.0, 40.0))
        flown = fly(area, spacing, None if rng.random() < 0.5 else float(rng.uniform(0.0, math.pi)))
        seen = covered(flown, spacing)
        assert area.buffer(0.05).covers(LineString(flown.path))
        assert seen.intersection(area).area >= 0.995 * area.area
        assert area.buffer(spacing).covers(seen)
        for line in flown.lines:
            assert area.buffer(1e-6).covers(LineString(line))


def test_a_rectangle_is_flown_along_its_longer_side_in_the_least_length() -> None:
    flown = fly(box(0, 0, 400, 100), 20.0)
    assert len(flown.lines) == 5
    assert length_m(flown.path) == pytest.approx(5 * 400 + 4 * 20)


def test_the_direction_with_the_fewest_lines_is_along_the_long_side() -> None:
    turned = shapely.affinity.rotate(box(0, 0, 400, 100), 30, origin=(0, 0))
    assert fewest_lines(turned) == pytest.approx(math.radians(30), abs=1e-6)


def test_it_begins_or_ends_near_the_base() -> None:
    area = box(0, 0, 400, 105)
    for base in ((-50.0, -50.0), (450.0, -50.0), (450.0, 150.0), (-50.0, 150.0)):
        path = sweep(area, 20.0, 0.0, RouteMap([], area.buffer(0.01)), base).path
        assert min(math.dist(path[0], base), math.dist(path[-1], base)) < 100


def test_the_same_area_always_gives_the_same_path() -> None:
    area = area_with_holes(np.random.default_rng(5))
    assert fly(area, 20.0) == fly(area, 20.0)


def test_an_area_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(GeometryError, match="nothing of it is left"):
        sweep(Polygon(), 20.0, None, RouteMap([]))


def test_parts_that_cannot_be_reached_are_refused() -> None:
    parts = shapely.union_all([box(0, 0, 100, 100), box(200, 0, 300, 100)])
    with pytest.raises(GeometryError, match="cannot be reached"):
        sweep(parts, 20.0, None, RouteMap([], parts.buffer(0.01)))
